"""Second station: which assets are made, from which sources, by which steps, and how they are published."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assetbuild import compilers, media
from assetbuild.config import Bundle, Config
from assetbuild.dataclass import dataclass, field, replace
from assetbuild.errors import Diagnostic
from assetbuild.globs import is_literal, matcher
from assetbuild.model import Job, Part, Publication, Source, Step, Syntax
from assetbuild.paths import escaped, fold, shown_path, why_too_long
from assetbuild.planning.bundles import Contents, expand_bundles, is_partial
from assetbuild.planning.filters import check_filters
from assetbuild.planning.minifiers import default_minifier, with_lists
from assetbuild.planning.names import check_names
from assetbuild.planning.pins import check_pins, expanded_pins
from assetbuild.planning.rules import Ruling, check_matches, rulings
from assetbuild.planning.sprockets import NO_DIRECTIVES, Directed, follow_directives
from assetbuild.planning.steps import (
    BundleSteps,
    asset_steps,
    bundle_part,
    bundle_steps,
    compile_step,
    filter_step,
    raw_part,
)
from assetbuild.planning.syntax import CHECKED, are_few, for_filters, for_untouched, parsed_too, syntax_levels
from assetbuild.planning.templates import COMPILER, name_clashes, named_templates, template_extension
from assetbuild.private_names import why_dotfile, why_leftover, why_secret


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made.

    `jobs` are sorted by path. `parts` are all sources as the assets they could be, by the asset's path, published or
    not. `absent` says of a name that no job makes why that is so, for whoever refers to it. `pins` are bare module
    names with the logical paths they stand for. `files` are absolute paths of files that were looked at besides
    the sources; None if the plan depends on more than these. `plain` are the assets that are sources as they are, and
    for which there is no job nor part, with how they are published. `parsed_bytes` is the size of all scripts that a
    parser would read if they were not too many for it.
    """

    jobs: tuple[Job, ...]
    parts: Mapping[str, Part]
    absent: Mapping[str, str]
    pins: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...] = ()
    files: frozenset[str] | None = frozenset()
    plain: Mapping[str, Publication] = field(default_factory=dict)
    parsed_bytes: int = 0


NOTHING: Mapping[str, str] = {}
NO_PUBLICATIONS: Mapping[str, Publication] = {}


def plan(
    config: Config,
    sources: Mapping[str, Source],
    environment: Mapping[str, str],
    system: Mapping[str, str] = NOTHING,
    plain: Mapping[str, Publication] = NO_PUBLICATIONS,
) -> Plan:
    """Every source and bundle of the configuration as jobs. Collects all problems in the plan's diagnostics.

    `environment` holds the variables that templates may read, by name; `system` all those of the process, for programs.
    `plain` are names that `plain_names` gave.
    """
    ruling_of = rulings(config)
    level_of = syntax_levels(config)
    others = [path for path in sources if path not in plain]
    parts = [
        _with_level(_part(config, sources[path], ruling_of, environment), ruling_of, level_of)
        # A bundle may be made of any source.
        for path in (sources if config.bundles else others)
        if not is_partial(path)
    ]
    parts, parsed_bytes = parsed_too(config, parts)
    partials = list(filter(is_partial, others))
    filters = {bundle.path: _bundle_filters(config, bundle, ruling_of) for bundle in config.bundles}
    contents, diagnostics = expand_bundles(config, parts, partials, filters)
    publishable = _Publishable(config)
    directed = _directed(config, sources, parts, partials, publishable, ruling_of, environment)
    diagnostics += directed.diagnostics
    consumed = {} if config.publish_contents else _consumed(contents, directed)
    candidates: list[Job] = [_bundle_job(config, bundle, ruling_of) for bundle in contents]
    absent = dict.fromkeys(partials, "it is a Sass partial: import it in Sass, or name it without the underscore")
    for part in parts:
        linked = part.source.path in directed.linked
        reason = consumed.get(part.source.path) or publishable.why_not(part, linked=linked)
        if not reason and part.source.path in directed.contents:
            bundle = Bundle(part.path, (part.source.path,), None)
            group = Contents(bundle, directed.contents[part.source.path])
            candidates.append(_bundle_job(config, group, ruling_of))
        elif reason:
            absent.setdefault(part.path, reason)
        elif part.source.path not in plain:
            candidates.append(_job(config, part, publishable.publication(part.path), ruling_of))
    by_path: dict[str, Part] = {}
    for part in parts:
        by_path.setdefault(part.path, part)
        if part.path != part.source.path:
            absent.setdefault(part.source.path, f"it is published as '{part.path}'")
    alone = {path: publication for path, publication in plain.items() if path not in consumed} if consumed else plain
    if alone and _may_clash(candidates, alone):
        return plan(config, sources, environment, system)
    candidates = [for_filters(job) for job in candidates]
    too_many = any(path.endswith(CHECKED) for path in plain)
    if too_many or not are_few((part.source.path, part.source.size) for part in parts):
        candidates = for_untouched(candidates, ruling_of)
    listed = with_lists(config, sorted(candidates, key=lambda job: job.path), system)
    jobs = listed.jobs
    diagnostics += listed.diagnostics
    diagnostics += check_filters(config, [part for job in jobs for part in job.parts])
    paths = {job.path for job in jobs}
    if config.rules:
        diagnostics += check_matches(config, {*sources, *by_path, *paths})
    diagnostics += check_pins(config, paths, absent)
    diagnostics += check_names(config, paths.union(alone) if config.names else paths, absent)
    # Directives ask of a file first, and the plan once more.
    diagnostics += dict.fromkeys(publishable.words)
    diagnostics += _name_clashes(config, jobs) + _long_names(config, jobs)
    diagnostics += name_clashes(config, jobs)
    pins = expanded_pins(config, paths)
    return Plan(tuple(jobs), by_path, absent, pins, tuple(diagnostics), directed.files, alone, parsed_bytes)


