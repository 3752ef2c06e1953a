from __future__ import annotations

import pytest
from hypothesis import given

from assetbuild.references.css_lexer import closers, inside, token_at, tokens, top_level, unescape
from references.css_soups import soups


def texts(css: str) -> list[tuple[str, str]]:
    data = css.encode()
    return [(kind, data[start:stop].decode()) for kind, start, stop in tokens(data)]


@given(soups)
def test_tokens_cover_all_bytes_without_gaps(data: bytes) -> None:
    position = 0
    for _, start, stop in tokens(data):
        assert start == position < stop
        position = stop
    assert position == len(data)


@given(soups)
def test_statements_cover_all_bytes_without_gaps(data: bytes) -> None:
    statements = top_level(data)
    assert [s.start for s in statements] == [0, *(s.stop for s in statements)][:-1] if statements else not data
    assert not statements or statements[-1].stop == len(data)


@given(soups)
def test_a_sheet_with_its_closers_lets_a_rule_follow(data: bytes) -> None:
    whole = data + closers(data)
    assert closers(whole) == b""
    joined = top_level(whole + b"\np{q:r}")
    assert (joined[-1].kind, joined[-1].block) == ("qualified-rule", len(whole) + 2)
    before = [(s.kind, s.name) for s in top_level(data)]
    assert [(s.kind, s.name) for s in joined[:-1]][: len(before)] == before


@pytest.mark.parametrize(
    ("css", "missing"),
    [
        ("", ""),
        ("a{b:c}", ""),
        ("a{b:c", "}"),
        ("a{b:c}/*", "*/"),
        ("a{b:c}/*/", "*/"),
        ("a{b:c}/* *", "*/"),
        ("@media x{a{b:'c", "'}}"),
        ("a{b:'c\\", "\n'}"),
        ("a{b:'c\\'", "'}"),
        ("a{b:url(c", ")}"),
        ("a{b:url(c\\", "\ufffd)}"),
        ("a{b:url(c d", ")}"),
        ("a{b:f([x", "])}"),
        ("a{b:\\75rl(c;}", ")}"),
        ("a{b:x\\75rl(c;", ")}"),
        ("@import 'a", "';"),
        ("@import url(a)", ";"),
        (".a", "{}"),
        ("a{}-->", ""),
    ],
)
def test_closers_end_what_is_open(css: str, missing: str) -> None:
    assert closers(css.encode()).decode() == missing


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("url( a )", [("url", "url( a )")]),
        ("url( 'a')", [("function", "url("), ("whitespace", " "), ("string", "'a'"), (")", ")")]),
        ("\\75\r\nRL(a", [("url", "\\75\r\nRL(a")]),
        ("\\0755rl(a", [("function", "\\0755rl("), ("ident", "a")]),
        ("url(a b\\)c)d", [("bad-url", "url(a b\\)c)"), ("ident", "d")]),
        ("xurl(a)", [("function", "xurl("), ("ident", "a"), (")", ")")]),
        ("1url(a)", [("dimension", "1url"), ("(", "("), ("ident", "a"), (")", ")")]),
        ("#url(a)", [("hash", "#url"), ("(", "("), ("ident", "a"), (")", ")")]),
        ("<!--url(a)-->", [("CDO", "<!--"), ("url", "url(a)"), ("CDC", "-->")]),
        ("'a\nb", [("bad-string", "'a"), ("whitespace", "\n"), ("ident", "b")]),
        ("'a\\\r\nb'", [("string", "'a\\\r\nb'")]),
        ("'\\61\nb'", [("string", "'\\61\nb'")]),
        ("/**/*/", [("comment", "/**/"), ("delim", "*"), ("delim", "/")]),
        ("/* * ** /", [("comment", "/* * ** /")]),
        (
            "-1.5e-3px+.5%--x",
            [("dimension", "-1.5e-3px"), ("percentage", "+.5%"), ("ident", "--x")],
        ),
        ("@-x:@1", [("at-keyword", "@-x"), (":", ":"), ("delim", "@"), ("number", "1")]),
        ("\\\na\\", [("delim", "\\"), ("whitespace", "\n"), ("ident", "a\\")]),
    ],
)
def test_tokens_are_those_of_css_syntax(css: str, expected: list[tuple[str, str]]) -> None:
    assert texts(css) == expected


def test_a_byte_order_mark_is_read_through() -> None:
    assert [s.kind for s in top_level(b"\xef\xbb\xbf@import 'a';")] == ["whitespace", "at-rule"]


def test_statements_have_names_extents_and_blocks() -> None:
    data = b"@CHARSET 'x'; @layer a,b;@im\\70ort url(;);<!-- .a[b=';{']{c:{;}} @media (a:{;}) {b{}} /* x */"
    found = [(s.kind, s.name, data[s.start : s.stop]) for s in top_level(data) if s.kind != "whitespace"]
    assert found == [
        ("at-rule", "charset", b"@CHARSET 'x';"),
        ("at-rule", "layer", b"@layer a,b;"),
        ("at-rule", "import", b"@im\\70ort url(;);"),
        ("qualified-rule", "", b".a[b=';{']{c:{;}}"),
        ("at-rule", "media", b"@media (a:{;}) {b{}}"),
        ("comment", "", b"/* x */"),
    ]
    assert [data[s.block :][:3] for s in top_level(data) if s.block] == [b"{c:", b"{b{"]


@pytest.mark.parametrize(
    ("value", "string", "text"),
    [
        (rb"sp\ ace", False, "sp ace"),
        (rb"\61 b\000063 d", False, "abcd"),
        (b"\\61\r\nb", True, "ab"),
        (b"a\\\r\nb", True, "ab"),
        (rb"\0 \d800 \110000 x", True, "\ufffd\ufffd\ufffdx"),
        (b"a\\", True, "a"),
        (b"a\\", False, "a\ufffd"),
        (b"a\0b\xff", True, "a\ufffdb\ufffd"),
        ("\\é".encode(), False, "é"),
    ],
)
def test_escapes_are_undone(value: bytes, string: bool, text: str) -> None:
    assert unescape(value, string=string) == text


@pytest.mark.parametrize("data", [b"url( a\\61 )", b"url( a\\61 ", b"url( a\\61  )"])
def test_the_blank_after_a_hex_escape_belongs_to_the_url(data: bytes) -> None:
    start, stop = inside(data, token_at(data, 0))
    assert data[start:stop] == b"a\\61 "


@pytest.mark.parametrize("piece", [b"/*", b"(", b"[(", b'"\n', b"\\(", b"a\\61(", b"url(", b"\\\n", b"{", b"(a"])
def test_hostile_input_takes_time_in_proportion(piece: bytes) -> None:
    closers(piece * 40_000)
