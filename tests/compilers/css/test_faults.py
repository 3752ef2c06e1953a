"""What a browser would lose of a style sheet is told at its place; what loses nothing is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given

from assetbuild.compilers.css.faults import css_faults
from compilers.css.judge import has_errors
from compilers.css.sheets import SHEET, SOUP
from references.corpus import PACKAGES, SHEETS, corpus, files


def told(text: str) -> list[tuple[str, int]]:
    return [(fault.text, fault.start) for fault in css_faults(text.encode())]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a { color: red", [("'{' is not closed", 2)]),
        ("a { b: c }\nd {\n.e { f: g }", [("'{' is not closed", 13)]),
        ("a{b:c}\n}\nd{e:f}", [("'}' closes nothing: the rule after it is lost", 7)]),
        ('a{b:"x\n;c:d}', [("a string that does not end on its line: what it stands in is lost", 4)]),
        ("a{b:url(x y)}", [("a URL with a blank, a quote or a parenthesis in it: what it stands in is lost", 4)]),
        ("a{color red;b:c}", [("a declaration without ':' is lost", 2)]),
        ("a{b:c;d}", [("a declaration without ':' is lost", 6)]),
        ("a{: red}", []),
        ("a{:(}", [("'(' is not closed before '}': what follows is lost", 3)]),
        (
            "a{color: red\n  width: 10px;\n}",
            [("no ';' before 'width': this declaration and the one before it are lost", 15)],
        ),
        ("a{b:calc((1px + 2px)}\nd{e:f}", [("'(' is not closed before '}': what follows is lost", 8)]),
        ("a{b:c)}", [("')' closes nothing: what it stands in is lost", 5)]),
        ("foo bar", [("a selector without a block: the file ends", 0)]),
        ("foo;\nb{c:d}", [("';' ends nothing here: all up to the next block is lost", 3)]),
        ("@media print", [("'@media' without a block", 0)]),
        ("a{b:c}\n@media print;", [("'@media' without a block", 7)]),
        ("{a:b}", [("a block without a selector is lost", 0)]),
        ("a{b:c}/* x", [("a comment that does not end", 6)]),
        ('@import "x', [("a string that does not end", 8)]),
        ("@import url(x", [("a URL that does not end", 8)]),
        ("// foo\na{b:c}", [("'//' begins no comment in CSS: the rule after it is lost", 0)]),
        ("a{// foo\nb:c;d:e}", [("'//' begins no comment in CSS: the declaration after it is lost", 2)]),
        ("@media (width > 1px{a{b:c}}", [("'(' is not closed: all that follows is lost", 7)]),
        ("@media print{a{b c}}", [("a declaration without ':' is lost", 15)]),
        ("a{\n&:hover{b c}}", [("a declaration without ':' is lost", 11)]),
    ],
)
def test_what_is_lost_is_told_at_its_place(text: str, said: list[tuple[str, int]]) -> None:
    assert told(text) == said


HARMLESS = [
    "", "\ufeffa{}", "a{}", "@import 'x'", '@charset "utf-8";a{b:c}', "a{b:c;;}", "a,{b:c}", "a{color:}", "a{b:c!ie}",
    "a{*zoom:1;_height:1px;#color:red;+b:c}", "a{filter:progid:DXImageTransform.Microsoft.gradient(a='#1',b='#2')}",
    "@-moz-document url-prefix(){a{b:c}}", "<!-- a{b:c} -->", "a{--x:{a:b;c};--y:[{}];--z:;--w:a\n b:c}",
    "@tailwind base;", "a{@apply b c;&:hover{d:e}.f &{g:h}}", "@theme{--a:b}", "a{unicode-range:U+26,U+0-7F}",
    "@layer a,b;@layer c{a{b:c}}", "a{b:expression(this.x ? '1px' : '2px')}",
    "a{background:url(data:image/png;base64,AA==)}", "a{b:url( 'c' )}", ".a\\:b{c:d}", ".\\31 {c:d}", "a[b='c{']{d:e}",
    "a{content:'\\\n'}", "a{grid:[a] 1fr [b]/2}", ":is(a,b:not(c)){d:e}", "@media (width>=1px){a{b:c}}",
    "@container (width>1px) and style(--a: b){a{b:c}}", "a{b:c\n/* d: e */\n}", "a:hover\n:b{c:d}",
    "@font-feature-values A{@styleset{a:1}}", "@keyframes a{0%{b:c}to{d:e}}", "@supports (a:b){c{d:e}}",
    "a{b:c\n!important}",
]  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS)
def test_what_loses_nothing_is_not_told(text: str) -> None:
    assert told(text) == []


@given(SHEET)
def test_sheets_that_lightningcss_reads_are_not_told(sheet: str) -> None:
    if css_faults(sheet.encode()):
        assert has_errors(sheet.encode())


@given(SOUP)
@example("\\")
@example("a{\\")
@example("/**/" * 3000 + "a{" * 3000)
@example("(" * 5000)
def test_any_text_is_read_to_its_end(text: str) -> None:
    data = text.encode()
    places = [fault.start for fault in css_faults(data)]
    assert places == sorted(places)
    assert all(0 <= place < len(data) for place in places)


def wrongly_told(folder: Path, names: list[Path]) -> list[str]:
    """The published sheets of which something is told though lightningcss finds no fault."""
    told_of = [(name, name.read_bytes()) for name in names]
    return [str(name) for name, data in told_of if css_faults(data) and not has_errors(data)]


def test_nothing_is_told_of_published_sheets(pytestconfig: pytest.Config) -> None:
    packages = {name: PACKAGES[name] for name in ("animate.css", "bulma", "foundation-sites", "tailwindcss", "swiper")}
    names = files(folder := corpus(pytestconfig, packages, SHEETS, "npm-sheets-tenth"), SHEETS)
    assert len(names) >= 100
    assert wrongly_told(folder, names) == []


@pytest.mark.long
def test_nothing_is_told_of_all_published_sheets(pytestconfig: pytest.Config) -> None:
    folder = corpus(pytestconfig)
    names = files(folder, SHEETS)
    assert len(names) >= 1000
    assert [str(name) for name in names if css_faults(name.read_bytes())] == []
