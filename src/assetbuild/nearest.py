"""The name that somebody may have meant: none is better than one that leads astray.

A name is far more often in the wrong directory, of another type or written otherwise than it is misspelled, so that is
looked at first. What is only similar is compared by the name of the file alone: names of one directory and one type
are similar in all that surrounds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from assetbuild.dataclass import dataclass, field
from assetbuild.media import CSS, JAVASCRIPT, media_type
from assetbuild.paths import fold, stem_and_extension

# A hint for each of so many mistakes: nobody reads more in one go.
_SEARCHES = 300
# Of more names than these, only those with the longest beginnings and endings in common are compared letter by letter.
_COMPARED = 80
# In one directory, names that are so far alike; anywhere, for there is more to go astray to.
_SIMILAR = 0.66
_SIMILAR_ANYWHERE = 0.85
# What is compiled into a type, or was: it is not the type by which a server would call it.
_COMPILED = {
    **dict.fromkeys((".scss", ".sass", ".less", ".styl", ".pcss"), CSS),
    **dict.fromkeys((".ts", ".tsx", ".jsx", ".mts", ".cts", ".coffee", ".vue"), JAVASCRIPT),
}
_ANY = ""


@dataclass(slots=True)
class _Names:
    """Names in order, and backwards in the order of that: neighbours have a beginning or an ending in common."""

    names: set[str] = field(default_factory=set)
    forwards: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)

    def nearest(self, name: str, similarity: float) -> str | None:
        from difflib import get_close_matches

        found = get_close_matches(name, self._likely(name), 1, similarity)
        return found[0] if found else None

    def _likely(self, name: str) -> list[str]:
        if len(self.names) <= _COMPARED:
            return sorted(self.names)
        if not self.forwards:
            self.forwards = sorted(self.names)
            self.backwards = sorted(one[::-1] for one in self.names)
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
        self._by_base: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        # By directory and type, by extension: the stems of the files' names, and who has them.
        self._stems: dict[tuple[str, str], _Names] = defaultdict(_Names)
        self._of_stem: dict[tuple[str, str, str], list[str]] = defaultdict(list)

    def hint(self, name: str) -> str | None:
        """The nearest name as a question; None if none is near.

        In this order: it differs in case only; in its extension, `.min` or a partial's underscore; in its directory;
        in both; it is spelled like one of the same directory and type, or of the same extension anywhere.
        """
        if not self._searches:
            self._sort()
        self._searches += 1
        folded = fold(name)
        found = self._by_fold.get(folded) or self._written_otherwise(folded)
        if found is None and self._searches <= _SEARCHES:
            found = self._elsewhere(folded) or self._misspelled(folded)
        return f"did you mean '{found}'?" if found else None

    def _written_otherwise(self, folded: str) -> str | None:
        key = _key(folded)
        kind = _type(folded)
        for stem in (key, f"{key}/index", key.removesuffix("/index")):
            for other in self._by_stem.get(stem, ()):
                if kind in (_ANY, _type(other)):
                    return self._by_fold[other]
        return None

    def _elsewhere(self, folded: str) -> str | None:
        base = folded.rpartition("/")[2]
        kind = _type(folded)
        others = self._by_base.get(base) or [
            other for other in self._of_stem.get((_ANY, _ANY, _key(base)), ()) if kind == _type(other)
        ]
        return self._by_fold[_closest(folded, others)] if others else None

    def _misspelled(self, folded: str) -> str | None:
        directory, _, base = folded.rpartition("/")
        extension = stem_and_extension(base)[1]
        for where, similarity in (((directory, _type(folded)), _SIMILAR), ((_ANY, extension), _SIMILAR_ANYWHERE)):
            names = self._stems.get(where)
            stem = names and names.nearest(_key(base), similarity)
            if stem:
                return self._by_fold[_closest(folded, self._of_stem[*where, stem])]
        return None

    def _sort(self) -> None:
        for name in sorted(self._names, key=_likelihood):
            self._by_fold.setdefault(fold(name), name)
        for folded in self._by_fold:
            directory, _, base = folded.rpartition("/")
            stem = _key(base)
            self._by_base[base].append(folded)
            self._by_stem[_key(folded)].append(folded)
            self._of_stem[_ANY, _ANY, stem].append(folded)
            for where in {(directory, _type(folded)), (directory, _ANY), (_ANY, stem_and_extension(base)[1])}:
                self._stems[where].names.add(stem)
                self._of_stem[*where, stem].append(folded)


def _key(name: str) -> str:
    """A name without what is most often there or not: its extension, `.min` before that, a partial's underscore."""
    directory, slash, base = name.rpartition("/")
    return directory + slash + stem_and_extension(base)[0].removesuffix(".min").removeprefix("_")


def _type(name: str) -> str:
    """What can stand for one another: pictures, fonts, sounds, films; else files of one media type. Empty: anything."""
    extension = stem_and_extension(name)[1]
    kind = _COMPILED.get(extension) or media_type(name)
    group = kind.partition("/")[0]
    if not extension or kind == "application/octet-stream":
        return _ANY
    if "json" in kind:
        return "json"
    return group if group in ("image", "font", "audio", "video") else kind


def _closest(folded: str, others: list[str]) -> str:
    """The one at the most similar path."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(b=folded)

    def similarity(other: str) -> float:
        matcher.set_seq1(other)
        return matcher.ratio()

    return max(others[:_COMPARED], key=similarity)


def _likelihood(name: str) -> tuple[bool, bool, str]:
    """In this order names are meant by one without its extension: imports leave it out, of scripts most of all."""
    kind = media_type(name)
    return kind != JAVASCRIPT, kind != CSS, name


def _around(names: list[str], name: str) -> list[str]:
    from bisect import bisect

    at = bisect(names, name)
    return names[max(0, at - _COMPARED // 4) : at + _COMPARED // 4]
