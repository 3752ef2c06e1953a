"""Which minifiers an asset's type is given, and whether they are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assetbuild import compilers, media
from assetbuild.compilers.minifiers_table import ESBUILD, LISTS, REWRITING, Minifier, is_program, packages
from assetbuild.config import Config, Minifiers
from assetbuild.dataclass import dataclass, replace
from assetbuild.errors import Diagnostic
from assetbuild.media import media_type
from assetbuild.model import Job, Step

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """Jobs whose steps know their minifiers, and what is missing."""

    jobs: list[Job]
    diagnostics: tuple[Diagnostic, ...] = ()


def default_minifier(config: Config, kind: str) -> str | None:
    """The filter that minifies assets of this media type where nothing else is said; None if none does."""
    names = _list(config, kind)
    if names is None or names == _list_of(Minifiers(), kind):
        return compilers.MINIFIERS.get(kind)
    return "minify" if names or kind in compilers.MINIFIERS else None


def with_lists(config: Config, jobs: list[Job], environment: Mapping[str, str]) -> Listed:
    """The same jobs: each step that minifies by a list, or by a tool of others, with what it needs to run.

    Its versions are among its options, and so in the key of what it makes.
    """
    named = list(_named(config))
    listed = any(default_minifier(config, kind) == "minify" for kind in LISTS)
    if not named and not listed and not any("minify" in filters for filters in _filters(config)):
        return Listed(jobs)
    completing = _Completing(config, environment)
    problems = tuple(problem for key, name, kind in named for problem in completing.problems(key, name, kind))
    if problems:
        return Listed(jobs, tuple(dict.fromkeys(problems)))
    return Listed([completing.job(job) for job in jobs])


def _filters(config: Config) -> Iterator[tuple[str, ...]]:
    yield from (bundle.filters or () for bundle in config.bundles)
    yield from (rule.filters or () for rule in config.rules)


def _list(config: Config, kind: str) -> tuple[str, ...] | None:
    return _list_of(config.minifiers, kind)


def _list_of(minifiers: Minifiers, kind: str) -> tuple[str, ...] | None:
    """The configured list for a media type, None for types without one."""
    names: tuple[str, ...] | None = getattr(minifiers, LISTS[kind]) if kind in LISTS else None
    return names


def _named(config: Config) -> Iterator[tuple[Key, str, str]]:
    """Each tool of others that the configuration names: where, which, for which type ("" if that is not known)."""
    for kind, key in LISTS.items():
        for index, name in enumerate(_list(config, kind) or ()):
            if name in REWRITING:
                yield ("minifiers", key, index), name, kind
    for bundle in config.bundles:
        for index, name in enumerate(bundle.filters or ()):
            if name in REWRITING:
                yield ("bundles", bundle.path, "filters", index), name, media_type(bundle.path)
    for number, rule in enumerate(config.rules):
        types = {media_type(pattern) for pattern in rule.match}
        # Of "vendor/**" a style sheet may be one.
        kind = types.pop() if len(types) == 1 and types <= LISTS.keys() else media.CSS
        for index, name in enumerate(rule.filters or ()):
            if name in REWRITING:
                yield ("rules", number, "filters", index), name, kind


class _Completing:
    """What is installed, asked for once."""

    def __init__(self, config: Config, environment: Mapping[str, str]) -> None:
        self._config = config
        self._environment = environment
        self._esbuild: dict[str, str] | None = None
        self._not_found: tuple[str, str] | None = None
        self._told = False
        self._steps: dict[tuple[str, str], Step] = {}

    def problems(self, key: Key, name: str, kind: str) -> Iterator[Diagnostic]:
        """What is missing for a tool that is named at this key."""
        if is_program(name) and not self._told and not self._found():
            assert self._not_found is not None
            self._told = True
            place = ("minifiers", "esbuild") if self._config.minifiers.esbuild else key
            yield self._config.diagnostic(place, *self._not_found)
        for needed, minifier in packages((name,), kind).items():
            if _version(minifier) == "none":
                why = "is not installed" if needed == name else f"needs '{needed}' to compare style sheets with"
                hint = f"pip install 'assetbuild[{minifier.extra}]'"
                yield self._config.diagnostic(key, f"'{name}' {why}", hint)

    def job(self, job: Job) -> Job:
        parts = tuple(replace(part, steps=self._all(part.steps, part.path)) for part in job.parts)
        return replace(job, parts=parts, steps=self._all(job.steps, job.path))

    def _all(self, steps: Sequence[Step], path: str) -> tuple[Step, ...]:
        return tuple(self._step(step, media_type(path)) if _is_ours(step) else step for step in steps)

    def _step(self, step: Step, kind: str) -> Step:
        if (step.name, kind) not in self._steps:
            self._steps[step.name, kind] = self._complete(step, kind)
        return self._steps[step.name, kind]

    def _complete(self, step: Step, kind: str) -> Step:
        names = _list(self._config, kind) if step.name == "minify" else (step.name,)
        if names is None:
            return Step(compilers.MINIFIERS[kind]) if kind in compilers.MINIFIERS else step
        versions = {name: _version(one) for name, one in packages(names, kind).items()}
        options: dict[str, Any] = {"tools": list(names), "versions": versions}
        if any(map(is_program, names)) and self._found():
            options["esbuild"] = self._esbuild
        return replace(step, options=options)

    def _found(self) -> bool:
        from assetbuild.compilers.minifiers import esbuild

        if self._esbuild is None and self._not_found is None:
            config = self._config
            try:
                self._esbuild = esbuild.find(
                    config.root, config.minifiers.esbuild, config.time_limit, self._environment
                )
            except esbuild.NotFound as reason:
                self._not_found = str(reason), reason.hint
        return self._esbuild is not None


def _is_ours(step: Step) -> bool:
    return step.name == "minify" or step.name in REWRITING


def _version(minifier: Minifier) -> str:
    return compilers.installed_version(minifier.package or ESBUILD)
