"""Reads the plain files of a survey, in as many processes as that is worth.

Those beside this one begin at once, while this one still imports the stations. They and it take the files from one
list, a few hundred at a time, which each of them makes from the survey: nothing is sent to them, and of what they found
only digests and references come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

from assetbuild.bulk.ahead import Ahead
from assetbuild.bulk.files import Files
from assetbuild.bulk.memory import Final, Memory, save
from assetbuild.bulk.texts import DIGEST, FINGERPRINT, IDENTITY, INTEGRITY, NOT_STAGED, Found, Part
from assetbuild.cache import NoCache
from assetbuild.cache.index import INDEX, FileIndex
from assetbuild.config import Config
from assetbuild.model import Publication
from assetbuild.paths import shown_path
from assetbuild.processes import Claims, Process, processes_for
from assetbuild.stage import Stage
from assetbuild.survey import Survey


class Texts(Mapping[str, int]):
    """Plain files as they were read: logical paths, in order, each with its number in columns.

    `references` are by logical path, of those that have any. Each was found in `seen`.
    """

    def __init__(self, files: Files, root: str, parts: list[Part], index: FileIndex) -> None:
        self.seen = files.seen
        self._index = index
        self._sizes, self._arena = files.sizes, files.arena
        self._root = root
        self._digests = bytearray(DIGEST * len(files.paths))
        self._integrities = bytearray(INTEGRITY * len(files.paths))
        self._numbers: dict[str, int] = {}
        self.references: dict[str, tuple[Found, ...]] = {}
        self._staged = bytearray(IDENTITY * (0 if files.ahead is None else len(files.paths)))
        columns = [self._digests, self._integrities, *([self._staged] if self._staged else [])]
        parts.sort(key=lambda part: part.numbers[:1])
        for part in parts:
            self._take(files.paths, part.numbers, columns, (part.digests, part.integrities, part.staged))
            self.references.update((files.paths[number], found) for number, found in part.references.items())
        if files.known:
            self._numbers = dict(sorted(self._numbers.items(), key=itemgetter(1)))

    def _take(self, paths: list[str], numbers: list[int], columns: Iterable[bytearray], found: Iterable[bytes]) -> None:
        """Puts what belongs to these numbers, which ascend, into the columns: run by run of those without a gap."""
        place = 0
        while place < len(numbers):
            first, stop = numbers[place], len(numbers)
            if numbers[-1] - first != stop - place - 1:
                stop = next(
                    one for one in range(place + 1, stop + 1) if one == stop or numbers[one] != first + one - place
                )
            count = stop - place
            for column, values, width in zip(columns, found, (DIGEST, INTEGRITY, IDENTITY), strict=False):
                column[first * width : (first + count) * width] = values[place * width : stop * width]
            self._numbers.update(zip(paths[first : first + count], range(first, first + count), strict=True))
            place = stop

    def tell(self, index: FileIndex) -> None:
        """Lets the index know what was read."""
        table, digests = self.seen.table, bytes(self._digests)
        for path, number in self._numbers.items():
            file, _, identity = table[path]
            index.learn(file, identity, digests[number * DIGEST : number * DIGEST + DIGEST])

    def __getitem__(self, path: str) -> int:
        return self._numbers[path]

    def __contains__(self, path: object) -> bool:
        return path in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def file(self, path: str) -> str:
        """The absolute file path."""
        return self.seen.table[path][0]

    def shown(self, path: str) -> str:
        """The file path relative to the configuration's directory, as messages have it."""
        return shown_path(self.file(path), self._root)

    def size(self, path: str) -> int:
        """The number of bytes."""
        return self._sizes[self._numbers[path]]

    def digest(self, path: str) -> bytes:
        """SHA-256."""
        start = self._numbers[path] * DIGEST
        return bytes(self._digests[start : start + DIGEST])

    def fingerprint(self, path: str) -> str:
        """The first digits of SHA-256."""
        start = self._numbers[path] * DIGEST
        return self._digests[start : start + FINGERPRINT // 2].hex()

    def integrity(self, path: str) -> bytes:
        """SHA-384."""
        start = self._numbers[path] * INTEGRITY
        return bytes(self._integrities[start : start + INTEGRITY])

    def columns(self) -> tuple[bytes, bytes]:
        """All SHA-256 and all SHA-384, in order."""
        if len(self._numbers) * DIGEST == len(self._digests):
            return bytes(self._digests), bytes(self._integrities)
        return b"".join(map(self.digest, self)), b"".join(map(self.integrity, self))

    def settled_identity(self, path: str) -> bytes | None:
        """The identity that the file has if and only if it is unchanged; None if nobody can tell."""
        file, _, identity = self.seen.table[path]
        return identity if self._index.settled_identity(file) else None

    def is_kept(self, path: str) -> bool:
        """Whether the bytes are at hand."""
        return self._arena.has(self._numbers[path]) and not self.is_staged(path)

    def is_at_hand(self, path: str) -> bool:
        """Whether nobody reads the file again to publish it."""
        return self._arena.has(self._numbers[path]) or self.is_staged(path)

    def is_staged(self, path: str) -> bool:
        """Whether the file was staged when it was read."""
        return bool(self._staged) and self.staged(path) != NOT_STAGED

    def staged(self, path: str) -> bytes:
        """The identity of the staged file."""
        start = self._numbers[path] * IDENTITY
        return bytes(self._staged[start : start + IDENTITY])

    def data(self, path: str) -> bytes:
        """The bytes of a file that is kept."""
        number = self._numbers[path]
        return self._arena.get(number, self._sizes[number])


class Reading:
    """The reading of a survey's plain files. `close` it whatever happens."""

    def __init__(self, config: Config, seen: Survey, stage: Stage) -> None:
        self._config = config
        self._cache = stage.cache
        former = stage.cache.get(INDEX)
        self.index = FileIndex.load(former, stage.began)
        self.memory = Memory.load(stage.cache, self._key()) if former else Memory({}, {})
        # What is to be forced to the disk is left to the commit.
        self.ahead = Ahead.begin(config.output) if not stage.durable else None
        self._files = Files(config, seen, self.index, self.memory, self.ahead)
        self._parts = range(len(self._files.starts) - 1)
        self._others: list[Process] = []
        self._changed: str | None = None
        self._claims: Claims | None = None
        count = processes_for(stage.jobs, len(self._files.paths) - len(self._files.known))
        if count > 1:
            self._claims = Claims(len(self._parts))
            self._others = [Process(self._share) for _ in range(count - 1)]

    def names(self) -> Mapping[str, Publication]:
        """How each of the plain files is published."""
        return self._files.names

    def finish(self) -> Texts:
        """Reads what nobody else has read, and tells the index. Not among it is what the stations have to look at."""
        index = self.index
        found: list[tuple[int, tuple[Any, ...]]] = []
        failed = False
        if self._claims is not None:
            found, self._changed = self._share()
        for other in self._others:
            try:
                more, changed = other.result()
            except ChildProcessError:
                failed = True
                continue
            found += more
            self._changed = self._changed or changed
        missing = set(self._parts) - {part for part, _ in found}
        found += [(part, tuple(self._files.read(part))) for part in sorted(missing)]
        parts = [Part(*result) for _, result in found]
        if self.ahead is not None and (failed or any(part.failed for part in parts)):
            self.ahead.fail()
        if self._files.known:
            parts.append(self._files.unread())
        texts = Texts(self._files, self._config.root, parts, index)
        texts.tell(index)
        return texts

    def first_changed(self, texts: Texts) -> str | None:
        """A file whose bytes were kept or staged, and that was edited since then. Raises OSError."""
        if self._claims is not None:
            # Each process has looked at what it has read, after all was read.
            return self._changed
        return self.index.first_changed(texts.file(path) for path in texts if texts.is_at_hand(path))

    def remember(self, texts: Texts, finals: Mapping[str, Final]) -> None:
        """Keeps what was found in these texts, and what was made of them, for the next build. Nobody reads on."""
        self._files.arena.close()
        if isinstance(self._cache, NoCache):
            return
        unread = sum(number in self._files.known for number in texts.values()) if self._files.known else 0
        if not unread == len(texts) == len(self.memory.files) or finals != self.memory.finals:
            save(self._cache, self._key(), list(texts), *texts.columns(), texts.references, finals)

    def _key(self) -> str:
        from assetbuild.compilers import own_digest

        return f"{own_digest()} {self._config.base_url}"

    def close(self) -> None:
        """Ends what still works for it."""
        for other in self._others:
            other.end()
        if self._claims is not None:
            self._claims.close()
            self._claims = None
        if self.ahead is not None:
            self.ahead.close()

    def _share(self) -> tuple[list[tuple[int, tuple[Any, ...]]], str | None]:
        """The parts that nobody else has claimed, with the fields of what is found in each; a file that has changed."""
        assert self._claims is not None
        found = [(part, self._files.read(part)) for part in self._claims]
        changed = self._files.first_changed(number for _, result in found for number in result.numbers)
        return [(part, tuple(result)) for part, result in found], changed
