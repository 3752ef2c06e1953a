"""The files of a survey by number, as every process that reads knows them, and which of them are plain."""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from assetbuild.bulk.arena import LARGEST_KEPT, Arena, kept_together
from assetbuild.bulk.columns import Part
from assetbuild.bulk.memory import Known, Memory
from assetbuild.cache.index import FileIndex
from assetbuild.config import Config
from assetbuild.survey import Survey

if TYPE_CHECKING:
    from assetbuild.planning.plain import Naming

# How many files at once, up to what fraction before the end.
_AT_ONCE = ((8, 100), (64, 25), (0, 4))
NOT_READ = LARGEST_KEPT + 1
_SCRIPTS, _COST_OF_A_SCRIPT = (".js", ".mjs"), 20
# A pipe holds no more claims.
_MOST_PARTS = 4_000


class Files:
    """The files, in parts to be read at once; `known` are those that the memory has, by number.

    Where what refers to nothing is `staged` at once, no bytes are kept.
    """

    def __init__(self, config: Config, seen: Survey, index: FileIndex, memory: Memory, staged: bool) -> None:
        self.seen = seen
        self.paths = seen.paths
        self.numbers: Mapping[str, int] = dict(zip(self.paths, range(len(self.paths)), strict=True))
        self.found = list(map(seen.table.__getitem__, self.paths))
        self.base_url = config.base_url
        self.known = dict(_known(self.paths, seen, index, memory)) if memory.files else {}
        self.arena = None if staged else self._arena()
        self._config = config
        self.starts = _starts(len(self.paths))

    def _arena(self) -> Arena:
        # What nobody could look at may be there when it is read, with any number of bytes.
        unknown = {number for number, found in enumerate(self.found) if not found[2]}.union(self.known)
        sizes = [NOT_READ if number in unknown else size for number, size in enumerate(self.sizes())]
        return Arena(sizes, kept_together(len(self.paths)))

    def sizes(self) -> array[int]:
        """The numbers of their bytes, as far as they have been looked at."""
        return array("q", [int.from_bytes(found[2][:8], "little") for found in self.found])

    def parts(self) -> list[int]:
        """The numbers of the parts, first those that take longest, as far as names tell: scripts are searched."""
        return _by_cost(self.paths, self.starts)

    @cached_property
    def naming(self) -> Naming:
        """How plain files among some of these are published."""
        # What it needs is imported while others read already.
        from assetbuild.planning.plain import naming
        from assetbuild.planning.syntax import CHECKED, are_few

        named = naming(self._config)
        if self._config.syntax == "off" or not are_few(zip(self.paths, self.sizes(), strict=True)):
            return named
        # These are looked at for syntax errors, one by one.
        return lambda paths: named([path for path in paths if not path.endswith(CHECKED)])

    def unread(self) -> Part:
        """What is known of the plain files that have not changed."""
        published = self.naming([self.paths[number] for number in self.known])
        some = [(number, one) for number, one in self.known.items() if self.paths[number] in published]
        references = {number: one.references for number, one in some if one.references}
        return Part(
            -1,
            [number for number, _ in some],
            b"".join([self.found[number][2] + one.digest for number, one in some]),
            b"".join([one.integrity for _, one in some]),
            {
                number: published[self.paths[number]]
                for number, _ in some
                if published[self.paths[number]] != "fingerprinted"
            },
            marshal.dumps(references),
            list(references),
            [number for number, _ in some],
        )


def _starts(count: int) -> list[int]:
    """Where the parts of so many files begin, and where the last ends: small ones come last, so that nobody waits."""
    least = 1 + count // _MOST_PARTS
    starts, begin = [0], 0
    for share, size in _AT_ONCE:
        end = count - count // share if share else count
        starts += [*range(begin, end, max(size, least))[1:], end]
        begin = end
    return sorted(set(starts))


def _by_cost(paths: Sequence[str], starts: Sequence[int]) -> list[int]:
    def cost(part: int) -> int:
        some = paths[starts[part] : starts[part + 1]]
        return len(some) + _COST_OF_A_SCRIPT * sum([path.endswith(_SCRIPTS) for path in some])

    return sorted(range(len(starts) - 1), key=cost, reverse=True)


def _known(paths: list[str], seen: Survey, index: FileIndex, memory: Memory) -> Iterator[tuple[int, Known]]:
    """By number the files that are as the memory has them."""
    for number, path in enumerate(paths):
        one = memory.files.get(path)
        file, _, identity = seen.table[path]
        if one is not None and index.known(file, identity) == one.digest:
            yield number, one
