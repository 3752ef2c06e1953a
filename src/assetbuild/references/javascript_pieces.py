"""What has been read of a JavaScript text, and what stands before a place in it.

The elements that more than one reader matches are here as expressions over bytes, UTF-8 or any encoding that
keeps ASCII. A text is kept as *pieces*: comments, template chunks, regular expressions, slashes that divide. What
lies between two pieces is a *stretch* of code, strings and templates without substitution; no more is recorded.

Groups repeated possessively have an empty last alternative, so that no iteration fails, and one that takes nothing is
the last: CPython before 3.11.5 goes on from the wrong place after one that failed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

SPACE = (
    rb"(?:[\t-\r ]|\xc2\xa0|\xef\xbb\xbf|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]"
    rb"|\xe2\x81\x9f|\xe3\x80\x80|\xe1\x9a\x80)"
)
SPACES = rb"(?:" + SPACE + rb"|)*+"
LINE_REST = rb"(?:[^\r\n\xe2]++|\xe2(?!\x80[\xa8\xa9])|)*+"
COMMENT = rb"(?:/\*[^*]*+(?:\*(?!/)[^*]*+|)*+\*/|//" + LINE_REST + rb")"
GAP = rb"(?:" + SPACE + rb"|" + COMMENT + rb"|)*+"
NAME_PART = rb"(?:[\w$]|\\u(?:[0-9a-fA-F]{4}|\{[0-9a-fA-F]+\})|(?!" + SPACE + rb")[\x80-\xff])"
NAME_PARTS = rb"(?:[\w$]++|" + NAME_PART + rb"|)*+"
STRINGS = (
    rb"'(?:[^'\\\r\n]++|\\(?:\r\n|[\s\S])|)*+'"
    rb'|"(?:[^"\\\r\n]++|\\(?:\r\n|[\s\S])|)*+"'
)
STRING = rb"(?:" + STRINGS + rb")"
TEMPLATE = rb"`(?:[^`\\$]++|\\[\s\S]|\$(?!\{)|)*+`"


# A literal of visible ASCII characters without brackets and without escaped line ends: nothing in it looks like a gap.
_SOLID = rb"\x00-\x20()\[\]{}\x7f-\xff"
SOLID_LITERAL = (
    rb"'(?:[^'\\" + _SOLID + rb"]++|\\[!-'*-Z\\^-z|~]|)*+'"
    rb'|"(?:[^"\\' + _SOLID + rb"]++|\\[!-'*-Z\\^-z|~]|)*+" + rb'"'
    rb"|`(?:[^`\\$" + _SOLID + rb"]++|\\[!-'*-Z\\^-z|~]|)*+`"
)


def plain(stops: bytes, further: bytes = b"", literal: bytes = STRINGS + rb"|" + TEMPLATE) -> bytes:
    """The expression for code and literals in bulk, up to one of the bytes `stops`, written as in a character class."""
    code = rb"[^'\"`/" + stops + rb"]*+"
    return code + rb"(?:(?:" + literal + further + rb")" + code + rb"|)*+"


LINE = re.compile(LINE_REST)
LINE_END = re.compile(rb"[\r\n]|\xe2\x80[\xa8\xa9]")
PLAIN = re.compile(plain(b""))
# No group around the alternatives: the search is twice as fast where it sees each one's first byte.
LITERAL = re.compile(STRINGS + rb"|" + TEMPLATE)
_BRACKET = re.compile(rb"\(|\)|\[|\]|\{|\}|" + STRINGS + rb"|" + TEMPLATE)
_WORD_TAIL = re.compile(rb"[\w$]++\Z")
_NUMBER_TAIL = re.compile(rb"(?<![\w$.\x80-\xff])\d[\d_]*+\.\Z")
_ESCAPED_NAME_PART = re.compile(rb"\\u\{[0-9a-fA-F]{1,6}\}\Z")
_LONG_SPACES = frozenset(
    [b"\xef\xbb\xbf", b"\xe2\x81\x9f", b"\xe3\x80\x80", b"\xe1\x9a\x80"]
    + [b"\xe2\x80" + bytes([byte]) for byte in (*range(0x80, 0x8B), 0xA8, 0xA9, 0xAF)]
)
# Characters that end no mark of `Pieces.backwards` but are one, or none, by themselves.
_PARTING = re.compile(rb"[;{}(),\n]")
_WINDOW = 256
_LONGEST_WORD = 12
_LONGEST_NUMBER = 256

COMMENT_PIECE, CHUNK_PIECE, REGEX_PIECE, SLASH_PIECE, BROKEN_PIECE, LITERAL_PIECE = range(6)


class Pieces:
    """The pieces of `data` read so far: number i is `data[starts[i]:stops[i]]` and of kind `kinds[i]`.

    `patience` is the number of bytes that may yet be read a second time. Nothing here raises.
    """

    __slots__ = ("_code_until", "data", "kinds", "patience", "starts", "stops")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.starts: list[int] = []
        self.stops: list[int] = []
        self.kinds: list[int] = []
        self.patience = 8 * len(data)
        self._code_until = 0

    def before(self, position: int) -> tuple[int, int]:
        """Past the last byte before `position` that is not blank nor comment; the piece it ends, or -1."""
        data = self.data
        piece = bisect_right(self.starts, position - 1)
        end = position
        while True:
            floor = self.stops[piece - 1] if piece else 0
            end = without_blanks(data, floor, end)
            if end > floor or not piece:
                return end, -1
            if self.kinds[piece - 1] != COMMENT_PIECE:
                return end, piece - 1
            piece -= 1
            end = self.starts[piece]

    def word_before(self, position: int) -> tuple[bytes, int]:
        """The name or keyword that ends right before `position` (blanks and comments aside) and its start.

        An empty word if there is none, or a long one, which is no keyword.
        """
        end, piece = self.before(position)
        return (b"", end) if piece >= 0 else self.word_at(end)

    def word_at(self, end: int) -> tuple[bytes, int]:
        """As `word_before`, for a word that ends at `end`."""
        match = _WORD_TAIL.search(self.data, max(0, end - _LONGEST_WORD), end)
        if match is None or len(match[0]) == _LONGEST_WORD or continues_name(self.data, match.start()):
            return b"", end
        return match[0], match.start()

    def is_property(self, start: int) -> bool:
        """Whether the word at `start` follows a dot or `#`, and so is no keyword."""
        if start and self.data[start - 1] == 0x23:
            return True
        end, piece = self.before(start)
        if piece >= 0 or self.data[end - 1 : end] != b"." or self.data[end - 3 : end] == b"...":
            return False
        return end == start or not self.ends_number(end)

    def ends_number(self, end: int) -> bool:
        """Whether the dot before `end` is the last character of a number."""
        return _NUMBER_TAIL.search(self.data, max(0, end - _LONGEST_NUMBER), end) is not None

    def opener(self, position: int) -> int:
        """The innermost bracket open before `position`, or -1."""
        return next(self.backwards(position, _BRACKET))

    def backwards(self, position: int, marks: re.Pattern[bytes]) -> Iterator[int]:
        """Where `marks` match before `position`, from the right, outside of brackets; last the bracket around them.

        That is -1 where there is none, or no patience. `marks` must match every bracket, and literals whole.
        """
        data, starts, stops = self.data, self.starts, self.stops
        piece = bisect_right(starts, position - 1)
        end, pending, window = position, 0, _WINDOW
        while self.patience > 0:
            stretch = stops[piece - 1] if piece else 0
            # What is looked for is near, mostly.
            floor = self._floor_without_literals(stretch, end, window) if end - stretch > window else stretch
            self.patience -= end - floor + 8
            for match in reversed([*marks.finditer(data, floor, end)]):
                place = match.start()
                byte = data[place]
                if byte in b")]}":
                    pending += 1
                elif byte in b"([{":
                    if not pending:
                        yield place
                        return
                    pending -= 1
                elif not pending and byte not in b"'\"`":
                    yield place
            if floor > stretch:
                end = floor
                window *= 4
                continue
            if not piece:
                break
            piece -= 1
            end = starts[piece]
            if self.kinds[piece] == CHUNK_PIECE:
                if data[stops[piece] - 1] == 0x7B:
                    if not pending:
                        yield stops[piece] - 1
                        return
                    pending -= 1
                pending += data[end] == 0x7D
        yield -1

    def _floor_without_literals(self, stretch: int, end: int, window: int) -> int:
        """Where between `stretch` and `end`, not long before this, code begins that holds no literal; else `stretch`.

        No token but brackets and the like stands across that place. `end` is in no literal, so a quote that is the last
        before it closes one.
        """
        data, floor = self.data, end - window
        quote = max(data.rfind(b"'", floor, end), data.rfind(b'"', floor, end), data.rfind(b"`", floor, end))
        if quote >= 0:
            return quote + 1 if quote + 1 < end else stretch
        parting = _PARTING.search(data, floor, end)
        return parting.end() if parting and parting.end() < end else stretch

    def is_code(self, position: int) -> bool:
        """Whether a token of code or a literal begins at `position`; ask in ascending order, after reading it."""
        data = self.data
        piece = bisect_right(self.starts, position) - 1
        floor = self.stops[piece] if piece >= 0 else 0
        if floor > position:
            return False
        place = max(floor, self._code_until)
        while place < position:
            place = PLAIN.match(data, place, position).end()  # type: ignore[union-attr]
            if place < position:
                literal = LITERAL.match(data, place)
                place = literal.end() if literal else position + 1
        self._code_until = place
        return place == position

    def stretches(self) -> Iterator[tuple[int, int]]:
        """The extents between the pieces, each followed by the piece of the same number; the last by none."""
        floor = 0
        for start, stop in zip(self.starts, self.stops, strict=True):
            yield floor, start
            floor = stop
        yield floor, len(self.data)


def is_name_byte(byte: int) -> bool:
    """Whether the byte may be of a name or number; one above ASCII counts."""
    return byte >= 0x80 or byte in b"_$" or 0x30 <= byte <= 0x39 or 0x41 <= byte & 0xDF <= 0x5A


def continues_name(data: bytes, start: int) -> bool:
    """Whether what stands right before `start` and what begins there are one name."""
    if not start:
        return False
    byte = data[start - 1]
    if byte >= 0x80:
        return without_blanks(data, 0, start) == start
    if byte == 0x7D:
        return _ESCAPED_NAME_PART.search(data, max(0, start - 10), start) is not None
    return is_name_byte(byte) or byte == 0x5C


def line_end(data: bytes, start: int) -> int:
    """Where the line that holds `start` ends."""
    return LINE.match(data, start).end()  # type: ignore[union-attr]


def without_blanks(data: bytes, floor: int, end: int) -> int:
    """Past the last byte of `data[floor:end]` that is not white space."""
    while end > floor:
        byte = data[end - 1]
        if byte == 0x20 or 9 <= byte <= 13:
            end -= 1
        elif byte < 0x80:
            break
        elif data[end - 2 : end] == b"\xc2\xa0":
            end -= 2
        elif data[end - 3 : end] in _LONG_SPACES:
            end -= 3
        else:
            break
    return max(end, floor)