def _with_level(
    part: Part, ruling_of: Callable[[str, str], Ruling], level_of: Callable[[Source, str, Ruling], Syntax]
) -> Part:
    if media.media_type(part.path) not in (media.CSS, media.JAVASCRIPT):
        return part
    return replace(part, syntax=level_of(part.source, part.path, ruling_of(part.source.path, part.path)))


def _directed(
    config: Config,
    sources: Mapping[str, Source],
    parts: list[Part],
    partials: list[str],
    publishable: _Publishable,
    ruling_of: Callable[[str, str], Ruling],
    environment: Mapping[str, str],
) -> Directed:
    """What Sprockets' directives say, where the configuration has them read."""
    if config.sprockets is None:
        return NO_DIRECTIVES
    as_parts = [_part(config, sources[path], ruling_of, environment) for path in partials]
    return follow_directives(config, parts, as_parts, lambda part: publishable.why_not(part) is None)


def _part(
    config: Config, source: Source, ruling_of: Callable[[str, str], Ruling], environment: Mapping[str, str]
) -> Part:
    path, names = compilers.compiled_name(source.path)
    ruling = ruling_of(source.path, path)
    if ruling.filters:
        path, names = compilers.compiled_name(source.path, ruling.filters)
    if COMPILER in ruling.options and source.path.endswith(end := f".{template_extension(ruling)}"):
        path, names = f"{source.path.removesuffix(end)}.js", (COMPILER,)
    steps = [_compile_step(config, name, ruling, path, environment) for name in names]
    if config.propshaft and media.media_type(path) in (media.CSS, media.JAVASCRIPT):
        steps.append(Step("propshaft"))
    part = Part(path, source, tuple(steps))
    return named_templates((part,), config.root)[0] if COMPILER in names else part


def _compile_step(config: Config, name: str, ruling: Ruling, path: str, environment: Mapping[str, str]) -> Step:
    if name in compilers.TABLE:
        return Step(name, _options(config, name, ruling, path, environment))
    return compile_step(name, path, ruling)


def _options(config: Config, name: str, ruling: Ruling, path: str, environment: Mapping[str, str]) -> dict[str, object]:
    options: dict[str, object] = {}
    if name == "jinja":
        options = {"context": config.context, "env": {name: environment.get(name) for name in sorted(config.env)}}
    elif name == "sass":
        # A filter over the style sheet would leave the map pointing at other columns.
        maps = config.source_maps != "none" and not ruling.filters
        options = {
            "implementation": config.sass.implementation,
            "precision": config.sass.precision,
            "silence_deprecations": list(config.sass.silence_deprecations),
            "load_paths": [shown_path(directory, config.root) for directory in config.sass.load_paths],
            "source_map": maps,
            "style": "compressed" if maps and _minifies(config, ruling, path) else "expanded",
        }
    return {**options, **ruling.options.get(name, {})}


