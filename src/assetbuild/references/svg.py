"""References in SVG, and in XHTML: whatever is XML.

Found: `href`, and `href` of the XLink namespace, of all elements of SVG that have one but `a`, whose address is a
page's; CSS in `style` attributes, in the properties written as attributes (`fill="url(…)"`) and in `style` elements,
also in CDATA; `<?xml-stylesheet?>` before the root. HTML inside (`foreignObject`, or a whole XHTML file) is read by
the table of HTML: `img src`, `srcset`, `link` …

Not found: what stands in comments, texts, the document type and scripts; values with an entity that the document
would have to declare, because entities are never expanded; a URL in CSS that a comment or the edge of a CDATA section
divides; what a template language fills in. A namespace prefix counts for the rest of the file. `xml:base` counts for
nothing, as in browsers. A file that is not well-formed is read as far as it is. Compressed files (`.svgz`) and UTF-16
have no references.
"""

from __future__ import annotations

import re
from functools import lru_cache

from assetbuild.dataclass import dataclass, field
from assetbuild.references.character_references import Decoded, decode_xml
from assetbuild.references.elements import SVG_LINKED, SVG_STYLED, html_roles, is_css, is_fetched
from assetbuild.references.found import Found
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
from assetbuild.references.svg_words import WORDS, end_of_words, has_any, may_refer
from assetbuild.references.xml_lexer import Node, attributes, nodes

_XLINK = b"http://www.w3.org/1999/xlink"
# Attributes that change what others mean.
_WORDS_IN_TAGS = (*WORDS, b"xmlns:", b"type")
_LINE_BLANKS = bytes.maketrans(b"\t\n\r", b"   ")
# Nothing is relative to this URL.
_UNKNOWN_BASE = "about:blank"
# Who writes asks for one reference after another; as many files may be written at a time.
_REMEMBERED = 8


def find(data: bytes) -> list[Found]:
    """The references of a file, sorted by place: kinds "asset", "import" (`@import` in a `style` element) and "inline".

    Empty ones and `data:` URIs are left out. Whatever the bytes, nothing is raised.
    """
    return [place.found for place in _read(data).places.values()] if may_refer(data) else []


def base(data: bytes) -> str | None:
    """What relative URLs are relative to, as `html.base`: XHTML has the element too."""
    return _read(data).base if b"base" in data and may_refer(data) else None


def write(data: bytes, start: int, stop: int, url: str) -> bytes:
    """What to put between `start` and `stop`, the extent of a reference in `data`, for it to mean `url`."""
    return write_place(data, _read(data).places[start], url)


@lru_cache(maxsize=_REMEMBERED)
def _read(data: bytes) -> Reading:
    search = _Search(data)
    search.run()
    return Reading.of(search.places, search.base)


@dataclass(slots=True)
class _Search:
    """One pass over a file."""

    data: bytes
    places: list[Place] = field(default_factory=list)
    base: str | None = None
    prefixes: set[bytes] = field(default_factory=lambda: {b"xlink"})
    root_seen: bool = False
    # The texts of the style element that is open, or None; whether a script is.
    sheet: list[tuple[int, int, bool]] | None = None
    in_script: bool = False

    def run(self) -> None:
        end = end_of_words(self.data)
        for node in nodes(self.data):
            # Of what comes after all words, only the text of a style element counts that was open before.
            if node.start > end and self.sheet is None:
                break
            local = node.name.rpartition(b":")[2]
            if node.kind in ("text", "cdata"):
                if self.sheet is not None:
                    self.sheet.append((node.start, node.stop, node.kind == "text"))
            elif node.kind == "instruction":
                if not self.root_seen:
                    self._instruction(node)
            elif node.kind == "close":
                self._close(local)
            elif not self.in_script:
                self.root_seen = True
                self._open(node, local)
        self._close(b"style")

    def _close(self, local: bytes) -> None:
        if local == b"script":
            self.in_script = False
        elif local == b"style" and self.sheet is not None:
            text = decode_xml(self.data, self.sheet)
            if text is not None:
                self.places += css_places(text, None)
            self.sheet = None

    def _instruction(self, node: Node) -> None:
        name = re.match(rb"xml-stylesheet(?=[ \t\r\n])", self.data[node.start : node.stop])
        if name:
            for attribute in attributes(self.data, node.start + name.end(), node.stop):
                if attribute.name == b"href":
                    self._take(attribute, "url")

    def _open(self, node: Node, local: bytes) -> None:
        given: list[Attribute] = []
        if node.stop > node.start and has_any(self.data[node.start : node.stop], _WORDS_IN_TAGS):
            given = attributes(self.data, node.start, node.stop)
        for attribute in given:
            if attribute.name.startswith(b"xmlns:") and self.data[attribute.start : attribute.stop].strip() == _XLINK:
                self.prefixes.add(attribute.name[6:])
        first = {attribute.name: self.data[attribute.start : attribute.stop] for attribute in given}
        roles = html_roles(local) if is_fetched(local, first) else {}
        for attribute in given:
            name = attribute.name
            prefix, _, plain = name.rpartition(b":")
            if name in roles:
                self._take(attribute, roles[name])
            elif plain == b"href" and local in SVG_LINKED and (not prefix or prefix in self.prefixes):
                self._take(attribute, "url")
            elif name == b"style" or name in SVG_STYLED:
                self._take(attribute, "css")
        if local == b"base" and b"href" in first and self.base is None:
            self.base = self._base(next(one for one in given if one.name == b"href"))
        if node.kind == "open":
            if local == b"script":
                self.in_script = True
            elif local == b"style" and self.sheet is None and is_css(first.get(b"type")):
                self.sheet = []

    def _base(self, attribute: Attribute) -> str:
        value = self._value(attribute)
        written = text_of(value.data) if value else ""
        return _UNKNOWN_BASE if value is None or is_computed(written) else written

    def _take(self, attribute: Attribute, role: str) -> None:
        value = self._value(attribute)
        if value is None:
            return
        self.places += _PLACES[role](value, attribute.quote)

    def _value(self, attribute: Attribute) -> Decoded | None:
        """The value with references undone and line ends read as blanks; None if it has an entity."""
        raw = self.data[attribute.start : attribute.stop].translate(_LINE_BLANKS)
        return decode_xml(raw, [(0, len(raw), True)], attribute.start)


_PLACES = {"url": url_places, "srcset": srcset_places, "css": css_places}
