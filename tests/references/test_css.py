from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.references import css, css_readers
from assetbuild.references.css_import import ImportRule, parse_import
from assetbuild.references.css_lexer import name_of, tokens, top_level
from references.css_soups import soups


def found(sheet: str) -> list[tuple[str, str]]:
    return [(one.kind, one.written) for one in css.find(sheet.encode())]


def assets(sheet: str) -> list[str]:
    assert all(kind == "asset" for kind, _ in found(sheet))
    return [written for _, written in found(sheet)]


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("a{b:url(a.png)}", ["a.png"]),
        ("a{b:URL( 'a.png' )}", ["a.png"]),
        ('a{b:uRl(\n"a b(c).png"\t)}', ["a b(c).png"]),
        (r"a{b:url(sp\ ace.png)}", ["sp ace.png"]),
        (r"a{b:url(\61.png)}", ["a.png"]),
        (r"a{b:\75 \52\6c(a.png)}", ["a.png"]),
        (r"a{b:\url(a.png)}", ["a.png"]),
        (r"a{b:u\rl('a.png')}", ["a.png"]),
        ("a{b:url(a%20b.png)}", ["a%20b.png"]),
        ("a{b:url(bücher.png)}", ["bücher.png"]),
        ("a{b:url(a.eot?#iefix),url(a.svg#icon),url(a.png?v=1#b)}", ["a.eot?#iefix", "a.svg#icon", "a.png?v=1#b"]),
        ("@font-face{src:url(a.woff2)format('woff2');unicode-range:U+26,u+4??}", ["a.woff2"]),
        ("a{--x:url(a.png);--y:{b:url(b.png)}}", ["a.png", "b.png"]),
        ("a{&:hover{b:url(a.png)} @media x{b:url(b.png)}}", ["a.png", "b.png"]),
        ('a{b:image-set(url(a) 1x, "b.png" 2x type("image/png"))}', ["a", "b.png"]),
        ("a{b:-WEBKIT-image-set('a.png' 1x)}", ["a.png"]),
        ("a{b:image-set(var(--x, 'a.png') 1x, attr(b 'c'))}", ["a.png"]),
        (r"a{b:image\-set('a.png' 1x)}", ["a.png"]),
        ("a{b:cross-fade(url(a),url('b'),50%)}", ["a", "b"]),
        ("a{b:url('a' foo(\"b\") 'c')}", ["a"]),
        ("a{b:src('a' x) src( /**/ 'b') src(var(--x)) src(c)}", ["a", "b"]),
        ("a{b:url(a.png", ["a.png"]),
        ("a{b:url('a.png", ["a.png"]),
        ("a{b:url(a.png  ", ["a.png"]),
        ("a{b:image-set('a.png", ["a.png"]),
        ("a{b:url(a b)}c{d:url(e)}", ["e"]),
        ("a{b:url('a\n)}c{d:url(e)}", ["e"]),
        ("a{b:url(#id) url(http://x/y) url(//host/x)}", ["#id", "http://x/y", "//host/x"]),
        ("a{b:\\\nurl(a)}", ["a"]),
        ("a{b:+url(a) 1%url(b) .url(c)}", ["a", "b", "c"]),
        ("a{b:((((url(a)))))}", ["a"]),
        ("\ufeffurl(a)", ["a"]),
        ("a{b:f(@x) url(a)}", ["a"]),
        ("a{b:[@x] url(a)}", ["a"]),
        ("@media x{@y} a{b:url(a)}", ["a"]),
    ],
)
def test_urls_are_found_however_they_are_written(sheet: str, expected: list[str]) -> None:
    assert assets(sheet) == expected


@pytest.mark.parametrize(
    "sheet",
    [
        "/* url(a.png) */",
        "a{b:'url(a.png)'}",
        'a{content:"a.png"}',
        'a[b="url(c)"]{d:e}',
        "a{b:url()}",
        "a{b:url( )}",
        "a{b:url('')}",
        "a{b:xurl(a) -url(a) 1url(a) #url(a) url (a)}",
        r".url\(a\){b:c}",
        r".bg-\[url\(\'a\.png\'\)\]{b:c}",
        r"a{b:\31 url(a)}",
        r"a{b:x\75rl(a)}",
        r"a{b:#\75rl(a)}",
        "@namespace url(http://www.w3.org/1999/xhtml);",
        "@namespace svg 'http://www.w3.org/2000/svg';",
        "@supports (b:url(a)) {}",
        "@-moz-document url(http://x/), url-prefix('y') {}",
        "a{b:url(data:image/png;base64,AAAA)}",
        "a{b:url(\"data:image/svg+xml,<svg style='a:url(b)'>/*\")}",
        "a{b:URL( DATA:,x)}",
        'a{b:url(data:image/svg+xml;utf8,<svg fill="red">)}',
        "a{--x:'a.png';b:format('woff2') type('x')}",
        "a{} @import 'a';",
        "a{@import url(a);}",
        "@media x{@import 'a';}",
        "@namespace 'x';@import 'a';",
        "@layer x{}@import 'a';",
        "@import 'a'{}",
        "@import;@import x;@import src(a);@import '';",
        "/* @import 'a'; */",
    ],
)
def test_what_loads_nothing_is_left_alone(sheet: str) -> None:
    assert found(sheet) == []


