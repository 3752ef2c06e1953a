"""What templates call assets: the names under which bundles are registered, and tags that nothing else leads to."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.importers.model import Setting, Value
from assetbuild.importers.webassets.bundles import Bundles
from assetbuild.importers.webassets.model import OldBundle, OldItem
from assetbuild.importers.webassets.tags import Tag
from assetbuild.runtime.webassets import output_asset


@dataclass(frozen=True, slots=True)
class _Named:
    assets: tuple[str, ...]
    extra: Mapping[str, Value]
    bundle: OldBundle


@dataclass(slots=True)
class Naming:
    """`asked` are the names in tags, `printed` the logical paths that tags and names come to."""

    bundles: Bundles
    asked: frozenset[str]
    named: dict[str, _Named] = field(default_factory=dict)
    printed: set[str] = field(default_factory=set)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def registered(self, bundle: OldBundle, every: Iterable[OldBundle]) -> None:
        """A bundle with a name. One without output that is part of others is nothing else, unless a tag names it."""
        if not bundle.contents:
            text = f"the bundle '{bundle.name}' has nothing in it: left out"
            self.diagnostics.append(bundle.place.diagnostic(text))
            return
        is_part = any(inner is bundle or inner == bundle for one in every for inner in one.below())
        if is_part and not bundle.output and bundle.name not in self.asked and not bundle.is_container:
            text = f"'{bundle.name}' has no output and is part of other bundles: it is nothing by itself"
            self.diagnostics.append(bundle.place.diagnostic(text, severity="notice"))
            return
        self._name(bundle.name, bundle, self.bundles.assets_of(bundle))

    def tag(self, tag: Tag) -> None:
        """A tag of a template. It gets a name if at run time it would find something else."""
        bundle = tag.bundle
        if bundle.filters and not bundle.output:
            self._without_output(tag)
            return
        if (unknown := self._unknown(bundle)) is not None:
            text = f"this tag is left out: no bundle '{unknown.text}' is registered in what was read"
            hint = "give it a bundle in assetbuild.toml, and  [names]  the name"
            self.diagnostics.append(unknown.place.diagnostic(text, hint))
            return
        assets = self.bundles.assets_of(bundle, own=False)
        self.printed.update(assets)
        extra = bundle.all_extra()
        if assets and (self._found(tag) != assets or dict(extra) != self._found_extra(tag)):
            self.named[tag.name] = _Named(tuple(assets), extra, bundle)

    def _without_output(self, tag: Tag) -> None:
        """Filters and no output: webassets refuses it, unless it only prints other bundles."""
        place = tag.bundle.place
        text = "this tag has filters and no output: its files are printed as they are"
        self.diagnostics.append(place.diagnostic(text, "webassets cannot build it; give it an output"))
        for name in tag.names:
            if name not in self.named:
                self.printed.add(name)

    def _unknown(self, bundle: OldBundle) -> OldItem | None:
        """The first of its names that is no file, and does not look like one either."""
        files = self.bundles.entries.files
        return next((one for one in bundle.files if "." not in one.text and not files.find(one).files), None)

    def _name(self, name: str, bundle: OldBundle, assets: list[str]) -> None:
        if assets and name:
            self.printed.update(assets)
            self.named[name] = _Named(tuple(assets), bundle.all_extra(), bundle)

    def _found(self, tag: Tag) -> list[str]:
        """What the tag finds at run time without a name of its own."""
        output = tag.bundle.output
        if output and (made := output_asset(self.bundles.made, output, "/")) is not None:
            return [made]
        found: list[str] = []
        for name in tag.names:
            found += self.named[name].assets if name in self.named else [name]
        known = {*self.bundles.layout.files, *self.bundles.made}
        return list(found) if all(path in known for path in found) else []

    def _found_extra(self, tag: Tag) -> dict[str, Value]:
        found: dict[str, Value] = {}
        if all(name in self.named for name in tag.names):
            for name in tag.names:
                found.update(self.named[name].extra)
        return found

    def settings(self) -> Iterable[Setting]:
        """The table `names`: what has another name than its asset, or values for templates."""
        for name, named in self.named.items():
            if len(named.assets) == 1 and not named.extra and _is_path(name, named.assets):
                continue
            place = named.bundle.place
            assets: Value = named.assets[0] if len(named.assets) == 1 else list(named.assets)
            yield Setting(("names", name, "assets"), assets, place)
            if named.extra:
                yield Setting(("names", name, "extra"), named.extra, None, "EXTRA")


def _is_path(name: str, assets: Container[str]) -> bool:
    return any(f"{name}{end}" in assets for end in ("", ".css", ".js"))
