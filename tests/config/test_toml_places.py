"""Places of keys and values: each is looked up, cut out of the text and compared with what was written."""

import json
import textwrap
import tomllib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.config.toml_places import Place, place_at, read_places

DOCUMENT = textwrap.dedent('''\
    # a comment with [brackets] and = signs
    sources = ["assets", {path = "vendor/fa", prefix = 'fa'}] # behind = it
    "quoted key" = 1
    site.'base url' = "/é/"
    empty = ""
    when = 1979-05-27 07:32:00  # a date with a space
    long = [
      "one",   # "not this"
      # nor ["this"]
      'two', [ 3, 4 ],
    ]
    text = """
    [not.a.table]
    key = "no"
    """
    raw = \'\'\'a'b\'\'\'
    ends = """quote""""

    [ bundles . "js/app.js" ]
    contents = ["js/vendor/*.js",
                "js/\\u0061.js"]

    [[rules]]
    match = "x"
    [rules.options.sass]
    deep = {a = {b = 1}, c.d = 2}
    [[rules]]
    match = ["y"]
    [[rules.inner]]
    z = true
    [[rules.inner]]
    z = false
''')


def cut(place: Place | None) -> tuple[int, str] | None:
    if place is None:
        return None
    return place.line, place.source[place.column - 1 : place.column - 1 + place.length]


@pytest.mark.parametrize(
    ("path", "line", "written"),
    [
        (("sources",), 2, "sources"),
        (("sources", 0), 2, "assets"),
        (("sources", 1, "path"), 2, "path"),
        (("quoted key",), 3, "quoted key"),
        (("site",), 4, "site"),
        (("site", "base url"), 4, "base url"),
        (("long", 0), 8, "one"),
        (("long", 1), 10, "two"),
        (("long", 2, 1), 10, "4"),
        (("text",), 12, "text"),
        (("raw",), 16, "raw"),
        (("bundles",), 19, "bundles"),
        (("bundles", "js/app.js"), 19, "js/app.js"),
        (("bundles", "js/app.js", "contents", 0), 20, "js/vendor/*.js"),
        (("bundles", "js/app.js", "contents", 1), 21, "js/\\u0061.js"),
        (("rules", 0), 23, "rules"),
        (("rules", 0, "match"), 24, "match"),
        (("rules", 0, "options", "sass"), 25, "sass"),
        (("rules", 0, "options", "sass", "deep", "a", "b"), 26, "b"),
        (("rules", 0, "options", "sass", "deep", "c", "d"), 26, "d"),
        (("rules", 1), 27, "rules"),
        (("rules", 1, "match", 0), 28, "y"),
        (("rules", 1, "inner", 1), 31, "inner"),
        (("rules", 1, "inner", 1, "z"), 32, "z"),
    ],
)
def test_a_key_is_found_where_it_is_written(path, line, written):
    assert cut(read_places(DOCUMENT).key(path)) == (line, written)


@pytest.mark.parametrize(
    ("path", "line", "written"),
    [
        (("sources",), 2, """["assets", {path = "vendor/fa", prefix = 'fa'}]"""),
        (("sources", 1), 2, """{path = "vendor/fa", prefix = 'fa'}"""),
        (("sources", 1, "prefix"), 2, "fa"),
        (("quoted key",), 3, "1"),
        (("site", "base url"), 4, "/é/"),
        (("empty",), 5, '""'),
        (("when",), 6, "1979-05-27 07:32:00"),
        (("long",), 7, "["),
        (("text",), 12, '"""'),
        (("raw",), 16, "a'b"),
        (("ends",), 17, 'quote"'),
        (("bundles", "js/app.js"), 19, "js/app.js"),
        (("rules", 0, "options", "sass", "deep", "c", "d"), 26, "2"),
        (("rules", 1, "inner", 0, "z"), 30, "true"),
    ],
)
def test_a_value_is_found_where_it_is_written(path, line, written):
    assert cut(read_places(DOCUMENT).value(path)) == (line, written)


def test_columns_count_characters_from_one():
    place = read_places('é = {"ü" = [1, "xyz"]}'.replace("é", '"é"')).value(("é", "ü", 1))
    assert place == Place(line=1, column=19, length=3, source='"é" = {"ü" = [1, "xyz"]}')


def test_what_is_not_written_has_the_place_of_its_nearest_parent():
    places = read_places(DOCUMENT)
    assert cut(places.key(("bundles", "js/app.js", "filters", 0))) == (19, "js/app.js")
    assert cut(places.value(("long", 9))) == (7, "long")
    assert places.key(("nowhere",)) is None


