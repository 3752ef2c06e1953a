"""The build, as a table of contents: each station takes what the one before it gives."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from assetbuild.bulk.links import Links
from assetbuild.bulk.memory import Final
from assetbuild.bulk.reading import Reading, Texts
from assetbuild.cache.index import INDEX, FileIndex
from assetbuild.cache.memo import Memo
from assetbuild.commit import Committed, commit
from assetbuild.compile import Compiled, compile_jobs
from assetbuild.compilers import is_foreign, joins, own_digest
from assetbuild.compilers.base import World
from assetbuild.compilers.services import Services
from assetbuild.config import Config
from assetbuild.disclosures import in_build, is_wanted, require_detector
from assetbuild.discover import digested
from assetbuild.encode import EncodeResult, encode
from assetbuild.errors import BuildError, Diagnostic, UsageError, errors_of
from assetbuild.events import Noted
from assetbuild.globs import matcher
from assetbuild.latest import remember
from assetbuild.link import LinkResult, link
from assetbuild.linking.resolve import Rules
from assetbuild.model import ContentChanged, Job, Part, Source, Step
from assetbuild.paths import CACHE_DIRECTORY, shown_path
from assetbuild.plan import Plan, plan
from assetbuild.references.pins import Pins
from assetbuild.release.document import Known
from assetbuild.scratch import sweep
from assetbuild.stage import Finished, Stage
from assetbuild.survey import Found as Located
from assetbuild.survey import Survey


@dataclass(frozen=True, slots=True)
class Made:
    """Everything a build knows before it writes. `root` is the configuration's directory, `diagnostics` are sorted.

    `asked` are the files that compilers looked for by their place; None if a step of somebody else may depend on more.
    """

    root: str
    sources: Mapping[str, Source]
    plan: Plan
    compiled: Compiled
    linked: LinkResult
    diagnostics: tuple[Diagnostic, ...]
    asked: frozenset[str] | None
    texts: Texts | None
    finals: Mapping[str, Final]

    def shown(self, file: str) -> str:
        """A file path as people read it: relative to the configuration's directory."""
        return shown_path(file, self.root)


def build(config: Config, stage: Stage, seen: Survey, reading: Reading | None = None) -> Finished:
    """Sources in, a release in `config.output` out. `reading` is that of the plain sources; without it there are none.

    Raises UsageError, BuildError with all diagnostics of the run, or ReleaseError; the former release then stands.
    """
    sweep([os.path.join(config.root, CACHE_DIRECTORY)])
    index = reading.index if reading is not None else FileIndex.load(stage.cache.get(INDEX), stage.began)
    require_detector(config)
    made = make(config, stage, index, seen, reading)
    made = _searched(made, config, stage)
    with _reading(config.root):
        encoded = encode(made.linked.linked, config.encodings, stage.cache, stage.workers(), stage.listener)
        _check_kept(made.sources, made.texts, index)
    importmap = {"imports": dict(made.linked.importmap.imports), "scopes": dict(made.linked.importmap.scopes)}
    committed = commit(
        made.linked.linked,
        encoded.variants,
        config.output,
        config.base_url,
        index.digest,
        stage.listener,
        importmap,
        config.manifests,
        stage.jobs,
        _known(config, made.plan),
        stage.durable,
    )
    finished = Finished(committed.release, _summary(made, encoded, committed), made.diagnostics)
    asked, texts, finals = made.asked, made.texts, made.finals
    # What is remembered takes the room of what was made.
    del made, encoded
    if reading is not None and texts is not None:
        reading.remember(texts, finals)
    del texts, finals
    files, identities = committed.files, committed.identities
    remember(config, stage, seen, index, asked, finished, files, committed.digest, identities)
    stage.cache.put(INDEX, index.dump())
    return finished


def make(config: Config, stage: Stage, index: FileIndex, seen: Survey, reading: Reading | None = None) -> Made:
    """All stations that write nothing: what a build would release. Raises UsageError and BuildError."""
    tell = stage.listener
    texts = reading.finish() if reading is not None else None
    found = digested(seen, index, tell, texts)
    _stop_at(found.diagnostics, config)
    names = reading.names() if reading is not None else {}
    apart = {path: names[path] for path in texts or ()}
    planned = plan(config, found.files, stage.environment, stage.system, apart)
    _stop_at((*found.diagnostics, *planned.diagnostics), config)
    pins = Pins(planned.pins, config.importmap.scopes)
    asked: set[str] = set(planned.files or ())

    def digest_of(file: str) -> str | None:
        asked.add(file)
        return index.digest(file)

    with closing(Services()) as services, _reading(config.root):
        world = World(
            config.root,
            config.base_url,
            found.files,
            digest_of,
            pins,
            config.time_limit,
            services,
            stage.system,
            config.env,
        )
        plain = None
        if reading is not None and texts is not None:
            plain = Links(texts, planned.plain, reading.memory)
        jobs = _with_left(planned, plain, found.files)
        compiled = compile_jobs(jobs, planned.parts, world, stage.cache, stage.workers(), tell)
    assets = [(job, compiled.outcomes[job.path].assets) for job in jobs]
    memo = Memo(stage.cache, f"linked/{own_digest()} {config.base_url}")
    linked = link(
        assets, compiled.failed, planned.absent, _rules(config, found.files, seen.table, pins), tell, memo, plain
    )
    memo.save()
    diagnostics = _sorted((*found.diagnostics, *planned.diagnostics, *compiled.diagnostics, *linked.diagnostics))
    _stop_at(diagnostics, config)
    for diagnostic in diagnostics:
        tell(Noted(diagnostic))
    known = planned.files is not None and not any(
        _depends_on_more(step) for job in planned.jobs for step in _steps(job)
    )
    return Made(
        config.root,
        found.files,
        planned,
        compiled,
        linked,
        diagnostics,
        frozenset(asked) if known else None,
        texts,
        plain.finals if plain is not None else {},
    )


