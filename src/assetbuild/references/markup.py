"""What SVG and HTML have in common: attributes, the URLs in them and in the CSS between the tags, and writing one.

A place knows how it is written: as an attribute's value, in CSS in an attribute or an element, in a script's string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from assetbuild.dataclass import dataclass
from assetbuild.expression import expression
from assetbuild.model import ReferenceKind
from assetbuild.named_tuple import NamedTuple
from assetbuild.references import css, javascript
from assetbuild.references.character_references import Decoded
from assetbuild.references.found import Found

# What opens an expression or a block of a template language: text with one of them in it is computed.
COMPUTED = expression(r"\{[{%#]|<%|\$\{")

_BLANK = b"\t\n\f\r "
_CANDIDATE = expression(rb"[\t\n\f\r ,]*+(?P<url>[^\t\n\f\r ]++)")
# The descriptors of a candidate end at a comma outside of parentheses (WHATWG HTML, 4.8.4.3.4).
_DESCRIPTORS = expression(rb"(?:[^,(]++|\([^)]*+(?:\)|\Z)|)*+,?")
_UNSAFE_IN_ATTRIBUTE = {
    b'"': expression(r"[^ !#-%'-;=-~]"),
    b"'": expression(r"[^ -%(-;=-~]"),
    b"": expression(r"[^!#-%(-;?-_a-~]"),
}
_UNSAFE_IN_CSS = expression(r"[<>&]|[^\0-\x7f]")
_CONTROL = expression(r"[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


class Attribute(NamedTuple):
    """`value` is the extent inside the quotes; `quote` is empty for a value without quotes, or for no value at all.

    `name` is as written in XML, in lower case in HTML, and empty where a template language has a part in it.
    """

    name: bytes
    start: int
    stop: int
    quote: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """A reference and how it is written. `quote` is that of the attribute, None in the text of an element.

    `mark` is the byte before the URL in CSS or a script.
    """

    found: Found
    language: Literal["url", "srcset", "css", "javascript"]
    quote: bytes | None
    mark: bytes = b""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file refers to, by the offsets of its references, ascending, and its `<base href>`."""

    places: dict[int, Place]
    base: str | None

    @classmethod
    def of(cls, places: list[Place], base: str | None) -> Reading:
        return cls({place.found.start: place for place in sorted(places, key=lambda one: one.found.start)}, base)


def url_places(value: Decoded, quote: bytes) -> Iterator[Place]:
    """The URL that is the value of an attribute, without the blanks around it."""
    start = len(value.data) - len(value.data.lstrip(_BLANK))
    stop = len(value.data.rstrip(_BLANK))
    yield from _place(value, start, stop, "url", quote)


def srcset_places(value: Decoded, quote: bytes) -> Iterator[Place]:
    """The URL of each candidate of a `srcset` (WHATWG HTML, 4.8.4.3.4)."""
    position = 0
    while match := _CANDIDATE.match(value.data, position):
        start, stop = match.span("url")
        url = match["url"].rstrip(b",")
        position = stop
        if len(url) == stop - start:
            descriptors = _DESCRIPTORS.match(value.data, stop)
            assert descriptors is not None
            position = descriptors.end()
        yield from _place(value, start, start + len(url), "srcset", quote)


def css_places(sheet: Decoded, quote: bytes | None) -> Iterator[Place]:
    """The URLs in a style sheet or, with a `quote`, in the declarations or the value that an attribute holds."""
    for found in css.find(sheet.data):
        if found.kind == "source-map" or (found.kind == "import" and quote is not None) or is_computed(found.written):
            continue
        extent = sheet.written_at(found.start, found.stop)
        if extent is not None:
            there = Found(*extent, found.kind, found.written)
            yield Place(there, "css", quote, sheet.data[max(0, found.start - 1) : found.start])


def is_computed(written: str) -> bool:
    return COMPUTED.search(written) is not None


def text_of(data: bytes) -> str:
    """Text of a file in UTF-8; if it is not, it is read as Windows-1252, as browsers do."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def write_place(data: bytes, place: Place, url: str) -> bytes:
    """What to put between the start and the stop of `place` in `data` for it to mean `url`.

    What stands there, if that is its meaning already; else ASCII. Control characters, and in a `srcset` blanks and
    outer commas, are percent-encoded: there is no other way to write them.
    """
    found = place.found
    if url == found.written:
        return data[found.start : found.stop]
    if place.language == "javascript":
        return javascript.write(place.mark, len(place.mark), len(place.mark), url).replace(b"<", b"\\x3c")
    if place.language == "css":
        text = css.write(place.mark, len(place.mark), len(place.mark), url.encode("utf-8", "replace").decode()).decode()
        text = _UNSAFE_IN_CSS.sub(lambda match: f"\\{ord(match[0]):x} ", text)
    elif place.language == "srcset":
        text = re.sub(r"[\t\n\f\r ]|^,+|,+$", lambda match: "".join(map(_percent, match[0])), url)
    else:
        text = url
    return text.encode() if place.quote is None else _attribute(text, place.quote)


def _attribute(text: str, quote: bytes) -> bytes:
    """The text with references for what means something there: they read the same in HTML and XML, in any encoding."""
    text = _CONTROL.sub(lambda match: _percent(match[0]), text).encode("utf-8", "replace").decode()
    return _UNSAFE_IN_ATTRIBUTE[quote].sub(_reference, text).encode()


def _reference(match: re.Match[str]) -> str:
    return "&amp;" if match[0] == "&" else f"&#{ord(match[0])};"


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))


def _place(value: Decoded, start: int, stop: int, language: Literal["url", "srcset"], quote: bytes) -> Iterator[Place]:
    """Nothing for an empty URL, a `data:` URI, or one that is computed."""
    raw = value.data[start:stop]
    if not raw or raw[:5].lower() == b"data:":
        return
    written = text_of(raw).replace("\0", "\ufffd")
    if not written.strip() or is_computed(written):
        return
    extent = value.written_at(start, stop)
    if extent is not None:
        kind: ReferenceKind = "inline" if written[:11].lower() == "asset-data:" else "asset"
        yield Place(Found(*extent, kind, written), language, quote)
