"""Bare module names pinned to assets, as an import map resolves them (HTML Standard, import maps)."""

from __future__ import annotations

from collections.abc import Mapping

from assetbuild.dataclass import dataclass, field


@dataclass(frozen=True, slots=True)
class Pins:
    """`imports`: specifier to logical path; both end with "/" where a whole directory is pinned.

    `scopes`: such tables for the modules below a logical directory, which ends with "/" ("" is everywhere).
    """

    imports: Mapping[str, str] = field(default_factory=dict)
    scopes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def target(self, specifier: str, path: str) -> str | None:
        """The logical path that a specifier in the module at `path` is pinned to; the nearest scope comes first."""
        scopes = sorted((scope for scope in self.scopes if path.startswith(scope)), key=len, reverse=True)
        for table in (*(self.scopes[scope] for scope in scopes), self.imports):
            if (target := _mapped(specifier, table)) is not None:
                return target
        return None


NO_PINS = Pins()


def _mapped(specifier: str, table: Mapping[str, str]) -> str | None:
    if specifier in table:
        return table[specifier]
    prefixes = [prefix for prefix in table if prefix.endswith("/") and specifier.startswith(prefix)]
    if not prefixes:
        return None
    longest = max(prefixes, key=len)
    return table[longest] + specifier[len(longest) :]