@pytest.mark.parametrize(
    "sheet",
    [
        "@import 'a.css';",
        '@IMPORT"a.css"screen;',
        "@import url(a.css)",
        "@import url( 'a.css' ) layer(x) supports(b:url(c)) screen;",
        "@import src('a.css');",
        "@import/**/'a.css",
        r"@\69mport '\61.css';",
        "\ufeff@charset 'utf-8';/**/ <!-- @layer a, b; @import 'a.css';",
        "@unknown {b:{}} @import 'a.css';",
        "@unknown 'x'; @import 'a.css'; a{} @import 'b.css';",
    ],
)
def test_imports_are_found_where_css_allows_them(sheet: str) -> None:
    assert found(sheet) == [("import", "a.css")]


@pytest.mark.parametrize(
    ("sheet", "imports"),
    [
        ("@layer x;@import 'a';@import url(b);", "ab"),
        ("@import 'a';@layer x;@import url(b);", "a"),
        ("@layer x;@import 'a';@layer y, z.w;@import 'b';", "a"),
        ("@import 'data:text/css,';@layer x;@import 'b';", ""),
        ("@import '';@layer x;@import 'b';", ""),
        ("@import 'a';@layer;@layer 1;@layer x y;@import 'b';", "ab"),
        ("@import;@import 5;@import 'c'{}@layer x;@import 'b';", "b"),
        ("@import 'a';@charset 'utf-8';@unknown x;@unknown{}@import 'b';", "ab"),
        ("@namespace 'x';@import 'b';", ""),
        ("@media x;@import 'b';", "b"),
    ],
)
def test_layer_statements_stand_before_the_imports_not_between_them(sheet: str, imports: str) -> None:
    assert found(sheet) == [("import", name) for name in imports]


def test_an_unknown_rule_before_an_import_keeps_its_urls() -> None:
    assert found("@unknown{b:url(x)} @import 'a';") == [("asset", "x"), ("import", "a")]


def test_inlined_data_are_a_kind_of_their_own() -> None:
    assert found("@import 'asset-data:a.css';a{b:url(ASSET-DATA:b.png)}") == [
        ("inline", "asset-data:a.css"),
        ("inline", "ASSET-DATA:b.png"),
    ]


@pytest.mark.parametrize(
    ("sheet", "comment"),
    [
        ("a{}/*# sourceMappingURL=a.map */", "/*# sourceMappingURL=a.map */"),
        ("a{}/*@ sourceMappingURL=a.map*/\n", "/*@ sourceMappingURL=a.map*/"),
        ("a{}/*# sourceMappingURL=a.map", "/*# sourceMappingURL=a.map"),
        ("/*# sourceMappingURL=b */a{}/*#\nsourceMappingURL=a.map */b{}", "/*#\nsourceMappingURL=a.map */"),
        ("@import 'x'\n/*# sourceMappingURL=a.map */", "/*# sourceMappingURL=a.map */"),
        ("a{b:image-set('x' 1x\n/*# sourceMappingURL=a.map */", "/*# sourceMappingURL=a.map */"),
    ],
)
def test_the_last_source_map_comment_is_found(sheet: str, comment: str) -> None:
    data = sheet.encode()
    (one,) = [one for one in css.find(data) if one.kind == "source-map"]
    start, stop = css.source_map_comment(data, one)
    assert (one.written, data[start:stop].decode()) == ("a.map", comment)


@pytest.mark.parametrize(
    "sheet",
    [
        "a{b:'/*# sourceMappingURL=a */'}",
        "/* /*# sourceMappingURL=a */",
        "/*# sourceMappingURL=a b */",
        "/*# sourceMappingURL= */",
    ],
)
def test_what_only_looks_like_a_source_map_comment_is_none(sheet: str) -> None:
    assert found(sheet) == []


@pytest.mark.parametrize(
    ("sheet", "url", "expected"),
    [
        ("a{b:url(x)}", "a.png", "a{b:url(a.png)}"),
        ("a{b:url(x)}", "a b('\").png", "a{b:url(a\\ b\\(\\'\\\"\\).png)}"),
        ("a{b:url(x)}", "a\n\\b", "a{b:url(a\\a \\\\b)}"),
        ("a{b:url('x')}", "a b('\").png", "a{b:url('a b(\\'\").png')}"),
        ('a{b:url("x")}', "a b('\").png", 'a{b:url("a b(\'\\").png")}'),
        ('@import "x";', "a\n\\é", '@import "a\\a \\\\é";'),
        ("/*# sourceMappingURL=x */", "a b*/'.map", "/*# sourceMappingURL=a%20b%2A/'.map */"),
    ],
)
def test_a_url_is_written_as_its_place_needs(sheet: str, url: str, expected: str) -> None:
    data = sheet.encode()
    (one,) = css.find(data)
    assert data[: one.start] + css.write(data, one.start, one.stop, url) + data[one.stop :] == expected.encode()


