"""The globs of django-pipeline (pipeline/glob.py): each part of a path by fnmatch, hidden files only if asked for."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from typing import Final

_MAGIC: Final = re.compile(r"[*?\[]")


def is_glob(pattern: str) -> bool:
    """Whether a name has a character of globs."""
    return _MAGIC.search(pattern) is not None


def matching(pattern: str, paths: Iterable[str]) -> list[str]:
    """The paths that a pattern means, sorted; a name without wildcards means itself."""
    if not is_glob(pattern):
        return [path for path in paths if path == pattern]
    parts = pattern.split("/")
    return sorted(path for path in paths if _matches(parts, path.split("/")))


def as_glob(pattern: str) -> str:
    """The same as a glob of ours: `**` is no more than `*` there, and `[` without `]` is itself."""
    return "/".join(_part(part) for part in pattern.split("/"))


def _matches(pattern: list[str], path: list[str]) -> bool:
    return len(pattern) == len(path) and all(
        fnmatch.fnmatchcase(one, part) and (not one.startswith(".") or part.startswith("."))
        for part, one in zip(pattern, path, strict=True)
    )


def _part(part: str) -> str:
    part = re.sub(r"\*{2,}", "*", part)
    return re.sub(r"\[(?![!^]?[^/]+?\])", "[[]", part)
