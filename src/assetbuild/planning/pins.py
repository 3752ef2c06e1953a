"""Whether the module names that a configuration pins lead to assets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from assetbuild.config import Config
from assetbuild.errors import Diagnostic
from assetbuild.media import JAVASCRIPT, media_type
from assetbuild.nearest import Nearest


def expanded_pins(config: Config, paths: Iterable[str]) -> Mapping[str, str]:
    """The pins, and those that trees come to: each script below a directory by its path without extension.

    An `index` is known by its directory's name. A pin that is written comes before one of a tree.
    """
    pins: dict[str, str] = {}
    for name, directory in config.importmap.trees.items():
        start = f"{directory}/" if directory else ""
        for path in sorted(paths):
            if path.startswith(start) and media_type(path) == JAVASCRIPT:
                stem = path[len(start) :].rpartition(".")[0]
                stem = "" if stem == "index" else stem.removesuffix("/index")
                if specifier := "/".join(filter(None, (name, stem))):
                    pins[specifier] = path
    return {**pins, **config.importmap.pins}


def check_trees(config: Config, paths: Collection[str]) -> Iterator[Diagnostic]:
    """A diagnostic at each tree in which there are no published scripts."""
    for name, directory in config.importmap.trees.items():
        start = f"{directory}/" if directory else ""
        if not any(path.startswith(start) and media_type(path) == JAVASCRIPT for path in paths):
            text = f"'{name}' stands for the directory '{directory}', in which there are no scripts"
            yield config.diagnostic(("importmap", "trees", name), text)


def check_pins(config: Config, paths: Collection[str], absent: Mapping[str, str]) -> list[Diagnostic]:
    """A diagnostic at each pin whose asset, or directory of assets, is not published."""
    tables: list[tuple[tuple[str, ...], Mapping[str, str]]] = [(("importmap", "pins"), config.importmap.pins)]
    tables += [(("importmap", "scopes", scope), table) for scope, table in config.importmap.scopes.items()]
    diagnostics = list(check_trees(config, paths))
    for key, table in tables:
        for specifier, target in table.items():
            if target.endswith("/"):
                if not any(path.startswith(target) for path in paths):
                    text = f"'{specifier}' is pinned to '{target}', in which there are no assets"
                    diagnostics.append(config.diagnostic((*key, specifier), text))
            elif target not in paths:
                text = f"'{specifier}' is pinned to '{target}', which is no asset"
                diagnostics.append(config.diagnostic((*key, specifier), text, _hint(target, paths, absent)))
    return diagnostics


def _hint(target: str, paths: Collection[str], absent: Mapping[str, str]) -> str | None:
    if target in absent:
        return absent[target]
    return Nearest(paths).hint(target)
