"""What was found in a part of the plain files: columns, which go from one process to another as they are."""

from __future__ import annotations

import marshal
from typing import Any

from assetbuild.bulk.entries import are_simple, entry_of
from assetbuild.bulk.memory import line_of
from assetbuild.bulk.texts import DIGEST, IDENTITY, INTEGRITY, NOT_STAGED, Found
from assetbuild.cache.records import digests_in
from assetbuild.model import Publication
from assetbuild.named_tuple import NamedTuple

STATE = IDENTITY + DIGEST
"""Of a file: identity, and SHA-256. Of a published one, NOT_STAGED stands in the place of the identity of none."""
NAMED: Publication = "fingerprinted"
NO_STATE = bytes(STATE)
NO_INTEGRITY = bytes(INTEGRITY)


class Part(NamedTuple):
    """What was found in the files of a part, in the order of their numbers.

    `records` are identity and SHA-256 of each as it was read, `publications` how those are published that have no
    fingerprint, `integrities` are SHA-384 of what is published: zeros for a file with references that was not linked,
    and it is among `unmade`. `unstaged` are the numbers of all that have yet to be written.

    If staging was begun, `states` are as above, zeros for what is unmade; `names`, one a line, are below public/, and
    "" for this; `entries` are those of the manifest, a line each, with "" where one is missing; if none is, they are
    complete. `line` is what is remembered, and has the references. Else `references` are these, for marshal to load:
    what each refers to, by number.

    `left` are texts that the stations have to look at, for marshal to load: by number, identity and SHA-256, and, if
    they would have to search for long, what they will find.
    """

    number: int
    numbers: list[int]
    records: bytes
    integrities: bytes
    publications: dict[int, Publication]
    references: bytes
    unmade: list[int]
    unstaged: list[int]
    states: bytes = b""
    names: str = ""
    entries: bytes = b""
    is_complete: bool = False
    line: bytes = b""
    failed: bool = False
    left: bytes = b""


class Row:
    """What is found in one file, as far as it is known by now.

    No dataclass: there is one for each file of a cold build, and its fields are set one by one.
    """

    __slots__ = ("integrity", "kind", "name", "number", "path", "record", "references", "state")

    def __init__(self, number: int, path: str, kind: str, record: bytes, references: tuple[Found, ...]) -> None:
        self.number = number
        self.path = path
        self.kind = kind
        self.record = record
        self.references = references
        self.integrity = NO_INTEGRITY
        self.state = NO_STATE
        self.name = ""


Left = dict[int, tuple[bytes, list[list[Any]] | None]]
"""As `Part.left`."""


def part_of(
    number: int,
    rows: list[Row],
    publications: dict[int, Publication],
    left: Left,
    staged: bool,
    failed: bool = False,
) -> Part:
    """The part of this number, of which these are the files; `publications` may tell of others too."""
    records = b"".join([row.record for row in rows])
    integrities = b"".join([row.integrity for row in rows])
    referring = {row.number: row.references for row in rows if row.references}
    part = Part(
        number,
        [row.number for row in rows],
        records,
        integrities,
        {row.number: publications[row.number] for row in rows if row.number in publications} if publications else {},
        marshal.dumps(referring) if referring and not staged else b"",
        [row.number for row in rows if row.state is NO_STATE] if staged else list(referring),
        [row.number for row in rows if row.state.startswith(NOT_STAGED)],
        left=marshal.dumps(left) if left else b"",
    )
    if not staged:
        return part
    simple = are_simple("".join([row.path for row in rows] + [one[3] for row in rows for one in row.references]))
    entries = [
        _entry(row, publications.get(row.number, NAMED)) if simple is not None or _is_simple(row) else ""
        for row in rows
    ]
    return part._replace(
        states=b"".join([row.state for row in rows]),
        names="\n".join([row.name for row in rows]),
        entries=",\n".join(entries).encode(),
        is_complete="" not in entries,
        line=_line(rows, records, integrities),
        failed=failed,
    )


def _entry(row: Row, publication: Publication) -> str:
    """The entry of the manifest; "" for what is left to others."""
    if row.state is NO_STATE:
        return ""
    size = row.state[:8] if row.references else row.record[:8]
    return entry_of(
        row.path,
        row.name,
        row.kind,
        publication,
        int.from_bytes(size, "little"),
        row.integrity,
        row.references,
    )


def _is_simple(row: Row) -> bool:
    return are_simple("".join([row.path, *[one[3] for one in row.references]])) is not None


def _line(rows: list[Row], records: bytes, integrities: bytes) -> bytes:
    """What is remembered of these files, and of the texts that were made of them."""
    made = [(place, row.state) for place, row in enumerate(rows) if row.references and row.state is not NO_STATE]
    return line_of(
        [row.path for row in rows],
        digests_in(records),
        integrities,
        {place: row.references for place, row in enumerate(rows) if row.references},
        [place for place, _ in made],
        [int.from_bytes(state[:8], "little") for _, state in made],
        b"".join([state[IDENTITY:] for _, state in made]),
    )
