"""The current release as one reproducible archive."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha384
from io import BytesIO
from typing import IO, Any

from assetbuild.errors import Diagnostic, ReleaseError, UsageError
from assetbuild.integrity import integrity_of
from assetbuild.release.disk import (
    DIRECTORY_MODE,
    FILE_MODE,
    cannot_write,
    is_there,
    make_directory,
    remove_file,
    sync_above,
)
from assetbuild.release.layout import MANIFEST, directories_above, manifest_copy, place
from assetbuild.release.lock import locked
from assetbuild.release.named import NamedFile, current_document, files_named
from assetbuild.release.pending import recover
from assetbuild.runtime.manifest import ManifestError

# So much of the tar stream is held in memory, and becomes one gzip member: of most releases, the only one.
MEMBER_SIZE = 32 << 20
# Much of a release is compressed already: higher levels cost time and save 1 %.
LEVEL = 6


def write_archive(output: str, file: str, mtime: int, durable: bool = False) -> None:
    """Write the current release of the directory `output` as a tar.gz to the file path `file`, replacing it whole.

    In it are manifest.json, releases/<id>.json and the files that the manifest names, sorted, with the
    directories above them; owner 0, modes 0644 and 0755, every time `mtime` (seconds since 1970). `durable`: it is on
    the disk before it takes its place, and then its name. Raises
    ReleaseError if the release is missing, damaged or other than its manifest says, or if the file cannot be
    written; UsageError if it would lie inside the release; OSError if it cannot be told whether there is one.

    The bytes are the same on every machine with the same version of `deflate`, which brings its compressor along
    (the standard library's gzip depends on the zlib that Python was linked with). The tar stream is cut into
    gzip members of 32 MiB each (RFC 1952, 2.2): memory stays constant. Every tar and gzip program reads them as
    one stream; Python's tarfile does in mode "r:gz", but in mode "r|gz" stops after the first.
    """
    inside = os.path.join(os.path.realpath(output), "")
    if os.path.realpath(file).startswith(inside):
        raise UsageError(Diagnostic(f"the archive {file} may not lie inside the release {output}"))
    if not is_there(place(output, MANIFEST)):
        raise ReleaseError(Diagnostic(f"no release in {output}", hint="run `assetbuild build`"))
    part = f"{file}.part"
    with locked(output):
        recover(output)
        try:
            make_directory(os.path.dirname(os.path.abspath(file)))
            with open(part, "wb") as stream:
                _write(output, stream, mtime)
                if durable:
                    stream.flush()
                    os.fsync(stream.fileno())
            os.replace(part, file)
            if durable:
                sync_above(file)
        except OSError as error:
            raise cannot_write(error, error.filename2 or error.filename or file) from error
        finally:
            with suppress(OSError):
                remove_file(part)


def _write(output: str, stream: IO[bytes], mtime: int) -> None:
    try:
        current = current_document(output)
    except ManifestError as error:
        raise ReleaseError(Diagnostic(f"{output}: {error}")) from error
    if current is None:
        raise ReleaseError(Diagnostic(f"no release in {output}", hint="run `assetbuild build`"))
    manifest, document = current
    named = {file.path: file for file in files_named(document)}
    own = {MANIFEST, manifest_copy(document["release"])}
    compressed = _Members(stream)
    with tarfile.open(fileobj=compressed, mode="w|", format=tarfile.PAX_FORMAT, bufsize=1 << 16) as archive:  # type: ignore[call-overload]
        for path in sorted({*named, *own, *directories_above({*named, *own})}):
            if path in own:
                archive.addfile(_entry(path, mtime, len(manifest)), BytesIO(manifest))
            elif path in named:
                _add(archive, output, named[path], mtime)
            else:
                archive.addfile(_entry(path, mtime))
    compressed.end()


def _entry(path: str, mtime: int, size: int | None = None) -> tarfile.TarInfo:
    """The header of a file of `size` bytes, or of a directory."""
    entry = tarfile.TarInfo(path)
    entry.mtime = mtime
    if size is None:
        entry.type, entry.mode = tarfile.DIRTYPE, DIRECTORY_MODE
    else:
        entry.size, entry.mode = size, FILE_MODE
    return entry


def _add(archive: tarfile.TarFile, output: str, named: NamedFile, mtime: int) -> None:
    with _opened(place(output, named.path)) as content:
        read = _Hashed(content)
        if os.fstat(content.fileno()).st_size != named.size:
            raise _other_bytes(output, named)
        archive.addfile(_entry(named.path, mtime, named.size), read)
    if named.integrity not in (None, read.integrity()):
        raise _other_bytes(output, named)


@contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    try:
        stream = open(file, "rb")  # noqa: SIM115  (closed below; the block here is for its opening alone)
    except OSError as error:
        raise ReleaseError(
            Diagnostic(f"cannot read {file}: {error.strerror or error}", hint="run `assetbuild build` again")
        ) from error
    with stream:
        yield stream


def _other_bytes(output: str, named: NamedFile) -> ReleaseError:
    return ReleaseError(
        Diagnostic(
            f"{place(output, named.path)} does not have the bytes of the manifest", hint="run `assetbuild verify`"
        )
    )


class _Hashed:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = sha384()

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        self._hash.update(data)
        return data

    def integrity(self) -> str:
        return integrity_of(self._hash.digest())


class _Members:
    """What is written to it goes to the stream as gzip members."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._held = bytearray()

    def write(self, data: Any) -> int:
        self._held += data
        while len(self._held) >= MEMBER_SIZE:
            self._compress(MEMBER_SIZE)
        return len(data)

    def end(self) -> None:
        if self._held:
            self._compress(len(self._held))

    def _compress(self, size: int) -> None:
        from deflate import gzip_compress

        self._stream.write(gzip_compress(bytes(self._held[:size]), LEVEL))
        del self._held[:size]
