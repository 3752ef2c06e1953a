"""Reads the plain files of a survey, in as many processes as that is worth."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from assetbuild.bulk.arena import KEPT_TOGETHER, LARGEST_KEPT, Arena
from assetbuild.bulk.processes import processes_for, ranges, shared
from assetbuild.bulk.texts import Record, Text, read_texts
from assetbuild.cache.index import FileIndex
from assetbuild.config import Config
from assetbuild.paths import shown_path
from assetbuild.survey import Survey


class Texts:
    """Plain files by logical path, in order, with their bytes in `arena`; each was found in `seen`."""

    def __init__(self, texts: dict[str, Text], seen: Survey, arena: Arena, root: str) -> None:
        self.texts = texts
        self.seen = seen
        self.arena = arena
        self.root = root

    def file(self, path: str) -> str:
        """The absolute file path."""
        return self.seen.table[path][0]

    def shown(self, path: str) -> str:
        """The file path relative to the configuration's directory, as messages have it."""
        return shown_path(self.file(path), self.root)

    def data(self, path: str) -> bytes | None:
        """The bytes of a file, if they are still at hand."""
        text = self.texts[path]
        return None if text.place < 0 else self.arena.read(text.place, text.size)


def read_plain(seen: Survey, paths: Iterable[str], index: FileIndex, config: Config, jobs: int) -> Texts:
    """The files at these logical paths, but for those that the stations have to look at."""
    table = seen.table
    files = [(path, table[path][0], table[path][2]) for path in paths]
    sizes = [int.from_bytes(identity[:8], "little") for _, _, identity in files]
    arena = Arena(min(sum(size for size in sizes if size <= LARGEST_KEPT), KEPT_TOGETHER))
    count = processes_for(jobs, len(files))
    # A range of the arena is of the same size for each process; their shares of small files are not.
    cuts = ranges(count, sizes)

    def share(number: int, count: int) -> list[Record | None]:
        arena.take_range(number, count)
        return read_texts(files[cuts[number] : cuts[number + 1]], config.base_url, arena)

    texts: dict[str, Text] = {}
    records = [record for some in shared(share, count) for record in some]
    make = partial(tuple.__new__, Text)
    for (path, file, identity), record in zip(files, records, strict=True):
        if record is not None:
            texts[path] = make(record)
            index.learn(file, identity, record[0])
    return Texts(texts, seen, arena, config.root)
