"""The first station: load paths in, the table of sources out.

Every regular file with a usable name is a source, whether it is to be published or not: templates and Sass may
read what nobody serves.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from assetbuild.bulk.arena import LARGEST_KEPT, kept_together
from assetbuild.bulk.gathered import Texts
from assetbuild.cache.index import FileIndex
from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.events import Advanced, Listener, Started
from assetbuild.model import ContentChanged, Source
from assetbuild.survey import Survey, in_order, shown_in, survey, unreadable

if TYPE_CHECKING:
    from assetbuild.config import LoadPath

STATION = "discover"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources by logical path, sorted, and what there is to say about the files that are none."""

    files: Mapping[str, Source]
    diagnostics: tuple[Diagnostic, ...]


def discover(load_paths: Sequence[LoadPath], index: FileIndex, listener: Listener, root: str) -> Sources:
    """The sources below the load paths, as `survey` and `digested`."""
    return digested(survey(load_paths, root), index, listener)


class SourceTable(Mapping[str, Source]):
    """Sources by logical path, sorted; those among the plain texts are made when somebody asks for them."""

    def __init__(self, paths: Sequence[str], files: dict[str, Source], plain: Texts) -> None:
        self._paths = paths
        self._files = files
        self._plain = plain

    def __getitem__(self, path: str) -> Source:
        source = self._files.get(path)
        if source is None:
            plain = self._plain
            file, place, _ = plain.seen.table[path]
            data = plain.data(path) if plain.is_kept(path) else None
            source = Source(path, file, place.directory, plain.size(path), plain.digest(path).hex(), data)
        return source

    def __contains__(self, path: object) -> bool:
        return path in self._files or path in self._plain

    def __iter__(self) -> Iterator[str]:
        if len(self) == len(self._paths):
            return iter(self._paths)
        return (path for path in self._paths if path in self)

    def __len__(self) -> int:
        return len(self._files) + len(self._plain)


def digested(seen: Survey, index: FileIndex, listener: Listener, plain: Texts | None = None) -> Sources:
    """The files of a survey that could be read; those among the `plain` ones have been read already.

    Raises nothing: whatever cannot be read is among the diagnostics.
    """
    diagnostics = list(seen.diagnostics)
    table = seen.table
    every = seen.paths
    listener(Started(STATION, len(every)))
    paths = every if plain is None else plain.others
    if len(paths) < len(every):
        listener(Advanced(STATION, len(every) - len(paths), every[-1]))
    files: dict[str, Source] = {}
    room = kept_together(len(every))
    for start in range(0, len(paths), _BATCH):
        batch = paths[start : start + _BATCH]
        for path in batch:
            file, place, identity = table[path]
            try:
                known = index.look(file, identity, min(LARGEST_KEPT, room))
                if known is None:
                    # Where nobody could look at it before, this may tell why.
                    os.stat(file)
                    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
                size, digest, data = known
                if data is not None:
                    room -= size
                files[path] = Source(path, file, place.directory, size, digest, data)
            except OSError as error:
                diagnostics.append(unreadable(shown_in(place, file), error))
            except ContentChanged:
                diagnostics.append(_changing(shown_in(place, file)))
        listener(Advanced(STATION, len(batch), batch[-1]))
    return Sources(files if plain is None else SourceTable(every, files, plain), in_order(diagnostics))


def _changing(file: str) -> Diagnostic:
    return Diagnostic("is being written while the build reads it", file, hint="build again when it is complete")
