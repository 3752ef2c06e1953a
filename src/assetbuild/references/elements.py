"""Which attributes of which elements of HTML and SVG name what a browser fetches with the page.

Not here: addresses of pages (`a`, `area`, `iframe`, `frame`, `form`), `meta` (`og:image` wants an absolute URL),
`srcdoc`, and what only scripts read (`data-src`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Role = Literal["url", "srcset"]

_CELLS = (b"body", b"table", b"tbody", b"thead", b"tfoot", b"tr", b"td", b"th")
_HTML: Mapping[bytes, Mapping[bytes, Role]] = {
    b"img": {b"src": "url", b"srcset": "srcset"},
    b"source": {b"src": "url", b"srcset": "srcset"},
    b"script": {b"src": "url"},
    b"embed": {b"src": "url"},
    b"object": {b"data": "url"},
    b"video": {b"src": "url", b"poster": "url"},
    b"audio": {b"src": "url"},
    b"track": {b"src": "url"},
    b"input": {b"src": "url"},
    b"link": {b"href": "url", b"imagesrcset": "srcset"},
    **{name: {b"background": "url"} for name in _CELLS},
}

# The elements of SVG 1.1 and 2 whose href names a part of a picture or a file: all that have one but `a`.
SVG_LINKED = frozenset(
    b"altGlyph animate animateColor animateMotion animateTransform audio color-profile cursor discard feImage filter "
    b"font-face-uri glyphRef hatch image linearGradient mesh meshgradient mpath pattern radialGradient script set "
    b"solidcolor textPath tref use video".split()
)
# The attributes whose value is CSS and may have a URL in it: properties as attributes, and what is animated.
SVG_STYLED = frozenset(
    b"by clip-path color-profile cursor fill filter from marker marker-end marker-mid marker-start mask mask-image "
    b"shape-inside shape-subtract stroke to values".split()
)

# What a link element must be one of to name an asset. An alternate style sheet or icon is a "stylesheet" or "icon" too.
_RESOURCES = frozenset(
    b"apple-touch-icon apple-touch-icon-precomposed apple-touch-startup-image compression-dictionary fluid-icon icon "
    b"manifest mask-icon modulepreload prefetch preload stylesheet".split()
)


def html_roles(element: bytes) -> Mapping[bytes, Role]:
    """The attributes of an HTML element, its name in lower case, that have URLs in them, besides `style`."""
    return _HTML.get(element, {})


# What fetches something or not as its other attributes say.
CONDITIONAL = frozenset({b"link", b"input"})


def is_fetched(element: bytes, first: Mapping[bytes, bytes]) -> bool:
    """Whether an element with these attributes, their values decoded, fetches anything: any not CONDITIONAL does."""
    if element == b"link":
        document = first.get(b"as", b"").strip().lower() == b"document"
        return not document and not _RESOURCES.isdisjoint(first.get(b"rel", b"").lower().split())
    return element != b"input" or first.get(b"type", b"").lower() == b"image"


def is_css(kind: bytes | None) -> bool:
    """Whether a `style` element of this `type` holds CSS."""
    return kind is None or kind.strip().lower() in (b"", b"text/css")
