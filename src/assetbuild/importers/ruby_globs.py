"""Globs as Ruby's Dir[] reads them, as ours.

Both know `*`, `?`, `[a-z]` and `**/`, and neither lets a wildcard match a leading dot. Ruby has also `{a,b}`, `\\*` for
the character itself, and takes a `**` that is no whole segment, or the last one, for `*`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assetbuild.globs import check, is_literal, matcher

_STARS = re.compile(r"\*\*+")
_ESCAPE = re.compile(r"\\(.)")
# More alternatives than this are no pattern, but an attack on whoever expands them.
_MOST = 1000


def as_globs(pattern: str) -> list[str]:
    """Our globs for one of Ruby's: one for each alternative in braces, in their order, each once.

    Raises ValueError, with a text for users, for what is no glob.
    """
    globs = dict.fromkeys(_translated(one) for one in _alternatives(pattern))
    for glob in globs:
        check(glob)
    return list(globs)


def matching(globs: Iterable[str], files: Iterable[str]) -> list[str]:
    """The files that the globs of one pattern match, sorted as Jammit sorts them: by the bytes of their names."""
    matches = matcher(globs)
    return sorted(file for file in files if matches(file))


def directory_of(glob: str) -> str:
    """The directory that a glob names before its first wildcard: "app/views" of "app/views/**/*.jst"; "" for none."""
    literal = []
    for segment in glob.split("/")[:-1]:
        if not is_literal(segment):
            break
        literal.append(segment)
    return "/".join(literal)


def _alternatives(pattern: str) -> list[str]:
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        if len(done) + len(waiting) > _MOST:
            raise ValueError(f"it has more than {_MOST} alternatives")
        one = waiting.pop(0)
        brace = _first_braces(one)
        if brace is None:
            done.append(one)
            continue
        start, stop = brace
        waiting[:0] = [one[:start] + choice + one[stop:] for choice in _choices(one[start + 1 : stop - 1])]
    return done


def _first_braces(pattern: str) -> tuple[int, int] | None:
    """Where the first `{…}` begins and ends."""
    depth, start, at = 0, 0, 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 1
        elif character == "{":
            start = at if depth == 0 else start
            depth += 1
        elif character == "}" and depth:
            depth -= 1
            if depth == 0:
                return start, at + 1
        at += 1
    if depth:
        raise ValueError("a '{' is not closed")
    return None


def _choices(inside: str) -> Iterator[str]:
    depth, start = 0, 0
    for at, character in enumerate(inside):
        depth += (character == "{") - (character == "}")
        if character == "," and depth == 0:
            yield inside[start:at]
            start = at + 1
    yield inside[start:]


def _translated(pattern: str) -> str:
    segments = pattern.split("/")
    last = len(segments) - 1
    return "/".join(
        segment if segment == "**" and at < last else _segment(segment) for at, segment in enumerate(segments)
    )


def _segment(segment: str) -> str:
    return _ESCAPE.sub(lambda escape: f"[{escape[1]}]" if escape[1] in "*?[" else escape[1], _STARS.sub("*", segment))
