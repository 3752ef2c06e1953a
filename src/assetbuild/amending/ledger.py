"""What a build leaves for one that only has to follow edits: which job read which files, and what was said of whom.

It is one value of the cache: a line of JSON, the identities of all sources, and a line of JSON for each job. Few lines
are ever read of it: a job is found by a search in the text for the JSON string of what it reads or makes, which no
other bytes can be taken for, since a quote in a string has a backslash. What the manifest says does not stand here.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from assetbuild.cache.index import FileIndex
from assetbuild.cache.records import IDENTITY_SIZE
from assetbuild.config import Config
from assetbuild.dataclass import dataclass, field, field_values
from assetbuild.errors import Diagnostic
from assetbuild.model import Job, Part, Source, Step
from assetbuild.named_tuple import NamedTuple
from assetbuild.told import Told

_dense = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Sizes(NamedTuple):
    """Bytes on which the plan depends: of all scripts and style sheets, and of the scripts that are parsed.

    `moved`: by how many these may be others by now.
    """

    checked: int = 0
    parsed: int = 0
    moved: int = 0


NO_SIZES = Sizes()


class Done(NamedTuple):
    """A job that was done: the logical paths of what it made, and the files that it read, as messages show them."""

    job: Job
    assets: tuple[str, ...]
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a build leaves. `further` are as in `LinkResult`; `amended` is how many builds in a row have started from
    the one before. `read` are records of the stat index, in hex, of the files that jobs read besides their own sources,
    by file path as messages show it.
    """

    identities: bytes
    jobs: bytes
    told: tuple[Told, ...] = ()
    further: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sizes: Sizes = NO_SIZES
    amended: int = 0
    read: Mapping[str, str] = field(default_factory=dict)

    def edited(self, identities: bytes) -> list[int]:
        """The numbers of the sources that have another identity than here, in the order of their paths."""
        size, step = IDENTITY_SIZE, IDENTITY_SIZE * 256
        found: list[int] = []
        for start in range(0, len(identities), step):
            if identities[start : start + step] != self.identities[start : start + step]:
                stop = min(start + step, len(identities))
                found += (
                    place // size
                    for place in range(start, stop, size)
                    if identities[place : place + size] != self.identities[place : place + size]
                )
        return found

    def size(self, number: int) -> int:
        """How many bytes the source of this number had."""
        place = number * IDENTITY_SIZE
        return int.from_bytes(self.identities[place : place + 8], "little")

    def records(self, name: str) -> Iterator[list[Any]]:
        """The lines in which a file, as messages show it, or a logical path is named."""
        wanted = _dense(name).encode("utf-8", "surrogatepass")
        place = self.jobs.find(wanted)
        while place >= 0:
            start, stop = self.jobs.rfind(b"\n", 0, place) + 1, self.jobs.find(b"\n", place)
            stop = len(self.jobs) if stop < 0 else stop
            yield json.loads(self.jobs[start:stop])
            place = self.jobs.find(wanted, stop)

    def jobs_with(self, files: Mapping[str, frozenset[str]]) -> bytes:
        """The lines, with these files for those that the jobs of these paths read."""
        jobs = self.jobs
        for path, read in files.items():
            record = next(record for record in self.records(path) if record[2] == path)
            if frozenset(record[1]) != read:
                former = _dense(record).encode("utf-8", "surrogatepass")
                record[1] = sorted(read)
                jobs = jobs.replace(former, _dense(record).encode("utf-8", "surrogatepass"), 1)
        return jobs


def may_be_amended(config: Config) -> bool:
    """Whether what follows from an edit can be told from the references of assets.

    An import map and inlined small files depend on more, directives on the contents of sources, and manifests in other
    formats are made from all assets.
    """
    pins = config.importmap
    return not (
        config.manifests
        or config.inline
        or config.sprockets
        or config.modules == "importmap"
        or pins.pins
        or pins.trees
        or pins.scopes
    )


def record_of(done: Done) -> str | None:
    """The line of a job; None if it has options that JSON cannot keep."""
    job = done.job
    parts = [[part.path, part.source.path, _steps(part.steps), part.syntax, part.parsed] for part in job.parts]
    record = [done.assets, sorted(done.files), job.path, parts, _steps(job.steps), job.publication, job.external]
    try:
        text = _dense(record)
        same = done_of(json.loads(text), {part.source.path: part.source for part in job.parts}).job == job
    except (TypeError, ValueError, RecursionError):
        return None
    return text if same else None


def done_of(record: list[Any], sources: Mapping[str, Source]) -> Done:
    """The job of a line. Raises LookupError, TypeError and ValueError for one that is none of ours."""
    assets, files, path, parts, steps, publication, external = record
    job = Job(
        path,
        tuple(
            Part(one, sources[source], _steps_of(done), syntax, parsed) for one, source, done, syntax, parsed in parts
        ),
        _steps_of(steps),
        publication,
        tuple(external),
    )
    return Done(job, tuple(assets), frozenset(files))


def read_besides(index: FileIndex, root: str, own: Collection[str], files: Iterable[str]) -> dict[str, str]:
    """`Ledger.read` of one job: of these files, as messages show them, without its own."""
    absolute = {os.path.normpath(os.path.join(root, file)): file for file in files if file not in own}
    return {absolute[file]: record.hex() for file, record in index.records(absolute).items()}


def _steps(steps: Iterable[Step]) -> list[list[Any]]:
    return [[step.name, step.options, step.depends] for step in steps]


def _steps_of(values: Iterable[list[Any]]) -> tuple[Step, ...]:
    return tuple(Step(name, options, tuple(depends)) for name, options, depends in values)


def dump(ledger: Ledger) -> bytes:
    """The ledger as one value of a cache."""
    head = {
        "amended": ledger.amended,
        "sources": len(ledger.identities),
        "sizes": ledger.sizes,
        "further": ledger.further,
        "read": ledger.read,
        "told": [(one.station, one.owner, field_values(one.diagnostic)) for one in ledger.told],
    }
    line = _dense(head).encode("utf-8", "surrogatepass")
    return b"".join([line, b"\n", ledger.identities, ledger.jobs])


def load(data: bytes | None, digest: object) -> Ledger | None:
    """The ledger in a value of the cache with this SHA-256, in hex; None if it is another."""
    if data is None or hashlib.sha256(data).hexdigest() != digest:
        return None
    head, _, rest = data.partition(b"\n")
    try:
        values = json.loads(head)
        told = tuple(Told(station, owner, Diagnostic(*fields)) for station, owner, fields in values["told"])
        further = {path: tuple(others) for path, others in values["further"].items()}
        end, sizes = values["sources"], Sizes(*values["sizes"])
        return Ledger(rest[:end], rest[end:], told, further, sizes, values["amended"], dict(values["read"]))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
