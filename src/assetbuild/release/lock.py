"""One builder at a time: an exclusive lock on a file, which the system drops when its process dies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from assetbuild.errors import Diagnostic, ReleaseError
from assetbuild.release.disk import FILE_MODE, cannot_write, make_directory
from assetbuild.release.layout import LOCK, place

PATIENCE = 3.0
_PAUSE = 0.05
_ATTEMPTS = 10


@contextmanager
def locked(output: str, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the release directory `output`, which is made if missing.

    Raises ReleaseError if another process or thread holds it for longer than `patience` seconds, or if the
    lock cannot be made. Whoever removes the lock's file holds it; whoever waited for a removed one takes the next.
    """
    descriptor = _hold(output, patience)
    try:
        yield
    finally:
        os.close(descriptor)


def _hold(output: str, patience: float) -> int:
    """The descriptor that holds the lock."""
    file = place(output, LOCK)
    while True:
        descriptor = _open(output, file)
        try:
            _take(descriptor, output, file, patience)
            if _is_at(descriptor, file):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _open(output: str, file: str) -> int:
    """The lock's file, in the directory that is made, again if a first build that failed has removed it meanwhile."""
    left = _ATTEMPTS
    while True:
        left -= 1
        try:
            make_directory(output)
            return os.open(file, os.O_RDWR | os.O_CREAT, FILE_MODE)
        except OSError as error:
            if not left or not isinstance(error, FileNotFoundError):
                raise cannot_write(error) from error


def _is_at(descriptor: int, file: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(file))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ReleaseError(Diagnostic(f"cannot lock {file}: {error.strerror or error}")) from error


def _take(descriptor: int, output: str, file: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            _try_to_take(descriptor)
            return
        except (BlockingIOError, PermissionError):
            if time.monotonic() >= deadline:
                raise ReleaseError(
                    Diagnostic(f"another build is writing {output}", hint="wait until it is done, and build again")
                ) from None
        except OSError as error:
            raise ReleaseError(Diagnostic(f"cannot lock {file}: {error.strerror or error}")) from error
        time.sleep(_PAUSE)


if sys.platform == "win32":
    import msvcrt

    def _try_to_take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_to_take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
