"""From a release on disk to a table to answer from: what an application does once, when it starts."""

from __future__ import annotations

import logging
from contextlib import suppress

from assetbuild.runtime.serving.files import FileChanged, Memory, read_body
from assetbuild.runtime.serving.release import ReleasePath, read_release
from assetbuild.runtime.serving.responses import Interface, Response
from assetbuild.runtime.serving.table import Table

log = logging.getLogger("assetbuild.runtime")

# In all, for each process that serves.
MEMORY = 64 << 20


def start(release: ReleasePath, base_url: str | None, memory: int, interface: Interface) -> tuple[Table, Memory]:
    """The table of the release at a path, and the memory for its small files, `memory` bytes at most.

    Files under names that are not fingerprinted are read now, if they are small: the next build puts others in their
    place, and a process goes on with what its manifest describes. Raises ManifestError as `read_release`.
    """
    found = read_release(release, base_url)
    table, kept = Table(found, interface), Memory(memory)
    for served in found.files.values():
        if not served.immutable:
            resource = table.get(interface.path(found.base_path + served.file))
            for representation in resource.by_encoding.values() if resource else ():
                if kept.wants(representation):
                    with suppress(OSError, FileChanged):  # as for any file, told at the request that meets it
                        kept.keep(representation, read_body(representation))
    return table, kept


def failure(table: Table, error: OSError | FileChanged) -> Response:
    """What to answer when a file cannot be sent as it was described, and a line in the log."""
    log.error("a file of the release cannot be served: %s", error)
    return table.not_found if isinstance(error, FileNotFoundError) else table.damaged
