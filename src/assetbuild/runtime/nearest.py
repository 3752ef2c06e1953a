"""The names a user may have meant. Only asked for once something has gone wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

COMPARED = 1000  # difflib takes some 20 µs a name: a page with a typo must not cost a second in a large release
LONGEST = 400  # and it is quadratic in the length of a name


def nearest_names(name: object, names: Collection[str], count: int = 3) -> tuple[str, ...]:
    """At most `count` of `names`, the likeliest first: the same but for case or normal form, then the same
    file in another directory, then those spelled alike."""
    if not isinstance(name, str) or len(name) > LONGEST:
        return ()
    from difflib import get_close_matches

    folded = _folded(name)
    last = folded.rpartition("/")[2]
    same = sorted(other for other in names if _folded(other) == folded)
    moved = sorted(other for other in names if last and _folded(other).rpartition("/")[2] == last)
    alike = get_close_matches(name, _candidates(name, names), count)
    return tuple(dict.fromkeys([*same, *moved[:count], *alike]))[:count]


def _folded(name: str) -> str:
    return name.casefold() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def _candidates(name: str, names: Collection[str]) -> list[str]:
    """All names, or in a large release those made of nearly the same letters, in an order of their own."""
    if len(names) <= COMPARED:
        return sorted(names)
    letters = set(name)
    return _first(COMPARED, ((len(letters.symmetric_difference(other)), other) for other in names))


def _first(count: int, ranked: Iterable[tuple[int, str]]) -> list[str]:
    from heapq import nsmallest

    return [name for _, name in nsmallest(count, ranked)]
