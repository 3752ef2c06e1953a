"""Whether the files of a release directory are the same as before, by their names and stats alone."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection, Mapping

from assetbuild.cache.records import IDENTITY_SIZE, identity_of, last_change
from assetbuild.dataclass import dataclass, field
from assetbuild.paths import read_as_utf8, written_as_utf8
from assetbuild.release.layout import LOCK, directories_above, place

NOTHING: Mapping[str, bytes] = {}
_PAUSE = 0.001
_PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Footprint:
    """`directories` are digests of the names and stats of all files in each, but for the lock; paths end in a slash.

    `identities` are those of the files asked for, by path below the release directory, and `latest` is the last mtime
    or ctime of any file, in nanoseconds, where files or directories were asked for.
    """

    directories: dict[str, str]
    latest: int
    identities: dict[str, bytes] = field(default_factory=dict, repr=False)


def footprint(
    output: str,
    wanted: Collection[str] = (),
    *,
    only: Collection[str] | None = None,
    known: Mapping[str, bytes] = NOTHING,
) -> Footprint:
    """The footprint of the release directory `output`, with the identities of the files `wanted`. Raises OSError.

    It is that of the directories `only`, if they are given, without what lies below these: "" is the release directory
    itself. Of public/ it is taken from what is `known`, if there is any: by path below the release directory what
    begins with an identity.
    """
    listed: dict[str, dict[str, bytes]] = {}
    above = "/"
    files: dict[str, bytes] = {}
    are_written_so = all(map(str.isascii, known))
    for path, state in known.items():
        directory, slash, name = path.rpartition("/")
        if directory != above:
            above = directory
            files = listed.setdefault(directory + slash, {})
        files[name if are_written_so else written_as_utf8(name)] = state[:IDENTITY_SIZE]
    listed.update((f"{directory}/", {}) for directory in directories_above(listed) if f"{directory}/" not in listed)
    waiting = [""] if only is None else list(only)
    while waiting:
        directory = waiting.pop()
        listed[directory] = files = {}
        with os.scandir(place(output, directory) if directory else output) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    inner = f"{directory}{read_as_utf8(entry.name)}/"
                    if only is None and inner not in listed:
                        waiting.append(inner)
                elif entry.name != LOCK or directory:
                    files[entry.name] = identity_of(entry.stat(follow_symlinks=False))
    directories: dict[str, str] = {}
    latest = 0
    paths: dict[str, bytes] = {}
    near = {directory + slash for directory, slash, _ in (path.rpartition("/") for path in wanted)}
    for directory in sorted(listed):
        files = listed[directory]
        names = sorted(files)
        digest = hashlib.sha256("\0".join(names).encode("utf-8", "surrogatepass"))
        identities = b"".join(map(files.__getitem__, names))
        digest.update(identities)
        directories[directory] = digest.hexdigest()
        if wanted or only is not None:
            latest = max(latest, last_change(identities))
        if directory in near:
            paths.update((directory + read_as_utf8(name), identity) for name, identity in files.items())
    return Footprint(directories, latest, {path: paths[path] for path in wanted if path in paths})


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
