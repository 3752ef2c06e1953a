"""Why a minifier's result does not count."""

from __future__ import annotations


class Refused(Exception):
    """The reason in words; `start` and `length` are bytes of the text before, where a place is known.

    `broke`: not the text but the tool is at fault, or the time it had, so that another run may go otherwise.
    """

    def __init__(self, text: str, start: int | None = None, length: int = 1, *, broke: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.start = start
        self.length = length
        self.broke = broke


def offset_of(data: bytes, line: int, column: int) -> int | None:
    """The offset of a line (from 1) and a column in bytes (from 0); None if the text has no such place."""
    start = 0
    for _ in range(line - 1):
        start = data.find(b"\n", start) + 1
        if not start:
            return None
    return start + column if 0 <= column <= len(data) - start else None
