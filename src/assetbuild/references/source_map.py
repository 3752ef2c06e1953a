"""Source maps (ECMA-426, version 3): read them, look places up, move columns after the generated text was edited.

Lines and columns count from 0 here, columns in UTF-16 code units, as the format has them.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, overload

from assetbuild.dataclass import dataclass

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
DIGITS = {character: value for value, character in enumerate(ALPHABET)}
GUARD = ")]}'"

Segment = tuple[int, ...]
"""(generated column), or with source, line, column, or with source, line, column, name: all absolute."""

Edit = tuple[int, int, int, int]
"""Generated line, column, length before, length after. Line and column are those before any edit."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written: index into `sources`, line, column."""

    source: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Positions:
    """Decoded mappings to look places up in: one list of segments for each generated line, sorted by column."""

    lines: Sequence[Sequence[Segment]]

    def find(self, line: int, column: int) -> Place | None:
        """The place of the last segment at or before this generated column of the line, None where it names none."""
        if not 0 <= line < len(self.lines):
            return None
        segments = self.lines[line]
        index = bisect_right(segments, column, key=itemgetter(0))
        if index == 0 or len(segments[index - 1]) == 1:
            return None
        return Place(*segments[index - 1][1:4])


def read(data: bytes) -> dict[str, Any]:
    """The JSON document of a source map's bytes; the guard line `)]}'` may precede it. Raises ValueError."""
    try:
        document = json.loads(split_guard(data)[1])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the source map is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise ValueError("the source map is not a JSON object")
    if document.get("version") not in (3, "3"):
        raise ValueError(f"the source map's version is {document.get('version')!r}, not 3")
    if "sections" not in document and not isinstance(document.get("mappings"), str):
        raise ValueError("the source map has no mappings")
    return document


def is_indexed(document: dict[str, Any]) -> bool:
    """Whether the map is made of sections, each a map of its own."""
    return "sections" in document


class Mappings(Sequence[list[Segment]]):
    """The segments of each generated line, of the text of `mappings`: decoded, and checked, when somebody asks for it.

    Raises ValueError for a line that is broken, and for those after it; of lines that nobody asks for, only what is no
    segment is noticed.
    """

    def __init__(self, text: str) -> None:
        self._texts = text.split(";")
        # Most segments are spelled as one before.
        self._known: dict[str, list[int]] = {}
        # Source, line, column and name before the lines of these numbers, which are sorted.
        self._numbers = [0]
        self._before = [(0, 0, 0, 0)]

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, index: int) -> list[Segment]: ...

    @overload
    def __getitem__(self, index: slice) -> list[list[Segment]]: ...

    def __getitem__(self, index: int | slice) -> list[Segment] | list[list[Segment]]:
        numbers = range(len(self._texts))[index]
        return self._decoded(numbers) if isinstance(numbers, int) else [self._decoded(number) for number in numbers]

    def _decoded(self, number: int) -> list[Segment]:
        source, line, inner, name = self._state(number)
        known = self._known.get
        column = 0
        segments: list[Segment] = []
        for piece in self._texts[number].split(","):
            deltas = known(piece)
            if deltas is None:
                if not piece:
                    continue
                deltas = self._deltas(piece)
            column += deltas[0]
            if len(deltas) == 1:
                segments.append((column,))
            else:
                source += deltas[1]
                line += deltas[2]
                inner += deltas[3]
                if len(deltas) == 5:
                    name += deltas[4]
                    segments.append((column, source, line, inner, name))
                else:
                    segments.append((column, source, line, inner))
            if column < 0 or source < 0 or line < 0 or inner < 0 or name < 0:
                raise ValueError(f"a segment of the source map points before the start: {piece!r}")
        self._keep(number + 1, (source, line, inner, name))
        return segments

    def _state(self, number: int) -> tuple[int, int, int, int]:
        """The sums of all fields but the column's before this line: in which order they are added does not matter."""
        nearest = bisect_right(self._numbers, number) - 1
        start, state = self._numbers[nearest], self._before[nearest]
        if start == number:
            return state
        source, line, inner, name = state
        known = self._known.get
        for piece, times in Counter(",".join(self._texts[start:number]).split(",")).items():
            if piece and len(deltas := known(piece) or self._deltas(piece)) > 1:
                source += deltas[1] * times
                line += deltas[2] * times
                inner += deltas[3] * times
                name += deltas[4] * times if len(deltas) == 5 else 0
        state = source, line, inner, name
        self._keep(number, state)
        return state

    def _keep(self, number: int, state: tuple[int, int, int, int]) -> None:
        place = bisect_right(self._numbers, number)
        if self._numbers[place - 1] != number:
            self._numbers.insert(place, number)
            self._before.insert(place, state)

    def _deltas(self, piece: str) -> list[int]:
        deltas = _decode_numbers(piece)
        if len(deltas) not in (1, 4, 5):
            raise ValueError(f"a segment of the source map has {len(deltas)} fields: {piece!r}")
        self._known[piece] = deltas
        return deltas


