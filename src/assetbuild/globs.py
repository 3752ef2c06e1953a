"""Globs over logical paths, anchored at both ends, case-sensitive, "/" always the separator.

    *       any characters within a segment         [abc] [a-z] [!a] [^a]   one character of a set
    ?       one character within a segment          **                      any number of whole segments, also none

A wildcard never matches the dot a segment starts with; a pattern segment that starts with a dot does.
A special character is written as a set: `[*]`. There is no escape character and no `{a,b}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from assetbuild.expression import expression

_TOKEN = expression(r"\*+|\?|\[[!^]?+\]?+[^\]]*\]|.", re.DOTALL)
_SET = expression(r"\[[!^]?+\]?+[^\]/]*\]")
_BRACES = expression(r"\{[^{}]*,[^{}]*\}")
_ANY_SEGMENTS = r"(?:(?!\.)[^/]*/)*"


def is_literal(pattern: str) -> bool:
    """Whether the pattern has no wildcard: it matches exactly itself."""
    return not any(character in pattern for character in "*?[")


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A function that tells whether a whole logical path matches any of the patterns; no patterns match nothing.

    Raises ValueError, with a text for users, for a pattern that is not well-formed.
    """
    wanted = set(patterns)
    literals = frozenset(pattern for pattern in wanted if is_literal(pattern))
    expressions = [_expression(pattern) for pattern in sorted(wanted - literals)]
    if not expressions:
        return literals.__contains__
    match = re.compile("|".join(expressions)).fullmatch
    return lambda path: path in literals or match(path + "/") is not None


def check(pattern: str) -> None:
    """Raises ValueError, with a text for users, if the pattern is not well-formed."""
    if not pattern:
        raise ValueError("it is empty")
    if _BRACES.search(_SET.sub("", pattern)):
        raise ValueError("alternatives in braces are not known, write one pattern for each")
    re.compile(_expression(pattern))


def _expression(pattern: str) -> str:
    """A regular expression for the path with a "/" behind it, so that every segment ends in one.

    What stands between two `**` is tried at its first place only (an atomic group): if it fits there,
    fitting later gains nothing, since the `**` behind it takes any segments that the one before it takes.
    """
    runs = [""]
    for segment in pattern.split("/"):
        if segment == "**":
            runs.append("")
        else:
            runs[-1] += _segment(segment) + "/"
    first, *rest = runs
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>{_ANY_SEGMENTS[:-1]}*?{run})" for run in middle if run) + _ANY_SEGMENTS + last


def _segment(segment: str) -> str:
    """The regular expression of one segment; what stands between two `*` is atomic for the same reason."""
    runs = [""]
    for token in _tokens(segment):
        if token == "*":
            runs.append("")
        else:
            runs[-1] += token
    start = "" if segment.startswith(".") else r"(?!\.)"
    first, *rest = runs
    if not rest:
        return start + first
    *middle, last = rest
    return start + first + "".join(f"(?>[^/]*?{run})" for run in middle if run) + "[^/]*" + last


def _tokens(segment: str) -> Iterator[str]:
    """`*` for a star, else the regular expression of one character."""
    for token in _TOKEN.findall(segment):
        if token.startswith("**"):
            raise ValueError("'**' must stand alone between slashes, as in '**/*.js'")
        if token == "*":
            yield token
        elif token == "?":
            yield "[^/]"
        elif token == "[":
            raise ValueError("a '[' is not closed, a literal one is written '[[]'")
        elif token.startswith("["):
            yield _set(token)
        else:
            yield re.escape(token)


def _set(token: str) -> str:
    """`[!a-z]` as a regular expression; it never matches a slash."""
    body = token[1:-1]
    negated = body.startswith(("!", "^"))
    body = body[1:] if negated else body
    items = []
    at = 0
    while at < len(body):
        if body[at + 1 : at + 2] == "-" and at + 2 < len(body):
            low, high = body[at], body[at + 2]
            if low > high:
                raise ValueError(f"the range '{low}-{high}' is the wrong way round")
            items.append(f"{re.escape(low)}-{re.escape(high)}")
            at += 3
        else:
            items.append(re.escape(body[at]))
            at += 1
    return f"(?!/)[{'^' if negated else ''}{''.join(items)}]"
