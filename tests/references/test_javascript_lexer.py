import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.references import javascript_lexer
from assetbuild.references.javascript_pieces import COMMENT_PIECE, LITERAL_PIECE

BLANKS = [" ", "\n", "\r", "\u2028", "\xa0", "/* */", "/*\n*/", "// b\n", " " * 70]
HTML_SOUP = [*BLANKS, "'<!--'", "`-->`", "/-->/", "/", "}", "import 'a'", "--", ">", "a"]
SOUP = st.lists(
    st.sampled_from(
        [
            "/",
            "//",
            "/*",
            "*/",
            "/a/g",
            "[/]",
            "'",
            '"',
            "`",
            "${",
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            "++",
            "--",
            ".",
            "...",
            "=>",
            ";",
            ":",
            ",",
            "=",
            "?",
            "<!--",
            "-->",
            "#!",
            "\\",
            "\n",
            "\r",
            "\u2028",
            "\xa0",
            "a",
            "é",
            "1",
            "1.",
            "of",
            "if",
            "for",
            "while",
            "return",
            "typeof",
            "yield",
            "await",
            "function",
            "class",
            "async",
            "case",
            "default",
            "import",
            "export",
            "from",
            "meta",
            "URL",
            "new",
            "asset:",
            '("x")',
            "'y'",
            "//#sourceMappingURL=z",
        ]
    ),
    max_size=40,
).map(lambda tokens: " ".join(tokens).replace("  ", "").encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = b / c / d", []),
        ("a = (b) / c / d", []),
        ("if (b) /c'/g.test(d)", ["/c'/g"]),
        ("while (b) /c`/.test(d)", ["/c`/"]),
        ("for await (b of c) /d'/.test(e)", ["/d'/"]),
        ("a.if(b) / c / d", []),
        ("a = b => /'/", ["/'/"]),
        ('typeof /"/', ['/"/']),
        ("function* g() { yield /`/ }", ["/`/"]),
        ("[.../'/g.exec(a)]", ["/'/g"]),
        ("a.return / b / c", []),
        ("this.#return / b / c", []),
        ("a++ / b / c", []),
        ("a + ++/'/.lastIndex", ["/'/"]),
        ("a\n++/'/.lastIndex", ["/'/"]),
        ("of / b / c", []),
        ("of-- / b / c", []),
        ("for (a of /'/) b", ["/'/"]),
        ("1. / b / c", []),
        ("1. in /'/", ["/'/"]),
        ("{}\n/'/.test(a)", ["/'/"]),
        ("x = {} / b / c", []),
        ("x = function () {} / b / c", []),
        ("function f() {}\n/'/.test(a)", ["/'/"]),
        ("(class A {} / b / c)", []),
        ("class A extends B {}\n/'/.test(a)", ["/'/"]),
        ("switch (a) { case 1: {} /'/.test(a) }", ["/'/"]),
        ("x = () => {}\n/'/.test(a)", ["/'/"]),
        ("{ label: {} /'/.test(a) }", ["/'/"]),
        ("(function () { label: {} /'/.test(a) })", ["/'/"]),
        ("({ a: {} / b / c })", []),
        ("`a`\n{ b }\n/'/.test(c)", ["`a`", "/'/"]),
        ("for (const a\nof /'/) b", ["/'/"]),
        ("for (const of of /'/) b", ["/'/"]),
        ("class A {}\nof / b / c", []),
        ("a[b]\nof / c / d", []),
        ("of\n{}\n/'/.test(a)", ["/'/"]),
        ("a: function f() {}\n/'/.test(b)", ["/'/"]),
        ("({ a: function () {} / b / c })", []),
        ("a = b ? c : function () {} / d / e", []),
        ("a = b ? c : {} / d / e", []),
        ("f()\na: {}\n/'/.test(b)", ["/'/"]),
        ("a++\nb: {}\n/'/.test(c)", ["/'/"]),
        ("a: b: {}\n/'/.test(c)", ["/'/"]),
        ("if (a) b: {}\n/'/.test(c)", ["/'/"]),
        ("switch (a) { case /;/: {}\n/'/.test(b) }", ["/;/", "/'/"]),
        ("switch (a) { case '?': {}\n/'/.test(b) }", ["'?'", "/'/"]),
        ("switch (a) { case { b: 1 }.b: {}\n/'/.test(c) }", ["/'/"]),
        ("switch (a) { case b ? c : d: {}\n/'/.test(e) }", ["/'/"]),
        ("switch (a) { case b?.c ?? d: {}\n/'/.test(e) }", ["/'/"]),
        ("switch (a) { case b: c ? d : {} / e / f }", []),
        ("switch (a) { default: {}\n/'/.test(b) }", ["/'/"]),
        ("({ default: {} / b / c })", []),
        ("({ case: {} / b / c })", []),
        ("x = 1.\nfunction f() {}\n/'/.test(a)", ["/'/"]),
        ("a++\nfunction f() {}\n/'/.test(b)", ["/'/"]),
        ("while (a) { break\nfunction f() {}\n/'/.test(b) }", ["/'/"]),
        ("a++\n{}\n/'/.test(b)", ["/'/"]),
        ("typeof\n{} / b / c", []),
        ("/[/'\\]]/u", ["/[/'\\]]/u"]),
        ("a = '/' / \"'\" / `\"`", ["'/'", '"\'"', '`"`']),
        ("`a${ {b: `c${'}'}d`} }e`", ["`a${", "`c${", "'}'", "}d`", "}e`"]),
        ("#!it's\n'a'", ["'a'"]),
        ("// it's\u2028'a'", ["'a'"]),
        ("/* it's */ 'a' // it's", ["'a'"]),
        ("'a\\\n\\'b'", ["'a\\\n\\'b'"]),
        ("\ufeff#!it's\n'a'", ["'a'"]),
    ],
)
def test_every_literal_is_found_whole(text: str, expected: list[str]) -> None:
    assert javascript_lexer.literals(text.encode()) == ([each.encode() for each in expected], True)


