"""White space taken out of whole sheets at once: what goes, what stays, and that the tokens are the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings

from assetbuild.compilers.css.compact import compact
from assetbuild.compilers.css.hiding import shown
from assetbuild.compilers.css.strip import stripped_css
from compilers.css import reference
from compilers.css.sheets import SHEET, SOUP, TRICKY


def compacted(sheet: str) -> str | None:
    text = compact(sheet.encode())
    return None if text is None else shown(text).decode()


@settings(max_examples=1500, deadline=None)
@example("x --> b{c:d}")
@example("a - > b{c:d}")
@example("a{--x:b > c{d:e}}")
@example("a[b[c] > d]{e:f}")
@example("a{b(c: d);e:f}")
@given(SHEET | SOUP | TRICKY)
def test_the_tokens_that_count_are_those_of_the_sheet(sheet: str) -> None:
    text = compacted(sheet)
    if text is not None:
        assert reference.same(sheet.encode(), text.encode())
        assert stripped_css(text.encode()) == text.encode()


@pytest.mark.parametrize(
    ("sheet", "text"),
    [
        ("a > b ~ c + d {\n  e: f g;\n}\n", "a>b~c+d{e:f g}"),
        ("a , b { c : d ; e : f ! important ; }", "a,b{c:d;e:f!important}"),
        ("li:nth-child( 2n + 1 ) > a{b:c}", "li:nth-child(2n + 1)>a{b:c}"),
        ("a +.5{b:c}", "a +.5{b:c}"),
        ("a{b: calc( 1px + 2px )}", "a{b:calc(1px + 2px)}"),
        ("a{--x: b > c; d: e}", "a{--x:b > c;d:e}"),
        ("a{--x: ; --y: }", "a{--x: ;--y: }"),
        ("a{--x: {b > c: d}}", "a{--x: {b > c:d}}"),
        ("a :hover, b::after , c: d{e:f}", "a :hover,b::after,c: d{e:f}"),
        ("a{b :hover{c: d}}", "a{b :hover{c:d}}"),
        ("a{filter: progid:X.Y( a=1 , b=2 )}", "a{filter:progid:X.Y(a=1,b=2)}"),
        ("a{b: c: d}", "a{b:c: d}"),
        (
            "@media ( min-width : 1px ) and ( width >= 2px ){a{b: c}}",
            "@media (min-width:1px) and (width >= 2px){a{b:c}}",
        ),
        ("@scope (a > b){c{d: e}}", "@scope (a > b){c{d:e}}"),
        ("a[ b ] > c{d:e}", "a[b]>c{d:e}"),
        ("a[ b > c ]{d:e}", "a[b > c]{d:e}"),
        ("a - > b{c:d}", "a - > b{c:d}"),
        ("a{b:c;;d:e;;;}", "a{b:c;d:e}"),
        ("a{;b:c}", "a{b:c}"),
        ("@layer a;;b{c:d}", "@layer a;;b{c:d}"),
        ("a{b{c:d};e:f}", "a{b{c:d};e:f}"),
        ("a{b{c:d};}", "a{b{c:d}}"),
        ("/* a */b/* c */ d/**/.e{f:g}/* h */", "b d/**/.e{f:g}"),
        ("/*! a */ b { c : d }", "/*! a */b{c:d}"),
        (".a\\31 b , \\32  > c{d: e}", ".a\\31 b,\\32 >c{d:e}"),
        ("a{b: url( c.png ) , url( 'd  e' )}", "a{b:url(c.png),url('d  e')}"),
        ('a{b: "c ; d { /* } \\" e"}', 'a{b:"c ; d { /* } \\" e"}'),
        ("a{b: c", "a{b:c"),
    ],
)
def test_what_goes_and_what_stays(sheet: str, text: str) -> None:
    assert compacted(sheet) == text


@pytest.mark.parametrize("sheet", ["a{b:(c;d)}", "a{b:c}}", "a{b:'c\n}", "a{b:c/*", "a{b:\x01}", "a/*! b */ c{d:e}"])
def test_what_has_to_be_read_token_by_token_is_not_decided(sheet: str) -> None:
    assert compacted(sheet) is None
