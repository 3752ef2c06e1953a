"""The character encoding of a source, by the rules of browsers: assets are UTF-8 from the first step on."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from assetbuild import media

# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# CSS Syntax 3, section 3.2: these bytes exactly, within the first 1024.
_CHARSET = re.compile(rb'@charset "([^"]{0,1000})";')
_UTF8_RULE = b'@charset "utf-8";'


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

    A byte order mark decides, then in style sheets `@charset` (CSS Syntax 3, section 3.2), by the labels of the
    Encoding Standard. An `@charset` that is no longer true is written anew. Raises UnreadableTextError.
    """
    encoding = _encoding(data, kind)
    if encoding is None:
        return Recoded(data)
    rule = _CHARSET.match(data)
    text = _decoded(data, encoding).encode()
    if encoding.startswith("utf-16") or rule is None:
        return Recoded(text)
    return Recoded(_UTF8_RULE + text[rule.end() :], len(_UTF8_RULE) - rule.end())


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
    rule = _CHARSET.match(data) if kind == media.CSS else None
    if rule is None or data.isascii():
        return None
    return _codec(rule[1])


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
