"""References in style sheets: as tinycss2 sees them, and whatever the bytes, no exception."""

from __future__ import annotations

import tinycss2

from assetbuild.references import css
from references.css_soups import PIECES
from references.test_css_oracle import by_tinycss2, by_us
from targets.finding import check_finder, check_renaming, rewritten

SEEDS = (
    b"@charset 'x';@import 'a.css' layer(b);@import url(c.css);d{e:url( 'f.png' );g:image-set('h' 1x,url(i) 2x)}",
    b"@layer a;@media print{a{b:url(c\\20 d.png)}}/*# sourceMappingURL=e.css.map */",
    b"a{--b:url(c);d:src('e');f:var(--g,url(h))}@namespace url(i);@supports (a:url(b)){c{d:url(e)}}",
)
KNOWN = ("charset", "font-face", "import", "keyframes", "layer", "media", "namespace", "page", "supports")
WORDS = tuple(piece.encode() for piece in PIECES)


def target(data: bytes) -> None:
    found = check_finder(css, data)
    assert rewritten(css, data, [(one, one.written) for one in found]) == data
    if not any(one.kind == "inline" for one in found):
        check_renaming(css, data, found)
    try:
        expected, whole = by_tinycss2(data), is_whole(data)
    except RecursionError:
        return
    # Of a rule that is no rule tinycss2 gives nothing.
    assert by_us(data) == expected or not whole, (by_us(data), expected)


def is_whole(data: bytes) -> bool:
    """Whether tinycss2 finds no error in the sheet, no at-rule in brackets, and no import of nothing."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    waiting = [(node, False) for node in tinycss2.parse_stylesheet(text)]
    while waiting:
        node, bracketed = waiting.pop()
        if node.type == "error" or (bracketed and node.type == "at-keyword"):
            return False
        if node.type == "at-rule" and node.lower_at_keyword not in KNOWN:
            return False  # a rule that is none does not end the zone of imports
        if node.type == "at-rule" and node.lower_at_keyword == "import":
            first = [one.type for one in node.prelude if one.type not in ("whitespace", "comment")][:1]
            if first not in (["string"], ["url"], ["function"]):
                return False
        for part in ("prelude", "content", "arguments"):
            inside = bracketed or part == "arguments" or node.type in ("() block", "[] block")
            waiting += [(one, inside) for one in getattr(node, part, None) or []]
    return True
