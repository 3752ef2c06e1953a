"""webassets' bundles as ours: what is merged, by which filters, and which names templates know it by."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from assetbuild.compilers.webassets_table import PREFIX, filter_of
from assetbuild.config.string_checks import BUNDLE_EXTENSIONS
from assetbuild.dataclass import dataclass, field, replace
from assetbuild.importers.model import ImportedBundle, ImportedRule, Item, Place, Value
from assetbuild.importers.webassets.contents import items_of, literal
from assetbuild.importers.webassets.entries import VERSION, Entries, Entry, merged
from assetbuild.importers.webassets.filters import Filters, Translated
from assetbuild.importers.webassets.layout import Layout
from assetbuild.importers.webassets.model import OldBundle, OldFilter, OldItem
from assetbuild.importers.webassets.templates_of import jst_options
from assetbuild.media import media_type
from assetbuild.runtime.webassets import without_version

_NO_FILTERS: Final[tuple[OldFilter, ...]] = ()
# Logical paths that a rule is for, the place that it comes from, and its keys.
_Ruled = tuple[tuple[str, ...], Place, dict[str, Value]]


@dataclass(slots=True)
class Bundles:
    """Makes our bundles, each once. `consumed` are the logical paths of the sources in them."""

    entries: Entries
    layout: Layout
    filters: Filters
    made: dict[str, ImportedBundle] = field(default_factory=dict)
    clashing: list[ImportedBundle] = field(default_factory=list)
    rules: dict[str, ImportedRule] = field(default_factory=dict)
    consumed: set[str] = field(default_factory=set)
    ruled: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def assets_of(self, bundle: OldBundle, more: tuple[OldFilter, ...] = _NO_FILTERS, *, own: bool = True) -> list[str]:
        """The logical paths of what webassets prints for a bundle, which are made if they are bundles.

        `more` are the filters of containers around it. `own`: it is registered, so that its output is its own.
        """
        if bundle.is_container:
            inner = merged(bundle.filters, more)
            return [path for one in bundle.nested for path in self.assets_of(one, inner, own=own and not inner)]
        if not bundle.merge:
            return [path for one in self._decomposed(bundle) for path in self.assets_of(one, more)]
        if bundle.output:
            path = self._make(bundle, more, own)
            return [path] if path else []
        if bundle.filters:
            text = "it has filters and no output, so webassets cannot build it by itself"
            self.entries.say(bundle.place, text, "give it an output, if templates name it")
            return []
        return self._listed(bundle, more)

    def _listed(self, bundle: OldBundle, more: tuple[OldFilter, ...]) -> list[str]:
        """A bundle without output and filters: its files one by one, as they are."""
        paths: list[str] = []
        for item in bundle.contents:
            if isinstance(item, OldBundle):
                paths += self.assets_of(item, more)
                continue
            alone = replace(bundle, contents=(item,))
            for entry in self.entries.of(alone):
                paths += [path for file in entry.files if (path := self._logical(entry.item, file))]
        return list(dict.fromkeys(paths))

    def _decomposed(self, bundle: OldBundle) -> Iterator[OldBundle]:
        """`merge=False`: a bundle for each file, whose output has parts of its name."""
        for entry in list(self.entries.of(bundle)):
            for file in entry.files:
                path = self._logical(entry.item, file)
                if path and bundle.output:
                    stem, extension = posixpath.splitext(path)
                    output = bundle.output.replace("%(name)s", posixpath.basename(stem)).replace("%(path)s", stem)
                    output = output.replace("%(ext)s", extension.lstrip("."))
                    item = OldItem(f"{self.entries.files.project.absolute(file)}", entry.item.place)
                    name = posixpath.join(bundle.name, posixpath.basename(path))
                    yield replace(bundle, name=name, output=output, contents=(item,), merge=True)

    def _logical(self, item: OldItem, file: str) -> str | None:
        path = self.layout.logical(file)
        if path is None:
            text = f"'{file}' is left out: no load path has it under a name of its own"
            self.entries.say(item.place, text, "several directories have files of one name: give one of them a prefix")
        return path

    def _make(self, bundle: OldBundle, more: tuple[OldFilter, ...], own: bool) -> str | None:
        path = output_path(bundle.output or "")
        if posixpath.splitext(path)[1] not in BUNDLE_EXTENSIONS:
            ends = ", ".join(BUNDLE_EXTENSIONS)
            text = f"the output '{bundle.output}' is left out: a bundle is a script or a style sheet"
            self.entries.say(bundle.place, text, f"let it end with one of {ends}")
            return None
        entries = list(self.entries.of(bundle))
        if not entries:
            text = f"'{bundle.output}' is left out: there is nothing to put into it"
            self.entries.say(bundle.place, text, "webassets refuses to build it")
            self.filters.ours(bundle.filters, (), bundle.config)
            return None
        translated, ruled = self._translated(bundle, entries, more, path)
        expected, items = self._contents(entries, path)
        made = ImportedBundle(path, items, translated.names or None, bundle.place, "", expected)
        made = self._placed(made, bundle, own)
        if made.path not in self.made:
            self.made[made.path] = made
            self.consumed.update(expected)
            for match, place, settings in ruled:
                self._rule_parts(match, place, settings)
            self._rule(bundle, translated, made.path, any("depends" in settings for _, _, settings in ruled))
        return made.path

    def _contents(self, entries: list[Entry], path: str) -> tuple[tuple[str, ...], tuple[Item, ...]]:
        expected: dict[str, OldItem] = {}
        items: list[Item] = []
        for entry in entries:
            logical = [one for file in entry.files if (one := self._logical(entry.item, file))]
            for one in logical:
                if one in expected:
                    text = f"'{one}' is in '{path}' twice: the first counts"
                    self.entries.say(entry.item.place, text, f"it is there at {expected[one].place} already")
            new = [one for one in dict.fromkeys(logical) if one not in expected]
            items += items_of(entry.item, new, entry.is_glob and len(new) == len(entry.files), self.layout, path)
            expected.update(dict.fromkeys(new, entry.item))
        return tuple(expected), tuple(items)

    def _translated(
        self, bundle: OldBundle, entries: list[Entry], more: tuple[OldFilter, ...], path: str
    ) -> tuple[Translated, list[_Ruled]]:
        """The filters of a bundle, and rules for the files of bundles in it that have others."""
        whole = merged(bundle.filters, more)
        files = [file for entry in entries for file in entry.files]
        chains = [entry.filters() for entry in entries]
        inner = {id(entry.chain[0]) for entry in entries if entry.chain}
        joins = any(map(_joins, chains[0]))
        if all(chain == chains[0] for chain in chains) and (len(inner) == 1 or not joins):
            return self.filters.ours(merged(chains[0], whole), files, _config(bundle, entries[0])), []
        translated = self.filters.ours(whole, files, bundle.config)
        ruled: list[_Ruled] = []
        for entry in entries:
            if entry.filters():
                beside = [one for one in entries if one.chain and one.chain[0] is entry.chain[0]]
                ruled += self._ruled(entry, beside, translated, path, _config(bundle, entry))
        return translated, ruled

    def _ruled(
        self, entry: Entry, beside: list[Entry], whole: Translated, path: str, config: Mapping[str, Value]
    ) -> Iterator[_Ruled]:
        """What is ruled for the files of an entry.

        `beside` are the entries of its own bundle, `whole` the merged one's filters, `config` the settings that hold.
        """
        chain, place = entry.filters(), entry.chain[0].place
        match = self._paths(entry)
        templates = [one for other in beside for one in self._paths(other)]
        jst = jst_options(chain, templates, {**self.filters.settings(), **config})
        if jst is not None:
            yield match, place, {"options": {"jst": jst}}
            chain = tuple(one for one in chain if one.name != "jst")
        for joining in filter(_joins, chain):
            text = f"'{joining.name}' makes one script of its bundle, and of each file alone here"
            self.entries.say(joining.place, text, "make a bundle of its own of them")
        own = self.filters.ours(chain, entry.files, config)
        settings: dict[str, Value] = {}
        if own.options or not set(own.names) <= set(whole.names):
            kept = [name for name in whole.names if _works_on_parts(name, path)]
            settings["filters"] = list(dict.fromkeys((*own.names, *kept)))
        if own.options:
            settings["options"] = own.options
        depends = self._depends(entry.chain) if own.is_foreign else ()
        if depends:
            settings["depends"] = list(depends)
        if settings:
            yield match, place, settings

    def _paths(self, entry: Entry) -> tuple[str, ...]:
        return tuple(path for file in entry.files if (path := self.layout.logical(file)))

    def _rule(self, bundle: OldBundle, translated: Translated, path: str, parts_depend: bool) -> None:
        """Options of a bundle's filters, and the files that they read unseen."""
        settings: dict[str, Value] = {}
        if translated.options:
            settings["options"] = translated.options
        chain = (bundle, *bundle.below())
        depends = self._depends(chain)
        if depends and translated.is_foreign:
            settings["depends"] = list(depends)
        elif depends and not parts_depend:
            place = next(one.depends[0].place for one in chain if one.depends)
            text = "'depends' has nothing to do here: what its filters read is seen"
            self.entries.diagnostics[place.diagnostic(text, None, "notice")] = None
        if settings:
            self.rules[f"bundle {path}"] = ImportedRule((literal(path),), settings, bundle.place)

    def _depends(self, bundles: Iterable[OldBundle]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for bundle in bundles:
            for item in bundle.depends:
                found.update(dict.fromkeys(self.entries.files.patterns(item)))
        return tuple(found)

    def _rule_parts(self, match: tuple[str, ...], place: Place, settings: dict[str, Value]) -> None:
        """A rule for files within a bundle. A file has the filters of the first such rule, in all bundles."""
        shown = tuple(map(str, settings.get("filters", ())))  # type: ignore[arg-type]  # a list of texts
        for path in match:
            before = self.ruled.setdefault(path, shown)
            if before != shown:
                text = f"'{path}' has other filters in another bundle: {', '.join(before) or 'none'} are for both"
                self.entries.say(place, text, "copy the file, or compile it by a bundle of its own")
        key = f"{place} {sorted(settings.items(), key=str)}"
        former = self.rules.get(key)
        paths = dict.fromkeys((*(former.match if former else ()), *map(literal, match)))
        self.rules[key] = ImportedRule(tuple(paths), settings, place, "the filters of a bundle in a bundle")

    def _placed(self, made: ImportedBundle, bundle: OldBundle, own: bool) -> ImportedBundle:
        """The bundle under a path that no other one has."""
        number = 1
        path = made.path
        while (there := self.made.get(path)) is not None and not _same(there, made):
            number += 1
            if own and VERSION not in (bundle.output or ""):
                self.clashing.append(made)
                return there
            stem, extension = posixpath.splitext(made.path)
            path = f"{stem}-{number}{extension}"
        if path != made.path and path not in self.made:
            if VERSION in (bundle.output or ""):  # there each has a version of its own
                return replace(made, path=path)
            other = self.made[made.path].place
            text = f"it is made as '{path}': another bundle has the output '{bundle.output}' ({other})"
            self.entries.say(bundle.place, text, "webassets writes both into one file, each over the other")
        return replace(made, path=path)

    def stale(self) -> list[str]:
        """The logical paths of files that webassets has written."""
        written = self.entries.written
        return sorted(path for path, file in self.layout.files.items() if written.output_of(file) is not None)


def output_path(output: str) -> str:
    """The logical path for an output: without the place of the version."""
    output = without_version(output)
    return posixpath.normpath(output.lstrip("/")) if output else ""


def _config(bundle: OldBundle, entry: Entry) -> dict[str, Value]:
    """The settings for an entry of a bundle: those of the innermost bundle come before others."""
    return {name: value for one in (bundle, *reversed(entry.chain)) for name, value in one.config.items()}


def _joins(one: OldFilter) -> bool:
    """Whether a filter joins the files of its bundle by itself."""
    return bool(one.name) and "concat" in filter_of(one.name).hooks


def _works_on_parts(name: str, path: str) -> bool:
    """Whether a filter of a bundle runs on each of its files, so that a rule for one of them has to name it, too."""
    if name.startswith(PREFIX):
        return bool(filter_of(name.removeprefix(PREFIX)).part_hooks({}))
    return media_type(path) == "text/javascript"


def _same(one: ImportedBundle, other: ImportedBundle) -> bool:
    return (one.expected, one.filters) == (other.expected, other.filters)