def test_the_first_mention_of_a_key_is_its_place():
    places = read_places("[a.b]\n[a.c]\n[a]\n")
    assert cut(places.key(("a",))) == (1, "a")
    assert cut(places.key(("a", "c"))) == (2, "c")


def test_a_name_is_found_in_another_unicode_normal_form():
    written = unicodedata.normalize("NFD", "é")
    places = read_places(f'["{written}"]\nkey = 1\n')
    assert cut(places.value((unicodedata.normalize("NFC", "é"), "key"))) == (2, "1")


def test_a_place_at_the_end_of_the_text_is_one_character_long():
    assert place_at("a\nbc", 4, 9) == Place(line=2, column=3, length=1, source="bc")


names = st.one_of(st.text("abc-_1", min_size=1, max_size=4), st.text("aé.]=# '\"\\\n", max_size=4))
scalars = st.one_of(
    st.integers(-99, 99),
    st.booleans(),
    st.text("ab#]}[{,=\"\\\n'é", max_size=6),
    st.dates(),
    st.floats(allow_nan=False),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=8,
)


def write_string(text, draw):
    """One of the four ways of writing a string, as far as it can hold this one."""
    ways = [json.dumps(text, ensure_ascii=draw(st.booleans())), '"""\n' + json.dumps(text)[1:-1] + '"""']
    ways.append('"""' + text.replace("\\", "\\\\").replace('""', '"\\"').replace("\n", "\n") + '"""')
    if "'" not in text:
        ways += ["'''" + text + "'''"] + (["'" + text + "'"] if "\n" not in text else [])
    ways = [way for way in ways if tomllib_takes(way, text)]
    return draw(st.sampled_from(ways))


def tomllib_takes(way, text):
    try:
        return tomllib.loads("a = " + way)["a"] == text
    except tomllib.TOMLDecodeError:
        return False


def write_name(name, draw):
    if name and set(name) <= set("abc-_1") and draw(st.booleans()):
        return name
    if "'" not in name and "\n" not in name and draw(st.booleans()):
        return f"'{name}'"
    return json.dumps(name)


def write_value(value, draw):
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return write_string(value, draw)
    if isinstance(value, list):
        gap = draw(st.sampled_from(["", " ", "\n  ", " # ], [\n"]))
        entries = "".join(f"{gap}{write_value(entry, draw)}{gap}," for entry in value)
        return f"[{entries}{gap}]"
    if isinstance(value, dict):
        pairs = [f"{write_name(name, draw)} = {write_value(entry, draw)}" for name, entry in value.items()]
        return "{ " + ", ".join(pairs) + " }"
    return str(value)


def write_table(path, table, draw, lines):
    """A table's own pairs first, then the tables in it, each inline or with a header."""
    later = []
    for name, value in table.items():
        written = write_name(name, draw)
        if isinstance(value, dict) and draw(st.booleans()):
            later.append(([*path, written], [value], "[{}]"))
        elif isinstance(value, list) and value and all(isinstance(e, dict) for e in value) and draw(st.booleans()):
            later.append(([*path, written], value, "[[{}]]"))
        elif isinstance(value, dict) and value and draw(st.booleans()):
            lines += [f"{written} . {write_name(k, draw)}={write_value(v, draw)} # c" for k, v in value.items()]
        else:
            lines.append(f"  {written}\t= {write_value(value, draw)}")
    for header, tables, brackets in later:
        for entry in tables:
            lines += ["", "# [x]", brackets.format(draw(st.sampled_from([".", " . "])).join(header))]
            write_table(header, entry, draw, lines)


def all_paths(value, path=()):
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, entry in entries:
        yield (*path, part), entry
        yield from all_paths(entry, (*path, part))


def reads_as(written, value):
    """Whether the inside of a string literal, or the whole of one, means this string."""
    return any(tomllib_takes(quotes + written + quotes, value) for quotes in ("", '"', "'", '"""', "'''"))


@given(st.dictionaries(names, values, max_size=4), st.data())
def test_every_key_and_value_of_a_document_is_found(document, data):
    lines: list[str] = []
    write_table([], document, data.draw, lines)
    text = "\n".join(lines) + "\n"
    assert tomllib.loads(text) == document
    places = read_places(text)
    for path, value in all_paths(document):
        assert path in places.keys or path in places.values
        if isinstance(path[-1], str):
            start, stop = places.keys[path]
            assert text[start:stop] == path[-1] or reads_as(text[start:stop], path[-1])
        if isinstance(value, dict | list):
            continue
        start, stop = places.values[path]
        written = text[start:stop]
        if not isinstance(value, str):
            assert written == (json.dumps(value) if isinstance(value, bool) else str(value))
        else:
            assert reads_as(written, value)
            assert written[0] in "\"'" if value == "" else text[start - 1] in "\"'" or "\n" in written
