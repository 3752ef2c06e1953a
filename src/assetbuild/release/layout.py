"""The names in a release directory.

manifest.json        the commit: the release that is served
releases/<id>.json   the manifests kept, this one and earlier ones
releases/history     their ids, oldest first
public/  private/    the files they name
.lock                held by the one process that may write
.pending             the commit or clean under way: what was to be added, replaced and removed
.staging/            files not yet in their place
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from assetbuild.expression import expression
from assetbuild.paths import written_as_utf8

MANIFEST = "manifest.json"
RELEASES = "releases"
HISTORY = "releases/history"
PUBLIC = "public"
PRIVATE = "private"
LOCK = ".lock"
PENDING = ".pending"
STAGING = ".staging"

# No drive letter, no empty, "." or ".." segment, no backslash, no NUL.
_SEGMENT = r"(?!\.{0,2}(?:/|\Z))[^/\\\0]+"
_INSIDE = expression(rf"(?![A-Za-z]:){_SEGMENT}(?:/{_SEGMENT})*")
is_release_id = re.compile(r"[0-9a-f]{64}").fullmatch


def manifest_copy(release: str) -> str:
    """Where the manifest of the release with this id is kept."""
    return f"{RELEASES}/{release}.json"


def place(output: str, path: str) -> str:
    """The file path of `path`, which is POSIX and below the release directory `output`."""
    return f"{output}{os.sep}{path}" if path.isascii() else os.path.join(output, written_as_utf8(path))


def is_inside(path: str) -> bool:
    """Whether a POSIX path can only name something below the directory it is joined to, on any system."""
    return _INSIDE.fullmatch(path) is not None


def parents(path: str) -> list[str]:
    """The directories above a path below the release directory, nearest first: "a/b/c" has "a/b" and "a"."""
    found = []
    while (cut := path.rfind("/")) != -1:
        path = path[:cut]
        found.append(path)
    return found


def directories_above(paths: Iterable[str]) -> set[str]:
    """Every directory above any of these paths, each below the release directory."""
    nearest = {path.rpartition("/")[0] for path in paths} - {""}
    return nearest.union(*map(parents, nearest))
