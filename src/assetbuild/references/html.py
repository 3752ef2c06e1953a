"""References in HTML files.

Found: the attributes of the table in `elements` (`src`, each candidate of `srcset`, `poster`, `href` of a `link` to a
style sheet, icon, manifest or preloaded file …); CSS in `style` attributes and elements; what `<script
type="module">` imports and builds URLs of, as in a script file, but for names that an import map would have to
resolve; SVG inside. `noscript` and `template` are read.

Not found: what stands in comments, texts, other scripts, import maps, `textarea`, `title` and `xmp`; pages (`a`,
`iframe`); `meta`, where `og:image` wants an absolute URL; what only scripts read (`data-src`).

Whatever a template language fills in is left alone: a value with `{{`, `{%`, `{#`, `<%` or `${` in it, and a name
likewise. What stands literally beside a block counts, also in each branch of one (`{% if a %}src="a.png"{% else
%}src="b.png"{% endif %}`). In CSS that goes for each URL. Scripts are read as they stand, because `${` is theirs,
too.

With a `<base href>` relative URLs mean another place: see `base`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from assetbuild.references import javascript
from assetbuild.references.character_references import Decoded, decode_html, literal
from assetbuild.references.elements import CONDITIONAL, SVG_LINKED, SVG_STYLED, html_roles, is_css, is_fetched
from assetbuild.references.found import Found
from assetbuild.references.html_lexer import Element, elements
from assetbuild.references.markup import (
    Attribute,
    Place,
    Reading,
    css_places,
    is_computed,
    srcset_places,
    text_of,
    url_places,
    write_place,
)
from assetbuild.references.templates import blanked
from assetbuild.references.urls import is_bare
from assetbuild.references.xml_lexer import nodes

# Without one of these, in either case, nothing refers to anything: the names of attributes, and elements with more.
_WORDS = (b"src", b"href", b"poster", b"style", b"background", b"<script", b"<svg", b"<object")
_LOWER_LINKED = frozenset(name.lower() for name in SVG_LINKED)
# Nothing is relative to this URL.
_UNKNOWN_BASE = "about:blank"
# Who writes asks for one reference after another; as many files may be written at a time.
_REMEMBERED = 8


def may_refer(data: bytes) -> bool:
    """False only if `find` certainly finds nothing."""
    lower = data.lower()
    return any(word in lower for word in _WORDS)


def find(data: bytes) -> list[Found]:
    """The references of a file, sorted by place.

    Kinds: "asset"; "import" (`@import` in a `style` element, and in modules), "dynamic-import" and "bound", as in
    scripts; "inline" (`asset-data:`). Empty ones and `data:` URIs are left out. Whatever the bytes, nothing is raised.
    """
    return [place.found for place in _read(data).places.values()] if may_refer(data) else []


def base(data: bytes) -> str | None:
    """What the first `<base href>` says that relative URLs are relative to; None if there is none.

    One that a template language computes is given as `about:blank`, to which nothing is relative.
    """
    return _read(data).base if b"base" in data.lower() else None


def write(data: bytes, start: int, stop: int, url: str) -> bytes:
    """What to put between `start` and `stop`, the extent of a reference in `data`, for it to mean `url`."""
    return write_place(data, _read(data).places[start], url)


@lru_cache(maxsize=_REMEMBERED)
def _read(data: bytes) -> Reading:
    places: list[Place] = []
    address: str | None = None
    for element in elements(data):
        if address is None and element.name == b"base" and not element.foreign:
            address = _base(data, element)
        if element.attributes:
            places += _in_attributes(data, element)
        if element.content is not None:
            places += _in_content(data, element, *element.content)
    return Reading.of(places, address)


def _base(data: bytes, element: Element) -> str | None:
    for attribute in element.attributes:
        if attribute.name == b"href":
            written = text_of(_value(data, attribute).data)
            return _UNKNOWN_BASE if is_computed(written) else written
    return None


def _in_attributes(data: bytes, element: Element) -> Iterator[Place]:
    name = element.name
    roles = html_roles(b"img" if name == b"image" and not element.foreign else name)
    linked = element.foreign and name in _LOWER_LINKED
    fetched: bool | None = None
    for attribute in element.attributes:
        if attribute.start == attribute.stop:
            continue
        if attribute.name in roles:
            if fetched is None:
                fetched = name not in CONDITIONAL or is_fetched(name, _values(data, element))
            if fetched and not _is_computed(data, attribute):
                finder = url_places if roles[attribute.name] == "url" else srcset_places
                yield from finder(_value(data, attribute), attribute.quote)
        elif linked and attribute.name in (b"href", b"xlink:href"):
            if not _is_computed(data, attribute):
                yield from url_places(_value(data, attribute), attribute.quote)
        elif attribute.name == b"style" or (element.foreign and attribute.name in SVG_STYLED):
            text = blanked(data[attribute.start : attribute.stop])
            sheet = decode_html(text, [(0, len(text), True)], attribute.start)
            yield from _literal(data, text, attribute.start, css_places(sheet, attribute.quote))


def _values(data: bytes, element: Element) -> dict[bytes, bytes]:
    return {one.name: _value(data, one).data for one in reversed(element.attributes)}


def _value(data: bytes, attribute: Attribute) -> Decoded:
    raw = data[attribute.start : attribute.stop]
    return decode_html(raw, [(0, len(raw), True)], attribute.start)


def _is_computed(data: bytes, attribute: Attribute) -> bool:
    return is_computed(data[attribute.start : attribute.stop].decode("latin-1"))


def _literal(data: bytes, text: bytes, start: int, places: Iterable[Place]) -> Iterator[Place]:
    """The places that no block of a template language touches: `text` stands at `start`, its blocks written over."""
    for place in places:
        first, last = place.found.start - 1, place.found.stop + 1
        if text[max(0, first - start) : last - start] == data[max(first, start) : min(last, start + len(text))]:
            yield place


def _in_content(data: bytes, element: Element, start: int, stop: int) -> Iterator[Place]:
    """The URLs in the text of a `style` or `script` element."""
    given = _values(data, element)
    if element.name == b"style" and is_css(given.get(b"type")):
        text = blanked(data[start:stop])
        sheet = literal(text, start)
        if element.foreign:
            # There CDATA sections, comments and character references are what they are in XML.
            pieces = [(one.start, one.stop, one.kind == "text") for one in nodes(text) if one.kind in ("text", "cdata")]
            sheet = decode_html(text, pieces, start)
        yield from _literal(data, text, start, css_places(sheet, None))
    elif element.name == b"script" and given.get(b"type", b"").strip().lower() == b"module" and b"src" not in given:
        yield from _in_module(data, start, stop)


def _in_module(data: bytes, start: int, stop: int) -> Iterator[Place]:
    for found in javascript.find(data[start:stop]):
        bare = found.kind in ("import", "dynamic-import") and is_bare(found.written)
        if found.kind in ("source-map", "computed", "worker-import") or bare or is_computed(found.written):
            continue
        there = Found(found.start + start, found.stop + start, found.kind, found.written)
        yield Place(there, "javascript", None, data[there.start - 1 : there.start])
