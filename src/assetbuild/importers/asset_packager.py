"""asset_packager's config/asset_packages.yml (https://github.com/sbecker/asset_packager, asset_package.rb)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.model import Imported, ImportedBundle, Item, Place, Setting
from assetbuild.importers.nearest_file import nearest_file
from assetbuild.importers.project import Project
from assetbuild.importers.rails import public_settings
from assetbuild.importers.yaml_places import Mapping, Node, Scalar, Sequence, read_yaml
from assetbuild.runtime.packages import PACKAGED, first_holders

PUBLIC: Final = "public"
_EXTENSIONS: Final = {"javascripts": ".js", "stylesheets": ".css"}


def read(project: Project) -> Imported:
    """The packages of an asset_packages.yml. Raises UsageError for what is no YAML, or holds Ruby."""
    document = read_yaml(project)
    reading = _Reading(project, project.files(PUBLIC), list(document.diagnostics))
    if not isinstance(document.root, Mapping):
        text = "the file is empty" if document.root is None else "the file must be a mapping"
        raise UsageError(
            Diagnostic(text, project.file, hint="it lists packages below 'javascripts:' and 'stylesheets:'")
        )
    bundles: list[ImportedBundle] = []
    for key, value in document.root.pairs:
        kind = key.written.removeprefix(":")
        if kind in _EXTENSIONS:
            bundles += list(reading.packages(kind, value))
        else:
            hint = "there are 'javascripts' and 'stylesheets'"
            reading.say(key.place, f"unknown kind of assets '{key.written}', left out", hint)
    if not project.is_directory(PUBLIC):
        text = f"there is no directory '{PUBLIC}' beside this project's 'config'"
        raise UsageError(Diagnostic(text, project.file, hint="run the command in the old project's root directory"))
    settings = [
        *public_settings(project, PUBLIC),
        Setting(("publish_contents",), True, None, "they are public by themselves, too"),
    ]
    if reading.stale:
        settings.append(
            Setting(("exclude",), tuple(Item(one, None, "written by asset_packager") for one in reading.stale))
        )
    settings += _first_packages(bundles)
    source = Item(PUBLIC, None, "what a browser sees as /")
    return Imported((source,), tuple(settings), tuple(bundles), (), tuple(reading.diagnostics))


def _first_packages(bundles: list[ImportedBundle]) -> Iterator[Setting]:
    """Names for the sources of which the helpers would not take the first package, as asset_packager's do."""
    holders = first_holders({bundle.path: bundle.expected or () for bundle in bundles})
    for bundle in bundles:
        for source in bundle.expected or ():
            if source in holders and holders.pop(source) != bundle.path:
                why = "the first package that has it"
                yield Setting(("names", source, "assets"), bundle.path, bundle.place, why)


@dataclass(slots=True)
class _Reading:
    project: Project
    files: list[str]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    def say(self, place: Place, text: str, hint: str | None = None) -> None:
        self.diagnostics.append(place.diagnostic(text, hint))

    def wrong(self, place: Place, text: str, hint: str | None = None) -> None:
        self.diagnostics.append(place.diagnostic(text, hint, "error"))

    def packages(self, kind: str, value: Node) -> Iterator[ImportedBundle]:
        """The packages of one kind: a list of mappings with one key each."""
        if isinstance(value, Scalar) and value.value is None:
            return
        if not isinstance(value, Sequence):
            self.wrong(value.place, f"'{kind}' must be a list of packages", "begin each with '- '")
            return
        seen: dict[str, Place] = {}
        for item in value.items:
            if not isinstance(item, Mapping) or not item.pairs:
                self.wrong(item.place, "a package is a name with a list of files", "write  - base: [first, second]")
                continue
            for extra, _ in item.pairs[1:]:
                text = f"'{extra.written}' is left out: only the first name of an entry counts"
                self.say(extra.place, text, "begin it with '- ' to make a package of it")
            name, files = item.pairs[0]
            if name.written in seen:
                text = (
                    f"a second package '{name.written}' is left out: the one of line {seen[name.written].line} is meant"
                )
                self.say(name.place, text, "rename one of them")
                continue
            seen[name.written] = name.place
            yield from self._package(kind, name, files)

    def _package(self, kind: str, name: Scalar, files: Node) -> Iterator[ImportedBundle]:
        extension = _EXTENSIONS[kind]
        directory, _, target = name.written.rpartition("/")
        below = "/".join(part for part in (kind, directory) if part)
        contents: dict[str, Place] = {}
        sources = list(self._flat(files, set()))
        for source in sources:
            path = self.project.below_root(f"{below}/{source.written}{extension}")
            if path is None:
                self.wrong(source.place, f"'{source.written}' is outside of '{PUBLIC}'")
            elif not self.project.is_file(f"{PUBLIC}/{path}"):
                self._missing(source, path, extension)
            elif path in contents:
                self.diagnostics.append(
                    source.place.diagnostic(
                        f"'{source.written}' is in the package once: the first counts", None, "notice"
                    )
                )
            else:
                contents[path] = source.place
        self._note_stale(below, target, extension)
        if not sources:
            self.say(name.place, f"the package '{name.written}' has no files: left out")
        if not contents:
            return
        path = f"{below}/{target}{PACKAGED}{extension}"
        items = tuple(Item(_literal(one), place) for one, place in contents.items())
        yield ImportedBundle(path, items, None, name.place, "", tuple(contents))

    def _flat(self, value: Node, met: set[int]) -> Iterator[Scalar]:
        """The names in order, those of lists within it as well; a list that an alias names again adds nothing."""
        if isinstance(value, Sequence):
            if id(value) not in met:
                met.add(id(value))
                for item in value.items:
                    yield from self._flat(item, met)
        elif isinstance(value, Mapping):
            self.wrong(value.place, "a package lists the names of files")
        elif value.value is not None:
            yield value

    def _missing(self, source: Scalar, path: str, extension: str) -> None:
        hint = f"leave out the '{extension}'" if source.written.endswith(extension) else None
        near = nearest_file(f"{PUBLIC}/{path}", self.files)
        self.wrong(
            source.place, f"there is no file '{PUBLIC}/{path}'", hint or (f"did you mean '{near}'?" if near else None)
        )

    def _note_stale(self, directory: str, target: str, extension: str) -> None:
        """Merged files that are there: `base_packaged.js`, `base_1149357372.js` of versions before 2008."""
        made = re.compile(re.escape(f"{PUBLIC}/{directory}/{target}") + r"(?:_packaged|_\d+)" + re.escape(extension))
        self.stale += [file.removeprefix(f"{PUBLIC}/") for file in self.files if made.fullmatch(file)]


def _literal(path: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)
