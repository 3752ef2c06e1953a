"""What the [[rules]] of a configuration say of one asset, all that match merged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assetbuild.config import Config
from assetbuild.globs import matcher


@dataclass(frozen=True, slots=True)
class Ruling:
    """The merged rules: a later `filters` or `minify` replaces an earlier one; what else there is adds up."""

    filters: tuple[str, ...] | None = None
    minify: bool | None = None
    external: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    depends: tuple[str, ...] = ()


NONE = Ruling()


def rulings(config: Config) -> Callable[[str, str], Ruling]:
    """A function from a source's and its asset's logical path to the ruling for it."""
    rules = [(matcher(rule.match), rule) for rule in config.rules]

    def ruling_of(source: str, path: str) -> Ruling:
        merged = NONE
        for matches, rule in rules:
            if matches(source) or matches(path):
                options = {name: dict(values) for name, values in merged.options.items()}
                for name, values in rule.options.items():
                    options.setdefault(name, {}).update(values)
                merged = Ruling(
                    rule.filters if rule.filters is not None else merged.filters,
                    rule.minify if rule.minify is not None else merged.minify,
                    (*merged.external, *rule.external),
                    options,
                    tuple(dict.fromkeys((*merged.depends, *rule.depends))),
                )
        return merged

    return ruling_of
