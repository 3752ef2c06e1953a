"""The character encoding of a source, by the rules of browsers: assets are UTF-8 from the first step on."""

from __future__ import annotations

import codecs
import re

from assetbuild import media
from assetbuild.dataclass import dataclass
from assetbuild.expression import expression

# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# CSS Syntax 3, section 3.2: these bytes exactly, within the first 1024.
_CHARSET = expression(rb'@charset "([^"]{0,1000})";')
# XML 1.0, section 4.3.3, and what HTML's prescan looks for within the first 1024 bytes.
_DECLARATION = expression(rb"""<\?xml\s[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z][\w.:-]*)["'][^>]{0,200}\?>""")
_META = expression(rb"""<meta\s[^>]{0,500}?charset\s*=\s*["']?\s*([A-Za-z][\w.:-]*)""", re.IGNORECASE)
_PRESCAN = 1024
_XML = ("image/svg+xml", "application/xhtml+xml")
_HTML = "text/html"
_UNMARKED = 64


@dataclass(frozen=True, slots=True)
class Recoded:
    """A text as UTF-8. `shift`: how many bytes later a place stands than in the author's text recoded word for word."""

    data: bytes
    shift: int = 0


class UnreadableTextError(Exception):
    """A text that is not what it says it is; `start` is the byte offset where that shows, if it has lines to show."""

    def __init__(self, reason: str, start: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.start = start


def recode(data: bytes, kind: str) -> Recoded:
    """A file of the media type `kind` as UTF-8: as it is if it is that already, or does not say what it is.

    A byte order mark decides; then what the text declares: `@charset` in style sheets (CSS Syntax 3, section 3.2), the
    XML declaration, `<meta charset>`, by the labels of the Encoding Standard. What is declared and no longer true
    is written anew. Raises UnreadableTextError.
    """
    if is_unmarked_utf16(data):
        raise UnreadableTextError("it is UTF-16 without a byte order mark, which browsers do not read as such")
    encoding = _encoding(data, kind)
    if encoding is None:
        return Recoded(data)
    text = _decoded(data, encoding).encode()
    declared = _declared(text, kind)
    if declared is None or (kind == media.CSS and encoding.startswith("utf-16")):
        return Recoded(text)
    start, stop = declared.span(1)
    # In HTML something may stand before it; blanks after a label mean nothing there.
    label = b"utf-8".ljust(stop - start) if kind == _HTML else b"utf-8"
    return Recoded(text[:start] + label + text[stop:], len(label) - (stop - start))


def is_utf8(data: bytes, kind: str) -> bool:
    """Whether a file of the media type `kind` needs no `recode`, and is UTF-8. Raises UnreadableTextError."""
    if data.isascii():
        return not is_unmarked_utf16(data)
    return recode(data, kind).data is data and first_fault(data) is None


def is_unmarked_utf16(data: bytes) -> bool:
    """Whether every other byte at the start is NUL, as in no text in UTF-8."""
    for first in (0, 1) if 0 in data[:2] else ():
        if data[first : first + 1] == b"\0":
            return len(data) >= 4 and not any(data[first:_UNMARKED:2]) and all(data[1 - first : _UNMARKED : 2])
    return False


def first_fault(data: bytes) -> int | None:
    """The byte offset of the first byte that is not UTF-8; None if all of it is."""
    try:
        if not data.isascii():
            data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def as_author_wrote(data: bytes, kind: str) -> bytes:
    """The file as UTF-8 word for word, for showing it; what cannot be decoded stays as it is."""
    try:
        encoding = _encoding(data, kind)
        return data if encoding is None else _decoded(data, encoding).encode()
    except UnreadableTextError:
        return data


def _encoding(data: bytes, kind: str) -> str | None:
    """The codec a file wants if that is not UTF-8."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            if encoding is None:
                raise UnreadableTextError("it is UTF-32, which browsers do not read")
            return None if encoding == "utf-8" else encoding
    declared = None if data.isascii() else _declared(data, kind)
    return None if declared is None else _codec(declared[1])


def _declared(data: bytes, kind: str) -> re.Match[bytes] | None:
    """Where a text says its encoding: the first group is the label."""
    if kind == media.CSS:
        return _CHARSET.match(data)
    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    if kind in _XML:
        return _DECLARATION.match(data, start)
    return _META.search(data, start, _PRESCAN) if kind == _HTML else None


def _codec(label: bytes) -> str | None:
    """The codec of a label of the Encoding Standard; None for UTF-8.

    An unknown label is as none, and so is UTF-16, which a text whose `@charset` can be read as ASCII is not.
    """
    import webencodings

    found = webencodings.lookup(label.decode("latin-1"))
    if found is None or found.name in ("utf-8", "utf-16le", "utf-16be"):
        return None
    if found.name in ("replacement", "x-user-defined"):
        raise UnreadableTextError(f"its encoding '{found.name}' holds no text", len('@charset "'))
    return str(found.codec_info.name)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return codecs.decode(data, encoding)
    except UnicodeDecodeError as error:
        if encoding.startswith("utf-16"):
            raise UnreadableTextError(f"it is not {encoding}: {error.reason} at byte {error.start}") from None
        raise UnreadableTextError(f"it is not {encoding}: {error.reason}", error.start) from None
