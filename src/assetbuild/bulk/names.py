"""The names that plain files are published under, in memory that forked processes share: whoever makes one tells it."""

from __future__ import annotations

import mmap
from collections.abc import Mapping

from assetbuild.bulk.texts import FINGERPRINT, fingerprinted

# Half of a digest, twice: if both are the same, and not empty, they were written.
_HALF = FINGERPRINT // 2
_WIDTH = 2 * _HALF
_NONE = bytes(_WIDTH)
_STEP = 8
_READY = 1 << 63


class Names(dict[str, str]):
    """Names below public/ by logical path, of files in a list that all processes know. Each has those it has met.

    `processes` are counted from 0. Who waits for names looks again after each step of another; when all have looked,
    and nobody has made a step since, no names come any more.
    """

    def __init__(self, numbers: Mapping[str, int], processes: int) -> None:
        super().__init__()
        self.numbers = numbers
        self._digests = mmap.mmap(-1, max(1, _WIDTH * len(numbers)))
        self._steps = memoryview(mmap.mmap(-1, _STEP * processes)).cast("Q")
        self._looked = memoryview(mmap.mmap(-1, _STEP * processes)).cast("Q")

    def tell(self, number: int, path: str, digest: bytes) -> str:
        """The name of the file of this number, whose text has this SHA-256; from now on all know it."""
        half = digest[:_HALF]
        start = number * _WIDTH
        self._digests[start : start + _WIDTH] = half + half
        name = self[path] = fingerprinted(path, half.hex())
        return name

    def learn(self, number: int, path: str) -> str | None:
        """The name of the file of this number, if any process has told it."""
        start = number * _WIDTH
        found = self._digests[start : start + _WIDTH]
        half = found[:_HALF]
        if half != found[_HALF:] or found == _NONE:
            return None
        name = self[path] = fingerprinted(path, half.hex())
        return name

    def is_known(self, number: int) -> bool:
        """Whether any process has told the name of the file of this number."""
        start = number * _WIDTH
        found = self._digests[start : start + _WIDTH]
        return found != _NONE and found[:_HALF] == found[_HALF:]

    def step(self, process: int) -> None:
        """Tells that a process has told some names since its last step."""
        self._steps[process] += 1

    def steps(self) -> int:
        """How many steps all processes have made."""
        return sum(self._steps)

    def is_over(self, process: int, steps: int) -> bool:
        """Whether no process can go on, after one has found nothing among the names that were told in so many steps."""
        self._looked[process] = steps + 1
        now = self.steps() + 1
        return all(looked in (now, _READY) for looked in self._looked)

    def be_ready(self, process: int) -> None:
        """Tells that a process waits for nothing, and tells no more names."""
        self._looked[process] = _READY
