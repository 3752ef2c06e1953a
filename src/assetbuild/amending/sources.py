"""All sources of a survey, looked at when somebody asks for one: a build that follows an edit needs few of many."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping

from assetbuild.bulk.arena import LARGEST_KEPT
from assetbuild.cache.index import FileIndex
from assetbuild.model import Source
from assetbuild.survey import Survey


class Sources(Mapping[str, Source]):
    """Sources by logical path. Raises FileNotFoundError, or as FileIndex.look, for one that cannot be read any more."""

    def __init__(self, seen: Survey, index: FileIndex) -> None:
        self._seen = seen
        self._index = index
        self._made: dict[str, Source] = {}

    def __getitem__(self, path: str) -> Source:
        if path not in self._made:
            file, place, identity = self._seen.table[path]
            known = self._index.look(file, identity, LARGEST_KEPT)
            if known is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), file)
            size, digest, data = known
            self._made[path] = Source(path, file, place.directory, size, digest, data)
        return self._made[path]

    def __contains__(self, path: object) -> bool:
        return path in self._seen.table

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen.paths)

    def __len__(self) -> int:
        return len(self._seen.table)

    def made(self) -> Iterable[Source]:
        """Those that were asked for."""
        return self._made.values()
