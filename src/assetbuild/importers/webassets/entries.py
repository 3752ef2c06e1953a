"""What a bundle is merged from, file by file, in webassets' order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from glob import has_magic
from typing import Final

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


@dataclass(slots=True)
class Entries:
    """Looks contents up. `outputs` are those of all bundles.

    `diagnostics` are errors and warnings, each once however often a bundle is used.
    """

    files: Files
    outputs: tuple[str, ...] = ()
    diagnostics: dict[Diagnostic, None] = field(default_factory=dict)

    def of(self, bundle: OldBundle, chain: tuple[OldBundle, ...] = ()) -> Iterator[Entry]:
        """The entries of a bundle, those of the bundles in it in their places.

        Within one bundle each file comes once, the first mention wins; what the bundle writes itself is not in it.
        """
        seen: set[str] = set()
        for item in bundle.contents:
            if isinstance(item, OldBundle):
                yield from self.of(item, (item, *chain))
                continue
            files = self._found(item, bundle)
            new = files if bundle.keeps_duplicates else tuple(file for file in files if file not in seen)
            seen.update(files)
            if new:
                yield Entry(item, new, chain, has_magic(item.text))

    def _found(self, item: OldItem, bundle: OldBundle) -> tuple[str, ...]:
        """The files of one item, without what webassets has written."""
        found = self.files.find(item)
        if found.problem:
            self.say(item.place, found.problem, found.hint, serious=found.serious)
        elif found.is_glob and not found.files:
            self.say(item.place, f"no file matches '{item.text}': left out", "add it again once there is one")
        kept = []
        for file in found.files:
            output = next((one for one in self.outputs if self._pattern(one).fullmatch(file)), None)
            if output is None:
                kept.append(file)
            elif output != bundle.output:
                text = f"'{file}' is what webassets writes for the output '{output}'"
                hint = "name the bundle instead, and delete the file"
                self.say(item.place, f"{text}: left out" if found.is_glob else text, hint, serious=not found.is_glob)
        return tuple(kept)

    def _pattern(self, output: str) -> re.Pattern[str]:
        return output_pattern(self.files.output_file(output))

    def say(self, place: Place, text: str, hint: str | None = None, *, serious: bool = False) -> None:
        self.diagnostics[place.diagnostic(text, hint, "error" if serious else "warning")] = None


def output_pattern(output: str) -> re.Pattern[str]:
    """An expression for the files that webassets has written for this output, one for each version."""
    return re.compile(re.escape(output).replace(re.escape(VERSION), "[0-9A-Za-z]+"))


def merged(*lists: tuple[OldFilter, ...]) -> tuple[OldFilter, ...]:
    """Filters of several bundles in one list, each once, as webassets merges them."""
    found: dict[tuple[str, str], OldFilter] = {}
    for filters in lists:
        for one in filters:
            found.setdefault((one.name or one.shown, repr(sorted(one.options.items()))), one)
    return tuple(found.values())
