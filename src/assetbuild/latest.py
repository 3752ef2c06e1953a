"""What the latest build left. If all of it still stands, there is nothing to do.

A record holds digests of everything a build depends on: the configuration, the environment it declares, assetbuild's
own files and the installed distributions, the sources (names and stats, nothing is read), the other files that
compilers asked for, and the files of the release (names and stats). If only contents of files are others, the ledger
beside it tells what follows (`amend.py`). It is made only if no file can have changed
unnoticed: by the rule of the stat index for sources, for the release by waiting for its file system's clock to go on.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from assetbuild.cache.index import FileIndex
from assetbuild.cache.records import identity_of
from assetbuild.config import Config
from assetbuild.dataclass import dataclass, field_values
from assetbuild.errors import Diagnostic, ReleaseError
from assetbuild.events import Noted
from assetbuild.processes import Process, processes_for
from assetbuild.release.disk import read_if_there
from assetbuild.release.footprint import NOTHING, Footprint, footprint, next_tick
from assetbuild.release.layout import MANIFEST, RELEASES, place
from assetbuild.release.lock import locked
from assetbuild.stage import Finished, Stage
from assetbuild.survey import Survey

if TYPE_CHECKING:
    from assetbuild.amending.ledger import Ledger

    Early = Callable[[tuple[str, ...], Ledger], None]

FORMAT = 4
_KEYS = frozenset(
    {"format", "inputs", "sources", "asked", "release_files", "release", "summary", "diagnostics", "ledger", "own"}
)


@dataclass(frozen=True, slots=True)
class Edits:
    """All that has changed since the latest build, if that is nothing but the contents of sources and asked files.

    `sources` are logical paths, `asked` absolute paths of other files. `asked` before are all that were asked for, with
    their identities in hex. `directories` are the digests of the release's, which stood when they were looked at.
    `inputs` are the same now as then, and so is `own`, which is `compilers.own_digest`.
    """

    sources: tuple[str, ...]
    asked: tuple[str, ...]
    ledger: Ledger
    former: Mapping[str, str | None]
    directories: Mapping[str, str]
    release: str
    summary: Mapping[str, Any]
    inputs: str
    own: str

    def release_stands(self, output: str) -> bool:
        """Whether the release is still as it was looked at; the caller holds its lock. Raises OSError."""
        return footprint(output, only=("",)).directories[""] == self.directories.get("")


class Latest:
    """The record of the latest build, if it `is_there`, and what has changed since. `close` it whatever happens.

    The files of a large release are looked at by a process of their own, while this one looks at the sources.
    """

    def __init__(self, config: Config, stage: Stage) -> None:
        self._config = config
        self._stage = stage
        self._record = None if stage.began is None else _record(stage.cache.get(_key(config)))
        self._looking: Process | None = None
        if self._record is not None and processes_for(stage.jobs, self._record["summary"]["files_unchanged"]) > 1:
            # If there is no room for it, this one looks itself.
            with suppress(OSError):
                self._looking = Process(self._look)
        self.is_there = self._record is not None
        self._found: dict[str, str] | None = None
        self._same: bool | None = None
        self._ledger: Ledger | None = None

    def finished(self, seen: Survey) -> Finished | None:
        """The latest build once more, with its diagnostics told again, if a build would do nothing; else None.

        Raises ReleaseError if another build holds the release.
        """
        config, stage, record = self._config, self._stage, self._record
        if record is None or record["sources"] != _digest(seen.identities) or not self._has_same_inputs(seen):
            return None
        if _changed(record["asked"]) != []:
            return None
        with locked(config.output):
            try:
                # Whoever has changed the release since then has replaced its manifest.
                directories = self._looked_at() or {}
                if footprint(config.output, only=("",)).directories[""] != directories.get(""):
                    directories = self._look()
                if directories != record["release_files"]:
                    return None
            except OSError:
                return None
        diagnostics = tuple(Diagnostic(*values) for values in record["diagnostics"])
        for diagnostic in diagnostics:
            stage.listener(Noted(diagnostic))
        return Finished(record["release"], record["summary"], diagnostics)

    def edits(self, seen: Survey, early: Early) -> Edits | None:
        """What has changed since, after `finished` gave None; None if that may be more than the contents of files.

        `early` is told as soon as it is known which sources these would be.
        """
        record = self._record
        asked = None if record is None or record["ledger"] is None else _changed(record["asked"])
        if record is None or asked is None:
            return None
        ledger = self.ledger()
        if ledger is None or len(ledger.identities) != len(seen.identities):
            return None
        if not self._has_same_inputs(seen):
            return None
        edited = tuple(seen.paths[number] for number in ledger.edited(seen.identities))
        early(edited, ledger)
        try:
            directories = self._looked_at() or self._look()
        except OSError:
            return None
        if directories != record["release_files"]:
            return None
        files = {seen.table[path][0] for path in edited}
        return Edits(
            edited,
            tuple(file for file in asked if file not in files),
            ledger,
            record["asked"],
            directories,
            record["release"],
            record["summary"],
            record["inputs"],
            record["own"],
        )

    def edited_already(self, suffixes: tuple[str, ...]) -> list[str]:
        """The files with such a suffix that compilers have asked for, and that are not as they were."""
        asked = {} if self._record is None else self._record["asked"]
        some = {file: identity for file, identity in asked.items() if identity is not None and file.endswith(suffixes)}
        return _changed(some) or []

    def ledger(self) -> Ledger | None:
        """What the latest build left for one that follows edits, if it left that."""
        if self._ledger is None and self._record is not None and self._record["ledger"] is not None:
            from assetbuild.amending.ledger import load

            self._ledger = load(self._stage.cache.get(_ledger_key(self._config)), self._record["ledger"])
        return self._ledger

    def close(self) -> None:
        """Ends what still works for it."""
        if self._looking is not None:
            self._looking.end()

    def _has_same_inputs(self, seen: Survey) -> bool:
        if self._same is None:
            self._same = self._record is not None and self._record["inputs"] == _inputs(self._config, self._stage, seen)
        return self._same

    def _looked_at(self) -> dict[str, str] | None:
        """What the process has found, None if there is none."""
        looking, self._looking = self._looking, None
        if looking is not None:
            with suppress(ChildProcessError):
                self._found = looking.result()
        return self._found

    def _look(self) -> dict[str, str]:
        """The digests of the release's directories; of its own first, which changes with every build."""
        top = footprint(self._config.output, only=("",)).directories
        return footprint(self._config.output).directories | top


