"""Jammit's packages as bundles: nested lists flattened, globs sorted, each file once, templates after the scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.importers.model import ImportedBundle, Item, Place, Setting
from assetbuild.importers.nearest_file import nearest_file
from assetbuild.importers.project import Project
from assetbuild.importers.rails import public_settings
from assetbuild.importers.ruby_globs import as_globs, directory_of, matching
from assetbuild.importers.yaml_places import Mapping, Node, Scalar
from assetbuild.importers.yaml_places import Sequence as List

_EXTENSIONS: Final = {"javascripts": "js", "stylesheets": "css"}
# What Jammit writes for a package, beside `NAME.js` and `NAME.css`.
_VARIANTS: Final = ("", "-datauri", "-mhtml")


@dataclass(frozen=True, slots=True)
class Templates:
    """`extension` is that of templates, without its dot."""

    extension: str

    def is_one(self, file: str) -> bool:
        return file.endswith(f".{self.extension}")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are. `public` is the directory that a browser sees as "/", `path` where packages go in it; both
    POSIX, with the places that say so. `others` are directories outside of it that packages take files from."""

    public: tuple[str, Place | None]
    path: tuple[str, Place | None]
    templates: Templates
    others: tuple[str, ...] = ()

    def logical(self, file: str) -> str:
        """The logical path of a file, or of a glob: without the public directory."""
        public = self.public[0]
        return file[len(public) + 1 :] if public != "." and file.startswith(f"{public}/") else file

    def is_public(self, file: str) -> bool:
        return self.public[0] == "." or file.startswith(f"{self.public[0]}/")

    def files_to_publish(self, project: Project) -> list[str]:
        """All files below the public directory, relative to the project."""
        return project.files("" if self.public[0] == "." else self.public[0])


