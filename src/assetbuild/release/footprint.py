"""Whether the files of a release directory are the same as before, by their names and stats alone."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection
from dataclasses import dataclass, field

from assetbuild.cache.index import identity_of
from assetbuild.paths import read_as_utf8
from assetbuild.release.layout import LOCK, place

_PAUSE = 0.001
_PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Footprint:
    """`digest` is of all names and stats but those of the lock.

    `identities` are those of the regular files asked for, by path below the release directory, and `latest` is then the
    last mtime or ctime of any file, in nanoseconds.
    """

    digest: str
    latest: int
    identities: dict[str, bytes] = field(default_factory=dict, repr=False)


def footprint(output: str, wanted: Collection[str] = (), *, below: bool = True) -> Footprint:
    """The footprint of the release directory `output`, with the identities of the files `wanted`. Raises OSError.

    Without `below` it is that of the files in the directory itself.
    """
    names: list[str] = []
    found: list[bytes] = []
    identities: dict[str, bytes] = {}
    latest = 0
    waiting = [""]
    while waiting:
        directory = waiting.pop()
        listed: list[tuple[str, bytes]] = []
        with os.scandir(place(output, directory) if directory else output) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if not below:
                        continue
                    waiting.append(f"{directory}{read_as_utf8(entry.name)}/")
                    continue
                if entry.name == LOCK and not directory:
                    continue
                stat = entry.stat(follow_symlinks=False)
                identity = identity_of(stat)
                listed.append((entry.name, identity))
                if wanted:
                    latest = max(latest, stat.st_mtime_ns, stat.st_ctime_ns)
                    path = directory + read_as_utf8(entry.name)
                    if path in wanted and entry.is_file(follow_symlinks=False):
                        identities[path] = identity
        # The order in which directories are visited follows from their names; that of what is in one does not.
        waiting.sort()
        listed.sort()
        # Only the names of directories end in a slash, so nothing can be taken for something else.
        names.append(directory)
        names += [name for name, _ in listed]
        found += [identity for _, identity in listed]
    digest = hashlib.sha256("\0".join(names).encode("utf-8", "surrogatepass"))
    digest.update(b"".join(found))
    return Footprint(digest.hexdigest(), latest, identities)


def next_tick(output: str) -> int | None:
    """The time, in nanoseconds, when the clock of the release's file system has gone on; the caller holds the lock.

    None if the clock is too coarse to wait for. What is changed from now on has an mtime or ctime no earlier than this.
    Raises OSError.
    """
    first = _now(output)
    for _ in range(_PATIENCE):
        time.sleep(_PAUSE)
        if (now := _now(output)) > first:
            return now
    return None


def _now(output: str) -> int:
    file = place(output, LOCK)
    os.utime(file)
    return os.stat(file).st_mtime_ns
