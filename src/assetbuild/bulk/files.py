"""The files of a survey by number, as every process that reads knows them, and which of them are plain."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from assetbuild.bulk.ahead import Ahead
from assetbuild.bulk.arena import LARGEST_KEPT, Arena, kept_together
from assetbuild.bulk.memory import Known, Memory
from assetbuild.bulk.texts import NOT_STAGED, File, Part, read_texts
from assetbuild.cache.index import FileIndex, identity_of
from assetbuild.config import Config
from assetbuild.model import Publication
from assetbuild.survey import Survey

_AT_ONCE = 400
NOT_READ = LARGEST_KEPT + 1
# A pipe holds no more claims.
_MOST_PARTS = 10_000


class Files:
    """The files, in parts to be read at once; `known` are those that the memory has, by number."""

    def __init__(self, config: Config, seen: Survey, index: FileIndex, memory: Memory, ahead: Ahead | None) -> None:
        self.seen = seen
        self.ahead = ahead
        self.paths = seen.paths
        self.sizes = array("q", [int.from_bytes(seen.table[path][2][:8], "little") for path in self.paths])
        self.known = dict(_known(self.paths, seen, index, memory)) if memory.files else {}
        read = [NOT_READ if number in self.known else size for number, size in enumerate(self.sizes)]
        self.arena = Arena(read, kept_together(len(self.paths)))
        self._config = config
        parts = max(1, min(_MOST_PARTS, len(self.paths) // _AT_ONCE))
        self.starts = [len(self.paths) * number // parts for number in range(parts + 1)]

    @cached_property
    def names(self) -> Mapping[str, Publication]:
        """How each of the plain files is published."""
        # What it needs is imported while others read already.
        from assetbuild.planning.plain import plain_names
        from assetbuild.planning.syntax import CHECKED, are_few

        names = plain_names(self._config, self.paths)
        if self._config.syntax == "off" or not are_few(zip(self.paths, self.sizes, strict=True)):
            return names
        # These are looked at for syntax errors, one by one.
        return {path: names[path] for path in names if not path.endswith(CHECKED)}

    def read(self, part: int) -> Part:
        """What is found in the plain files of one part, but for those that are known."""
        table, paths, names, known = self.seen.table, self.paths, self.names, self.known
        every = range(self.starts[part], self.starts[part + 1])
        files = []
        for number in every:
            path = paths[number]
            publication = names.get(path)
            if publication is not None and number not in known:
                file, _, identity = table[path]
                files.append(File(number, path, file, identity, publication == "fingerprinted"))
        return read_texts(files, self._config.base_url, self.arena, self.ahead)

    def first_changed(self, numbers: Iterable[int]) -> str | None:
        """The first of these files that is not as it was seen; None if all are."""
        table, paths, look = self.seen.table, self.paths, os.stat
        for number in numbers:
            file, _, identity = table[paths[number]]
            try:
                if identity_of(look(file)) != identity:
                    return file
            except OSError:
                return file
        return None

    def unread(self) -> Part:
        """What is known of the plain files that have not changed."""
        some = [(number, one) for number, one in self.known.items() if self.paths[number] in self.names]
        return Part(
            [number for number, _ in some],
            b"".join([one.digest for _, one in some]),
            b"".join([one.integrity for _, one in some]),
            {number: one.references for number, one in some if one.references},
            NOT_STAGED * len(some),
        )


def _known(paths: list[str], seen: Survey, index: FileIndex, memory: Memory) -> Iterator[tuple[int, Known]]:
    """By number the files that are as the memory has them."""
    for number, path in enumerate(paths):
        one = memory.files.get(path)
        file, _, identity = seen.table[path]
        if one is not None and index.known(file, identity) == one.digest:
            yield number, one
