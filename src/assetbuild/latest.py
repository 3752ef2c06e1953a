"""What the latest build left. If all of it still stands, there is nothing to do.

A record holds digests of everything a build depends on: the configuration, the environment it declares, assetbuild's
own files and the installed distributions, the sources (names and stats, nothing is read), the other files that
compilers asked for, and the files of the release (names and stats). It is made only if no file can have changed
unnoticed: by the rule of the stat index for sources, for the release by waiting for its file system's clock to go on.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from typing import Any

from assetbuild.cache.index import FileIndex, identity_of
from assetbuild.config import Config
from assetbuild.errors import Diagnostic, ReleaseError
from assetbuild.events import Noted
from assetbuild.processes import Process, processes_for
from assetbuild.release.footprint import footprint, next_tick
from assetbuild.release.layout import MANIFEST, place
from assetbuild.release.lock import locked
from assetbuild.stage import Finished, Stage
from assetbuild.survey import Survey

FORMAT = 2
_KEYS = frozenset({"format", "inputs", "asked", "release_files", "release", "summary", "diagnostics"})


class Latest:
    """The record of the latest build, and whether a build would do nothing. `close` it whatever happens.

    The files of a large release are looked at by a process of their own, while this one looks at the sources.
    """

    def __init__(self, config: Config, stage: Stage) -> None:
        self._config = config
        self._stage = stage
        self._record = None if stage.began is None else _record(stage.cache.get(_key(config)))
        self._looking: Process | None = None
        if self._record is not None and processes_for(stage.jobs, self._record["summary"]["files_unchanged"]) > 1:
            self._looking = Process(self._look)

    def finished(self, seen: Survey) -> Finished | None:
        """The latest build once more, with its diagnostics told again, if a build would do nothing; else None.

        Raises ReleaseError if another build holds the release.
        """
        config, stage, record = self._config, self._stage, self._record
        if record is None or record["inputs"] != _inputs(config, stage, seen) or not _as_answered(record["asked"]):
            return None
        try:
            files, top = self._looking.result() if self._looking is not None else ("", "")
        except ChildProcessError:
            files, top = "", ""
        with locked(config.output):
            try:
                # Whoever has changed the release since then has replaced its manifest.
                if not top or footprint(config.output, below=False).digest != top:
                    files = footprint(config.output).digest
                if files != record["release_files"]:
                    return None
            except OSError:
                return None
        diagnostics = tuple(Diagnostic(*values) for values in record["diagnostics"])
        for diagnostic in diagnostics:
            stage.listener(Noted(diagnostic))
        return Finished(record["release"], record["summary"], diagnostics)

    def close(self) -> None:
        """Ends what still works for it."""
        if self._looking is not None:
            self._looking.end()

    def _look(self) -> tuple[str, str]:
        """The digests of the release's footprint, and of what lies in its own directory, which is looked at first."""
        top = footprint(self._config.output, below=False).digest
        return footprint(self._config.output).digest, top


def remember(
    config: Config,
    stage: Stage,
    seen: Survey,
    index: FileIndex,
    asked: Iterable[str] | None,
    finished: Finished,
    files: Mapping[str, str],
    manifest: str,
    identities: Mapping[str, bytes],
) -> None:
    """Keeps a record of a finished build, and lets the index know the files of the release.

    `asked` are the files outside the sources that were looked for, None if there may have been others. `files` are
    the release's by path, and `manifest` is its manifest.json, as SHA-256 in hex: the record is not kept if another
    build has replaced that meanwhile. `identities` are those of the files of public/, if it was written as a whole.
    """
    if stage.began is None:
        return
    try:
        with locked(config.output):
            tick = next_tick(config.output)
            now = footprint(config.output, files, known=identities)
            standing = hashlib.sha256(_read(place(config.output, MANIFEST))).hexdigest()
    except (OSError, ReleaseError):
        return  # it is for the next build to find out
    if standing != manifest or tick is None or now.latest >= tick:
        return
    for path, identity in now.identities.items():
        index.trust(place(config.output, path), identity, files[path])
    if asked is None:
        return
    answers = {file: index.settled_identity(file) for file in sorted(asked)}
    if not index.are_settled(found[0] for found in seen.table.values()) or "" in answers.values():
        return
    record = {
        "format": FORMAT,
        "inputs": _inputs(config, stage, seen),
        "asked": answers,
        "release_files": now.digest,
        "release": finished.release,
        "summary": _of_nothing(finished.summary),
        "diagnostics": [astuple(diagnostic) for diagnostic in finished.diagnostics],
    }
    stage.cache.put(_key(config), json.dumps(record).encode())


def _key(config: Config) -> str:
    places = json.dumps([config.file, config.output])
    return f"latest/{hashlib.sha256(places.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _record(data: bytes | None) -> dict[str, Any] | None:
    try:
        record = json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        return None
    if record.keys() != _KEYS or not isinstance(record["asked"], dict) or not isinstance(record["summary"], dict):
        return None
    return record if isinstance(record["summary"].get("files_unchanged"), int) else None


def _inputs(config: Config, stage: Stage, seen: Survey) -> str:
    """A digest of the configuration, the declared environment, the tools, and the stats of the sources."""
    everything = [repr(config), sorted(stage.environment.items()), _tools(), seen.footprint]
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


def _as_answered(asked: Mapping[str, str | None]) -> bool:
    """Whether the files outside the sources are as they were, and what was not there is not there still."""
    for file, identity in asked.items():
        try:
            if identity_of(os.stat(file)).hex() != identity:
                return False
        except (OSError, ValueError):
            if identity is not None:
                return False
    return True


def _of_nothing(summary: Mapping[str, Any]) -> dict[str, Any]:
    """What a build counts that finds all this done."""
    counts = dict(summary)
    for name in ("compiled", "compressed"):
        counts[name] = {"ran": 0, "cached": sum(summary[name].values())}
    counts["renamed"] = dict.fromkeys(summary["renamed"], 0)
    counts["files_unchanged"] += counts["files_written"]
    counts["files_written"] = 0
    return counts


def _read(file: str) -> bytes:
    with open(file, "rb") as stream:
        return stream.read()