def _with_left(planned: Plan, plain: Links | None, sources: Mapping[str, Source]) -> Sequence[Job]:
    """The jobs, and with them those for plain assets that could not be linked alone."""
    if plain is None or not plain.left:
        return planned.jobs
    left = [Job(path, (Part(path, sources[path]),), (), planned.plain[path]) for path in plain.left]
    return sorted((*planned.jobs, *left), key=lambda job: job.path)


def _known(config: Config, planned: Plan) -> Known:
    names: dict[str, dict[str, Any]] = {}
    for name, named in config.names.items():
        names[name] = {"assets": list(named.assets)} | ({"extra": named.extra} if named.extra else {})
    bundles = [job for job in planned.jobs if joins(job)]
    return Known(names, {job.path: [part.source.path for part in job.parts] for job in bundles})


def _searched(made: Made, config: Config, stage: Stage) -> Made:
    """The same, with warnings about secrets in what is going to be published."""
    if not is_wanted(config.secrets):
        return made
    origins = {
        asset.path: tuple(part.source for part in job.parts)
        for job in made.plan.jobs
        for asset in made.compiled.outcomes[job.path].assets
    }
    with _reading(config.root):
        found = in_build(
            made.linked.linked, lambda path: origins.get(path) or (made.sources[path],), config, stage.cache
        )
    for diagnostic in _sorted(found):
        stage.listener(Noted(diagnostic))
    return replace(made, diagnostics=_sorted((*made.diagnostics, *found)))


def _depends_on_more(step: Step) -> bool:
    """Whether what a step makes may depend on more than sources and files asked for: programs, variables."""
    return bool(step.depends) or is_foreign(step) or "esbuild" in step.options


def _steps(job: Job) -> Iterator[Step]:
    yield from job.steps
    for part in job.parts:
        yield from part.steps


def _summary(made: Made, encoded: EncodeResult, committed: Committed) -> dict[str, Any]:
    """The numbers of a finished build, as `assetbuild build --format json` gives them, but for the time it took."""
    linked = [asset for asset in made.linked.linked if asset.publication != "private"]
    sizes: dict[str, int] = {}
    for variants in encoded.variants.values():
        for variant in variants:
            sizes[variant.encoding] = sizes.get(variant.encoding, 0) + variant.content.size
    used = {part.source.path: part.source.size for job in made.plan.jobs for part in job.parts}
    if made.texts is not None:
        used.update((path, made.texts.size(path)) for path in made.plan.plain)
    renamed = committed.renamed
    following = sum(bool(causes) for causes in renamed.values())
    return {
        "assets": len(linked),
        "source_bytes": sum(used.values()),
        "bytes": sum(asset.content.size for asset in linked),
        "encoded_assets": len(encoded.variants),
        "encoded_bytes": dict(sorted(sizes.items())),
        "compiled": {"ran": made.compiled.ran, "cached": made.compiled.cached},
        "compressed": {"ran": encoded.ran, "cached": encoded.cached},
        "renamed": {"edited": len(renamed) - following, "following": following},
        "files_written": committed.written,
        "files_unchanged": committed.unchanged,
        "warnings": sum(one.severity == "warning" for one in made.diagnostics),
    }


def _check_kept(sources: Mapping[str, Source], plain: Texts | None, index: FileIndex) -> None:
    """Raises ContentChanged if a source was edited after its bytes were kept: reading it again would show that."""
    if plain is not None:
        changed = index.first_changed(plain.file(path) for path in plain if plain.is_kept(path))
        if changed is not None:
            raise ContentChanged(changed)
    for path in sources if plain is None else sources.keys() - plain.keys():
        source = sources[path]
        if source.data is not None and not index.is_unchanged(source.file):
            raise ContentChanged(source.file)


def _rules(config: Config, sources: Collection[str], table: Mapping[str, Located], pins: Pins) -> Rules:
    @cache
    def paths() -> dict[str, str]:
        return {shown_path(table[path][0], config.root): path for path in sources}

    return Rules(
        config.root,
        config.base_url,
        matcher(config.external),
        lambda file: paths().get(file),
        pins,
        map_modules=config.modules == "importmap",
        hide_source_maps=config.source_maps == "hidden",
        inlined=matcher(config.inline.match) if config.inline else None,
        max_inlined=config.inline.max_bytes if config.inline else 0,
    )


def _sorted(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By file, line and column; of those at one place, in the order in which they were found."""
    return tuple(sorted(diagnostics, key=lambda one: (one.file or "", one.line or 0, one.column or 0)))


def _stop_at(diagnostics: tuple[Diagnostic, ...], config: Config) -> None:
    """Raises if there are errors among these: with all of them, and the warnings, in one go."""
    errors = errors_of(diagnostics)
    if errors:
        in_config = all(error.file == os.path.basename(config.file) for error in errors)
        raise (UsageError if in_config else BuildError)(*_sorted(diagnostics))


@contextmanager
def _reading(root: str) -> Iterator[None]:
    """Raises BuildError for a source that cannot be read any more, or is not what it was."""
    try:
        yield
    except ContentChanged as error:
        changed = Diagnostic("changed while it was read", file=shown_path(error.file, root), hint="build again")
        raise BuildError(changed) from error
    except OSError as error:
        file = shown_path(error.filename, root) if isinstance(error.filename, str) else None
        raise BuildError(Diagnostic(f"cannot be read: {error.strerror or error}", file=file)) from error
