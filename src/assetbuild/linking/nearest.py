"""The name that somebody may have meant."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from assetbuild.media import CSS, JAVASCRIPT, media_type
from assetbuild.paths import fold, stem_and_extension

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
    """Finds published names like one that is not there, whatever their case.

    After very many searches it gives up on names that are only similar.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = names
        self._searches = 0
        self._by_fold: dict[str, str] = {}
        self._by_stem: dict[str, str] = {}
        self._all = _Names()
        self._in_directory: dict[str, _Names] = defaultdict(_Names)
        self._of_base: dict[str, _Names] = defaultdict(_Names)

    def hint(self, name: str) -> str | None:
        """The nearest name as a question; None if none is near.

        One that differs in case only comes first, then one that has an extension more, then one of the same directory,
        of the same base name, and any other.
        """
        if not self._searches:
            self._sort()
        self._searches += 1
        folded = fold(name)
        found = self._by_fold.get(folded) or self._by_stem.get(folded)
        if found is None and self._searches <= _SEARCHES:
            similar = self._similar(folded)
            found = similar and self._by_fold[similar]
        return f"did you mean '{found}'?" if found else None

    def _similar(self, folded: str) -> str | None:
        directory, _, base = folded.rpartition("/")
        same_base = self._of_base[base]
        for names in (self._in_directory[directory], same_base, self._all):
            if nearest := names.nearest(folded):
                return nearest
        return same_base.forwards[0] if same_base.forwards else None

    def _sort(self) -> None:
        for name in sorted(self._names):
            self._by_fold.setdefault(fold(name), name)
        for name in sorted(self._by_fold.values(), key=_likelihood):
            self._by_stem.setdefault(fold(stem_and_extension(name)[0]), name)
        for folded in sorted(self._by_fold):
            directory, _, base = folded.rpartition("/")
            for names in (self._all, self._in_directory[directory], self._of_base[base]):
                names.forwards.append(folded)


def _likelihood(name: str) -> tuple[bool, bool, str]:
    """In this order names are meant by one without its extension: imports leave it out, of scripts most of all."""
    kind = media_type(name)
    return kind != JAVASCRIPT, kind != CSS, name


def _around(names: list[str], name: str) -> list[str]:
    at = bisect(names, name)
    return names[max(0, at - _COMPARED // 4) : at + _COMPARED // 4]
