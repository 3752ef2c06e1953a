"""A real directory for filters that want one: the sources at their logical paths, beside the configuration's own files.

It stands below `.assetbuild/` of the configuration's directory, because many tools look for their settings and for
`node_modules` from the file at hand upwards.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from assetbuild.model import Source
from assetbuild.paths import CACHE_DIRECTORY
from assetbuild.scratch import Scratch, scratch


class Trees:
    """A service of the build: as many directories as filters run at a time, each lent to one of them.

    `sources` are what is in them, `root` is the configuration's directory, None for filters that need no files. Safe
    for several threads.
    """

    def __init__(self, root: str | None, sources: Mapping[str, Source]) -> None:
        self._root = root
        self._sources = sources
        self._lock = threading.Lock()
        self._idle: list[str] = []
        self._all: list[Scratch] = []
        self._made_parent = False

    @contextmanager
    def lent(self) -> Iterator[str]:
        """An absolute directory with the sources. It is not lent again if this ends with an exception.

        Raises OSError if it cannot be written.
        """
        with self._lock:
            directory = self._idle.pop() if self._idle else None
        if directory is None:
            directory = self._new()
        yield directory
        with self._lock:
            self._idle.append(directory)

    def close(self) -> None:
        """Removes all of them, and `.assetbuild/` if it was made for them and nobody else used it."""
        with self._lock:
            directories, self._all, self._idle = self._all, [], []
        for directory in directories:
            directory.remove()
        if self._root is not None and self._made_parent:
            with suppress(OSError):
                os.rmdir(os.path.join(self._root, CACHE_DIRECTORY))

    def _new(self) -> str:
        with self._lock:
            made = scratch(self._parent())
            self._all.append(made)
        link_sources(made.directory, self._sources)
        return made.directory

    def _parent(self) -> str | None:
        """Where the directories go; None for where the system has such things."""
        if self._root is None:
            return None
        parent = os.path.join(self._root, CACHE_DIRECTORY)
        try:
            os.mkdir(parent)
            self._made_parent = True
        except FileExistsError:
            pass
        except OSError:
            return None
        return parent if os.access(parent, os.W_OK) else None


def link_sources(directory: str, sources: Mapping[str, Source]) -> None:
    """A link for each source, a copy where the system has no links."""
    there = {""}
    for path, source in sources.items():
        folder = path.rpartition("/")[0]
        if folder not in there:
            os.makedirs(os.path.join(directory, *folder.split("/")), exist_ok=True)
            there.add(folder)
        file = os.path.join(directory, *path.split("/"))
        try:
            os.symlink(source.file, file)
        except (NotImplementedError, PermissionError):
            shutil.copyfile(source.file, file)
