"""importmap-rails: `config/importmap.rb`, read as data (its grammar: `pin` and `pin_all_from`)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.importers import rails_assets
from assetbuild.importers.model import Imported, Setting
from assetbuild.importers.project import Project
from assetbuild.importers.ruby import Statement, Unread, Value, read_ruby

_REMOTE = ("https://", "http://", "//")
_OPTIONS = {"pin": {"to", "preload", "integrity"}, "pin_all_from": {"under", "to", "preload", "integrity"}}


@dataclass(slots=True)
class Pinned:
    """The settings that a file of pins comes to, and what there is to say of it."""

    settings: list[Setting] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def read(project: Project) -> Imported:
    """The pins of a project, with Rails' load paths."""
    assets = rails_assets.Assets()
    if project.is_file(rails_assets.INITIALIZER):
        assets = rails_assets.read_initializer(project, rails_assets.INITIALIZER)
    sources = rails_assets.load_paths(project, assets)
    pinned = pins(project, project.file, rails_assets.files_in(project, sources))
    return Imported(
        sources,
        (*rails_assets.settings(assets), *pinned.settings),
        diagnostics=(*assets.diagnostics, *pinned.diagnostics),
    )


def pins(project: Project, file: str, files: Mapping[str, str]) -> Pinned:
    """What a file (POSIX, relative to the project) pins. `files` are those of the load paths, by logical path.

    Raises UsageError as Project.text, and for broken Ruby.
    """
    reading = _Reading(project, files)
    for statement in read_ruby(file, project.text(file)):
        if isinstance(statement, Unread):
            reading.diagnostics.append(rails_assets.not_read(statement))
        elif statement.target == "enable_integrity!":
            text = "nothing to carry over: the import map has the integrity of each published module"
            reading.diagnostics.append(statement.place.diagnostic(text, severity="notice"))
        elif statement.target not in _OPTIONS or statement.operator:
            text = f"not carried over: '{statement.target}' is no pin"
            reading.diagnostics.append(statement.place.diagnostic(text))
        else:
            reading.obey(statement)
    return reading.pinned()


@dataclass(slots=True)
class _Reading:
    """`modules` are the pins by name, `trees` the directories by what stands before their names."""

    project: Project
    files: Mapping[str, str]
    modules: dict[str, Setting] = field(default_factory=dict)
    trees: dict[str, Setting] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    preloads: list[Statement] = field(default_factory=list)

    def obey(self, statement: Statement) -> None:
        values = (*statement.values, *statement.keywords.values())
        if len(statement.values) != 1 or any(value.kind == "computed" for value in values):
            self._tell(statement, "not carried over: what it pins only Ruby knows")
            return
        for name in sorted(statement.keywords.keys() - _OPTIONS[statement.target]):
            self._tell(statement, f"'{name}' of '{statement.target}' is not known here", severity="notice")
        if "preload" in statement.keywords:
            self.preloads.append(statement)
        if "integrity" in statement.keywords:
            text = "'integrity' is not carried over: the import map has that of the files that are published"
            self._tell(statement, text, severity="notice")
        (self._pin if statement.target == "pin" else self._pin_all)(statement)

    def _pin(self, statement: Statement) -> None:
        name = statement.values[0].text
        target = _text(statement.keywords.get("to")) or f"{name}.js"
        if name in self.modules:
            self._tell(
                statement, f"'{name}' is pinned twice: this one counts, as in importmap-rails", severity="notice"
            )
        if target.startswith(_REMOTE):
            hint = f"`bin/importmap pin {name} --download` puts it into vendor/javascript; then import again"
            text = f"left out: '{name}' is on another host, and pins name published files"
            self._tell(statement, f"{text}: its imports stay as they are, and no page resolves them", hint)
            return
        path = target.lstrip("/")
        if path not in self.files and not self._is_compiled(path):
            hint = "copy it into vendor/javascript: files that gems bring are not in the project"
            self._tell(statement, f"left out: there is no '{path}' in any load path", hint)
            return
        if name.startswith(("/", "./", "../")) or ":" in name.partition("/")[0]:
            self._tell(statement, f"left out: '{name}' is no bare module name", "paths need no pin")
            return
        self.modules[name] = Setting(("importmap", "pins", name), path, statement.place)

    def _is_compiled(self, path: str) -> bool:
        from assetbuild.compilers import compiled_name

        return any(one.startswith(path) and compiled_name(one)[0] == path for one in self.files)

    def _pin_all(self, statement: Statement) -> None:
        directory = posixpath.normpath(statement.values[0].text).removeprefix("./")
        under = _text(statement.keywords.get("under")) or ""
        logical = _text(statement.keywords.get("to")) or under
        if not self.project.is_directory(directory):
            self._tell(statement, f"nothing to carry over: there is no directory '{directory}'", severity="notice")
            return
        names = [file[len(directory) + 1 :] for file in self.project.files(directory)]
        for name in names:
            if name.endswith(".jsm"):
                self._tell(statement, f"'{directory}/{name}' is left out: scripts are named .js or .mjs here")
        scripts = [name for name in names if name.endswith(".js")]
        paths = {name: posixpath.join(logical, name) for name in scripts}
        astray = [name for name, path in paths.items() if self.files.get(path) != f"{directory}/{name}"]
        if astray:
            path = paths[astray[0]]
            text = f"left out: '{directory}/{astray[0]}' is not '{path}' in a load path"
            self._tell(statement, text, "`to` and `under` are paths below a load path")
            return
        if not scripts:
            self._tell(statement, f"nothing to carry over: no scripts in '{directory}'", severity="notice")
            return
        if under in self.trees:
            for name, path in paths.items():
                specifier = _specifier(under, name)
                self.modules[specifier] = Setting(("importmap", "pins", specifier), path, statement.place)
            text = f"a second directory for '{under}': its modules are pinned one by one"
            self._tell(statement, text, "import again when there are others", "notice")
            return
        self.trees[under] = Setting(("importmap", "trees", under), logical, statement.place)
        for name, path in paths.items():
            known = self.modules.get(_specifier(under, name))
            if known is not None and known.value != path and known.place is not None:
                text = f"left out: '{known.key[-1]}' is also a module in '{directory}', which counts in importmap-rails"
                self.diagnostics.append(known.place.diagnostic(text))
                del self.modules[known.key[-1]]

    def pinned(self) -> Pinned:
        if any(_says_other(statement) for statement in self.preloads):
            first = next(statement for statement in self.preloads if _says_other(statement))
            text = "`preload` is not carried over: a page preloads what its entry imports, and nothing else"
            self._tell(first, text, severity="notice")
        why = "stable names in the modules, and one map that says where they lead"
        found = [Setting(("modules",), "importmap", why=why), *self.modules.values(), *self.trees.values()]
        return Pinned(found, self.diagnostics)

    def _tell(self, statement: Statement, text: str, hint: str | None = None, severity: str = "warning") -> None:
        self.diagnostics.append(statement.place.diagnostic(text, hint, severity))  # type: ignore[arg-type]


def _text(value: Value | None) -> str | None:
    return value.text if value is not None and value.kind in ("text", "path") else None


def _says_other(statement: Statement) -> bool:
    return statement.keywords["preload"].text != "true"


def _specifier(under: str, name: str) -> str:
    """The name of a module: without extension, and an `index` by that of its directory (Importmap::Map)."""
    stem = posixpath.splitext(name)[0]
    stem = "" if stem == "index" else stem.removesuffix("/index")
    return "/".join(part for part in (under, stem) if part)