def remember(
    config: Config,
    stage: Stage,
    seen: Survey,
    index: FileIndex,
    asked: Iterable[str] | None,
    finished: Finished,
    files: Mapping[str, str],
    manifest: tuple[str, bytes],
    identities: Mapping[str, bytes],
    ledger: Ledger | None,
) -> None:
    """Keeps a record of a finished build, and lets the index know the files of the release.

    `asked` are the files outside the sources that were looked for, None if there may have been others. `files` are
    the release's by path, with SHA-256 in hex, and `manifest` is the same of its manifest.json, with the identity that
    it was left with, empty if that is not known: the record is not kept if somebody has replaced it meanwhile.
    `identities` are those of the files of public/, if it was written as a whole.
    """
    if stage.began is None:
        return
    digest, left = manifest
    now = _standing(config, files=[*files, MANIFEST], known=identities, manifest=None if left else digest)
    if now is None or (left and now.identities.get(MANIFEST) != left):
        return
    for path, digest in files.items():
        if (identity := now.identities.get(path)) is not None:
            index.trust(place(config.output, path), identity, digest)
    states = {path: state for path, state in identities.items() if path not in files} if files else identities
    if states:
        index.trust_all(place(config.output, ""), list(states), b"".join(states.values()))
    if asked is None:
        return
    answers = {file: index.settled_identity(file) for file in sorted(asked)}
    if not index.are_settled(seen.files) or "" in answers.values():
        return
    from assetbuild.compilers import own_digest

    inputs = _inputs(config, stage, seen), own_digest()
    _keep(config, stage, seen, inputs, answers, finished, now.directories, ledger)


def remember_edits(
    config: Config,
    stage: Stage,
    seen: Survey,
    index: FileIndex,
    asked: Iterable[str],
    finished: Finished,
    edits: Edits,
    directories: Iterable[str],
    manifest: bytes,
    ledger: Ledger,
) -> None:
    """Keeps a record of a build that followed edits. Only these `directories` of the release were written to.

    `asked` as for `remember`; `manifest` is the identity of manifest.json, as it was left.
    """
    now = _standing(config, files=(MANIFEST,), only=sorted({*directories, "", f"{RELEASES}/"}))
    edited = [seen.table[path][0] for path in edits.sources]
    looked_at = {*asked, *edits.asked, *(file for file in edited if file in edits.former)}
    answers = {**edits.former, **{file: index.settled_identity(file) for file in looked_at}}
    settled = index.are_settled(edited)
    if now is not None and now.identities.get(MANIFEST) == manifest and settled and "" not in answers.values():
        directories = {**edits.directories, **now.directories}
        answers = dict(sorted(answers.items()))
        _keep(config, stage, seen, (edits.inputs, edits.own), answers, finished, directories, ledger)


