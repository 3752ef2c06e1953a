"""Temporary directories that are gone after the next build, even if the process that made them was killed.

Each is locked by its owner for as long as that lives. What is not locked was left behind, and is removed by
`sweep`. Locks are those of the system (flock), which end with the process, whatever its number or container.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress

from assetbuild.dataclass import dataclass

PREFIX = "assetbuild-scratch-"


@dataclass(frozen=True, slots=True)
class Scratch:
    """An absolute directory without symbolic links in it, and what holds its lock."""

    directory: str
    lock: int | None

    def remove(self) -> None:
        """Remove the directory with all that is in it, as far as that is possible."""
        _remove(self.directory)
        if self.lock is not None:
            with suppress(OSError):
                os.close(self.lock)


def _remove(directory: str) -> None:
    import shutil

    shutil.rmtree(directory, ignore_errors=True)


def scratch(parent: str | None = None) -> Scratch:
    """A new temporary directory below `parent`, else where the system has such things. Raises OSError."""
    import tempfile

    while True:
        directory = os.path.realpath(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        try:
            lock = _locked(directory)
        except OSError:
            # A file system without locks: nobody's sweep can take one either.
            return Scratch(directory, None)
        # Between making and locking it, somebody's sweep may have taken it for one that was left behind.
        if lock is not None:
            if os.path.isdir(directory):
                return Scratch(directory, lock)
            os.close(lock)


def sweep(parents: Iterable[str] = ()) -> None:
    """Remove what killed builds of this user left behind below these directories and where the system has such things.

    What cannot be looked at or removed stays; everything does on Windows, which has no such locks.
    """
    for parent in dict.fromkeys((*parents, *_of_the_system())):
        try:
            with os.scandir(parent) as entries:
                left = [entry.path for entry in entries if entry.name.startswith(PREFIX)]
        except OSError:
            continue
        for directory in sorted(left):
            _remove_if_left(directory)


def _of_the_system() -> list[str]:
    """Where `tempfile` makes directories; before it is imported, which takes longer, all of which that may be one."""
    if sys.platform == "win32" or "tempfile" in sys.modules:
        import tempfile

        return [tempfile.gettempdir()]
    named = [os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)]
    return [*named, "/tmp", "/var/tmp", "/usr/tmp"]


if sys.platform == "win32":

    def _locked(directory: str) -> int | None:
        raise OSError("no locks of directories")

    def _is_ours(lock: int) -> bool:
        return False

else:
    import fcntl

    def _locked(directory: str) -> int | None:
        """The descriptor that holds the directory's lock; None if it is gone, or another one has it. Raises OSError."""
        try:
            descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def _is_ours(lock: int) -> bool:
        return os.fstat(lock).st_uid == os.geteuid()


def _remove_if_left(directory: str) -> None:
    try:
        lock = _locked(directory)
    except OSError:
        return
    if lock is None:
        return
    try:
        if _is_ours(lock):
            _remove(directory)
    finally:
        os.close(lock)
