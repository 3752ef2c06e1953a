"""What a bundle is merged from, file by file, in webassets' order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from glob import has_magic
from typing import Final

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.importers.model import Place
from assetbuild.importers.webassets.files import Files
from assetbuild.importers.webassets.model import OldBundle, OldFilter, OldItem

VERSION: Final = "%(version)s"


@dataclass(frozen=True, slots=True)
class Entry:
    """One of a bundle's contents: `files` are relative to the project.

    `chain` are the bundles within the merged one that it stands in, the innermost first.
    """

    item: OldItem
    files: tuple[str, ...]
    chain: tuple[OldBundle, ...]
    is_glob: bool

    def filters(self) -> tuple[OldFilter, ...]:
        """The filters that come before those of the merged bundle."""
        return merged(*(bundle.filters for bundle in self.chain))


@dataclass(frozen=True, slots=True)
class Written:
    """The files that webassets writes: `plain`, outputs by file; `versioned`, outputs with an expression for theirs."""

    plain: Mapping[str, str]
    versioned: tuple[tuple[re.Pattern[str], str], ...]

    @classmethod
    def of(cls, files: Files, outputs: Iterable[str]) -> Written:
        """For these outputs."""
        places = [(files.output_file(output), output) for output in outputs]
        return cls(
            {place: output for place, output in places if VERSION not in place},
            tuple((_pattern(place), output) for place, output in places if VERSION in place),
        )

    def output_of(self, file: str) -> str | None:
        """The output that a file, relative to the project, was written for; None for a source."""
        if file in self.plain:
            return self.plain[file]
        return next((output for pattern, output in self.versioned if pattern.fullmatch(file)), None)


def _pattern(place: str) -> re.Pattern[str]:
    return re.compile(re.escape(place).replace(re.escape(VERSION), "[0-9A-Za-z]+"))


@dataclass(slots=True)
class Entries:
    """Looks contents up. `written` are the outputs of all bundles.

    `diagnostics` are errors and warnings, each once however often a bundle is used.
    """

    files: Files
    written: Written
    diagnostics: dict[Diagnostic, None] = field(default_factory=dict)
    _found: dict[tuple[OldItem, str | None], tuple[str, ...]] = field(default_factory=dict)

    def of(self, bundle: OldBundle, chain: tuple[OldBundle, ...] = ()) -> Iterator[Entry]:
        """The entries of a bundle, those of the bundles in it in their places.

        Within one bundle each file comes once, the first mention wins; what the bundle writes itself is not in it.
        """
        seen: set[str] = set()
        for item in bundle.contents:
            if isinstance(item, OldBundle):
                yield from self.of(item, (item, *chain))
                continue
            files = self._files(item, bundle.output)
            new = files if bundle.keeps_duplicates else tuple(file for file in files if file not in seen)
            seen.update(files)
            if new:
                yield Entry(item, new, chain, has_magic(item.text))

    def _files(self, item: OldItem, own: str | None) -> tuple[str, ...]:
        """The files of one item, without what webassets has written; `own` is the bundle's output."""
        if (item, own) not in self._found:
            self._found[item, own] = tuple(self._sources(item, own))
        return self._found[item, own]

    def _sources(self, item: OldItem, own: str | None) -> Iterator[str]:
        found = self.files.find(item)
        if found.problem:
            self.say(item.place, found.problem, found.hint, serious=found.serious)
        elif found.is_glob and not found.files:
            self.say(item.place, f"no file matches '{item.text}': left out", "add it again once there is one")
        for file in found.files:
            output = self.written.output_of(file)
            if output is None:
                yield file
            elif output == own and not found.is_glob:
                self.say(
                    item.place, f"'{file}' is what this bundle is written to", "give it another output", serious=True
                )
            elif output != own:
                text = f"'{file}' is what webassets writes for the output '{output}'"
                hint = "name the bundle instead, and delete the file"
                self.say(item.place, f"{text}: left out" if found.is_glob else text, hint, serious=not found.is_glob)

    def say(self, place: Place, text: str, hint: str | None = None, *, serious: bool = False) -> None:
        self.diagnostics[place.diagnostic(text, hint, "error" if serious else "warning")] = None


def merged(*lists: tuple[OldFilter, ...]) -> tuple[OldFilter, ...]:
    """Filters of several bundles in one list, each once, as webassets merges them."""
    found: dict[tuple[str, str], OldFilter] = {}
    for filters in lists:
        for one in filters:
            found.setdefault((one.name or one.shown, repr(sorted(one.options.items()))), one)
    return tuple(found.values())
