"""A real directory for filters that want one: the sources at their logical paths, beside the configuration's own files.

It stands below `.assetbuild/` of the configuration's directory, because many tools look for their settings and for
`node_modules` from the file at hand upwards.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass

from assetbuild.model import Source

CACHE_DIRECTORY = ".assetbuild"
_PREFIX = "filter-"


@dataclass(frozen=True, slots=True)
class Home:
    """Absolute directories of one worker: `directory` is what a filter takes for the sources, `scratch` its own."""

    path: str
    directory: str
    scratch: str
    made: str | None

    def remove(self) -> None:
        """Everything of it, and `.assetbuild/` if that was made for it and nobody else used it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self.made:
            try:
                os.unlink(os.path.join(self.made, ".gitignore"))
                os.rmdir(self.made)
            except OSError:
                pass


def make_home(root: str, sources: Mapping[str, Source]) -> Home:
    """The directories, with these sources in them. Raises OSError if that cannot be written anywhere."""
    parent, made = _parent(root)
    path = os.path.realpath(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    home = Home(path, os.path.join(path, "sources"), os.path.join(path, "scratch"), made)
    os.mkdir(home.directory)
    os.mkdir(home.scratch)
    link_sources(home.directory, sources)
    return home


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


def _parent(root: str) -> tuple[str | None, str | None]:
    """Where the directories go (None: where the system has such things), and what was made for that."""
    parent = os.path.join(root, CACHE_DIRECTORY)
    try:
        os.mkdir(parent)
    except FileExistsError:
        return (parent, None) if os.access(parent, os.W_OK) else (None, None)
    except OSError:
        return None, None
    with open(os.path.join(parent, ".gitignore"), "w", encoding="ascii") as stream:
        stream.write("*\n")
    return parent, parent
