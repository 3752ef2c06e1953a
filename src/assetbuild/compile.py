"""Third station: every part through its compilers, every job through its steps. Pure: contents in, contents out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from assetbuild import compilers, media
from assetbuild.cache import Cache
from assetbuild.compilers.base import Tools, World, names_digest, names_in
from assetbuild.dataclass import dataclass, field, field_values, replace
from assetbuild.errors import Diagnostic, errors_of
from assetbuild.events import Advanced, Listener, Started
from assetbuild.model import Asset, ContentChanged, Job, Part, Step
from assetbuild.plain import NOTHING_FOUND, Plain
from assetbuild.stage import Workers
from assetbuild.told import Told

if TYPE_CHECKING:
    from assetbuild.references.records import Finding

T = TypeVar("T")
STATION = "compile"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a part or job: its assets (the one asked for first), none if it failed. `ran`: not cached.

    `files` were read on the way: relative to the configuration, sorted.
    """

    assets: tuple[Asset, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    ran: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """The outcome of each job by its path, and what was said, of a part for each of its jobs.

    `cached` and `ran` count the jobs that have anything to do.
    """

    outcomes: Mapping[str, Outcome]
    told: tuple[Told, ...]
    cached: int
    ran: int

    @property
    def failed(self) -> frozenset[str]:
        return frozenset(path for path, outcome in self.outcomes.items() if not outcome.assets)


def compile_jobs(
    jobs: Sequence[Job],
    parts: Mapping[str, Part],
    world: World,
    cache: Cache,
    executor: Workers,
    listener: Listener,
    own: str,
    made: Callable[[Job, Outcome], None] | None = None,
    found: Mapping[str, Finding] = NOTHING_FOUND,
) -> Compiled:
    """Makes the assets of all jobs. `parts` are what a joined style sheet may import, by the asset's path.

    `own` is `compilers.own_digest`; `made` hears of each job as soon as it is done; `found` is what others have found
    in sources, by logical path.
    """
    listener(Started(STATION, len(jobs)))
    shared_key = [world.base_url, field_values(world.pins), own]
    driver = _Driver(world, cache, executor, shared_key)
    driver.make_parts(part for job in jobs for part in job.parts if part.steps or compilers.joins(job))
    plain = Plain(world, cache, hashlib.sha256(json.dumps(shared_key).encode()).hexdigest(), found)
    outcomes: dict[str, Outcome] = {}
    worked: list[Job] = []
    for job in jobs:
        asset = None if job.steps or job.parts[0].steps else plain.asset(job.parts[0])
        if asset is None:
            worked.append(job)
        else:
            outcomes[job.path] = outcome = Outcome((asset,))
            if made is not None:
                made(job, outcome)
    plain.save()
    listener(Advanced(STATION, len(outcomes), ""))
    inputs = {job.path: driver.inputs(job, parts) for job in worked}
    for job, outcome in _made(executor, lambda job: driver.make(job, inputs[job.path]), worked, lambda job: job.steps):
        outcomes[job.path] = outcome
        if made is not None:
            made(job, outcome)
        listener(Advanced(STATION, 1, job.path))
    told = (Told("compile", job.path, one) for job in jobs for one in outcomes[job.path].diagnostics)
    counted = [outcomes[job.path] for job in worked if job.steps or any(part.steps for part in job.parts)]
    ran = sum(outcome.ran for outcome in counted)
    return Compiled(outcomes, tuple(told), len(counted) - ran, ran)


@dataclass(slots=True)
class _Driver:
    """Parts are made once, whoever needs them; `made` holds them by their key. `shared_key` is what is in
    every key, `states` what is in that of each step."""

    world: World
    cache: Cache
    executor: Workers
    shared_key: list[Any]
    made: dict[str, Outcome] = field(default_factory=dict)
    states: dict[str, list[Any]] = field(default_factory=dict)

    def make_parts(self, parts: Iterable[Part]) -> None:
        wanted = {key: part for part in parts if (key := self._part_key(part)) not in self.made}
        made = _made(self.executor, lambda item: self._make_part(*item), wanted.items(), lambda item: item[1].steps)
        self.made.update((key, outcome) for (key, _), outcome in made)

    def inputs(self, job: Job, parts: Mapping[str, Part]) -> tuple[Outcome, ...]:
        """The outcomes of a job's parts, then of all style sheets that they import, nearest first."""
        if not compilers.joins(job):
            part = job.parts[0]
            return (self.made[self._part_key(part)],) if part.steps else ()
        outcomes = [self.made[self._part_key(part)] for part in job.parts]
        seen = {part.path for part in job.parts}
        for outcome in outcomes:
            imported = [parts[path] for path in _imports(outcome) if path not in seen and path in parts]
            self.make_parts(imported)
            seen.update(part.path for part in imported)
            outcomes += (self.made[self._part_key(part)] for part in imported)
        return tuple(outcomes)

    def make(self, job: Job, inputs: tuple[Outcome, ...]) -> Outcome:
        part = job.parts[0]
        diagnostics = tuple(dict.fromkeys(one for outcome in inputs for one in outcome.diagnostics))
        if not all(outcome.assets for outcome in inputs):
            return Outcome((), diagnostics, ran=True)
        if compilers.joins(job) and errors_of(diagnostics):
            return Outcome((), diagnostics, ran=True)
        assets = tuple(outcome.assets[0] for outcome in inputs)
        extras = inputs[0].assets[1:] if len(inputs) == 1 else ()
        key = self._key(job.path, [_identity(asset) for asset in assets] or [self._part_key(part)], job.steps)
        outcome = self._traced(key, part, assets, job.steps)
        return Outcome(
            (*outcome.assets, *extras) if outcome.assets else (),
            (*diagnostics, *outcome.diagnostics),
            outcome.ran or any(one.ran for one in inputs),
            tuple(sorted({*outcome.files, *(file for one in inputs for file in one.files)})),
        )

    def _make_part(self, key: str, part: Part) -> Outcome:
        outcome = self._traced(key, part, (), part.steps)
        # Whoever joins it has read its source, too.
        files = sorted({*outcome.files, self.world.display(part.source.file)})
        return replace(outcome, files=tuple(files))

    def _traced(self, key: str, part: Part, assets: tuple[Asset, ...], steps: tuple[Step, ...]) -> Outcome:
        """The assets under this key from the cache, else through the steps; without assets, the part is read first."""
        from assetbuild.cache.trace import Trace, recall, remember
        from assetbuild.compilers.run import Run, read_part, run_steps
        from assetbuild.compilers.syntax import Check

        tools = Tools(self.world)
        try:
            trace = recall(self.cache, key, self._holds, part.source.content)
            if trace is not None:
                return Outcome(trace.assets, trace.diagnostics, files=_found(trace.files, trace.logical, self.world))
            read = Run(assets) if assets else read_part(part, tools)
            check = None if assets else Check(part.syntax, part.parsed, read.shift)
            run = run_steps(read.assets, steps, tools, check) if read.assets else Run(())
            run = Run(run.assets, (*read.diagnostics, *run.diagnostics), run.traced)
        except ContentChanged as error:
            text, hint = "changed while it was read", "build again"
            return Outcome((), (Diagnostic(text, file=self.world.display(error.file), hint=hint),), ran=True)
        except OSError as error:
            file = self.world.display(error.filename) if isinstance(error.filename, str) else part.path
            return Outcome((), (Diagnostic(f"cannot be read: {error.strerror or 'it is gone'}", file=file),), ran=True)
        if run.assets and run.traced:
            remember(
                self.cache, key, Trace(tools.files, tools.logical, run.assets, run.diagnostics), part.source.content
            )
        return Outcome(run.assets, run.diagnostics, True, _found(tools.files, tools.logical, self.world))

    def _holds(self, files: Mapping[str, str | None], logical: Mapping[str, str | None]) -> bool:
        world = self.world
        for path, digest in logical.items():
            source = world.sources.get(path)
            found = names_digest(names_in(path[:-1], world)) if path.endswith("/") else source and source.digest
            if found != digest:
                return False
        return all(_answer(file, world) == digest for file, digest in files.items())

    def _state(self, step: Step) -> list[Any]:
        if not step.depends and not compilers.is_foreign(step):
            return []
        known = repr(step)
        if known not in self.states:
            self.states[known] = compilers.state(step, self.world)
        return self.states[known]

    def _part_key(self, part: Part) -> str:
        source = part.source
        identity = ["part", part.path, source.path, source.digest, self.world.display(source.file), part.syntax]
        if part.parsed:
            from assetbuild.compilers.syntax import parser_version

            identity.append(parser_version())
        return self._key(part.path, identity, part.steps)

    def _key(self, path: str, identity: list[Any], steps: tuple[Step, ...]) -> str:
        made_by = [
            [step.name, compilers.version(step.name, step.options), dict(step.options), self._state(step)]
            for step in steps
        ]
        whole = [path, identity, made_by, self.shared_key]
        # Not sorted: a template sees its context in the order of the configuration.
        return hashlib.sha256(json.dumps(whole, default=str).encode()).hexdigest()


def _made(
    executor: Workers, make: Callable[[T], Outcome], items: Iterable[T], steps_of: Callable[[T], Iterable[Step]]
) -> Iterator[tuple[T, Outcome]]:
    """Each of these with its outcome: those that wait for others are the executor's, the rest is made here meanwhile.

    Of that most is the interpreter's time, which threads can only take from one another: they need half as much again.
    """
    waiting: list[T] = []
    others: list[T] = []
    for item in items:
        (waiting if any(map(compilers.waits, steps_of(item))) else others).append(item)
    results = executor.map(make, waiting)
    yield from zip(others, map(make, others), strict=True)
    yield from zip(waiting, results, strict=True)


def _answer(file: str, world: World) -> str | None:
    """What Tools would be told of a file, or of a directory."""
    if file.endswith("/"):
        return names_digest(names_in(world.absolute(file), world))
    return world.digest_of(world.absolute(file))


def _found(files: Mapping[str, str | None], logical: Mapping[str, str | None], world: World) -> tuple[str, ...]:
    """The files among what a step asked for that were there."""
    sources = (
        world.display(world.sources[path].file) for path, digest in logical.items() if digest and path[-1] != "/"
    )
    return tuple(sorted({*(file for file, digest in files.items() if digest and file[-1] != "/"), *sources}))


def _identity(asset: Asset) -> list[Any]:
    from assetbuild.references.records import whole_record_of

    references = json.dumps(list(map(whole_record_of, asset.references)))
    return [asset.path, asset.content.digest, hashlib.sha256(references.encode()).hexdigest(), asset.file]


def _imports(outcome: Outcome) -> list[str]:
    if not outcome.assets or outcome.assets[0].type != media.CSS:
        return []
    return [reference.target for reference in outcome.assets[0].references if reference.kind == "import"]
