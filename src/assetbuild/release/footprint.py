"""Whether the files of a release directory are the same as before, by their names and stats alone."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection
from dataclasses import dataclass, field

from assetbuild.paths import read_as_utf8
from assetbuild.release.layout import LOCK, place

_PAUSE = 0.001
_PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Footprint:
    """`digest` is of all names and stats but those of the lock.

    `stats` are those of the regular files asked for, by path below the release directory, and `latest` is then the last
    mtime or ctime of any file, in nanoseconds.
    """

    digest: str
    latest: int
    stats: dict[str, os.stat_result] = field(default_factory=dict, repr=False)


def footprint(output: str, wanted: Collection[str] = ()) -> Footprint:
    """The footprint of the release directory `output`, with the stats of the files `wanted`. Raises OSError."""
    pieces: list[str] = []
    stats: dict[str, os.stat_result] = {}
    latest = 0
    waiting = [""]
    while waiting:
        directory = waiting.pop()
        listed: list[str] = []
        with os.scandir(place(output, directory) if directory else output) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{directory}{read_as_utf8(entry.name)}/")
                    continue
                if entry.name == LOCK and not directory:
                    continue
                stat = entry.stat(follow_symlinks=False)
                modified, changed = stat.st_mtime_ns, stat.st_ctime_ns
                listed.append(f"{entry.name}\0{stat.st_size} {modified} {changed} {stat.st_ino} {stat.st_dev}")
                if wanted:
                    latest = max(latest, modified, changed)
                    path = directory + read_as_utf8(entry.name)
                    if path in wanted and entry.is_file(follow_symlinks=False):
                        stats[path] = stat
        # The order in which directories are visited follows from their names; that of what is in one does not.
        waiting.sort()
        listed.sort()
        pieces += (directory, *listed)
    return Footprint(hashlib.sha256("\0".join(pieces).encode("utf-8", "surrogatepass")).hexdigest(), latest, stats)


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