@given(
    st.sampled_from(["a{b:url(x)}", "a{b:url('x')}", '@import "x"', "a{b:url( x", "a{b:url('x"]), st.text(min_size=1)
)
def test_what_is_written_is_read_back(sheet: str, url: str) -> None:
    url = "x" + url.encode("utf-8", "replace").decode().replace("\0", "")
    data = sheet.encode()
    (one,) = css.find(data)
    again = css.find(data[: one.start] + css.write(data, one.start, one.stop, url) + data[one.stop :])
    assert [(other.start, other.kind, other.written) for other in again] == [(one.start, one.kind, url)]


@given(soups)
def test_rewriting_each_url_with_itself_changes_no_byte(data: bytes) -> None:
    written = data
    for one in reversed(css.find(data)):
        written = written[: one.start] + css.write(data, one.start, one.stop, one.written) + written[one.stop :]
    assert written == data


@given(soups)
def test_rewriting_each_url_with_another_changes_no_other(data: bytes) -> None:
    before = css.find(data)
    written = data
    for one in reversed(before):
        url = css.write(data, one.start, one.stop, one.written + "é")
        written = written[: one.start] + url + written[one.stop :]
    assert [(one.kind, one.written) for one in css.find(written)] == [(one.kind, one.written + "é") for one in before]


@given(soups)
def test_a_file_that_may_not_refer_refers_to_nothing(data: bytes) -> None:
    search = css_readers._Search(data)
    search.run()
    assert css.may_refer(data) or not (search.found or search.source_map)
    assert css.find(data) == sorted(css.find(data), key=lambda one: one.start)


def slowly(data: bytes) -> list[int]:
    """Where the assets start, read token by token with every token looked at."""
    starts, frames, prelude = [], [("", "none")], None
    for token in tokens(data):
        kind = token[0]
        if kind in ("whitespace", "comment"):
            continue
        if prelude is not None and len(frames) == prelude and kind in "{;)]}":
            prelude = None
        mode = frames[-1][1]
        if prelude is None and (kind == "url" or (kind == "string" and mode in ("all", "first"))):
            one = css_readers.url_found(data, token, "asset")
            starts += [one.start] if one else []
        if mode == "first":
            frames[-1] = (frames[-1][0], "none")
        if (
            kind == "at-keyword"
            and prelude is None
            and all(mode == "none" for _, mode in frames)
            and not in_values(frames)
        ):
            prelude = len(frames)
        elif kind in ("function", "(", "[", "{"):
            name = name_of(data, token) if kind == "function" else ""
            inner = (
                "all"
                if "image-set" in name[-9:] and name in css_readers._IMAGE_SETS
                else "first"
                if name in ("url", "src")
                else "none"
            )
            if name in ("var", "env") and mode == "all":
                inner = "all"
            frames.append((("]" if kind == "[" else "}" if kind == "{" else ")") + name, inner))
        elif kind in ")]}" and frames[-1][0][:1] == kind:
            frames.pop()
    return starts


def in_values(frames: list[tuple[str, str]]) -> bool:
    return any(frame[1:] in css_readers._IMAGE_SETS or frame[1:] in ("url", "src") for frame, _ in frames)


@given(soups)
def test_the_quick_search_agrees_with_a_reading_token_by_token(data: bytes) -> None:
    assert [one.start for one in search_of(data)] == slowly(data)


def search_of(data: bytes) -> list[css_readers.Found]:
    search = css_readers._Search(data)
    search.run()
    return search.found


@pytest.mark.parametrize(
    ("rest", "layer", "supports", "media"),
    [
        ("", None, None, b""),
        (" screen and (a:b) ", None, None, b"screen and (a:b)"),
        (" layer", b"", None, b""),
        (" layer print", b"", None, b"print"),
        (" LAYER( a.b ) supports( (b:c) or (d:e) ) x,y", b"a.b", b"(b:c) or (d:e)", b"x,y"),
        ("supports(b:c)", None, b"b:c", b""),
        (" layer() x", None, None, b"layer() x"),
        (" /**/ layer(a) /* b */ print /* c */", b"a", None, b"print"),
    ],
)
def test_an_import_rule_is_taken_apart(rest: str, layer: bytes | None, supports: bytes | None, media: bytes) -> None:
    for sheet in (f"@import 'a'{rest};", f"@import url(a){rest};", f"@import url( 'a' ){rest}"):
        data = sheet.encode()
        rule = parse_import(data, top_level(data)[0])
        assert rule == ImportRule(css.find(data)[0], layer, supports, media)


def test_another_statement_is_no_import() -> None:
    data = b"@layer a;@import 'a'{}@import;"
    assert [parse_import(data, statement) for statement in top_level(data)] == [None, None, None]


@pytest.mark.parametrize(
    "piece", [b"/*", b"(", b"image-set(", b"url(x y)", b'"\n', b"a\\61(", b"@", b"\\\n", b"@import 'a'"]
)
def test_hostile_input_takes_time_in_proportion(piece: bytes) -> None:
    css.find(b"url(x)" + piece * 20_000)
