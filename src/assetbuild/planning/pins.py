"""Whether the module names that a configuration pins lead to assets."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from assetbuild.config import Config
from assetbuild.errors import Diagnostic
from assetbuild.nearest import Nearest


def check_pins(config: Config, paths: Collection[str], absent: Mapping[str, str]) -> list[Diagnostic]:
    """A diagnostic at each pin whose asset, or directory of assets, is not published."""
    tables: list[tuple[tuple[str, ...], Mapping[str, str]]] = [(("importmap", "pins"), config.importmap.pins)]
    tables += [(("importmap", "scopes", scope), table) for scope, table in config.importmap.scopes.items()]
    diagnostics = []
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