def _minifies(config: Config, ruling: Ruling, path: str) -> bool:
    if ruling.minify is not None:
        return ruling.minify
    return config.minify and not _is_minified(path)


def _is_minified(path: str) -> bool:
    """Whether a name says that its file is minified already: such a file is left as it is."""
    return ".min." in path.rpartition("/")[2]


def _filters(config: Config, ruling: Ruling, part: Part) -> tuple[Step, ...]:
    """The filters of a part's asset: those of its rule, else the minifier of its type."""
    if ruling.filters is not None:
        return asset_steps(ruling.filters, ruling, part)
    mapped = any(step.name == "sass" and step.options.get("source_map") for step in part.steps)
    minifier = default_minifier(config, media.media_type(part.path))
    if minifier is None or mapped or part.path.endswith(".map") or not _minifies(config, ruling, part.path):
        return ()
    return (filter_step(minifier, ruling),)


def _job(config: Config, part: Part, publication: Publication, ruling_of: Callable[[str, str], Ruling]) -> Job:
    ruling = ruling_of(part.source.path, part.path)
    untouched = publication == "prehashed" and ruling.filters is None
    steps = () if untouched else _filters(config, ruling, part)
    return Job(part.path, (part,), steps, publication, ruling.external)


def _bundle_filters(config: Config, bundle: Bundle, ruling_of: Callable[[str, str], Ruling]) -> tuple[str, ...]:
    """The names of a bundle's filters: its own, those of a rule, or the minifier of its type."""
    ruling = ruling_of(bundle.path, bundle.path)
    names = bundle.filters if bundle.filters is not None else ruling.filters
    if names is not None:
        return names
    minifier = default_minifier(config, media.media_type(bundle.path))
    return (minifier,) if minifier and _minifies(config, ruling, bundle.path) else ()


def _bundle_job(config: Config, contents: Contents, ruling_of: Callable[[str, str], Ruling]) -> Job:
    bundle, kind = contents.bundle, media.media_type(contents.bundle.path)
    ruling = ruling_of(bundle.path, bundle.path)
    names = _bundle_filters(config, bundle, ruling_of)
    steps = bundle_steps(names, ruling, bundle.path, len(contents.parts))
    filters = steps.whole
    # A script is minified by itself, so that no minifier sees two programs at once. Style sheets are minified after
    # joining, with what they import, unless one of them is to stay as it is.
    own = [ruling_of(part.source.path, part.path) for part in contents.parts]
    by_itself = steps.joiner is None and (
        kind == media.JAVASCRIPT
        or any(_is_minified(part.path) or its.minify is False for part, its in zip(contents.parts, own, strict=True))
    )
    parts = []
    external = set(ruling.external)
    for part, its in zip(contents.parts, own, strict=True):
        external.update(its.external)
        parts.append(_bundle_part(part, its, steps, by_itself))
    joiner = steps.joiner or Step(compilers.JOINERS[kind], {"path": bundle.path, "entries": len(contents.parts)})
    after = tuple(step for step in filters if not by_itself or step.name not in compilers.FILTERS)
    return Job(
        bundle.path,
        named_templates(parts, config.root),
        (joiner, *after),
        _Publishable(config).publication(bundle.path),
        tuple(sorted(external)),
    )


def _bundle_part(part: Part, ruling: Ruling, steps: BundleSteps, by_itself: bool) -> Part:
    if steps.joiner is not None:
        part = raw_part(part, steps.joiner)
    if ruling.filters is not None:
        part = replace(part, steps=(*part.steps, *asset_steps(ruling.filters, ruling, part)))
    else:
        minified = ruling.minify is False or _is_minified(part.path)
        part = bundle_part(part, steps.parts)
        if by_itself and not minified:
            own = tuple(step for step in steps.whole if step.name in compilers.FILTERS)
            part = replace(part, steps=(*part.steps, *own))
    plain = tuple(
        replace(step, options={**step.options, "source_map": False, "style": "expanded"})
        if step.name == "sass"
        else step
        for step in part.steps
    )
    return replace(part, steps=plain)


def _consumed(contents: list[Contents], directed: Directed) -> dict[str, str]:
    consumed: dict[str, str] = {
        path: f"'{entry}' requires it: refer to that, link it in the manifest, or set publish_contents = true"
        for path, entry in directed.consumed.items()
        if path not in directed.linked
    }
    for bundle in contents:
        for part in bundle.parts:
            consumed.setdefault(
                part.source.path,
                f"bundle '{bundle.bundle.path}' consumes it: refer to the bundle, or set publish_contents = true",
            )
    return consumed


