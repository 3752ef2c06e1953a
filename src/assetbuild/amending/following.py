"""Which assets follow from edited files: what is made from them, and all that refers to that, by whatever way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from assetbuild.amending.ledger import Done, Ledger, done_of
from assetbuild.amending.manifest import FormerManifest
from assetbuild.amending.unable import UnableToAmendError
from assetbuild.model import Job, Part, Publication, Source

# More assets than this are linked faster by a whole build.
MOST_ASSETS = 100
_REFERRING = ("imports", "dynamicImports", "assets", "cycle")


class Following:
    """The jobs that have to be done again; `assets` are what they make, by logical path, with the former entries.

    A job is the record that the ledger has of it; None stands for an asset that is a source as it is.
    """

    def __init__(self, former: FormerManifest, ledger: Ledger, shown: Callable[[str], str]) -> None:
        self._former = former
        self._ledger = ledger
        self._shown = shown
        self.assets: dict[str, dict[str, Any]] = {}
        self._records: dict[str, list[Any] | None] = {}

    def edited(self, files: Iterable[tuple[str, str | None]]) -> None:
        """Adds what follows from files: absolute path, and logical path, of which a source may have several.

        Raises UnableToAmendError if nobody is known to have read one.
        """
        for file, path in files:
            shown = self._shown(file)
            readers = [record for record in self._ledger.records(shown) if shown in record[1]]
            for record in readers:
                self._add(record[0])
            if path is not None and not any(path in record[0] for record in readers):
                if self._former.entry(path) is not None and self._record(path) is None:
                    self._add((path,))
            elif not readers:
                raise UnableToAmendError

    def also(self, paths: Iterable[str]) -> bool:
        """Adds these assets and what follows from them; whether there were any."""
        new = [path for path in paths if path not in self.assets]
        self._add(new)
        return bool(new)

    def jobs(self, sources: Mapping[str, Source]) -> list[Done]:
        """The jobs, sorted by path. Raises UnableToAmendError for records that are none of ours."""
        try:
            return [
                self._plain(path, sources) if record is None else done_of(record, sources)
                for path, record in sorted(self._records.items())
            ]
        except (LookupError, TypeError, ValueError) as error:
            raise UnableToAmendError from error

    @property
    def compiles(self) -> bool:
        """Whether anything is made in another way than to take a source as it is."""
        return any(record is not None for record in self._records.values())

    def _plain(self, path: str, sources: Mapping[str, Source]) -> Done:
        job = Job(path, (Part(path, sources[path]),), (), publication_of(path, self.assets[path]))
        return Done(job, (path,), frozenset())

    def _add(self, paths: Iterable[str]) -> None:
        waiting = list(paths)
        while waiting:
            path = waiting.pop()
            if path in self.assets:
                continue
            entry = self._former.entry(path)
            if entry is None or len(self.assets) == MOST_ASSETS:
                raise UnableToAmendError
            self.assets[path] = entry
            record = self._record(path)
            self._records[path if record is None else record[2]] = record
            waiting += record[0] if record is not None else ()
            waiting += self._referring(path)

    def _record(self, path: str) -> list[Any] | None:
        return next((record for record in self._ledger.records(path) if path in record[0]), None)

    def _referring(self, path: str) -> Iterator[str]:
        for asset, entry in self._former.naming(path):
            if any(path in entry.get(kind, ()) for kind in _REFERRING):
                yield asset
        yield from self._ledger.further.get(path, ())


def publication_of(path: str, entry: Mapping[str, Any]) -> Publication:
    """How the asset of an entry is published; none of these is private."""
    if not entry.get("immutable"):
        return "plain"
    return "prehashed" if entry["file"] == path else "fingerprinted"
