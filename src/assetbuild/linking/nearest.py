"""The name that somebody may have meant."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

# A hint for each of so many mistakes: nobody reads more in one go.
_SEARCHES = 300
# Of more names than these, only those with the longest beginnings and endings in common are compared letter by letter.
_COMPARED = 80


@dataclass(slots=True)
class _Names:
    """Names in order, and backwards in the order of that: neighbours have a beginning or an ending in common."""

    forwards: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)

    def nearest(self, name: str) -> str | None:
        found = get_close_matches(name, self._likely(name), 1, 0.6)
        return found[0] if found else None

    def _likely(self, name: str) -> list[str]:
        if len(self.forwards) <= _COMPARED:
            return self.forwards
        if not self.backwards:
            self.backwards = sorted(one[::-1] for one in self.forwards)
        likely = _around(self.forwards, name)
        return [*likely, *(one[::-1] for one in _around(self.backwards, name[::-1]))]


class Nearest:
    """Finds published names like one that is not there; after very many searches it gives up."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = names
        self._searches = 0
        self._all = _Names()
        self._in_directory: dict[str, _Names] = defaultdict(_Names)
        self._of_base: dict[str, _Names] = defaultdict(_Names)

    def hint(self, name: str) -> str | None:
        """One of the same directory or the same base name before all others, as a question; None if none is near."""
        self._searches += 1
        if self._searches > _SEARCHES:
            return None
        if self._searches == 1:
            self._sort()
        directory, _, base = name.rpartition("/")
        same_base = self._of_base[base]
        for names in (self._in_directory[directory], same_base, self._all):
            if nearest := names.nearest(name):
                return f"did you mean '{nearest}'?"
        return f"did you mean '{same_base.forwards[0]}'?" if same_base.forwards else None

    def _sort(self) -> None:
        for name in sorted(self._names):
            directory, _, base = name.rpartition("/")
            for names in (self._all, self._in_directory[directory], self._of_base[base]):
                names.forwards.append(name)


def _around(names: list[str], name: str) -> list[str]:
    at = bisect(names, name)
    return names[max(0, at - _COMPARED // 4) : at + _COMPARED // 4]
