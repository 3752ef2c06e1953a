"""The last station: files first, then manifest.json by one atomic replace. Killed anywhere, a whole release stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from assetbuild.errors import BuildError, Diagnostic, ReleaseError
from assetbuild.events import Advanced, Listener, Noted, Started, ignore
from assetbuild.model import Content, ContentChanged, Encoded, Linked
from assetbuild.release.changes import Changes, Placed, changes_for
from assetbuild.release.disk import cannot_write, gives_mode, make_directory, write_new
from assetbuild.release.document import NO_IMPORTMAP, NOTHING_KNOWN, Known, release_document, wanted_files
from assetbuild.release.earlier import Earlier
from assetbuild.release.layout import MANIFEST, STAGING, place
from assetbuild.release.lock import locked
from assetbuild.release.pending import Move, Pending, enact, recover
from assetbuild.release.standing import DigestOf
from assetbuild.runtime.manifest import dump_manifest

__all__ = ["Committed", "commit", "recover"]

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Committed:
    """The release's id and manifest document; `written`, `unchanged` and `bytes_written` are of its files alone.

    `files` are these, by path below the release directory, and `digest` is that of manifest.json: SHA-256 in hex.
    `renamed`: the assets whose files had other names in the former release, with what they refer to that had too.
    """

    release: str
    manifest: dict[str, Any]
    written: int
    unchanged: int
    bytes_written: int
    renamed: dict[str, tuple[str, ...]]
    digest: str
    files: dict[str, str]


def commit(
    linked: Sequence[Linked],
    encoded: Mapping[str, tuple[Encoded, ...]],
    output: str,
    base_url: str,
    digest_of: DigestOf,
    listener: Listener = ignore,
    importmap: Mapping[str, Any] = NO_IMPORTMAP,
    formats: Iterable[str] = (),
    known: Known = NOTHING_KNOWN,
) -> Committed:
    """Make the release directory `output` hold this release, as the current one; write only what is not so yet.

    `encoded` is by logical path, `importmap` as in the manifest; `formats` are those of other manifests to write;
    `known`: what else templates may call assets;
    `digest_of` gives the SHA-256 in hex of the file at a file path, whose lstat it is given too, None if there is none.
    Raises ReleaseError if another build holds the directory, if it cannot be written, or if a fingerprinted or
    prehashed name stands there with other bytes; BuildError if a content cannot be read. The former release is whole
    then, or, if manifest.json was replaced already, the new one.
    """
    document, foreign = release_document(linked, encoded, base_url, importmap, formats, known)
    wanted = wanted_files(linked, encoded, foreign)
    release = document["release"]
    manifest = dump_manifest(document)
    digest = sha256(manifest).hexdigest()
    with locked(output):
        try:
            recover(output)
            earlier = Earlier(output, manifest, document)
            if earlier.damage is not None:
                listener(Noted(Diagnostic(f"the former release is not known: {earlier.damage}", severity="warning")))
            changes = changes_for(output, release, manifest, wanted, earlier, digest_of)
            if changes:
                _carry_out(output, release, digest, changes, listener)
        except OSError as error:
            raise cannot_write(error) from error
    unchanged = len(wanted) - changes.written
    files = {path: file.content.digest for path, file in wanted.items()}
    renamed = earlier.renamed(document)
    return Committed(release, document, changes.written, unchanged, changes.bytes_written, renamed, digest, files)


def _carry_out(output: str, release: str, manifest: str, changes: Changes, listener: Listener) -> None:
    listener(Started("commit", len(changes.additions) + len(changes.replacements)))
    try:
        make_directory(place(output, STAGING))
        staging = _Staging(output, not gives_mode(place(output, f"{STAGING}/mode")), listener)
        additions = staging.stage(changes.additions, "a")
        replacements = staging.stage(changes.replacements, "r")
        if changes.manifest is not None:
            staging.write(f"{STAGING}/{MANIFEST}", changes.manifest, MANIFEST)
        enact(output, Pending(manifest, release, additions, replacements, changes.removals))
    except BaseException:
        # What cannot be put right now is put right by the next build: the record is there.
        with suppress(ReleaseError):
            recover(output)
        raise


@dataclass(frozen=True, slots=True)
class _Staging:
    """Where the files of the release in `output` are written before they get their places."""

    output: str
    set_mode: bool
    listener: Listener

    def stage(self, files: Sequence[Placed], prefix: str) -> tuple[Move, ...]:
        moves = []
        for number, file in enumerate(files):
            staged = f"{STAGING}/{prefix}{number}"
            self.write(staged, file.content, file.path)
            moves.append(Move(staged, file.path, file.content.digest, file.former))
            if number % _BATCH == 0:
                self.listener(Advanced("commit", min(_BATCH, len(files) - number), file.path))
        return tuple(moves)

    def write(self, staged: str, content: Content, path: str) -> None:
        pieces = _pieces(content) if content.data is None else (content.data,)
        try:
            write_new(place(self.output, staged), pieces, self.set_mode)
        except OSError as error:
            raise cannot_write(error, place(self.output, path)) from error


def _pieces(content: Content) -> Iterator[bytes]:
    """The content's bytes; errors of reading become BuildErrors, so that they are not taken for those of writing."""
    try:
        yield from content.chunks()
    except ContentChanged as error:
        raise BuildError(Diagnostic(f"{error.file} changed while it was read; build again")) from error
    except OSError as error:
        raise BuildError(Diagnostic(f"cannot read {content.file}: {error.strerror or error}")) from error
