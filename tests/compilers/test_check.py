"""The check behind the minifiers: nothing damaged passes, nothing ordinary is held back."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
import rcssmin
import tinycss2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assetbuild.compilers.check import css_difference, stripped_css
from assetbuild.references.css_lexer import tokens

# Style sheets, as lists of tokens with or without blanks between them.

BLANK = st.sampled_from(["", "", " ", "\n ", "/**/", " /* c */ "])
COMPOUND = st.sampled_from(
    ["a", ".b", "#c", "*", "&", "a:hover", ":is(.a, .b :hover)", '[x="y z"]', ":nth-child(2n + 1)"]
)
COMBINATOR = st.sampled_from([" ", " > ", "+", " ~ ", ">"])
VALUES = [
    "red", "1px", "-1px", "+1px",
    "calc(1px + 2px)", "calc(1px*2 / 3)", "url( a.png )", 'url("a b.png")', "'x  y'", "var(--x, )",
    "var(--x)", "rgb(0 0 0 / 50%)", "#fff", "!important", "/", ",", "\\31 x", "progid:X.Y(a=1)",
]  # fmt: skip
AT_RULES = [
    "@media (min-width : 3px) and (width >= 4px)",
    "@layer a", "@container c (width > 1px)", "@scope (.a) to (.b :hover)",
    "@supports selector(a :hover) and (a: b)", "@page :first", "@font-face", "@keyframes  k",
]  # fmt: skip


@st.composite
def declaration(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(["color", "--x", "*zoom", "-webkit-a"]))
    values = draw(st.lists(st.sampled_from(VALUES), max_size=4))
    return name + draw(BLANK) + ":" + draw(BLANK) + "".join(value + draw(BLANK) + " " for value in values)


@st.composite
def selector(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.tuples(COMPOUND, COMBINATOR), min_size=1, max_size=3))
    return "".join(compound + combinator for compound, combinator in parts) + draw(COMPOUND)


def block(contents: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    rule = st.tuples(selector() | st.sampled_from(AT_RULES), BLANK, st.lists(contents, max_size=3), BLANK)
    return rule.map(lambda parts: f"{parts[0]}{parts[1]}{{{parts[3]}{';'.join(parts[2])}{parts[3]}}}")


RULE = st.recursive(block(declaration()), lambda inner: block(inner | declaration()), max_leaves=6)
LOOSE = st.sampled_from(
    [";", "@layer a , b;", "@import 'x' layer(a) supports(a :b) screen;", "/*! l */", "<!--", "-->", "\n"]
)
SHEET = st.lists(RULE | LOOSE, max_size=5).map("".join)
SOUP = st.lists(
    st.sampled_from(
        [
            *"{}()[];:,.#@+-*/<>!=~|^$\\ \n",
            "a",
            "1",
            "1px",
            "--x",
            "url(",
            "'",
            '"',
            "/*",
            "*/",
            "@media ",
            "calc(",
            "é",
            "/*!",
        ]
    )
).map("".join)


@settings(max_examples=300, deadline=None)
@example("a{b:\\\n}")
@example("\\\n")
@given(SHEET | SOUP)
def test_stripping_changes_nothing_and_is_done_in_one_go(sheet: str) -> None:
    data = sheet.encode()
    stripped = stripped_css(data)
    assert css_difference(data, stripped) is None
    assert stripped_css(stripped) == stripped


@settings(max_examples=200, deadline=None)
@given(SHEET)
def test_another_parser_sees_the_same_rules_in_a_stripped_sheet(sheet: str) -> None:
    def kinds(text: str) -> list[tuple[str, str, bool]]:
        rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
        return [
            (rule.type, getattr(rule, "lower_at_keyword", ""), getattr(rule, "content", None) is None) for rule in rules
        ]

    assert kinds(stripped_css(sheet.encode()).decode()) == kinds(sheet)


@settings(max_examples=200, deadline=None)
@given(SHEET, st.randoms(use_true_random=False))
def test_a_sheet_without_one_of_its_tokens_is_another_sheet(sheet: str, chance: random.Random) -> None:
    data = stripped_css(sheet.encode())
    nodes = [match for match in _words(data) if data[match[0] : match[1]] not in (b";",)]
    if nodes:
        start, stop = chance.choice(nodes)
        assert css_difference(data, data[:start] + data[stop:]) is not None


def _words(data: bytes) -> list[tuple[int, int]]:
    idle = ("whitespace", "comment", ";")
    return [(start, stop) for kind, start, stop in tokens(data) if kind not in idle]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (".a{b :hover{c:d}}", ".a{b:hover{c:d}}"),
        (".a{& :hover{c:d}}", ".a{&:hover{c:d}}"),
        ("@layer x{a :hover{c:d}}", "@layer x{a:hover{c:d}}"),
        ("@container x (a:b){a :hover{c:d}}", "@container x (a:b){a:hover{c:d}}"),
        ("@scope (a :hover){b{c:d}}", "@scope (a:hover){b{c:d}}"),
        ("@scope (a){b :hover{c:d}}", "@scope (a){b:hover{c:d}}"),
        ("@supports selector(a :hover){a{b:c}}", "@supports selector(a:hover){a{b:c}}"),
        ("@page a :first{b:c}", "@page a:first{b:c}"),
        (":is(.i[type=url],.j){a:b}", ":is(.i[type=url,.j){a:b}"),
        ("a{b:'x  y'}", "a{b:'x y'}"),
        ('a{b:url("a b.png")}', 'a{b:url("ab.png")}'),
        ('a{b:url("a b.png")}', "a{b:url(a b.png)}"),
        (".a/**/.b{c:d}", ".a .b{c:d}"),
        ("a/**/b{c:d}", "ab{c:d}"),
        ("a{--x: ;}", "a{--x:;}"),
        ("a{--x: }", "a{--x:}"),
        ("a{--x:a :b}", "a{--x:a:b}"),
        ("a{b:calc(1px + 2px)}", "a{b:calc(1px+2px)}"),
        ("a{b:calc(1px - 2px)}", "a{b:calc(1px -2px)}"),
        ("@media a and (b:c){}", "@media a and(b:c){}"),
        ("@media (a:b) and (b:c){}", "@media (a:b)and (b:c){}"),
        ("a .b{c:d}", "a.b{c:d}"),
        ("a *{c:d}", "a*{c:d}"),
        ("[a|=b]{c:d}", "[a| =b]{c:d}"),
        ("@media (a > = 1px){}", "@media (a >= 1px){}"),
        (".a{b:c};.d{e:f}", ".a{b:c}.d{e:f}"),
        ("a{b:1 2}", "a{b:12}"),
        ("a{b:c!important}", "a{b:c}"),
        ('@charset "a";', '@charset"a";'),
    ],
)
def test_a_sheet_that_says_something_else_is_caught(before: str, after: str) -> None:
    assert css_difference(before.encode(), after.encode()) is not None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" a , b { c : d ; e : f ; } ", "a,b{c:d;e:f}"),
        ("a > b + c ~ d { e: f }", "a>b+c~d{e:f}"),
        ("a{b:c ! important}", "a{b:c!important}"),
        ("a{b:c;;d:e;}", "a{b:c;d:e}"),
        ("@media ( min-width : 3px ) , print { a { b : c } }", "@media (min-width:3px),print{a{b:c}}"),
        ("a[ b = 'c' ]{d:e}", "a[b='c']{d:e}"),
        ("a{b:rgb( 1 , 2 , 3 )}", "a{b:rgb(1,2,3)}"),
        ("a{b:url( c.png )}", "a{b:url(c.png)}"),
        ("/* x */a/* y */{b:c}", "a{b:c}"),
        ("a{b:calc( 1px * 2 )}", "a{b:calc(1px*2)}"),
        ("\ufeffa{b:c}", "a{b:c}"),
    ],
)
def test_what_minifiers_ordinarily_do_to_a_sheet_is_no_difference(before: str, after: str) -> None:
    assert css_difference(before.encode(), after.encode()) is None


def test_licences_survive_both_ways() -> None:
    sheet = b"/*! one */a{b:c;/*! two */d:e}/* three */"
    for output in (stripped_css(sheet), bytes(rcssmin.cssmin(sheet, keep_bang_comments=True))):
        assert b"/*! one */" in output
        assert b"/*! two */" in output
        assert b"three" not in output
        assert css_difference(sheet, output) is None


def test_the_check_takes_time_in_proportion() -> None:
    def seconds(check: Callable[[bytes, bytes], str | None], data: bytes) -> float:
        times = []
        for _ in range(3):
            began = time.perf_counter()
            assert check(data, data) is None
            times.append(time.perf_counter() - began)
        return min(times)

    sheet = b".a > .b :hover {\n  color: red;\n  margin: calc(1px + 2px) 3px;\n}\n" * 300
    assert seconds(css_difference, sheet * 8) < 40 * max(seconds(css_difference, sheet), 0.002)
