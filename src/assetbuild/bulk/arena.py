"""Bytes of small files, from reading to writing, in memory that forked processes share."""

from __future__ import annotations

import mmap

# Of small files all bytes are kept until they are written, and so are the texts made of them. What does not fit is
# read, or made, again.
KEPT_TOGETHER = 20 << 20
MADE_TOGETHER = 8 << 20
LARGEST_KEPT = 64 << 10


class Arena:
    """A piece of memory to which each process adds in a range of its own; what was added never changes."""

    def __init__(self, size: int) -> None:
        self._memory = mmap.mmap(-1, max(size, mmap.PAGESIZE))
        self._end = self._stop = 0

    def take_range(self, number: int, count: int) -> None:
        """From now on this process adds in the range of this number, of so many equal ones."""
        size = len(self._memory) // count
        self._end, self._stop = number * size, (number + 1) * size

    def add(self, data: bytes) -> int:
        """Where the bytes begin from now on; -1 if there is no room for them."""
        begin, end = self._end, self._end + len(data)
        if end > self._stop or len(data) > LARGEST_KEPT:
            return -1
        self._memory[begin:end] = data
        self._end = end
        return begin

    def read(self, begin: int, size: int) -> bytes:
        return self._memory[begin : begin + size]
