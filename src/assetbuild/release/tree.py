"""Everything that lies in a release directory, without following a symbolic link."""

from __future__ import annotations

import os

from assetbuild.dataclass import dataclass, field
from assetbuild.paths import read_as_utf8
from assetbuild.release.layout import STAGING


@dataclass(frozen=True, slots=True)
class Tree:
    """Paths below the release directory: regular files with their size in bytes, directories, and all that is
    neither, with what it is. `unreadable` are directories with the reason. .staging/ is not looked into.
    """

    files: dict[str, int] = field(default_factory=dict)
    directories: set[str] = field(default_factory=set)
    strange: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def tree_of(directory: str) -> Tree:
    """What lies in the directory at this file path."""
    tree = Tree()
    waiting = [("", directory)]
    while waiting:
        prefix, place = waiting.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    path = prefix + read_as_utf8(entry.name)
                    _take(tree, path, entry)
                    if path in tree.directories and path != STAGING:
                        waiting.append((f"{path}/", entry.path))
        except OSError as error:
            tree.unreadable[prefix.rstrip("/") or "."] = error.strerror or str(error)
    return tree


def _take(tree: Tree, path: str, entry: os.DirEntry[str]) -> None:
    if entry.is_symlink():
        tree.strange[path] = "a symbolic link"
    elif entry.is_dir(follow_symlinks=False):
        tree.directories.add(path)
    elif entry.is_file(follow_symlinks=False):
        tree.files[path] = entry.stat(follow_symlinks=False).st_size
    else:
        tree.strange[path] = "no regular file"
