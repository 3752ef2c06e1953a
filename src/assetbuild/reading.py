"""What all who read files have in common."""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

CHUNK = 1 << 20


class ContentChanged(Exception):
    """A file no longer holds the bytes of its digest: it was edited while the build read it."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file


def open_regular(file: str) -> BinaryIO:
    """The file, to be read. Raises OSError, also for what is no regular file: nobody waits for a FIFO's writer."""
    stream = open(file, "rb", opener=_without_waiting)  # noqa: SIM115  closed by who asked
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError(errno.EINVAL, "it is no regular file", file)
    return stream


def _without_waiting(file: str, flags: int) -> int:
    return os.open(file, flags | getattr(os, "O_NONBLOCK", 0))
