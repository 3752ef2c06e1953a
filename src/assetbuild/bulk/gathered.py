"""What all processes have found in the plain files, gathered in columns."""

from __future__ import annotations

import marshal
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from assetbuild.bulk.columns import NAMED, STATE, Part
from assetbuild.bulk.files import Files
from assetbuild.bulk.memory import references_in
from assetbuild.bulk.texts import DIGEST, IDENTITY, INTEGRITY, NOT_STAGED, Found
from assetbuild.cache.index import FileIndex
from assetbuild.cache.records import digests_in, sizes_in
from assetbuild.model import Publication
from assetbuild.named_tuple import NamedTuple
from assetbuild.paths import shown_path
from assetbuild.references.records import Finding


class Block(NamedTuple):
    """Entries of the manifest for so many files, as `Part.entries`."""

    entries: bytes
    files: int
    is_complete: bool


class Texts(Mapping[str, int]):
    """Plain files as they were read: logical paths, in order, each with its number in columns.

    Each was found in `seen`. `publications` tells how each is published. Where files were staged when they were read,
    `entries` and `lines` are those of the parts, in order; `unmade` are the numbers
    of those that were not linked then, `unstaged` of those that have to be written. `found` is what the stations will
    find in some that are left to them.
    """

    def __init__(self, files: Files, root: str, index: FileIndex, staged: bool) -> None:
        self.seen = files.seen
        self._index = index
        self._arena = files.arena
        self._root = root
        self._paths = files.paths
        count = len(files.paths)
        self._records = bytearray(STATE * count)
        self._integrities = bytearray(INTEGRITY * count)
        self._states = bytearray(STATE * count if staged else 0)
        # As it is if all files are among the texts.
        self._numbers = files.numbers
        self._runs: list[tuple[int, int]] = []
        self._references: list[bytes] = []
        self._left: list[tuple[int, str, bytes, Block]] = []
        self.unmade: list[int] = []
        self.unstaged: list[int] = []
        self.publications: dict[str, Publication] = {}
        self.names: list[str] = []
        self.entries: list[Block] = []
        self.lines: list[bytes] = []
        self._firsts: list[int] = []
        self._some: dict[int, dict[str, tuple[Found, ...]]] = {}
        self._others: dict[str, Publication] = {}
        self._left_to_stations: dict[str, bytes] = {}
        self.found: dict[str, Finding] = {}

    def add(self, part: Part) -> None:
        """Puts what a part has of its numbers, which ascend, into the columns: run by run of those without a gap."""
        numbers, paths = part.numbers, self._paths
        for number, (record, found) in marshal.loads(part.left).items() if part.left else ():
            self._left_to_stations[self.seen.files[number]] = record
            if found is not None:
                self.found[paths[number]] = Finding(record[IDENTITY:].hex(), found)
        if not numbers:
            return
        self._left.append((numbers[0], part.names, part.line, Block(part.entries, len(numbers), part.is_complete)))
        if part.references:
            self._references.append(part.references)
        self.unmade += part.unmade
        self.unstaged += part.unstaged
        self._others.update((paths[number], how) for number, how in part.publications.items())
        columns = (
            (self._records, part.records, STATE),
            (self._integrities, part.integrities, INTEGRITY),
            (self._states, part.states, STATE),
        )
        place = 0
        while place < len(numbers):
            first, stop = numbers[place], len(numbers)
            if numbers[-1] - first != stop - place - 1:
                stop = next(
                    one for one in range(place + 1, stop + 1) if one == stop or numbers[one] != first + one - place
                )
            count = stop - place
            for column, values, width in columns:
                if column and values:
                    column[first * width : (first + count) * width] = values[place * width : stop * width]
            self._runs.append((first, first + count))
            place = stop

    def finish(self, staged: bool) -> None:
        """Puts in order what there is, after all parts; `staged` if all went well with that."""
        self._left.sort()
        if sum(stop - first for first, stop in self._runs) < len(self._paths):
            runs = [range(*run) for run in sorted(self._runs)]
            self._numbers = {self._paths[number]: number for run in runs for number in run}
        self.publications = dict.fromkeys(self._numbers, NAMED) | self._others
        if staged:
            self.names = "\n".join([names for _, names, *_ in self._left]).split("\n") if self._left else []
            self.entries = [block for *_, block in self._left]
        self.lines = [line for _, _, line, _ in self._left if line]
        self._firsts = [first for first, _, line, _ in self._left if line]
        self._left.clear()

    @cached_property
    def references(self) -> Mapping[str, tuple[Found, ...]]:
        """What each refers to, of those that refer to anything."""
        paths, references = self._paths, references_in(self.lines)
        for part in self._references:
            references.update((paths[number], found) for number, found in marshal.loads(part).items())
        return references

    @cached_property
    def others(self) -> list[str]:
        """The logical paths of all other sources, in order."""
        return [path for path in self._paths if path not in self._numbers] if len(self) < len(self._paths) else []

    def references_of(self, path: str) -> tuple[Found, ...]:
        """What one of them refers to: for a few, not all have to be loaded."""
        if self._references or "references" in self.__dict__:
            return self.references.get(path, ())
        place = bisect(self._firsts, self._numbers[path]) - 1
        if place not in self._some:
            self._some[place] = references_in(self.lines[place : place + 1])
        return self._some[place].get(path, ())

    def tell(self, index: FileIndex) -> None:
        """Lets the index and the survey know what was read, and looks at all others that nobody has looked at."""
        seen, records = self.seen, bytes(self._records)
        if len(self) < len(self._paths):
            files = seen.files
            index.learn_all([files[number] for number in self._numbers.values()], self._of_each(records))
            for file, record in self._left_to_stations.items():
                index.learn(file, record)
            seen.look_at(self.others)
        else:
            index.learn_all(seen.files, records)
        seen.know(self._numbers.values(), records)

    def __getitem__(self, path: str) -> int:
        return self._numbers[path]

    def __contains__(self, path: object) -> bool:
        return path in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def path(self, number: int) -> str:
        """The logical path of a file."""
        return self._paths[number]

    def file(self, path: str) -> str:
        """The absolute file path."""
        return self.seen.table[path][0]

    def shown(self, path: str) -> str:
        """The file path relative to the configuration's directory, as messages have it."""
        return shown_path(self.file(path), self._root)

    def size(self, path: str) -> int:
        """The number of bytes."""
        start = self._numbers[path] * STATE
        return int.from_bytes(self._records[start : start + 8], "little")

    def sizes(self) -> int:
        """The number of bytes of all."""
        return sum(sizes_in(bytes(self._records)))

    def _of_each(self, states: bytes) -> bytes:
        """What a column has of those that are here."""
        if len(self._numbers) == len(self._paths):
            return states
        return b"".join([states[number * STATE : (number + 1) * STATE] for number in self._numbers.values()])

    def digest(self, path: str) -> bytes:
        """SHA-256."""
        start = self._numbers[path] * STATE + IDENTITY
        return bytes(self._records[start : start + DIGEST])

    def integrity(self, path: str) -> bytes:
        """SHA-384 of what is published, of a file that refers to nothing or that was linked when it was read."""
        start = self._numbers[path] * INTEGRITY
        return bytes(self._integrities[start : start + INTEGRITY])

    def columns(self) -> tuple[bytes, bytes]:
        """All SHA-256 and all `integrity`, in order."""
        digests = digests_in(self._of_each(bytes(self._records)))
        if len(self._numbers) == len(self._paths):
            return digests, bytes(self._integrities)
        return digests, b"".join(map(self.integrity, self))

    def settled_identity(self, path: str) -> bytes | None:
        """The identity that the file has if and only if it is unchanged; None if nobody can tell."""
        start = self._numbers[path] * STATE
        record = bytes(self._records[start : start + STATE])
        return record[:IDENTITY] if self._index.is_settled(record) else None

    def is_kept(self, path: str) -> bool:
        """Whether the bytes are at hand."""
        return self._arena is not None and self._arena.has(self._numbers[path])

    def is_at_hand(self, path: str) -> bool:
        """Whether nobody reads the file again to publish it."""
        return self.is_kept(path) or self.is_staged(path)

    def is_staged(self, path: str) -> bool:
        """Whether the file was staged when it was read."""
        return bool(self._states) and self.state(path)[:IDENTITY] != NOT_STAGED

    def state(self, path: str) -> bytes:
        """The identity of the staged file, and SHA-256 of what is published."""
        start = self._numbers[path] * STATE
        return bytes(self._states[start : start + STATE])

    def states(self) -> Sequence[bytes]:
        """Of all, in order."""
        states = self._of_each(bytes(self._states))
        return [states[place : place + STATE] for place in range(0, len(states), STATE)]

    def data(self, path: str) -> bytes:
        """The bytes of a file that is kept."""
        assert self._arena is not None
        return self._arena.get(self._numbers[path], self.size(path))