@dataclass(frozen=True, slots=True)
class Packages:
    """What the packages come to. `settings` are those that the layout of the project calls for."""

    sources: tuple[Item, ...]
    settings: tuple[Setting, ...]
    bundles: tuple[ImportedBundle, ...]
    layout: Layout
    has_templates: bool
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One pattern of a package: our globs for it (relative to the project) and the files that it means, sorted."""

    globs: tuple[str, ...]
    files: tuple[str, ...]
    place: Place


def read_packages(project: Project, tables: dict[str, Node], layout: Layout) -> Packages:
    """The tables `javascripts` and `stylesheets` of a configuration."""
    reading = _Reading(project, project.files())
    found = [
        (kind, name, reading.entries(value))
        for kind, table in tables.items()
        for name, value in reading.packages(kind, table)
    ]
    layout = Layout(layout.public, layout.path, layout.templates, _other_directories(found, layout, reading))
    bundles = [bundle for kind, name, entries in found for bundle in _bundles(kind, name, entries, layout, reading)]
    has_templates = any(
        layout.templates.is_one(file) for kind, _, entries in found for entry in entries for file in entry.files
    )
    names = [(kind, name.written.removeprefix(":")) for kind, name, _ in found]
    return Packages(
        _sources(layout, reading),
        tuple(_settings(project, layout, names)),
        tuple(bundles),
        layout,
        has_templates,
        tuple(reading.diagnostics),
    )


@dataclass(slots=True)
class _Reading:
    project: Project
    files: Sequence[str]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, Place] = field(default_factory=dict)

    def wrong(self, place: Place, text: str, hint: str | None = None) -> None:
        self.diagnostics.append(place.diagnostic(text, hint, "error"))

    def warn(self, place: Place, text: str, hint: str | None = None) -> None:
        self.diagnostics.append(place.diagnostic(text, hint))

    def packages(self, kind: str, table: Node) -> Iterator[tuple[Scalar, Node]]:
        if isinstance(table, Mapping):
            yield from table.pairs
        elif not (isinstance(table, Scalar) and table.value is None):
            self.wrong(table.place, f"'{kind}' must be a mapping of packages")

    def entries(self, value: Node) -> list[_Entry]:
        """The patterns of a package, those of lists within it as well, each once."""
        seen: dict[str, None] = {}
        entries: list[_Entry] = []
        for scalar in self._flat(value, set()):
            if scalar.written not in seen:
                seen[scalar.written] = None
                entries += self._entry(scalar)
        return entries

    def _flat(self, value: Node, met: set[int]) -> Iterator[Scalar]:
        """The patterns in order. A list that an alias names again has been said: it adds nothing."""
        if isinstance(value, List):
            if id(value) not in met:
                met.add(id(value))
                for item in value.items:
                    if isinstance(item, Scalar) and not isinstance(item.value, str):
                        self.wrong(item.place, "a package lists files and globs", "put it in quotes if it is a name")
                    else:
                        yield from self._flat(item, met)
        elif isinstance(value, Mapping):
            self.wrong(value.place, "a package is a list of files and globs, not a mapping")
        elif isinstance(value.value, str):
            yield value
        elif value.value is not None:
            self.wrong(value.place, "a package is a list of files and globs")

    def _entry(self, scalar: Scalar) -> Iterator[_Entry]:
        pattern = self.project.below_root(scalar.written)
        if pattern is None:
            self.warn(
                scalar.place, f"'{scalar.written}' is outside of this project: left out", "copy the files into it"
            )
            return
        try:
            globs = as_globs(pattern)
        except ValueError as error:
            self.wrong(scalar.place, f"'{scalar.written}' is no glob: {error}")
            return
        found = matching(globs, self.files)
        if found:
            yield _Entry(tuple(globs), tuple(found), scalar.place)
        elif any(self.project.is_directory(glob) for glob in globs):
            self.warn(scalar.place, f"'{scalar.written}' is a directory: left out", f"write '{scalar.written}/*'")
        else:
            self.warn(scalar.place, f"no file matches '{scalar.written}': left out", _near(pattern, self.files))


def _near(pattern: str, files: Sequence[str]) -> str:
    near = nearest_file(pattern, files)
    return f"did you mean '{near}'?" if near else "add it again once there is one: paths are relative to the project"


def _other_directories(
    found: Iterable[tuple[str, Scalar, list[_Entry]]], layout: Layout, reading: _Reading
) -> tuple[str, ...]:
    """The directories outside of the public one that patterns name, without those that are in another of them."""
    directories: dict[str, Place] = {}
    for _, _, entries in found:
        for entry in entries:
            for glob in entry.globs:
                if layout.is_public(glob):
                    continue
                directory = directory_of(glob)
                if directory:
                    directories.setdefault(directory, entry.place)
                else:
                    text = f"'{glob}' names files beside this configuration, which cannot be a source"
                    reading.wrong(entry.place, text, "move them into a directory, or name one in the glob")
    for directory in sorted(directories):
        if not any(directory.startswith(f"{other}/") for other in directories):
            reading.sources[directory] = directories[directory]
    return tuple(reading.sources)


def _sources(layout: Layout, reading: _Reading) -> tuple[Item, ...]:
    public, place = layout.public
    items = []
    if reading.project.is_directory(public):
        items.append(Item(public, place, "what a browser sees as /"))
    for directory, at in reading.sources.items():
        items.append(Item({"path": directory, "prefix": directory}, at))
    if not items:
        reading.diagnostics.append(
            Diagnostic(f"there is no directory '{public}'", reading.project.file, hint="run this in the project's root")
        )
    return tuple(items)


def _settings(project: Project, layout: Layout, names: Iterable[tuple[str, str]]) -> Iterator[Setting]:
    yield from public_settings(project, layout.public[0])
    written = [
        f"{layout.path[0]}/{name}{variant}.{_EXTENSIONS[kind]}{end}"
        for kind, name in names
        for variant in (_VARIANTS if kind == "stylesheets" else ("",))
        for end in ("", ".gz")
    ]
    stale = [Item(one, None, "written by Jammit") for one in written if project.is_file(f"{layout.public[0]}/{one}")]
    hidden = [Item(f"{one}/**", None, "was never public by itself") for one in layout.others]
    if stale or hidden:
        yield Setting(("exclude",), (*hidden, *stale))


def _bundles(
    kind: str, name: Scalar, entries: Sequence[_Entry], layout: Layout, reading: _Reading
) -> Iterator[ImportedBundle]:
    if not entries:
        hint = "Jammit makes an empty file of it"
        reading.warn(name.place, f"the package '{name.written}' has no files: left out", hint)
        return
    path = f"{layout.path[0]}/{name.written.removeprefix(':')}.{_EXTENSIONS[kind]}"
    scripts: list[Item] = []
    templates: list[Item] = []
    expected: dict[str, None] = {}
    expected_templates: dict[str, None] = {}
    for entry in entries:
        is_one = layout.templates.is_one if kind == "javascripts" else lambda file: False
        mine = [file for file in entry.files if not is_one(file)]
        its_templates = [file for file in entry.files if is_one(file)]
        _tell_stale(path, mine, entry, layout, reading)
        mixed = bool(mine and its_templates)
        scripts += _items(entry, mine, mixed, layout)
        templates += _items(entry, its_templates, mixed, layout)
        expected.update(dict.fromkeys(layout.logical(file) for file in mine))
        expected_templates.update(dict.fromkeys(layout.logical(file) for file in its_templates))
    why = "templates come after the scripts" if templates and scripts else ""
    whole = (*expected, *expected_templates)
    yield ImportedBundle(path, (*scripts, *templates), None, name.place, why, whole)


def _tell_stale(path: str, files: Iterable[str], entry: _Entry, layout: Layout, reading: _Reading) -> None:
    if any(layout.is_public(file) and layout.logical(file) == path for file in files):
        reading.wrong(entry.place, f"it matches '{path}', which Jammit wrote itself", "delete the packages first")


def _items(entry: _Entry, files: Sequence[str], mixed: bool, layout: Layout) -> Iterator[Item]:
    """The globs of an entry, if they give these files in this order; else the files, one by one."""
    if not files:
        return
    one_by_one: dict[str, None] = {}
    for glob in entry.globs:
        one_by_one.update(dict.fromkeys(matching((glob,), entry.files)))
    if not mixed and tuple(one_by_one) == entry.files:
        for glob in entry.globs:
            if matching((glob,), entry.files):
                yield Item(layout.logical(glob), entry.place)
        return
    for file in files:
        yield Item(_literal(layout.logical(file)), entry.place, "one of those that a glob of Ruby's matches")


def _literal(path: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)
