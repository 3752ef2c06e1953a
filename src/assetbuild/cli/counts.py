"""Numbers of things, as people say them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def counted(number: int, noun: str) -> str:
    """ "1 file", "2 files", "0 files": the number and the noun, which has its plural in "s"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def tallied(tallies: Iterable[str]) -> str:
    """ "12 scripts minified by our own stripping, 1 left as it is": how often each occurs; a noun is said once."""
    parts = []
    former = ""
    for tally, number in sorted(Counter(tallies).items(), key=lambda item: (item[0].split()[0], -item[1], item[0])):
        noun, _, rest = tally.partition(" ")
        rest = rest.replace("as it is", "as they are") if number > 1 else rest
        parts.append(f"{counted(number, noun) if noun != former else number} {rest}")
        former = noun
    return ", ".join(parts)
