"""Whole builds of scripts, sheets and data that are broken, empty, huge or no text: words, no crash, no other text."""

from __future__ import annotations

import pytest

from scenario import Project, below_assets, build_files

CONFIG = 'sources = ["assets"]\nencodings = []\n'
TWENTY_MEGABYTES = 20_000_000


def told(
    files: dict[str, str | bytes], config: str = CONFIG
) -> tuple[dict[str, bytes], list[tuple[str, str, int | None, int | None]]]:
    """What a build publishes by logical path, and the severity, file, line and column of what it says."""
    outcome = build_files(files, config)
    published = {name: outcome.bytes_of(name) for name in outcome.assets}
    return published, [(one.severity, one.file or "", one.line, one.column) for one in outcome.diagnostics]


@pytest.mark.parametrize("level", ["error", "warn"])
def test_what_is_no_text_is_published_as_it_is_with_a_warning_or_fails_the_build(level: str) -> None:
    binary = bytes(range(256)) * 40
    files: dict[str, str | bytes] = {"a.js": binary, "a.json": binary}
    if level == "error":
        outcome = build_files(files, CONFIG)
        assert outcome.code == 1
        assert outcome.errors[0].startswith("error: assets/a.js:3:21: syntax error: a string that does not end\n")
        return
    published, said = told(files, CONFIG + 'syntax = "warn"\n')
    assert published == files
    # A quotation mark is the first of them, and the line ends before the next one.
    assert ("warning", "assets/a.js", 3, 21) in said
    assert {severity for severity, *_ in said} == {"warning"}
    assert {file for _, file, *_ in said} == {"assets/a.js", "assets/a.json"}


@pytest.mark.parametrize("text", ["", " \n\t", "\ufeff", "/* c */", "/* c */\n \n/* d */\n"])
def test_scripts_and_sheets_without_anything_in_them_are_published_empty_without_a_word(text: str) -> None:
    published, said = told({"a.js": text, "a.css": text})
    assert published == {"a.js": b"", "a.css": b""}
    assert said == []


@pytest.mark.parametrize(("text", "line"), [("", 1), (" \n", 2), ("\ufeff", 1)])
def test_json_without_a_value_stays_with_a_warning(text: str, line: int) -> None:
    published, said = told({"a.json": text})
    assert published == {"a.json": text.encode()}
    assert said == [("warning", "assets/a.json", line, 1)]


def test_a_script_of_line_comments_alone_is_published_empty() -> None:
    assert told({"a.js": "// c\n// d"}) == ({"a.js": b""}, [])


@pytest.mark.parametrize(
    ("name", "text", "published", "said"),
    [
        ("a.js", b"x = '\xe9' ;\ny", b"x='\xe9';y", [("warning", 1, 6)]),
        ("a.js", b"x = '\xed\xa0\x80' ;", b"x='\xed\xa0\x80';", [("warning", 1, 6)]),
        ("a.js", b"x = '\\ud800' ;", b"x='\\ud800';", []),
        # rjsmin would take a NUL for white space.
        ("a.js", b"a\x00  =  1", b"a\x00=1", []),
        ("a.js", b"a = '\x00 \x03'  ;", b"a='\x00 \x03';", []),
        ("a.css", b"a { b : '\xe9' }", b"a{b:'\xe9'}", [("warning", 1, 10)]),
        ("a.css", b"a\x00 { b : c }", b"a\x00{b:c}", []),
        ("a.json", b'["\xed\xa0\x80" ]', b'["\xed\xa0\x80" ]', [("warning", 1, 3)]),
        ("a.json", b'["\\ud800" ]', b'["\\ud800"]', []),
        ("a.json", b"[1\x00 ]", b"[1\x00 ]", [("warning", 1, 3)]),
    ],
)
def test_bytes_that_are_no_characters_stay_as_they_are(
    name: str, text: bytes, published: bytes, said: list[tuple[str, int, int]]
) -> None:
    expected = [(severity, f"assets/{name}", line, column) for severity, line, column in said]
    assert told({name: text}) == ({name: published}, expected)


BROKEN: dict[str, str | bytes] = {
    "a.js": "f(\n[)",
    "a2.js": "let x = ;\nlet y = 1;\nlet z = {a: 1 b: 2};",
    "a3.css": "a { b: c }\nd {",
    "b.json": "{\n x}",
    "c.scss": "a {\n b c d;;\n",
    "d.js.jinja": "x\n{% if %}",
    "e.css": "a { b: url(gone.png) }",
    "f.html": '<img src="gone.png">',
}


def test_faults_in_every_language_are_told_in_one_run_and_the_former_release_stands() -> None:
    project = Project(below_assets({"a.js": "f ( )"}), CONFIG)
    assert project.build().code == 0
    manifest = (project.release / "manifest.json").read_bytes()
    project.write(below_assets(BROKEN))
    outcome = project.build()
    assert outcome.code == 1
    assert [(one.severity, one.file, one.line, one.column) for one in outcome.diagnostics] == [
        ("error", "assets/a.js", 2, 2),
        ("error", "assets/a2.js", 1, 9),
        ("error", "assets/a2.js", 3, 15),
        ("warning", "assets/a3.css", 2, 3),
        ("warning", "assets/b.json", 2, 2),
        ("error", "assets/c.scss", 2, 2),
        ("error", "assets/d.js.jinja", 2, 1),
        ("error", "assets/e.css", 1, 12),
        ("error", "assets/f.html", 1, 11),
    ]
    assert (project.release / "manifest.json").read_bytes() == manifest
    assert project.run("verify").code == 0


LARGE = {
    "a.js": ("function f{0}( a, b ) {{ // {0}\n  return a + `x ${{ b }}` + / [/] '/.source;\n}}\n", "function f{0}("),
    "a.css": ("/* {0} */\n.a{0} > b {{\n  color : red ;\n}}\n", ".a{0}"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_twenty_megabytes_are_minified(name: str) -> None:
    piece, kept = LARGE[name]
    count = TWENTY_MEGABYTES // len(piece.format(100_000))
    text = "".join(piece.format(number) for number in range(count))
    published, said = told({name: text})
    assert said == [] or {severity for severity, *_ in said} == {"notice"}
    assert len(published[name]) < 0.9 * len(text)
    assert published[name].count(kept.partition("{")[0].encode()) == count
    assert kept.format(count - 1).encode() in published[name]


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_twenty_megabytes_on_one_line_are_minified(name: str) -> None:
    text = {"a.js": "f ( [ ' a ' , x / y / z ] ) ; ", "a.css": ".a > b { c : d ; } "}[name]
    count = TWENTY_MEGABYTES // len(text)
    published, said = told({name: text * count})
    assert said == []
    assert len(published[name]) < 0.7 * len(text) * count