def _standing(
    config: Config,
    *,
    files: Collection[str],
    only: Collection[str] | None = None,
    known: Mapping[str, bytes] = NOTHING,
    manifest: str | None = None,
) -> Footprint | None:
    """The release as it stands, with its manifest.json of this digest, if one is given; None if somebody has changed
    it, or could do so unnoticed.
    """
    try:
        with locked(config.output):
            tick = next_tick(config.output)
            now = footprint(config.output, files, only=only, known=known)
            if manifest is not None and _digest(read_if_there(place(config.output, MANIFEST)) or b"") != manifest:
                return None
    except (OSError, ReleaseError):
        return None  # it is for the next build to find out
    return None if tick is None or now.latest >= tick else now


def _keep(
    config: Config,
    stage: Stage,
    seen: Survey,
    inputs: tuple[str, str],
    answers: Mapping[str, str | None],
    finished: Finished,
    directories: Mapping[str, str],
    ledger: Ledger | None,
) -> None:
    data = None
    if ledger is not None:
        from assetbuild.amending.ledger import dump

        data = dump(ledger)
    record = {
        "format": FORMAT,
        "inputs": inputs[0],
        "own": inputs[1],
        "sources": _digest(seen.identities),
        "asked": answers,
        "release_files": directories,
        "release": finished.release,
        "summary": _of_nothing(finished.summary),
        "diagnostics": [field_values(diagnostic) for diagnostic in finished.diagnostics],
        "ledger": None if data is None else _digest(data),
    }
    stage.cache.put(_key(config), json.dumps(record).encode())
    if data is not None:
        stage.cache.put(_ledger_key(config), data)


def _key(config: Config) -> str:
    places = json.dumps([config.file, config.output])
    return f"latest/{hashlib.sha256(places.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _ledger_key(config: Config) -> str:
    return f"ledger/{_key(config)}"


def _record(data: bytes | None) -> dict[str, Any] | None:
    try:
        record = json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        return None
    if record.keys() != _KEYS or not all(
        isinstance(record[name], dict) for name in ("asked", "release_files", "summary")
    ):
        return None
    return record if isinstance(record["summary"].get("files_unchanged"), int) else None


def _inputs(config: Config, stage: Stage, seen: Survey) -> str:
    """A digest of the configuration, the declared environment, the tools, and the names of the sources."""
    everything = [repr(config), sorted(stage.environment.items()), _tools(), seen.names]
    return hashlib.sha256(json.dumps(everything).encode("utf-8", "surrogatepass")).hexdigest()


def _tools() -> list[str]:
    """What the output depends on besides: the interpreter, the installed distributions, the files of this package."""
    installed = []
    for directory in sys.path:
        try:
            names = os.listdir(directory or os.curdir)
        except OSError:
            continue
        installed += [name for name in names if name.endswith((".dist-info", ".egg-info"))]
    own = hashlib.sha256()
    waiting = [os.path.dirname(__file__)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in sorted(entries, key=_name_of):
                if entry.name.endswith(".py"):
                    own.update(entry.name.encode() + identity_of(entry.stat()))
                elif entry.is_dir() and entry.name != "__pycache__":
                    waiting.append(entry.path)
    return [sys.version, sys.platform, *sorted(installed), own.hexdigest()]


def _name_of(entry: os.DirEntry[str]) -> str:
    return entry.name


def _changed(asked: Mapping[str, str | None]) -> list[str] | None:
    """The files outside the sources that are not as they were; None if one has come or gone."""
    changed = []
    for file, identity in asked.items():
        try:
            found = identity_of(os.stat(file)).hex()
        except (OSError, ValueError):
            found = None
        if found != identity:
            if found is None or identity is None:
                return None
            changed.append(file)
    return changed


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _of_nothing(summary: Mapping[str, Any]) -> dict[str, Any]:
    """What a build counts that finds all this done."""
    counts = dict(summary)
    for name in ("compiled", "compressed"):
        counts[name] = {"ran": 0, "cached": sum(summary[name].values())}
    counts["renamed"] = dict.fromkeys(summary["renamed"], 0)
    counts["files_unchanged"] += counts["files_written"]
    counts["files_written"] = 0
    return counts
