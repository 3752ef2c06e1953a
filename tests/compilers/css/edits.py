"""Style sheets for hypothesis with what a minifier may have made of them, right or wrong."""

from __future__ import annotations

from hypothesis import strategies as st

from assetbuild.compilers.css.strip import minified_css, stripped_css
from assetbuild.references.css_lexer import tokens
from compilers.css.sheets import SHEET, SOUP, TRICKY


@st.composite
def with_edits(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A sheet, and the same with blanks, comments, semicolons or other tokens put in or taken out here and there."""
    before = draw(SHEET | SOUP | TRICKY).encode()
    after = draw(st.sampled_from([bytes, stripped_css, minified_css]))(before)
    for _ in range(draw(st.integers(0, 3))):
        places = [start for _, start, _ in tokens(after)] + [len(after)]
        start = draw(st.sampled_from(places))
        stop = draw(st.sampled_from(places[places.index(start) :][:2])) if start in places else start
        put = draw(
            st.sampled_from(["", "", " ", "  ", "\n", "/**/", " /**/", ";", ";;", ":", "!", "\\31 ", "a", "{", "}"])
        )
        after = after[:start] + put.encode() + after[stop:]
    return before, after
