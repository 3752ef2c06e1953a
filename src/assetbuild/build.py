"""The build, as a table of contents: each station takes what the one before it gives."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from assetbuild.amending.ledger import Done, Ledger, Sizes, may_be_amended, read_besides, record_of
from assetbuild.bulk.gathered import Texts
from assetbuild.bulk.links import Links
from assetbuild.bulk.reading import Reading
from assetbuild.bulk.table import Together
from assetbuild.cache.index import INDEX, FileIndex
from assetbuild.cache.memo import Memo
from assetbuild.commit import Committed, commit
from assetbuild.compile import Compiled, Outcome, compile_jobs
from assetbuild.compilers import is_foreign, joins, own_digest
from assetbuild.compilers.services import Services
from assetbuild.config import Config
from assetbuild.dataclass import dataclass, replace
from assetbuild.disclosures import in_build, is_wanted, require_detector
from assetbuild.discover import digested
from assetbuild.encode import EncodeResult, encode
from assetbuild.errors import BuildError, Diagnostic, UsageError, errors_of
from assetbuild.events import Noted
from assetbuild.given import rules_of, world_of
from assetbuild.latest import remember
from assetbuild.link import LinkResult, link
from assetbuild.linking.writer import is_map
from assetbuild.media import is_compressible
from assetbuild.model import ContentChanged, Job, Part, Source, Step
from assetbuild.paths import CACHE_DIRECTORY, shown_path
from assetbuild.plain import NOTHING_FOUND
from assetbuild.plan import Plan, plan
from assetbuild.planning.syntax import checked_bytes
from assetbuild.references.pins import Pins
from assetbuild.release.document import Known
from assetbuild.scratch import sweep
from assetbuild.stage import AsNeeded, Finished, Stage
from assetbuild.survey import Survey
from assetbuild.told import Told, said, sorted_by_place

if TYPE_CHECKING:
    from assetbuild.compressing.ahead import Ahead


@dataclass(frozen=True, slots=True)
class Made:
    """Everything a build knows before it writes. `root` is the configuration's directory, `diagnostics` are sorted.

    `told` are these with whom they are about, in the order of the stations. `asked` are the files that compilers looked
    for by their place; None if a step of somebody else may depend on more.
    """

    root: str
    sources: Mapping[str, Source]
    plan: Plan
    compiled: Compiled
    linked: LinkResult
    diagnostics: tuple[Diagnostic, ...]
    told: tuple[Told, ...]
    asked: frozenset[str] | None
    texts: Texts | None
    plain: Links | None

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
    with _compressing(config, stage) as ahead:
        made = make(config, stage, index, seen, reading, ahead)
        made = _searched(made, config, stage)
        with _reading(config.root):
            workers, linked = AsNeeded(stage.workers), made.linked.linked
            encoded = encode(linked, config.encodings, stage.cache, workers, stage.listener, ahead)
            _check_kept(made.sources, made.texts, index, reading)
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
        reading.ahead if reading is not None else None,
    )
    finished = Finished(committed.release, _summary(made, encoded, committed), made.diagnostics)
    asked, texts, plain, ledger = made.asked, made.texts, made.plain, _ledger(made, config, seen, index)
    # What is remembered takes the room of what was made.
    del made, encoded, ahead
    if reading is not None and texts is not None and plain is not None:
        reading.remember(texts, plain.finals, plain.lines)
    del texts, plain
    files, identities, manifest = committed.files, committed.identities, (committed.digest, committed.manifest)
    del committed
    remember(config, stage, seen, index, asked, finished, files, manifest, identities, ledger)
    del files, identities, ledger
    stage.cache.put(INDEX, index.dump())
    return finished


def make(
    config: Config,
    stage: Stage,
    index: FileIndex,
    seen: Survey,
    reading: Reading | None = None,
    ahead: Ahead | None = None,
) -> Made:
    """All stations that write nothing: what a build would release. `ahead` is offered what is final before the end.

    Raises UsageError and BuildError.
    """
    tell = stage.listener
    texts = reading.finish() if reading is not None else None
    found = digested(seen, index, tell, texts)
    _stop_at(found.diagnostics, config)
    apart = texts.publications if texts is not None else {}
    planned = plan(config, found.files, stage.environment, stage.system, apart)
    _stop_at((*found.diagnostics, *planned.diagnostics), config)
    pins = Pins(planned.pins, config.importmap.scopes)
    asked: set[str] = set(planned.files or ())

    def digest_of(file: str) -> str | None:
        asked.add(file)
        return index.digest(file)

    with closing(Services(stage.programs())) as services, _reading(config.root):
        world = world_of(config, stage, seen, found.files, digest_of, pins, services)
        plain = None
        if reading is not None and texts is not None:
            plain = Links(texts, planned.plain, reading.memory, reading.ahead)
            if ahead is not None:
                for one in map(plain.linked.__getitem__, filter(is_compressible, plain.linked)):
                    ahead.offer(one.path, one.content, one.publication)
        jobs = _with_left(planned, plain, found.files)
        compiled = compile_jobs(
            jobs,
            planned.parts,
            world,
            stage.cache,
            AsNeeded(stage.workers),
            tell,
            own_digest(),
            partial(_offer, ahead) if ahead is not None else None,
            texts.found if texts is not None else NOTHING_FOUND,
        )
    assets = [(job, compiled.outcomes[job.path].assets) for job in jobs]
    memo = Memo(stage.cache, f"linked/{own_digest()} {config.base_url}")
    alone = link(assets, compiled.failed, planned.absent, rules_of(config, seen, pins), tell, memo, plain)
    memo.save()
    linked = alone if plain is None else replace(alone, linked=plain.together_with(alone.linked))
    first = [Told("plan", None, diagnostic) for diagnostic in (*found.diagnostics, *planned.diagnostics)]
    told = (*first, *compiled.told, *linked.told)
    diagnostics = said(told)
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
        told,
        frozenset(asked) if known else None,
        texts,
        plain,
    )


@contextmanager
def _compressing(config: Config, stage: Stage) -> Iterator[Ahead | None]:
    """Who compresses what is final while others work; None if nobody is left to do it, or nothing to do."""
    if not config.encodings or stage.jobs < 2:
        yield None
        return
    from assetbuild.compressing.ahead import Ahead

    with closing(Ahead(config.encodings, stage.cache, stage.jobs - 1)) as ahead:
        yield ahead


def _offer(ahead: Ahead, job: Job, outcome: Outcome) -> None:
    """Offers what no name comes into; a source map is made with what names it."""
    for asset in outcome.assets[:1]:
        if not asset.references and not is_map(asset.path):
            ahead.offer(asset.path, asset.content, job.publication)


def _ledger(made: Made, config: Config, seen: Survey, index: FileIndex) -> Ledger | None:
    """What a build that only follows edits has to know; None where more could follow."""
    outcomes = made.compiled.outcomes
    starts_workers = any(
        reference.kind == "worker-import"
        for outcome in outcomes.values()
        for asset in outcome.assets
        for reference in asset.references
    )
    if made.asked is None or starts_workers or not may_be_amended(config):
        return None
    lines = []
    read: dict[str, str] = {}
    for job in made.plan.jobs:
        outcome = outcomes[job.path]
        own = frozenset(made.shown(part.source.file) for part in job.parts)
        lines.append(record_of(Done(job, tuple(asset.path for asset in outcome.assets), own.union(outcome.files))))
        read |= read_besides(index, config.root, own, outcome.files)
    if None in lines:
        return None
    sizes = Sizes(checked_bytes(seen.sizes()), made.plan.parsed_bytes)
    text = "\n".join(filter(None, lines)).encode("utf-8", "surrogatepass")
    return Ledger(seen.identities, text, made.told, made.linked.further, sizes, read=read)


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
    for diagnostic in said(found):
        stage.listener(Noted(diagnostic))
    told = (*made.told, *found)
    return replace(made, diagnostics=said(told), told=told)


def _depends_on_more(step: Step) -> bool:
    """Whether what a step makes may depend on more than sources and files asked for: programs, variables."""
    return bool(step.depends) or is_foreign(step) or "esbuild" in step.options


def _steps(job: Job) -> Iterator[Step]:
    yield from job.steps
    for part in job.parts:
        yield from part.steps


def _summary(made: Made, encoded: EncodeResult, committed: Committed) -> dict[str, Any]:
    """The numbers of a finished build, as `assetbuild build --format json` gives them, but for the time it took."""
    everything = made.linked.linked
    plain = everything.plain if isinstance(everything, Together) else None
    linked = everything.others if isinstance(everything, Together) else everything
    public = [asset.content.size for asset in linked if asset.publication != "private"]
    sizes: dict[str, int] = {}
    for variants in encoded.variants.values():
        for variant in variants:
            sizes[variant.encoding] = sizes.get(variant.encoding, 0) + variant.content.size
    used = {part.source.path: part.source.size for job in made.plan.jobs for part in job.parts}
    texts, alone = made.texts, 0
    if texts is not None and len(made.plan.plain) == len(texts) and used.keys().isdisjoint(texts):
        alone = texts.sizes()
    elif texts is not None:
        used.update((path, texts.size(path)) for path in made.plan.plain)
    renamed = committed.renamed
    following = sum(bool(causes) for causes in renamed.values())
    return {
        "assets": len(public) + (0 if plain is None else len(plain)),
        "source_bytes": sum(used.values()) + alone,
        "bytes": sum(public) + (0 if plain is None else plain.size),
        "encoded_assets": len(encoded.variants),
        "encoded_bytes": dict(sorted(sizes.items())),
        "compiled": {"ran": made.compiled.ran, "cached": made.compiled.cached},
        "compressed": {"ran": encoded.ran, "cached": encoded.cached},
        "renamed": {"edited": len(renamed) - following, "following": following},
        "files_written": committed.written,
        "files_unchanged": committed.unchanged,
        "warnings": sum(one.severity == "warning" for one in made.diagnostics),
    }


def _check_kept(sources: Mapping[str, Source], plain: Texts | None, index: FileIndex, reading: Reading | None) -> None:
    """Raises ContentChanged if a source was edited after its bytes were kept: reading it again would show that."""
    if plain is not None and reading is not None:
        changed = reading.first_changed(plain)
        if changed is not None:
            raise ContentChanged(changed)
    for path in sources if plain is None or len(plain) < len(sources) else ():
        if plain is not None and path in plain:
            continue
        source = sources[path]
        if source.data is not None and not index.is_unchanged(source.file):
            raise ContentChanged(source.file)


def _stop_at(diagnostics: tuple[Diagnostic, ...], config: Config) -> None:
    """Raises if there are errors among these: with all of them, and the warnings, in one go."""
    errors = errors_of(diagnostics)
    if errors:
        in_config = all(error.file == os.path.basename(config.file) for error in errors)
        raise (UsageError if in_config else BuildError)(*sorted_by_place(diagnostics))


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
