"""Bytes of small files, from reading to writing, in memory that forked processes share."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

# Of small files all bytes are kept until they are written, and so are the texts made of them. What does not fit is
# read, or made, again.
LARGEST_KEPT = 64 << 10
_KEPT_TOGETHER = 24 << 20
_LEAST_KEPT = 2 << 20
# In a large project the values that there are for each file take the room of the bytes.
_ROOM, _VALUES_OF_A_FILE = 44 << 20, 1000


def kept_together(files: int) -> int:
    """How many bytes to keep of a project of so many files."""
    return min(_KEPT_TOGETHER, max(_LEAST_KEPT, _ROOM - files * _VALUES_OF_A_FILE))


class Arena:
    """A place for each of a list of files, which follows from their sizes: every process knows it, and none is told."""

    def __init__(self, sizes: Iterable[int], room: int) -> None:
        end = 0
        import mmap

        self._places = array("q")
        for size in sizes:
            fits = size <= LARGEST_KEPT and end + size <= room
            self._places.append(end if fits else -1)
            end += size if fits else 0
        self._memory = mmap.mmap(-1, max(end, 1))

    def put(self, number: int, data: bytes) -> None:
        """Keeps the bytes of the file of this number, if there is a place for them: as many as were told."""
        place = self._places[number]
        if place >= 0:
            self._memory[place : place + len(data)] = data

    def has(self, number: int) -> bool:
        """Whether the bytes of this file have a place."""
        return self._places[number] >= 0

    def get(self, number: int, size: int) -> bytes:
        """The bytes of a file that has a place, as they were put."""
        place = self._places[number]
        return self._memory[place : place + size]

    def close(self) -> None:
        """Gives the memory back."""
        self._memory.close()
