"""What the importers of Rails' asset systems have in common: load paths, and `config/initializers/assets.rb`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.importers.model import Item, Place, Setting
from assetbuild.importers.project import Project
from assetbuild.importers.ruby import Statement, Unread, Value, read_ruby
from assetbuild.private_names import why_leftover

INITIALIZER: Final = "config/initializers/assets.rb"
IMPORTMAP: Final = "config/importmap.rb"
DIGESTED: Final = "**/*-???????*.digested*"
"""Names that Sprockets 4 and Propshaft leave as they are: `-`, at least seven letters or digits, `.digested`."""

_ASSETS = re.compile(r"(?:Rails\.(?:application\.config|configuration)|(?:app\.)?config)\.assets\.(\w+)(?:\.(\w+))?\Z")
_ADDING: Final = frozenset({"push", "append", "concat", "unshift", "prepend"})
_NOTHING_TO_DO: Final[Mapping[str, str]] = {
    "version": "names here are made of the bytes: nothing has to be raised",
    "digest": "names are always fingerprinted",
    "compile": "a process that serves never compiles",
    "unknown_asset_fallback": "a name that is no asset is an error",
    "check_precompiled_asset": "a name that is no asset is an error",
    "quiet": "nothing is logged",
    "debug": "there is no debug mode",
    "enabled": "",
    "raise_runtime_errors": "",
    "resolve_with": "names are looked up in the manifest",
    "cache_limit": "",
    "cache_store": "the cache is .assetbuild/",
    "configure": "",
    "server": "releases are served by assetbuild.runtime or a web server",
    "manifest": "the manifest is manifest.json in the release",
    "manifest_path": "the manifest is manifest.json in the release",
    "file_watcher": "",
    "sweep_cache": "",
    "integrity_hash_algorithm": "the manifest holds sha384 of each file",
}


@dataclass(slots=True)
class Assets:
    """What an initializer says: `paths` and `excluded` are relative to the project; `precompile` as it is written."""

    paths: list[tuple[str, Place]] = field(default_factory=list)
    excluded: list[tuple[str, Place]] = field(default_factory=list)
    precompile: list[Value] = field(default_factory=list)
    base_url: Setting | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)


def read_initializer(project: Project, file: str) -> Assets:
    """`config.assets.…` of a Ruby file (POSIX, relative to the project). Raises UsageError as Project.text."""
    assets = Assets()
    for statement in read_ruby(file, project.text(file)):
        if isinstance(statement, Unread):
            assets.diagnostics.append(not_read(statement))
        else:
            _obey(assets, statement)
    return assets


def not_read(statement: Unread) -> Diagnostic:
    """What is said of a statement that is no data."""
    return statement.place.diagnostic(f"not read: {statement.reason}", "write in assetbuild.toml what it comes to")


def _obey(assets: Assets, statement: Statement) -> None:
    found = _ASSETS.match(statement.target)
    tell = assets.diagnostics.append
    if found is None:
        if statement.target not in ("require", "require_relative"):
            text = f"not carried over: '{statement.target}' is nothing of the asset pipeline"
            tell(statement.place.diagnostic(text, severity="notice"))
        return
    key, method = found[1], found[2]
    adds = statement.operator in ("<<", "+=") or (method in _ADDING and not statement.operator)
    values = list(_flat(statement.values))
    if key in ("paths", "excluded_paths") and (adds or statement.operator == "="):
        _paths(assets, assets.paths if key == "paths" else assets.excluded, values)
    elif key == "precompile" and (adds or statement.operator == "="):
        assets.precompile += values
    elif key == "prefix" and statement.operator == "=" and len(values) == 1 and values[0].kind == "text":
        assets.base_url = Setting(("base_url",), "/" + values[0].text.strip("/") + "/", statement.place)
    elif key in ("js_compressor", "css_compressor"):
        text = "not carried over: assetbuild's own minifier is used, and its result checked"
        tell(statement.place.diagnostic(text, "`minify` and `filters` of [[rules]] say otherwise", "notice"))
    elif key == "gzip":
        text = "not carried over: `encodings` says which variants there are, Brotli and gzip by default"
        tell(statement.place.diagnostic(text, severity="notice"))
    elif key in _NOTHING_TO_DO:
        why = _NOTHING_TO_DO[key]
        tell(statement.place.diagnostic(f"nothing to carry over{': ' + why if why else ''}", severity="notice"))
    else:
        tell(statement.place.diagnostic(f"not carried over: '{key}' is not known here"))


def _flat(values: Iterable[Value]) -> Iterator[Value]:
    for value in values:
        if value.kind == "list":
            yield from _flat(value.items)
        else:
            yield value


def _paths(assets: Assets, into: list[tuple[str, Place]], values: Iterable[Value]) -> None:
    for value in values:
        if value.kind not in ("path", "text"):
            text = "not carried over: where this directory is only Ruby knows"
            assets.diagnostics.append(value.place.diagnostic(text, "name it in `sources`"))
        else:
            into.append((os.path.normpath(value.text).replace(os.sep, "/"), value.place))


def load_paths(project: Project, assets: Assets) -> tuple[Item, ...]:
    """Rails' load paths: the directories in app/assets, lib/assets and vendor/assets, and what the initializer adds.

    What importmap-rails adds comes with its configuration.
    """
    usual = []
    for parent in ("app/assets", "lib/assets", "vendor/assets"):
        if project.is_directory(parent):
            names = sorted(os.listdir(project.absolute(parent)))
            below = (f"{parent}/{name}" for name in names if not name.startswith("."))
            usual += [name for name in below if project.is_directory(name) and name != "app/assets/config"]
    if project.is_file(IMPORTMAP):
        usual += [name for name in ("app/javascript", "vendor/javascript") if project.is_directory(name)]
    found: dict[str, Item] = {name: Item(name) for name in usual}
    excluded = {path for path, _ in assets.excluded}
    for path, place in assets.paths:
        if not project.is_directory(path):
            assets.diagnostics.append(place.diagnostic(f"left out: there is no directory '{path}'"))
        else:
            found.setdefault(path, Item(path, place))
    for path, place in assets.excluded:
        if path not in found:
            text = f"'{path}' is no load path: nothing is excluded"
            assets.diagnostics.append(place.diagnostic(text, severity="notice"))
    return tuple(item for path, item in found.items() if path not in excluded)


def files_in(project: Project, sources: Iterable[Item]) -> dict[str, str]:
    """The files of the load paths by logical path, as files relative to the project; the first load path wins."""
    found: dict[str, str] = {}
    for item in sources:
        directory = str(item.value)
        for file in project.files(directory):
            if why_leftover(file.rpartition("/")[2]) is None:
                found.setdefault(file[len(directory) + 1 :], file)
    return found


def settings(assets: Assets) -> list[Setting]:
    """What every one of Rails' systems has: the place of the files, and names that stay."""
    why = "names that other tools fingerprinted"
    return [
        assets.base_url or Setting(("base_url",), "/assets/", why="where Rails serves assets"),
        Setting(("prehashed",), [DIGESTED], why=why),
        Setting(("unfingerprinted",), [], why="Rails fingerprints every name"),
    ]