def _spells_extension(pattern: str) -> bool:
    """Whether a glob says which extension it means: "certs/*.pem", but not "certs/*"."""
    extension = pattern.rpartition("/")[2].rpartition(".")[2]
    return "." in pattern.rpartition("/")[2] and is_literal(extension)


class _Publishable:
    """What the configuration's globs say of a name; `words` are about private files that they would publish."""

    def __init__(self, config: Config) -> None:
        self._included = matcher(config.include)
        self._excluded = matcher(config.exclude)
        self._named = matcher(
            pattern for pattern in config.include if is_literal(pattern) or _spells_extension(pattern)
        )
        self._plain = matcher(config.unfingerprinted)
        self._prehashed = matcher(config.prehashed)
        self._source_maps = config.source_maps
        self.words: list[Diagnostic] = []

    def why_not(self, part: Part, *, linked: bool = False) -> str | None:
        """Why the part's asset is not published, None if it is. `linked`: something names it, as `include` does."""
        path = part.source.path
        if self._excluded(path) or self._excluded(part.path):
            return "exclude names it"
        if path.endswith(".map") and self._source_maps == "none":
            return 'source_maps = "none"'
        if linked or self._named(path):
            return None
        if reason := why_leftover(path) or why_secret(path):
            return self._word(path, reason)
        if not (self._included(path) or self._included(part.path)):
            dotfile = why_dotfile(path)
            return self._word(path, dotfile) if dotfile else "include does not name it"
        return None

    def _word(self, path: str, reason: str) -> str:
        hint = "name it in `include`, or its extension (*.pem), if it is meant to be public"
        self.words.append(Diagnostic(f"not published: '{escaped(path)}' is {reason}", hint=hint, severity="notice"))
        return f"it is {reason}"

    def publication(self, path: str) -> Publication:
        """How the asset at this logical path is published."""
        if path.endswith(".map") and self._source_maps == "hidden":
            return "private"
        if self._plain(path):
            return "plain"
        return "prehashed" if self._prehashed(path) else "fingerprinted"


def _name_clashes(config: Config, jobs: list[Job]) -> list[Diagnostic]:
    """Two assets for one name, or two names that a case-insensitive or normalising file system holds to be one."""
    diagnostics = []
    seen: dict[str, Job] = {}
    for job in jobs:
        other = seen.setdefault(fold(job.path), job)
        if other is job:
            continue
        makers = " and ".join(sorted({_maker(config, other), _maker(config, job)}))
        if other.path == job.path:
            text, hint = f"two assets for one name '{job.path}': {makers}", "rename or exclude one of them"
        else:
            text = f"'{other.path}' and '{job.path}' differ only in case or normal form"
            hint = "rename one: many file systems take them for the same name"
        bundles = {bundle.path for bundle in config.bundles}
        bundle = next((one.path for one in (other, job) if one.path in bundles and compilers.joins(one)), None)
        if bundle is not None:
            diagnostics.append(config.diagnostic(("bundles", bundle), text, hint))
        else:
            diagnostics.append(Diagnostic(text, file=shown_path(job.parts[0].source.file, config.root), hint=hint))
    return diagnostics


def _may_clash(jobs: list[Job], plain: Mapping[str, Publication]) -> bool:
    """Whether two of these names may be the same for a file system; those of plain assets are of ASCII."""
    folded = set("\0".join(plain).lower().split("\0"))
    return len(folded) < len(plain) or any(fold(job.path) in folded for job in jobs)


def _long_names(config: Config, jobs: list[Job]) -> list[Diagnostic]:
    """Names that no file system could hold once a fingerprint and an encoding's suffix are added."""
    diagnostics = []
    for job in jobs:
        if reason := why_too_long(job.path, job.publication == "fingerprinted"):
            text = f"'{job.path}' cannot be published: {reason}"
            diagnostics.append(
                Diagnostic(text, file=shown_path(job.parts[0].source.file, config.root), hint="rename it")
            )
    return diagnostics


def _maker(config: Config, job: Job) -> str:
    return f"bundle '{job.path}'" if compilers.joins(job) else shown_path(job.parts[0].source.file, config.root)
