"""The file that a name may have meant."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Sequence


def nearest_file(path: str, files: Sequence[str]) -> str | None:
    """The one of `files` with the same name elsewhere, or with a name like it in the same directory; None for none."""
    directory, name = posixpath.split(path)
    elsewhere = [file for file in files if posixpath.basename(file) == name]
    if len(elsewhere) == 1:
        return elsewhere[0]
    beside = [posixpath.basename(file) for file in files if posixpath.dirname(file) == directory]
    near = difflib.get_close_matches(name, beside, 1, 0.75)
    return posixpath.join(directory, near[0]) if near else None
