"""The stat index: digests of files that have not changed since an earlier build.

A file is known by its size, mtime, ctime, inode and device. As in git's index, an equal stat proves nothing
for a file changed in the very tick in which it was read: an entry is kept for the next build only if the
file's mtime and ctime are older than the moment this build began, by the file system's own clock.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat as status
import struct
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from io import BytesIO

from assetbuild.cache.records import DIGEST_SIZE, IDENTITY_SIZE, RECORD_SIZE, identity_of, numbers_in
from assetbuild.dataclass import dataclass
from assetbuild.reading import CHUNK, ContentChanged

# The key of the index in the cache.
INDEX = "index/1"

_MAGIC = b"assetbuild stat index 1\n"
_TIMES_AND_DEVICE = struct.Struct("<8xqq8xQ")
_ATTEMPTS = 5
_AT_ONCE = 4096
_COARSEST_CLOCK = 2_000_000_000
_NO_SUCH_FILE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL})
_WRITE = os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in nanoseconds by the clock of one file system; `device` is None for the system's clock."""

    nanoseconds: int
    device: int | None = None


def file_system_moment(directory: str) -> Moment:
    """Now, by the clock of the file system of this directory: the mtime of a file just written there.

    Where nothing can be written it is the system's clock.
    """
    try:
        descriptor = os.open(os.path.join(directory, "clock"), _WRITE)
        try:
            os.write(descriptor, b"\n")
            written = os.fstat(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        return Moment(time.time_ns())
    device = _TIMES_AND_DEVICE.unpack_from(identity_of(written))[2]
    return Moment(written.st_mtime_ns, device)


class _Block:
    """Records of many files, one after another; `before` stands before the name of each."""

    def __init__(self, before: str, names: Sequence[str], records: bytes, settled: bool) -> None:
        self.before = before
        self.names = names
        self.records = records
        self.settled = settled

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return dict(zip(self.names, range(0, len(self.records), RECORD_SIZE), strict=True))

    def record(self, file: str) -> bytes | None:
        """That of one of these files; None for another."""
        place = self._places.get(file[len(self.before) :]) if file.startswith(self.before) else None
        return None if place is None else self.records[place : place + RECORD_SIZE]

    def files(self) -> Sequence[str]:
        return [self.before + name for name in self.names] if self.before else self.names

    def each(self) -> Iterable[bytes]:
        return [self.records[place : place + RECORD_SIZE] for place in range(0, len(self.records), RECORD_SIZE)]


class FileIndex:
    """SHA-256 digests by absolute file path; safe to ask from several threads.

    `began` is a moment before the first file is looked at. A record is the identity of a file's state, then
    the digest: bytes, because tens of thousands of them are loaded, compared and dumped in every build.
    """

    def __init__(self, began: Moment | None = None, former: Mapping[str, bytes] | None = None) -> None:
        self._began = began or Moment(time.time_ns())
        self._former = former or {}
        self._looked_up: dict[str, bytes] = {}
        self._settled: dict[str, bytes] = {}
        # Those of many files, until somebody asks for one.
        self._blocks: list[_Block] = []

    @classmethod
    def load(cls, data: bytes | None, began: Moment | None = None) -> FileIndex:
        """The index of an earlier build's `dump`; an empty one if there is none or it is damaged."""
        return cls(began, _parse(data) if data else None)

    @property
    def _asked(self) -> dict[str, bytes]:
        """The records of all files that this index was asked for, or told of."""
        if self._blocks:
            later, self._looked_up = self._looked_up, {}
            for block in self._blocks:
                records = dict(zip(block.files(), block.each(), strict=True))
                self._looked_up.update(records)
                if block.settled:
                    self._settled.update(records)
            self._looked_up.update(later)
            self._blocks.clear()
        return self._looked_up

    def _record(self, file: str) -> bytes | None:
        """The record of a file; of two the later one counts."""
        record = self._looked_up.get(file)
        if record is not None:
            return record
        return next(filter(None, (block.record(file) for block in reversed(self._blocks))), None)

    def _is_sure(self, file: str, record: bytes) -> bool:
        """Whether this file, of which this is the record, cannot change unnoticed."""
        if self._settled.get(file) == record or self.is_settled(record):
            return True
        return any(block.settled and block.record(file) == record for block in self._blocks)

    def digest(self, file: str, stat: os.stat_result | None = None) -> str | None:
        """The digest of a file's bytes, None if there is no such regular file.

        `stat` is what os.stat says of the file, if the caller knows. Raises OSError if the file cannot be
        read, ContentChanged if it is being written all the time.
        """
        found = self.sized_digest(file, stat)
        return found[1] if found else None

    def sized_digest(self, file: str, stat: os.stat_result | None = None) -> tuple[int, str] | None:
        """The number of bytes and their digest, as `digest`; the two belong together even if the file changes."""
        # A Windows directory listing knows no inode and may be out of date.
        if stat is None or not stat.st_ino:
            stat = _stat(file)
        if stat is None or not status.S_ISREG(stat.st_mode):
            return None
        found = self.look(file, identity_of(stat) if self._record(file) or file in self._former else b"")
        return found[:2] if found else None

    def look(self, file: str, identity: bytes, kept: int = 0) -> tuple[int, str, bytes | None] | None:
        """As `sized_digest` of a regular file with this identity, and with them the bytes, if the file had to be read
        and has no more than `kept`.
        """
        record = self._record(file) or self._former.get(file)
        data = None
        if record is None or not record.startswith(identity):
            found = _read(file)
            if found is None:
                return None
            size, record, data = found
            if size > kept:
                data = None
        else:
            size = int.from_bytes(record[:8], "little")
        self._looked_up[file] = record
        return size, record[IDENTITY_SIZE:].hex(), data

    def known(self, file: str, identity: bytes) -> bytes | None:
        """The digest, as bytes, of a file with this identity, if an earlier build has read it."""
        record = self._record(file) or self._former.get(file)
        if record is None or not record.startswith(identity):
            return None
        self._looked_up[file] = record
        return record[IDENTITY_SIZE:]

    def learn(self, file: str, record: bytes) -> None:
        """As `learn_all`, for one."""
        self._looked_up[file] = record

    def learn_all(self, files: Sequence[str], records: bytes) -> None:
        """Takes it that each of these files was read with an identity before and after: identity, and SHA-256 of its
        bytes, for one file after another."""
        self._blocks.append(_Block("", files, records, self._all_settled(records)))

    def trust_all(self, before: str, names: Sequence[str], records: bytes) -> None:
        """As `trust`, for files whose names stand behind the same path, with such records."""
        self._blocks.append(_Block(before, names, records, settled=True))

    def first_changed(self, files: Iterable[str]) -> str | None:
        """The first of these files that is not as this index saw it last, None if all are. Raises OSError."""
        asked = self._asked
        for file in files:
            try:
                is_same = asked[file].startswith(identity_of(os.stat(file)))
            except (OSError, ValueError):
                is_same = self.is_unchanged(file)
            if not is_same:
                return file
        return None

    def is_unchanged(self, file: str) -> bool:
        """Whether the file is still as it was when this index last looked. Raises OSError."""
        stat = _stat(file)
        return stat is not None and (self._record(file) or b"").startswith(identity_of(stat))

    def settled_identity(self, file: str) -> str | None:
        """What `identity_of` gave when this index last looked, in hex: None for no such file, "" if it may change
        unnoticed."""
        record = self._record(file)
        if record is None:
            return None
        return record[:IDENTITY_SIZE].hex() if self._is_sure(file, record) else ""

    def are_settled(self, files: Iterable[str]) -> bool:
        """Whether this index has looked at all of these files, found them, and none may change unnoticed."""
        if any(block.names is files and block.settled for block in self._blocks):
            return True
        wanted, own, settled = set(files), self._looked_up, self._settled
        rest = set(wanted)
        for block in self._blocks:
            if block.settled and not block.before:
                rest.difference_update(block.names)
            elif not block.settled:
                rest.update(wanted.intersection(block.files()))
        rest.update(wanted.intersection(own))
        try:
            every = own if rest <= own.keys() else self._asked
            records = [every[file] for file in rest if settled.get(file) != every[file]]
        except KeyError:
            return False
        return self._all_settled(b"".join(records)) or all(map(self.is_settled, records))

    def trust(self, file: str, identity: bytes, digest: str) -> None:
        """Takes it that the file has these bytes: its owner says so, and that its mtime and ctime are long past."""
        self._looked_up[file] = record = identity + bytes.fromhex(digest)
        self._settled[file] = record

    def records(self, files: Iterable[str]) -> dict[str, bytes]:
        """What `dump` keeps of these files: a `former` for another build that asks for no more than these."""
        found = {file: record for file in files if (record := self._record(file)) is not None}
        return {file: record for file, record in found.items() if self._is_sure(file, record)}

    def dump(self) -> bytes:
        """What the next build may trust: of the files asked for in this one, those older than its beginning."""
        blocks = self._blocks
        if not all(block.settled for block in blocks):
            blocks = []
        asked = self._looked_up if blocks else self._asked
        settled = self._settled
        untrusted = [record for file, record in asked.items() if settled.get(file) != record]
        if not self._all_settled(b"".join(untrusted)):
            # One of these may be the later record of a file in a block.
            blocks, asked = [], self._asked
            asked = {file: one for file, one in asked.items() if settled.get(file) == one or self.is_settled(one)}
        data = BytesIO()
        count = len(asked) + sum(len(block.names) for block in blocks)
        data.write(_MAGIC + bytes(DIGEST_SIZE) + count.to_bytes(8, "little"))
        # Of two records of a file the later one counts.
        data.writelines(block.records for block in blocks)
        data.write(b"".join(asked.values()))
        before = b""
        for text in _joined(blocks, asked):
            data.write(before)
            data.write(text.encode("utf-8", "surrogatepass"))
            before = b"\0"
            del text
        with data.getbuffer() as body:
            digest = hashlib.sha256(body[len(_MAGIC) + DIGEST_SIZE :]).digest()
            body[len(_MAGIC) : len(_MAGIC) + DIGEST_SIZE] = digest
        return data.getvalue()

    def _all_settled(self, records: bytes) -> bool:
        """Whether all of these records, one after another, are settled for sure, by a look at thousands at once."""
        width, latest = RECORD_SIZE // 8, 0
        devices: set[int] = set()
        for start in range(0, len(records), _AT_ONCE * RECORD_SIZE):
            column = numbers_in(records[start : start + _AT_ONCE * RECORD_SIZE])
            devices.update(column[4::width])
            latest = max(latest, max(column[1::width]), max(column[2::width]))
        margin = 0 if devices <= {self._began.device} else _COARSEST_CLOCK
        return latest < self._began.nanoseconds - margin

    def is_settled(self, record: bytes) -> bool:
        """Whether a file with this record cannot change unnoticed."""
        modified, changed, device = _TIMES_AND_DEVICE.unpack_from(record)
        # Another file system may have a coarser clock than the one the beginning was read from.
        margin = 0 if device == self._began.device else _COARSEST_CLOCK
        latest: int = max(modified, changed)
        return latest < self._began.nanoseconds - margin


def _joined(blocks: Iterable[_Block], asked: Iterable[str]) -> Iterator[str]:
    """The names, some thousands at a time: all of them are some megabytes, and so is each copy."""
    for before, names in (*((block.before, block.names) for block in blocks), ("", list(asked))):
        for start in range(0, len(names), _AT_ONCE):
            yield before + f"\0{before}".join(names[start : start + _AT_ONCE])


def _stat(file: str) -> os.stat_result | None:
    try:
        return os.stat(file)
    except OSError as error:
        if error.errno in _NO_SUCH_FILE:
            return None
        raise
    except ValueError:  # a name with a NUL, or one that cannot be encoded
        return None


def _read(file: str) -> tuple[int, bytes, bytes | None] | None:
    """Size, record and, of a small file, bytes of one state of it: read again while it changes under the reader."""
    for _ in range(_ATTEMPTS):
        try:
            descriptor = os.open(file, _READ)
        except OSError as error:
            if error.errno in _NO_SUCH_FILE:
                return None
            raise
        try:
            before = os.fstat(descriptor)
            if not status.S_ISREG(before.st_mode):
                return None
            length, digest, data = _hash(descriptor, before.st_size)
            after = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        identity = identity_of(after)
        if identity == identity_of(before) and length == after.st_size:
            return length, identity + digest, data
    raise ContentChanged(file)


def _hash(descriptor: int, size: int) -> tuple[int, bytes, bytes | None]:
    """Length and digest of the bytes, and the bytes themselves if they are of one piece."""
    first = piece = os.read(descriptor, min(size + 1, CHUNK))
    digest, length = hashlib.sha256(piece), len(piece)
    if length == size < CHUNK:
        return length, digest.digest(), first
    while piece and length < size:
        piece = os.read(descriptor, CHUNK)
        digest.update(piece)
        length += len(piece)
    return length, digest.digest(), first if length == len(first) else None


def _parse(data: bytes) -> dict[str, bytes]:
    start = len(_MAGIC) + 32
    body = data[start:]
    if not data.startswith(_MAGIC) or hashlib.sha256(body).digest() != data[len(_MAGIC) : start]:
        return {}
    end = 8 + int.from_bytes(body[:8], "little") * RECORD_SIZE
    records = [body[place : place + RECORD_SIZE] for place in range(8, end, RECORD_SIZE)]
    names = body[end:].decode("utf-8", "surrogatepass").split("\0")
    return dict(zip(names, records, strict=False))  # no name at all splits into one
