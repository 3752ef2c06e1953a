"""The first station: load paths in, the table of sources out.

Every regular file with a usable name is a source, whether it is to be published or not: templates and Sass may
read what nobody serves.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assetbuild.cache.index import FileIndex
from assetbuild.errors import Diagnostic
from assetbuild.events import Advanced, Listener, Started
from assetbuild.model import ContentChanged, Source
from assetbuild.survey import Survey, in_order, shown_in, survey, unreadable

if TYPE_CHECKING:
    from assetbuild.config import LoadPath

STATION = "discover"
# Small files are read once: their bytes are kept until they are written. What does not fit is read again.
KEPT_TOGETHER = 24 << 20
LARGEST_KEPT = 64 << 10

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources by logical path, sorted, and what there is to say about the files that are none."""

    files: dict[str, Source]
    diagnostics: tuple[Diagnostic, ...]


def discover(load_paths: Sequence[LoadPath], index: FileIndex, listener: Listener, root: str) -> Sources:
    """The sources below the load paths, as `survey` and `digested`."""
    return digested(survey(load_paths, root), index, listener)


def digested(seen: Survey, index: FileIndex, listener: Listener) -> Sources:
    """The files of a survey that could be read. Raises nothing: whatever cannot be read is among the diagnostics."""
    diagnostics = list(seen.diagnostics)
    table = seen.table
    paths = sorted(table)
    listener(Started(STATION, len(paths)))
    files: dict[str, Source] = {}
    room = KEPT_TOGETHER
    for start in range(0, len(paths), _BATCH):
        batch = paths[start : start + _BATCH]
        for path in batch:
            file, place, identity = table[path]
            try:
                known = index.look(file, identity, min(LARGEST_KEPT, room))
                if known is None:
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
    return Sources(files, in_order(diagnostics))


def _changing(file: str) -> Diagnostic:
    return Diagnostic("is being written while the build reads it", file, hint="build again when it is complete")