def decode(mappings: str) -> list[list[Segment]]:
    """The segments of each generated line, in their order. Raises ValueError."""
    return Mappings(mappings)[:]


def encode(lines: Iterable[Iterable[Segment]]) -> str:
    """The `mappings` of these segments: the inverse of `decode`."""
    texts = []
    before = [0, 0, 0, 0, 0]
    for segments in lines:
        before[0] = 0
        pieces = []
        for segment in segments:
            pieces.append("".join(_encode_number(value - before[field]) for field, value in enumerate(segment)))
            before[: len(segment)] = segment
        texts.append(",".join(pieces))
    return ";".join(texts)


def shift(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The map (its JSON bytes) of a generated text after edits that replaced pieces within lines.

    What starts before or at an edited piece stays (an insertion has no piece: what stands there moves), what
    follows it moves, what was inside it stays inside. The edits must not overlap; their order does not matter.
    The sections of an indexed map move with what they map. Raises ValueError if the map is broken.
    """
    document = read(data)
    if not edits:
        return data
    ordered = sorted(edits)
    if is_indexed(document):
        _shift_sections(document["sections"], ordered)
    else:
        document["mappings"] = _shift_lines(document["mappings"], ordered)
    guard = split_guard(data)[0]
    return guard + json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _shift_lines(mappings: str, edits: Sequence[Edit]) -> str:
    lines = mappings.split(";")
    for line, group in groupby(edits, key=itemgetter(0)):
        if 0 <= line < len(lines):
            lines[line] = _shift_line(lines[line], [edit[1:] for edit in group])
    return ";".join(lines)


def _shift_sections(sections: Any, edits: Sequence[Edit]) -> None:
    """Each section counts from its offset; in its first line columns do, too. Raises ValueError."""
    each: list[Any] = sections if isinstance(sections, list) else [None]
    for section in each:
        try:
            line, column = section["offset"]["line"], section["offset"]["column"]
            mappings = section["map"]["mappings"]
        except (KeyError, TypeError):
            raise ValueError("a section of the source map lacks its offset or its map") from None
        if not (isinstance(line, int) and isinstance(column, int) and isinstance(mappings, str)):
            raise ValueError("a section of the source map has an offset or mappings of another type")
        moved = _moved(column, [edit[1:] for edit in edits if edit[0] == line])
        within = [
            (edit[0] - line, edit[1] - column if edit[0] == line else edit[1], *edit[2:])
            for edit in edits
            if edit[0] > line or (edit[0] == line and edit[1] >= column)
        ]
        section["map"]["mappings"] = _shift_lines(mappings, within)
        section["offset"]["column"] = moved


def _shift_line(text: str, edits: Sequence[tuple[int, int, int]]) -> str:
    """One line's mappings: only the first field of a segment changes, the others are copied as text."""
    pieces = []
    column = moved_before = 0
    for piece in text.split(","):
        if not piece:
            continue
        width = next((index for index, digit in enumerate(piece, 1) if _digit(digit) < 32), len(piece))
        column += _decode_numbers(piece[:width])[0]
        moved = _moved(column, edits)
        pieces.append(_encode_number(moved - moved_before) + piece[width:])
        moved_before = moved
    return ",".join(pieces)


def _moved(column: int, edits: Sequence[tuple[int, int, int]]) -> int:
    """Where a column lies after the edits (column, length before, length after) of its line, sorted."""
    by = 0
    for start, before, after in edits:
        if start + before <= column:
            by += after - before
        elif start < column:
            return start + by + min(column - start, after)
        else:
            break
    return column + by


def split_guard(data: bytes) -> tuple[bytes, str]:
    """The guard line against script inclusion (empty where there is none), and the JSON text. Raises ValueError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"the source map is not UTF-8: {error.reason} at byte {error.start}") from None
    if not text.startswith(GUARD):
        return b"", text
    guard, newline, rest = text.partition("\n")
    return (guard + newline).encode(), rest


def _digit(character: str) -> int:
    try:
        return DIGITS[character]
    except KeyError:
        raise ValueError(f"{character!r} is no Base64 VLQ digit of a source map") from None


def _decode_numbers(text: str) -> list[int]:
    """Base64 VLQ: five bits a digit, the lowest first; 32 says that more follow; the lowest bit of all is the sign."""
    numbers = []
    value = position = 0
    try:
        for digit in [DIGITS[character] for character in text]:
            value |= (digit & 31) << position
            if digit & 32:
                position += 5
                continue
            numbers.append(-(value >> 1) if value & 1 else value >> 1)
            value = position = 0
    except KeyError as error:
        raise ValueError(f"{error.args[0]!r} is no Base64 VLQ digit of a source map") from None
    if position:
        raise ValueError(f"a number of the source map is cut off: {text!r}")
    return numbers


def _encode_number(number: int) -> str:
    value = -number << 1 | 1 if number < 0 else number << 1
    digits = ""
    while value > 31:
        digits += ALPHABET[value & 31 | 32]
        value >>= 5
    return digits + ALPHABET[value]
