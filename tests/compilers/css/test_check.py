"""The check behind minified style sheets: nothing damaged passes, nothing ordinary is held back."""

from __future__ import annotations

import random

import pytest
import rcssmin
import tinycss2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assetbuild.compilers.css.check import css_difference
from assetbuild.compilers.css.strip import minified_css, minified_sheet, stripped_css
from assetbuild.references.css_lexer import tokens
from compilers.css import reference
from compilers.css.edits import with_edits
from compilers.css.sheets import SHEET, SOUP


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
        (' @charset "latin1";', '@charset "latin1";'),
        ("/*! l */a{}", "a{}"),
        ("a{}/* @license l */b{}", "a{}b{}"),
        ("a{--x:{b:c};d:e}", "a{--x:{b:c}d:e}"),
        ("@custom-selector :--x :is(a :hover);", "@custom-selector :--x :is(a:hover);"),
        ("<!-- @media (width > calc(1px + var(--x))){}", "<!-- @media (width > calc(1px+var(--x))){}"),
        ("a{--x: 1px + {b:c}}", "a{--x: 1px+{b:c}}"),
        ("a{b:c\\31 d}", "a{b:c\\31d}"),
        (".\\31  b{c:d}", ".\\31 b{c:d}"),
        ("a{b:c}};d{e:f;}", "a{b:c}}d{e:f}"),
        ("a{b:(c;d);e:f}", "a{b:(c;d)e:f}"),
        ("a{b:\x01 c}", "a{b:\x01c}"),
        ("a --> b{c:d}", "a -->b{c:d}"),
        ("a[b[c] > d]{e:f}", "a[b[c]>d]{e:f}"),
        ("a{}\ufeffb{c:d}", "a{}b{c:d}"),
        ("a{}b{c:d}", "a{}\ufeffb{c:d}"),
        ("a{}\ufeffb{c:\x01d}", "a{}b{c:\x01d}"),
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
        (' @charset "UTF-8";', '@charset "UTF-8";'),
        ("@custom-media --x (a: b);", "@custom-media --x (a:b);"),
        ("a{b:c}}; d { e : f ; }", "a{b:c}};d{e:f;}"),
        ("a{ b : (c;d) ; e : f }", "a{b:(c;d);e:f}"),
        ("a { b : \\75 rl( c ) ; d : e }", "a{b:\\75 rl(c);d:e}"),
        ("a > /* x */ b , c{ d : e }", "a>b,c{d:e}"),
    ],
)
def test_what_minifiers_ordinarily_do_to_a_sheet_is_no_difference(before: str, after: str) -> None:
    assert css_difference(before.encode(), after.encode()) is None


def test_charset_stays_first_and_does_not_become_so() -> None:
    for minify in (minified_css, stripped_css):
        assert minify(b'@charset "latin1" ; a { b : c }').startswith(b'@charset "latin1";')
    late = b'/* c */ @charset "latin1"; a { b : c }'
    assert stripped_css(late) == b'\n@charset "latin1";a{b:c}'
    assert css_difference(late, stripped_css(late)) is None
    assert css_difference(late, minified_css(late)) is not None


def test_a_difference_is_told_by_its_offset() -> None:
    sheet = b"a{b:c;;}\n/* x */ .d{ e: f; .g :hover { h: i } }"
    found = css_difference(sheet, sheet.replace(b".g :hover", b".g:hover"))
    assert found is not None
    assert (found.start, found.length) == (sheet.index(b":hover"), 1)
    found = css_difference(sheet, b"a{b:c}")
    assert found is not None
    assert (found.text, found.start) == ("the minifier would have changed '.' to nothing", sheet.index(b".d"))
    found = css_difference(b"a{b:c}", b"a{b:c}d{}")
    assert found is not None
    assert (found.text, found.start) == ("the minifier would have changed nothing to 'd'", 6)


def test_licences_survive_both_ways() -> None:
    sheet = b"/*! one */a{b:c;/*! two */d:e}/* three */"
    for output in (stripped_css(sheet), bytes(rcssmin.cssmin(sheet, keep_bang_comments=True))):
        assert b"/*! one */" in output
        assert b"/*! two */" in output
        assert b"three" not in output
        assert css_difference(sheet, output) is None


@settings(max_examples=400)
@example((b"a{b:c;}", b"a{b:c}"))
@given(with_edits())
def test_what_the_check_accepts_a_comparison_of_all_tokens_accepts(pair: tuple[bytes, bytes]) -> None:
    if css_difference(*pair) is None:
        assert reference.same(*pair)


@settings(max_examples=400)
@given(with_edits())
def test_what_a_comparison_of_all_tokens_accepts_the_check_accepts(pair: tuple[bytes, bytes]) -> None:
    found = css_difference(*pair)
    if found and "licence" not in found.text and "@charset" not in found.text:
        assert not reference.same(*pair)


@pytest.mark.parametrize("before", [b"\n", b"/* c */", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_letter_does_not_become_a_byte_order_mark(before: bytes) -> None:
    sheet = before + "\ufeffa { b : c }".encode()
    made = minified_sheet(sheet)
    assert made is not None
    for output in (made.output, stripped_css(sheet)):
        assert output == "\n\ufeffa{b:c}".encode()
        assert css_difference(sheet, output) is None
