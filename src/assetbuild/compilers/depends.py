"""The files that a rule says its filters read: globs over the configuration's directory, and what they give."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from assetbuild.compilers.base import World
from assetbuild.globs import is_literal, matcher

_NEVER_ENTERED = frozenset({"node_modules", "__pycache__"})


def files_of(patterns: Sequence[str], world: World) -> list[tuple[str, str | None]]:
    """The files that match, by their path from the configuration's directory, sorted, with their digests.

    A pattern without wildcards is there even if no file is: with None. Wildcards do not lead into `node_modules`.
    Raises OSError and ContentChanged as `World.digest_of`.
    """
    literals = {pattern for pattern in patterns if is_literal(pattern)}
    found = {*literals, *matching([pattern for pattern in patterns if pattern not in literals], world.root)}
    return [(path, world.digest_of(world.absolute(path))) for path in sorted(found)]


def is_there(pattern: str, root: str) -> bool:
    """Whether a pattern matches a file below the absolute directory `root`."""
    if is_literal(pattern):
        return os.path.isfile(os.path.join(root, pattern))
    return any(True for _ in matching((pattern,), root))


def matching(patterns: Sequence[str], root: str) -> Iterator[str]:
    """The files below `root` that match one of these globs, by their POSIX path from there."""
    matches = matcher(patterns)
    for start in sorted(set(map(_literal_directory, patterns))):
        for path in _walk(root, start):
            if matches(path):
                yield path


def _literal_directory(pattern: str) -> str:
    """The directories before the first wildcard: "templates/" of "templates/**/*.html"."""
    segments: list[str] = []
    for segment in pattern.split("/")[:-1]:
        if not is_literal(segment):
            break
        segments.append(segment)
    return "".join(f"{segment}/" for segment in segments)


def _walk(root: str, start: str) -> Iterator[str]:
    for folder, names, files in os.walk(os.path.join(root, start)):
        names[:] = _entered(names)
        below = os.path.relpath(folder, root).replace(os.sep, "/")
        for file in files:
            yield file if below == "." else f"{below}/{file}"


def _entered(names: Iterable[str]) -> list[str]:
    """The directories worth a look: no wildcard matches one with a dot."""
    return sorted(name for name in names if name not in _NEVER_ENTERED and not name.startswith("."))
