"""A release that came as one archive, unpacked to be looked at; nothing in it is trusted."""

from __future__ import annotations

import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.release.disk import DIRECTORY_MODE, FILE_MODE, make_directory, write_new
from assetbuild.release.layout import MANIFEST, directories_above, is_inside, manifest_copy, parents, place
from assetbuild.release.named import files_named, read_document
from assetbuild.runtime.manifest import ManifestError

_PIECE = 1 << 20
# Larger than the manifest of a million assets: what claims to be more is no release of ours.
_LARGEST_MANIFEST = 1 << 30


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive's release in a directory that is there for the moment, and what is wrong with the archive itself.

    `mtime` is the time that its files bear, in seconds since 1970; `readable`: it holds a manifest.
    """

    directory: str
    diagnostics: tuple[Diagnostic, ...]
    mtime: int
    readable: bool


class _Damage(Exception):
    """The archive cannot be read further."""


def is_archive(file: str) -> bool:
    """Whether the regular file at this file path is gzip (RFC 1952, 2.3.1). Raises OSError."""
    if not os.path.isfile(file):
        return False
    with open(file, "rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


@contextmanager
def unpacked(file: str) -> Iterator[Archived]:
    """The archive at this file path, unpacked while the block runs. Raises OSError if the directory cannot be written.

    Only what the manifest in it names is unpacked, with the sizes that it gives, so that neither a path nor an
    amount of bytes of somebody else's reaches the disk. All else is a diagnostic: members that are no regular files or
    directories, extra, out of order, owned, or of another mode or time than `assetbuild build --archive` gives.
    """
    with tempfile.TemporaryDirectory(prefix="assetbuild-verify-") as directory:
        reading = _Reading(file, directory)
        try:
            reading.read()
        except _Damage as damage:
            reading.tell(str(damage))
        except (tarfile.TarError, EOFError, zlib.error) as error:
            reading.tell(f"is cut off or damaged: {error}")
        except OSError as error:
            if error.filename is not None:
                raise
            # gzip.BadGzipFile, and a read error of the archive itself.
            reading.tell(f"is cut off or damaged: {error}")
        readable = os.path.exists(place(directory, MANIFEST))
        yield Archived(directory, tuple(reading.diagnostics), reading.mtime, readable)


class _Reading:
    """One pass over an archive."""

    def __init__(self, file: str, directory: str) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.mtime = 0
        self._file, self._directory = file, directory
        self._last = ""
        self._sizes: Mapping[str, int] = {}
        self._directories: set[str] = set()

    def tell(self, text: str) -> None:
        self.diagnostics.append(Diagnostic(f"{self._file} {text}"))

    def read(self) -> None:
        with tarfile.open(self._file, "r:gz") as archive:
            first = archive.next()
            if first is None or first.name != MANIFEST or not first.isreg():
                raise _Damage(f"is no archive of a release: it does not begin with {MANIFEST}")
            self.mtime = int(first.mtime)
            self._expect(self._manifest(archive, first))
            self._check(first)
            while (member := archive.next()) is not None:
                self._check(member)
                self._take(archive, member)
            self._rest(archive)

    def _manifest(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
        if member.size > _LARGEST_MANIFEST:
            raise _Damage(f"has a {MANIFEST} of {member.size} bytes")
        stream = archive.extractfile(member)
        return stream.read() if stream else b""

    def _expect(self, manifest: bytes) -> None:
        try:
            document = read_document(manifest, MANIFEST)
        except ManifestError as error:
            raise _Damage(f"holds no release: {error}") from error
        write_new(place(self._directory, MANIFEST), [manifest])
        sizes = {named.path: named.size for named in files_named(document) if is_inside(named.path)}
        self._sizes = {**sizes, manifest_copy(document["release"]): len(manifest)}
        self._directories = directories_above(self._sizes)

    def _check(self, member: tarfile.TarInfo) -> None:
        name = member.name
        if name <= self._last:
            self.tell(f"has {_shown(name)} out of order, or twice")
        self._last = max(self._last, name)
        mode = DIRECTORY_MODE if member.isdir() else FILE_MODE
        if (member.uid, member.gid, member.uname, member.gname, member.mode) != (0, 0, "", "", mode):
            self.tell(f"gives {_shown(name)} an owner, or another mode than {mode:o}")
        if member.mtime != self.mtime:
            self.tell(f"gives {_shown(name)} another time than {MANIFEST}")

    def _take(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        name = member.name
        if member.isdir() and name in self._directories:
            return
        if not member.isreg() or name not in self._sizes:
            self.tell(f"has {_shown(name)}, which its manifest does not name")
        elif member.size != self._sizes[name]:
            self.tell(f"has {member.size} bytes of {_shown(name)}, and its manifest says {self._sizes[name]}")
        elif not os.path.lexists(place(self._directory, name)):
            for above in parents(name)[:1]:
                make_directory(place(self._directory, above))
            write_new(place(self._directory, name), self._pieces(archive, member))

    def _pieces(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
        stream = archive.extractfile(member)
        while stream and (piece := stream.read(_PIECE)):
            yield piece

    def _rest(self, archive: tarfile.TarFile) -> None:
        """Nothing may follow the end of the archive but the zeros that fill its last block."""
        stream = archive.fileobj
        while stream and (piece := stream.read(_PIECE)):
            if piece.strip(b"\0"):
                raise _Damage("goes on after its end")


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")
