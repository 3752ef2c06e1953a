"""What the [[rules]] of a configuration say of one asset, all that match merged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from assetbuild.config import Config
from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.globs import matcher
from assetbuild.model import Syntax


@dataclass(frozen=True, slots=True)
class Ruling:
    """The merged rules: a later `filters`, `minify` or `syntax` replaces an earlier one; what else there is adds up."""

    filters: tuple[str, ...] | None = None
    minify: bool | None = None
    external: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    depends: tuple[str, ...] = ()
    syntax: Syntax | None = None


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
                    rule.syntax if rule.syntax is not None else merged.syntax,
                )
        return merged

    return ruling_of


def check_matches(config: Config, paths: Collection[str]) -> Iterator[Diagnostic]:
    """A warning for each rule that is for none of these logical paths, of sources and assets: what it says is lost."""
    for index, rule in enumerate(config.rules):
        if not any(map(matcher(rule.match), paths)):
            patterns = " and ".join(f"'{pattern}'" for pattern in rule.match)
            text = f"{patterns} {'matches' if len(rule.match) == 1 else 'match'} no source and no asset"
            hint = "globs match whole logical paths: 'js/*.js', '**/*.js'"
            yield config.diagnostic(("rules", index, "match"), text, hint, severity="warning")
