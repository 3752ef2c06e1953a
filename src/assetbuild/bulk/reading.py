"""Reads the plain files of a survey, in as many processes as that is worth.

Those beside this one begin at once, while this one still imports the stations. They and it take the files from one
list, some at a time, which each of them makes from the survey: nothing is sent to them, and of what they found
only columns come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from assetbuild.bulk.ahead import Ahead
from assetbuild.bulk.columns import Part
from assetbuild.bulk.files import Files
from assetbuild.bulk.gathered import Texts
from assetbuild.bulk.memory import Final, Memory, lines_of, save
from assetbuild.bulk.names import Names
from assetbuild.bulk.share import Share
from assetbuild.cache import NoCache
from assetbuild.cache.index import FileIndex
from assetbuild.config import Config
from assetbuild.processes import Claims, Process, processes_for, start
from assetbuild.stage import Stage
from assetbuild.survey import Survey

T = TypeVar("T")


class Reading:
    """The reading of a survey's plain files. `close` it whatever happens.

    `former` is the index of an earlier build, as it was kept. Files that nobody has looked at yet are looked at by
    whoever reads them.
    """

    def __init__(self, config: Config, seen: Survey, stage: Stage, former: bytes | None) -> None:
        self._config = config
        self._cache = stage.cache
        self._seen = seen
        self._others: list[Process] = []
        self._changed: str | None = None
        self._claims: Claims | None = None
        self.index = FileIndex.load(former, stage.began)
        # What is to be forced to the disk is left to the commit.
        self.ahead = Ahead.begin(config.output) if not stage.durable else None
        try:
            self._begin(stage, former is not None)
        except BaseException:
            # Nobody else can.
            self.close()
            raise

    def _begin(self, stage: Stage, remembers: bool) -> None:
        config, seen = self._config, self._seen
        if self.ahead is None or config.syntax != "off":
            # The sizes decide which files are plain, and which are kept.
            seen.look_at(seen.paths)
        # What is staged has to be read.
        remembers = remembers and self.ahead is None
        self.memory = Memory.load(stage.cache, self._key()) if remembers else Memory({}, {})
        self._files = files = Files(config, seen, self.index, self.memory, self.ahead is not None)
        self._parts = range(len(files.starts) - 1)
        count = processes_for(stage.jobs, len(files.paths) - len(files.known))
        names = Names(files.numbers, count) if self.ahead is not None else None
        self._share = Share(files, self.ahead, names, 0)
        if count > 1:
            self._share_with(count - 1, names)

    def _share_with(self, others: int, names: Names | None) -> None:
        """Lets so many other processes read too, or as many as there can be."""
        shares = [Share(self._files, self.ahead, names, number + 1) for number in range(others)]
        with suppress(OSError):
            self._claims = Claims(self._files.parts())
            start(self._others, [partial(self._shared, share) for share in shares])
        if names is not None:
            for number in range(len(self._others), others):
                names.be_ready(number + 1)

    def finish(self) -> Texts:
        """Reads what nobody else has read, and tells the index. Not among it is what the stations have to look at."""
        share = self._share
        share.take(self._parts if self._claims is None else self._claims)
        if self._claims is not None:
            self._changed = share.first_changed()
        staged = self.ahead is not None
        texts = Texts(self._files, self._config.root, self.index, staged)
        parts: set[int] = set()
        # In turns, so that nobody waits for this one to read what it has.
        for part in _in_turns([share.results(), *[self._results(other) for other in self._others]]):
            if part is None:
                staged = False
                continue
            staged = staged and not part.failed
            parts.add(part.number)
            texts.add(part)
        missing = set(self._parts) - parts
        if missing:
            staged = False
            again = Share(self._files, None, None, 0)
            again.take(sorted(missing))
            self._changed = self._changed or again.first_changed()
            for part in again.results():
                texts.add(part)
        if self.ahead is not None and not staged:
            self.ahead.fail()
        if self._files.known:
            texts.add(self._files.unread())
        texts.finish(staged)
        texts.tell(self.index)
        return texts

    def _results(self, other: Process) -> Iterator[Part | None]:
        """What another process has found, part by part; None if it has failed."""
        try:
            for item in other.results():
                if isinstance(item, tuple):
                    yield Part(*item)
                else:
                    self._changed = self._changed or item
        except ChildProcessError:
            yield None

    def first_changed(self, texts: Texts) -> str | None:
        """A file whose bytes were kept or staged, and that was edited since then. Raises OSError."""
        if self._claims is not None:
            # Each process has looked at what it has read, after all was read.
            return self._changed
        return self.index.first_changed(texts.file(path) for path in texts if texts.is_at_hand(path))

    def remember(self, texts: Texts, finals: Mapping[str, Final], lines: Iterable[bytes] | None) -> None:
        """Keeps what was found in these texts, and what was made of them, for the next build. Nobody reads on.

        `lines` are what is to be kept, if that is known already.
        """
        if self._files.arena is not None:
            self._files.arena.close()
        if isinstance(self._cache, NoCache):
            return
        if lines is None:
            unread = sum(number in self._files.known for number in texts.values()) if self._files.known else 0
            if unread == len(texts) == len(self.memory.files) and finals == self.memory.finals:
                return
            lines = lines_of(list(texts), *texts.columns(), texts.references, finals)
        save(self._cache, self._key(), lines)

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

    def _shared(self, share: Share) -> Iterator[Any]:
        """A file that has changed; the fields of what is found in each of the parts that nobody else has claimed."""
        assert self._claims is not None
        share.take(self._claims)
        yield share.first_changed()
        for part in share.results():
            yield tuple(part)


def _in_turns(sequences: list[Iterator[T]]) -> Iterator[T]:
    """One of each, again and again, until there are no more of any."""
    while sequences:
        for one in list(sequences):
            try:
                yield next(one)
            except StopIteration:
                sequences.remove(one)