@pytest.mark.parametrize("text", ["'a", '"a\n"', "`a", "`${a", "`${'}`", "/* a", "a = /b", "(", "(]", "}", "f({)}"])
def test_a_text_cut_short_is_not_whole(text: str) -> None:
    assert not javascript_lexer.literals(text.encode())[1]


def test_html_comments_are_comments_in_scripts_only() -> None:
    assert javascript_lexer.literals(b"<!-- it's\n'a'\n --> it's\n/* \n */ --> it's") == ([b"'a'"], True)
    assert javascript_lexer.literals(b"export default a <!--'b'") == ([b"'b'"], True)
    assert javascript_lexer.literals(b"while (n --> 'a') b") == ([b"'a'"], True)


def pieces(lexer: javascript_lexer.Lexer) -> list[tuple[int, int, int]]:
    """What was read; without the empty pieces, and whole literals, at which a stride may end."""
    found = zip(lexer.starts, lexer.stops, lexer.kinds, strict=True)
    return [piece for piece in found if piece[0] != piece[1] and piece[2] != LITERAL_PIECE]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*HTML_SOUP, "<!--", "-->", "-->"]), max_size=20))
def test_a_text_read_at_once_is_read_by_its_goal(tokens: list[str]) -> None:
    data = "".join(tokens).encode()
    script = javascript_lexer.Lexer(data, not javascript_lexer.is_module(data))
    script.read(len(data))
    lexer = javascript_lexer.lexer_of(data)
    lexer.read(len(data))
    assert pieces(javascript_lexer.read_whole(data)) == pieces(lexer) == pieces(script)


FILLERS = ["f ( b ) ", "; ", "'((((((((((((' ", '"a\\")))))))))))" ', "`[[[[[` ", "{ c : 1 } ", ", ", "x" * 90]
CONDITIONS = ["?.b", "??b", "?.b", "?1:2+b"]


@st.composite
def ways_back(draw: st.DrawFn) -> list[str]:
    """A text that ends with a slash, in parts; what the slash is, is told by what the parts begin with."""
    head, fillers, tail = draw(
        st.sampled_from(
            [
                ("if (", FILLERS, ") "),
                ("k(", FILLERS, ")"),
                ("x = {", FILLERS, "}"),
                ("{", FILLERS, "}"),
                ("function f() {", FILLERS, "} "),
                ("switch (a) { case b", CONDITIONS, ": { }"),
                ("x = { [y", CONDITIONS, "] : { }"),
                ("x = y ? z", CONDITIONS, ": { }"),
            ]
        )
    )
    some = draw(st.lists(st.sampled_from(fillers), min_size=1, max_size=6))
    return [head, *some * draw(st.integers(1, 120)), " " * draw(st.integers(0, 3)) + tail + " /d/ e"]


@settings(max_examples=300, deadline=None)
@given(ways_back())
def test_a_long_way_back_finds_what_a_way_from_comment_to_comment_finds(parts: list[str]) -> None:
    """A comment parts what is read into short stretches, and changes nothing."""
    read = [pieces(javascript_lexer.read_whole(gap.join(parts).encode())) for gap in ("", "/**/")]
    kinds = [[kind for _, _, kind in found if kind != COMMENT_PIECE] for found in read]
    assert kinds[0] == kinds[1]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(["(", ")", "[", "]", "{", "}", "()", "[]", "{}", "a"]), max_size=80), st.booleans())
def test_brackets_are_balanced_if_each_closes_the_last_that_is_open(tokens: list[str], closing: bool) -> None:
    opened: list[str] = []
    right = True
    for byte in "".join(tokens):
        if byte in "([{":
            opened.append({"(": ")", "[": "]", "{": "}"}[byte])
        elif byte != "a" and right:
            right = bool(opened) and opened.pop() == byte
    if closing:
        tokens += reversed(opened)
    assert javascript_lexer.balanced("".join(tokens).encode()) == (right and (closing or not opened))


@pytest.mark.parametrize("text", ["import 'a'", "export {}", "export default 1", "x(import.meta)", "import a from 'b'"])
def test_module_syntax_makes_a_module(text: str) -> None:
    assert javascript_lexer.is_module(text.encode())


@pytest.mark.parametrize(
    "text", ["import('a')", "'export {}'", "a.export = {}", "// import 'a'", "importer", "({import: 1})"]
)
def test_a_script_is_no_module(text: str) -> None:
    assert not javascript_lexer.is_module(text.encode())


@pytest.mark.parametrize(
    "unit",
    [
        "/*",
        "(",
        "`",
        "import",
        "`${",
        "/[",
        "'",
        "(a)/1",
        "}/a/;",
        "{/a/;",
        "\n-->",
        "<!--",
        "/**/",
        "++/a",
        "import/*",
    ],
)
def test_reading_takes_time_in_proportion_to_the_size(unit: str) -> None:
    text = (unit * 200_000)[:200_000].encode()
    before = time.process_time()
    javascript_lexer.literals(text)
    javascript_lexer.is_module(text)
    assert time.process_time() - before < 60  # hours, if quadratic


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), SOUP))
def test_any_bytes_are_read_to_the_end(text: bytes) -> None:
    literals, _ = javascript_lexer.literals(text)
    place = 0
    for literal in literals:
        place = text.index(literal, place) + len(literal)
    javascript_lexer.is_module(text)
