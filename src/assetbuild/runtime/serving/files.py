"""Opening and keeping the files of a release: no half body, whatever happens to them while the process runs."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from io import FileIO
from threading import Lock

from assetbuild.runtime.serving.responses import Representation

# Larger files are sent from the disk: there the system's own cache serves as well.
LARGEST_KEPT = 1 << 20
CHUNK = 1 << 18

# No link in the last place, and no waiting for the other end of a pipe; Windows has neither flag.
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class FileChanged(Exception):
    """A file of the release is no longer the one that the table was made with; the message names it."""


class Memory:
    """Bytes of small files, kept at their first use, `limit` bytes at most in all. Safe under threads."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._lock = Lock()

    def wants(self, representation: Representation) -> bool:
        """Whether the file is small, and there is room for it."""
        return representation.size <= LARGEST_KEPT and representation.size <= self._left

    def keep(self, representation: Representation, body: bytes) -> None:
        """Keep the bytes, if there still is room."""
        with self._lock:
            if representation.body is None and len(body) <= self._left:
                self._left -= len(body)
                representation.body = body


def open_file(representation: Representation) -> FileIO:
    """The open file, of the right size. Raises FileNotFoundError, OSError, FileChanged."""
    file = FileIO(_text(representation.path), "rb", opener=_open)
    try:
        _expect_same(os.fstat(file.fileno()), representation)
    except BaseException:
        file.close()
        raise
    return file


def check_file(representation: Representation) -> str:
    """The file path, for a server that opens it itself, if the file is there with the right size. Raises
    as `open_file`."""
    path = _text(representation.path)
    _expect_same(os.stat(path, follow_symlinks=False), representation)
    return path


def read_body(representation: Representation) -> bytes:
    """All bytes of a small file. Raises as `open_file`."""
    with open_file(representation) as file:
        return b"".join(read_part(file, 0, representation.size))


def read_part(file: FileIO, start: int, stop: int) -> Iterator[bytes]:
    """The bytes from `start` to `stop` in pieces. Raises FileChanged where the file ends early."""
    file.seek(start)
    while start < stop:
        piece = file.read(min(CHUNK, stop - start))
        if not piece:
            raise FileChanged(f"{os.fsdecode(file.name)} was cut off while it was read")
        start += len(piece)
        yield piece


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS)


def _text(path: bytes) -> str:
    return os.fsdecode(path)


def _expect_same(status: os.stat_result, representation: Representation) -> None:
    if not stat.S_ISREG(status.st_mode) or status.st_size != representation.size:
        raise FileChanged(
            f"{_text(representation.path)} has {status.st_size} bytes, not {representation.size}, or is no regular file"
        )
