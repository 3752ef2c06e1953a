"""A minifier's text beside our own stripping: the same verdict and the same place as by reading both sheets."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings

from assetbuild.compilers.css.check import css_difference
from assetbuild.compilers.css.compact import compact
from assetbuild.compilers.css.compare import difference_beside
from assetbuild.compilers.css.strip import minified_css, minified_sheet, stripped_css
from compilers.css import reference
from compilers.css.edits import with_edits


@settings(max_examples=1500, deadline=None)
@example((b"a{b:c;}", b"a{b:c}"))
@example((b"@MEDIA x{a{b: c}}/*! l */", b":@MEDIA x{a{b:c}}"))
@example((b"a{--x: ;b:c}", b"a{--x:;b:c}"))
@example((b"/*! a */b{c:d}", b"b{c:d}"))
@example((b"a: --v: ;a: --v:{", b"a: --v: ;a:--v:{"))
@given(with_edits())
def test_runs_that_differ_tell_what_a_comparison_of_the_sheets_tells(pair: tuple[bytes, bytes]) -> None:
    before, after = pair
    text = compact(before)
    if text is not None:
        assert difference_beside(before, text, after) == css_difference(before, after)


@settings(max_examples=600, deadline=None)
@given(with_edits())
def test_a_minified_sheet_has_the_tokens_of_the_sheet(pair: tuple[bytes, bytes]) -> None:
    before, _ = pair
    made = minified_sheet(before)
    assert made is not None
    assert reference.same(before, made.output)
    assert len(made.output) <= max(len(before), len(stripped_css(before)))
    assert (made.difference is None) == (css_difference(before, minified_css(before)) is None)


@pytest.mark.parametrize("sheets", [1, 40, 2100])
def test_the_place_is_found_after_however_many_runs_that_say_the_same(sheets: int) -> None:
    harmless = b"".join(
        b"/* ; { */ .a%d + .b { c: d ; } @media (e: f) { g { h: 'i } j' } }\n" % one for one in range(sheets)
    )
    sheet = harmless + b".k { l: m; --n: ; }"
    made = minified_sheet(sheet)
    assert made is not None
    assert made.difference == css_difference(sheet, minified_css(sheet))
    assert made.difference is not None
    assert made.difference.start == sheet.index(b";", sheet.index(b"--n"))


def test_of_two_right_texts_the_shorter_is_taken() -> None:
    made = minified_sheet(b"a + b { c: d }")
    assert made is not None
    assert (made.output, made.difference) == (b"a+b{c:d}", None)
