"""A build that follows edits: the same stations, for what comes from the edited files and for all that refers to it.

The latest build's ledger says which job read which file, and the former manifest which asset refers to which. Names of
sources are the same as then, so no other reference means something else now, and all other entries of the manifest,
files of the release and diagnostics stay as they are. Equal to a whole build, because whoever comes upon anything that
could reach further raises UnableToAmendError, and then the whole build is made: an error of any kind, another set of
assets, a name that more than one asset may have, a release that was made before in another way.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from assetbuild.amending.following import Following
from assetbuild.amending.ledger import Done, Ledger, Sizes, read_besides
from assetbuild.amending.manifest import FormerManifest
from assetbuild.amending.sources import Sources
from assetbuild.amending.standing import Standing, Unknown, WithoutMemos
from assetbuild.amending.unable import UnableToAmendError
from assetbuild.cache import NoCache
from assetbuild.cache.index import FileIndex
from assetbuild.cache.memo import Memo
from assetbuild.cache.records import identity_of
from assetbuild.commit import carry_out
from assetbuild.compile import Compiled, compile_jobs
from assetbuild.compilers.services import Services
from assetbuild.config import Config
from assetbuild.errors import Diagnostic, errors_of
from assetbuild.events import Noted
from assetbuild.given import rules_of, world_of
from assetbuild.latest import Edits, remember_edits
from assetbuild.link import LinkResult, link
from assetbuild.linking.writer import is_map
from assetbuild.model import Content, ContentChanged, Encoded, Linked
from assetbuild.paths import CACHE_DIRECTORY, shown_path
from assetbuild.planning.syntax import CHECKED, FEW, LARGEST, MOST
from assetbuild.references.pins import Pins
from assetbuild.release.changes import Changes, changes_for
from assetbuild.release.disk import cannot_write, read_if_there
from assetbuild.release.document import entry_of, wanted_files
from assetbuild.release.earlier import Earlier
from assetbuild.release.history import recorded
from assetbuild.release.layout import MANIFEST, manifest_copy, place
from assetbuild.release.lock import locked
from assetbuild.release.pending import recover
from assetbuild.release.text import entries_of
from assetbuild.scratch import sweep
from assetbuild.stage import Alone, AsNeeded, Finished, Stage, Workers
from assetbuild.survey import Survey
from assetbuild.told import STATIONS, Told, said

# After so many builds of this kind the cache would begin to forget what none of them used.
MOST_IN_A_ROW = 100
MOST_EDITS = 100


def amend(config: Config, stage: Stage, seen: Survey, edits: Edits) -> Finished | None:
    """The latest release with what follows from these edits; None if the whole build has to be made.

    Raises UsageError, BuildError and ReleaseError as `build`.
    """
    sweep([os.path.join(config.root, CACHE_DIRECTORY)])
    if config.secrets.check is not False:
        from assetbuild.disclosures import require_detector

        require_detector(config)
    try:
        return _Amending(config, stage, seen, edits).run()
    except UnableToAmendError:
        return None


class _Amending:
    """One build that follows edits. Its methods raise UnableToAmendError."""

    def __init__(self, config: Config, stage: Stage, seen: Survey, edits: Edits) -> None:
        self._config = config
        self._stage = stage
        self._seen = seen
        self._edits = edits
        self._sizes = _sizes(edits, seen)
        self._former = _former_manifest(config, edits, seen)
        self._following = Following(self._former, edits.ledger, lambda file: shown_path(file, config.root))
        table = seen.table
        sources = [(table[path][0], path) for path in edits.sources]
        self._following.edited([*sources, *[(file, None) for file in edits.asked]])
        read = {os.path.normpath(os.path.join(config.root, file)): one for file, one in edits.ledger.read.items()}
        self._index = FileIndex(stage.began, {file: bytes.fromhex(one) for file, one in read.items()})
        self._sources = Sources(seen, self._index)
        self._asked: set[str] = set()
        # To import what makes threads takes longer than all that is done to some plain files.
        several = len(self._following.assets) > 1 and (self._following.compiles or config.encodings)
        self._workers: Workers = AsNeeded(stage.workers) if several else Alone()

    def run(self) -> Finished:
        config, stage, edits = self._config, self._stage, self._edits
        try:
            jobs, compiled = self._compiled()
            linked = self._linked(jobs, compiled)
            told = self._told(jobs, compiled, linked)
            variants, compressed = self._encoded(linked.linked)
            self._check_kept()
        except (OSError, ContentChanged) as error:
            raise UnableToAmendError from error
        diagnostics = said(told)
        commit = _Commit(self._former, self._following.assets, linked.linked, variants)
        changes = commit.carry_out(config.output, stage, edits, self._index)
        for diagnostic in diagnostics:
            stage.listener(Noted(diagnostic))
        summary = self._summary(jobs, compiled, compressed, commit, changes, diagnostics)
        finished = Finished(commit.release, summary, diagnostics)
        remember_edits(
            config,
            stage,
            self._seen,
            self._index,
            self._asked,
            finished,
            edits,
            commit.directories(changes),
            commit.standing,
            self._ledger(jobs, compiled, linked, told),
        )
        return finished

    def _compiled(self) -> tuple[list[Done], Compiled]:
        """The jobs, done; more of them as long as these name source maps, which are made with what names them."""
        config, stage = self._config, self._stage

        def digest_of(file: str) -> str | None:
            self._asked.add(file)
            return self._index.digest(file)

        for path in self._edits.sources:
            self._sources[path]
        while True:
            jobs = self._following.jobs(self._sources)
            with closing(Services(stage.programs())) as services:
                pins = Pins({}, config.importmap.scopes)
                world = world_of(config, stage, self._seen, self._sources, digest_of, pins, services)
                every = [done.job for done in jobs]
                cache = WithoutMemos(stage.cache)
                compiled = compile_jobs(every, Unknown(), world, cache, self._workers, stage.listener, self._edits.own)
            maps = self._maps_named(jobs, compiled)
            if not self._following.also(path for path in maps if self._former.line(path)):
                return jobs, compiled

    def _maps_named(self, jobs: Sequence[Done], compiled: Compiled) -> list[str]:
        if compiled.failed or errors_of(one.diagnostic for one in compiled.told):
            raise UnableToAmendError
        maps = set()
        for done in jobs:
            made = compiled.outcomes[done.job.path].assets
            if tuple(asset.path for asset in made) != done.assets:
                raise UnableToAmendError
            for reference in (one for asset in made for one in asset.references):
                # Of a worker it matters who starts it.
                if reference.kind == "worker-import":
                    raise UnableToAmendError
                if reference.kind == "source-map" and is_map(reference.target):
                    maps.add(reference.target)
        return sorted(maps)

    def _linked(self, jobs: Sequence[Done], compiled: Compiled) -> LinkResult:
        config = self._config
        assets = [(done.job, compiled.outcomes[done.job.path].assets) for done in jobs]
        for asset in (one for _, made in assets for one in made):
            if any(one.kind == "inline" and one.target not in self._following.assets for one in asset.references):
                raise UnableToAmendError
        rules = rules_of(config, self._seen, Pins({}, config.importmap.scopes))
        standing = Standing(self._former, frozenset(self._following.assets))
        memo = Memo(NoCache(), "")
        linked = link(assets, frozenset(), Unknown(), rules, self._stage.listener, memo, standing)
        complete = tuple(one.path for one in linked.linked) == tuple(sorted(self._following.assets))
        if errors_of(one.diagnostic for one in linked.told) or not complete:
            raise UnableToAmendError
        return linked

    def _encoded(self, linked: Sequence[Linked]) -> tuple[Mapping[str, tuple[Encoded, ...]], int]:
        """The variants by logical path, and how many were made now."""
        if not self._config.encodings:
            return {}, 0
        from assetbuild.encode import encode

        stage = self._stage
        encoded = encode(linked, self._config.encodings, stage.cache, self._workers, stage.listener)
        return encoded.variants, encoded.ran

    def _told(self, jobs: Sequence[Done], compiled: Compiled, linked: LinkResult) -> list[Told]:
        """All that there is to say of what stands and of what was made, in the order of a whole build."""
        config, assets = self._config, self._following.assets
        again = {done.job.path for done in jobs} | assets.keys()
        told = [one for one in self._edits.ledger.told if one.owner not in again]
        told += (*compiled.told, *linked.told)
        if config.secrets.check is not False:
            from assetbuild.disclosures import in_build, is_wanted

            if not is_wanted(config.secrets):
                return _in_order(told)
            sources = {path: done.job.parts for done in jobs for path in done.assets}
            told += in_build(
                linked.linked, lambda path: tuple(part.source for part in sources[path]), config, NoCache()
            )
        return _in_order(told)

    def _check_kept(self) -> None:
        for source in self._sources.made():
            if source.data is not None and not self._index.is_unchanged(source.file):
                raise UnableToAmendError

    def _summary(
        self,
        jobs: Sequence[Done],
        compiled: Compiled,
        compressed: int,
        commit: _Commit,
        changes: Changes,
        diagnostics: Sequence[Diagnostic],
    ) -> dict[str, Any]:
        """As that of a whole build."""
        before, ledger = self._edits.summary, self._edits.ledger
        parts = {part.source.path: part.source.size for done in jobs for part in done.job.parts}
        numbers = zip(self._edits.sources, ledger.edited(self._seen.identities), strict=True)
        source_bytes = sum(parts[path] - ledger.size(number) for path, number in numbers if path in parts)
        former, entries = self._following.assets.values(), commit.entries.values()
        sizes = dict(before["encoded_bytes"])
        for name, size in _variants(former):
            sizes[name] -= size
        for name, size in _variants(entries):
            sizes[name] = sizes.get(name, 0) + size
        files = before["files_unchanged"] + _files(entries) - _files(former)
        following = sum(bool(causes) for causes in commit.renamed.values())
        return {
            "assets": before["assets"],
            "source_bytes": before["source_bytes"] + source_bytes,
            "bytes": before["bytes"] + sum(one["size"] for one in entries) - sum(one["size"] for one in former),
            "encoded_assets": before["encoded_assets"]
            + sum("encodings" in one for one in entries)
            - sum("encodings" in one for one in former),
            "encoded_bytes": {name: sizes[name] for name in sorted(sizes) if sizes[name]},
            "compiled": _ran(compiled.ran, before["compiled"]),
            "compressed": _ran(compressed, before["compressed"]),
            "renamed": {"edited": len(commit.renamed) - following, "following": following},
            "files_written": changes.written,
            "files_unchanged": files - changes.written,
            "warnings": sum(one.severity == "warning" for one in diagnostics),
        }

    def _ledger(self, jobs: Sequence[Done], compiled: Compiled, linked: LinkResult, told: list[Told]) -> Ledger:
        before, again = self._edits.ledger, self._following.assets
        further = {path: {one for one in others if one not in again} for path, others in before.further.items()}
        for path, others in linked.further.items():
            further.setdefault(path, set()).update(others)
        root, files = self._config.root, {}
        known: dict[str, str] = dict(before.read)
        for done in jobs:
            if done.files:
                outcome = compiled.outcomes[done.job.path]
                own = frozenset(shown_path(part.source.file, root) for part in done.job.parts)
                files[done.job.path] = own.union(outcome.files)
                known |= read_besides(self._index, root, own, outcome.files)
        return Ledger(
            self._seen.identities,
            before.jobs_with(files),
            tuple(told),
            {path: tuple(sorted(further[path])) for path in sorted(further) if further[path]},
            self._sizes,
            before.amended + 1,
            known,
        )


class _Commit:
    """What is to be committed: `entries` of the manifest by logical path, its bytes, and the release's id.

    Once it is carried out: `renamed` as in `Committed`, and `standing`, the identity of manifest.json.
    """

    def __init__(
        self,
        former: FormerManifest,
        before: Mapping[str, Mapping[str, Any]],
        linked: Sequence[Linked],
        variants: Mapping[str, tuple[Encoded, ...]],
    ) -> None:
        self._former = former
        self._before = before
        self._linked = linked
        self._variants = variants
        self.entries = {asset.path: entry_of(asset, variants.get(asset.path, ())) for asset in linked}
        texts = dict(zip(self.entries, entries_of(linked, variants), strict=True))
        data, self.release = former.amended(texts)
        self.manifest = Content.of(data)
        self.renamed: dict[str, tuple[str, ...]] = {}
        self.standing = b""

    def carry_out(self, output: str, stage: Stage, edits: Edits, index: FileIndex) -> Changes:
        """Makes the release this one. Raises ReleaseError as `commit.commit`."""
        wanted = wanted_files(self._linked, self._variants)
        self._refuse_taken([path.partition("/")[2] for path in wanted])
        document = {**self._former.rest, "assets": self._before}
        earlier = Earlier(output, b"", self.release, lambda: {"assets": self.entries}, (self._former.data, document))
        with locked(output):
            try:
                recover(output)
                copy = read_if_there(place(output, manifest_copy(self.release)))
                if (
                    not edits.release_stands(output)
                    or (copy is not None and copy != self.manifest.data)
                    or recorded(output)[-1:] != [edits.release]
                ):
                    raise UnableToAmendError
                self.standing = identity_of(os.lstat(place(output, MANIFEST)))
                changes = changes_for(output, self.release, self.manifest, wanted, earlier, index.digest)
                if changes:
                    release, manifest, tell = self.release, self.manifest.digest, stage.listener
                    carried = carry_out(output, release, manifest, changes, tell, stage.jobs, stage.durable)
                    self.standing = carried.manifest if changes.manifest is not None else self.standing
            except OSError as error:
                raise cannot_write(error) from error
        self.renamed = earlier.renamed()
        return changes

    def directories(self, changes: Changes) -> list[str]:
        """The directories that were written to, below the release directory: each ends in a slash."""
        paths = [*(one.path for one in (*changes.additions, *changes.replacements)), *changes.removals]
        return sorted({path[: path.rfind("/") + 1] for path in paths})

    def _refuse_taken(self, files: Sequence[str]) -> None:
        """Raises UnableToAmendError if a new name may be that of a file of an asset that stays as it is."""
        known = {name for entry in self._before.values() for name in _names(entry)}
        for file in files:
            if file not in known and any(file in _names(entry) for _, entry in self._former.naming(file)):
                raise UnableToAmendError


def _sizes(edits: Edits, seen: Survey) -> Sizes:
    """What the plan depends on, as it is now: whether files are parsed or looked at may not change with an edit."""
    if len(edits.sources) > MOST_EDITS or edits.ledger.amended >= MOST_IN_A_ROW:
        raise UnableToAmendError
    checked, parsed, moved = edits.ledger.sizes
    now = checked
    for number, path in zip(edits.ledger.edited(seen.identities), edits.sources, strict=True):
        before, after = edits.ledger.size(number), int.from_bytes(seen.table[path][2][:8], "little")
        now += after - before if path.endswith(CHECKED) else 0
        moved += abs(after - before)
        if (before <= LARGEST) != (after <= LARGEST):
            raise UnableToAmendError
    if (checked <= FEW) != (now <= FEW) or abs(parsed - MOST) <= moved:
        raise UnableToAmendError
    return Sizes(now, parsed, moved)


def _former_manifest(config: Config, edits: Edits, seen: Survey) -> FormerManifest:
    try:
        data = read_if_there(place(config.output, MANIFEST))
    except OSError as error:
        raise UnableToAmendError from error
    if data is None:
        raise UnableToAmendError
    former = FormerManifest(data, bool(edits.summary["encoded_assets"]), " " in "".join(seen.paths))
    if former.release != edits.release:
        raise UnableToAmendError
    return former


def _in_order(told: Iterable[Told]) -> list[Told]:
    return sorted(told, key=lambda one: (STATIONS.index(one.station), one.owner or ""))


def _ran(ran: int, before: Mapping[str, int]) -> dict[str, int]:
    return {"ran": ran, "cached": max(0, sum(before.values()) - ran)}


def _names(entry: Mapping[str, Any]) -> Iterator[str]:
    yield entry["file"]
    for variant in entry.get("encodings", {}).values():
        yield variant["file"]


def _files(entries: Iterable[Mapping[str, Any]]) -> int:
    return sum(1 for entry in entries for _ in _names(entry))


def _variants(entries: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    for entry in entries:
        for name, variant in entry.get("encodings", {}).items():
            yield name, variant["size"]
