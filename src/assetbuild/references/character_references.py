"""Character references undone (`&amp;`, `&#38;`), with the way back from the text to the bytes that were written.

HTML as in attributes (WHATWG HTML, 13.2.5.73: `&copy=` there is no reference); XML 1.0, 4.1, without any entity but
the five predefined: those that a document declares are never expanded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache

from assetbuild.dataclass import dataclass
from assetbuild.expression import expression

Undo = Callable[[re.Match[bytes]], str | None]

_HTML = expression(rb"&(?:#[xX](?P<hex>[0-9a-fA-F]++);?|#(?P<decimal>[0-9]++);?|(?P<name>[A-Za-z][A-Za-z0-9]*+;?))")
_XML = expression(rb"&(?:#x(?P<hex>[0-9a-fA-F]++);|#(?P<decimal>[0-9]++);|(?P<name>(?:amp|lt|gt|quot|apos);)|)")
_ILLEGAL_IN_XML = expression(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_IN_XML = {b"amp;": "&", b"lt;": "<", b"gt;": ">", b"quot;": '"', b"apos;": "'"}


@dataclass(frozen=True, slots=True)
class Segment:
    """Part of a text, from its offset `at`: from `start` to `stop` in the file, `literal` or as one reference."""

    at: int
    start: int
    stop: int
    piece: int
    literal: bool


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text without references (UTF-8 where it had any) and where each part of it was written."""

    data: bytes
    segments: tuple[Segment, ...]
    starts: tuple[int, ...]

    def written_at(self, start: int, stop: int) -> tuple[int, int] | None:
        """The extent in the file of the text from `start` to `stop`; None if it is not in one piece there."""
        first = self.segments[bisect_right(self.starts, start) - 1]
        last = self.segments[bisect_right(self.starts, max(start, stop - 1)) - 1]
        if first.piece != last.piece:
            return None
        begin = first.start + (start - first.at) * first.literal
        return begin, last.start + stop - last.at if last.literal else last.stop


def literal(data: bytes, start: int) -> Decoded:
    """A text in which nothing is a reference, that begins at `start` in the file."""
    return Decoded(data, (Segment(0, start, start + len(data), 0, True),), (0,))


def decode(
    data: bytes, pieces: Sequence[tuple[int, int, bool]], expression: re.Pattern[bytes], undo: Undo, shift: int = 0
) -> Decoded | None:
    """The pieces (start, stop, whether references count) of `data` as one text; None if `undo` refuses a reference.

    `data` stands at `shift` in the file. `undo` raises LookupError for what is no reference after all.
    """
    if len(pieces) == 1 and data.find(b"&", *pieces[0][:2]) < 0:
        start, stop, _ = pieces[0]
        return literal(data[start:stop], start + shift)
    out = bytearray()
    segments: list[Segment] = []
    for number, (start, stop, escaped) in enumerate(pieces):
        done = start
        for match in expression.finditer(data, start, stop) if escaped else ():
            try:
                character = undo(match)
            except LookupError:
                continue
            if character is None:
                return None
            if match.start() > done:
                segments.append(Segment(len(out), done + shift, match.start() + shift, number, True))
                out += data[done : match.start()]
            segments.append(Segment(len(out), match.start() + shift, match.end() + shift, number, False))
            out += character.encode()
            done = match.end()
        if stop > done or not segments:
            segments.append(Segment(len(out), done + shift, stop + shift, number, True))
            out += data[done:stop]
    if not segments:
        return literal(b"", shift)
    return Decoded(bytes(out), tuple(segments), tuple(segment.at for segment in segments))


def decode_html(data: bytes, pieces: Sequence[tuple[int, int, bool]], shift: int = 0) -> Decoded:
    """Pieces of an HTML file as one text, as `decode`, by the rules for attributes."""
    decoded = decode(data, pieces, _HTML, _undo_html, shift)
    assert decoded is not None
    return decoded


def decode_xml(data: bytes, pieces: Sequence[tuple[int, int, bool]], shift: int = 0) -> Decoded | None:
    """Pieces of an XML file as one text, as `decode`; None if it has an entity of its own, or a stray `&`."""
    return decode(data, pieces, _XML, _undo_xml, shift)


def _undo_html(match: re.Match[bytes]) -> str:
    name = match["name"]
    if name is None:
        return _html_character(_number(match))
    following = match.string[match.end() : match.end() + 1]
    if following == b"=" and not name.endswith(b";"):
        raise LookupError(name)
    return _in_html()[name.decode()]


@cache
def _in_html() -> dict[str, str]:
    # Few files have one.
    from html.entities import html5

    return html5


def _undo_xml(match: re.Match[bytes]) -> str | None:
    if match["name"] is not None:
        return _IN_XML[match["name"]]
    if match.end() - match.start() == 1:
        return None
    number = _number(match)
    character = chr(number) if number < 0x110000 else "\0"
    return None if _ILLEGAL_IN_XML.match(character) else character


def _number(match: re.Match[bytes]) -> int:
    """The code point of a numeric reference; 0x110000 for any beyond the last one."""
    digits, base = (match["hex"], 16) if match["hex"] is not None else (match["decimal"], 10)
    digits = digits.lstrip(b"0") or b"0"
    return min(int(digits, base), 0x110000) if len(digits) < 8 else 0x110000


def _html_character(number: int) -> str:
    if number == 0 or 0xD800 <= number < 0xE000 or number > 0x10FFFF:
        return "\ufffd"
    if 0x80 <= number < 0xA0:
        try:
            return bytes([number]).decode("cp1252")
        except UnicodeDecodeError:
            pass
    return chr(number)
