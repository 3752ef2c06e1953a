"""The last station: files first, then manifest.json by one atomic replace. Killed anywhere, a whole release stands."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from assetbuild.cache.records import IDENTITY_SIZE, identity_of, is_same_file
from assetbuild.dataclass import dataclass
from assetbuild.errors import BuildError, Diagnostic, ReleaseError
from assetbuild.events import Advanced, Listener, Noted, Started, ignore
from assetbuild.model import Content, ContentChanged, Encoded, Linked
from assetbuild.named_tuple import NamedTuple
from assetbuild.processes import processes_for, ranges, shared
from assetbuild.release.changes import Changes, Placed, changes_for
from assetbuild.release.disk import (
    cannot_write,
    gives_mode,
    is_there,
    make_directory,
    sync_above,
    sync_directories,
    write_new,
)
from assetbuild.release.document import (
    NO_IMPORTMAP,
    NOTHING_KNOWN,
    Known,
    Wanted,
    known_members,
    private_entry,
    release_document,
    wanted_files,
)
from assetbuild.release.earlier import Earlier
from assetbuild.release.layout import MANIFEST, PUBLIC, STAGING, directories_above, place
from assetbuild.release.lock import locked
from assetbuild.release.pending import Move, Pending, enact, recover
from assetbuild.release.standing import DigestOf
from assetbuild.release.text import manifest_text

if TYPE_CHECKING:
    from assetbuild.bulk.ahead import Ahead
    from assetbuild.bulk.table import Table

__all__ = ["Committed", "commit", "recover"]

_BATCH = 100
NONE_STAGED: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class Committed:
    """The release's id; `written`, `unchanged` and `bytes_written` are of its files alone.

    `files` are these, by path below the release directory, and `digest` is that of manifest.json: SHA-256 in hex.
    `manifest` is its identity if it was written, empty if it stood already. `identities` are, if all of public/ was
    written, those of its files, by path too. Files that were staged ahead are only among these then, with SHA-256
    behind their identity.
    `renamed`: the assets whose files had other names in the former release, with what they refer to that had too.
    """

    release: str
    written: int
    unchanged: int
    bytes_written: int
    renamed: dict[str, tuple[str, ...]]
    digest: str
    manifest: bytes
    files: dict[str, str]
    identities: dict[str, bytes]


class Carried(NamedTuple):
    """What was carried out: the `identities` of the files of public/, if all of them were written, and that of
    manifest.json, empty if it stayed or is not what was written."""

    identities: dict[str, bytes]
    manifest: bytes


def commit(
    linked: Sequence[Linked],
    encoded: Mapping[str, tuple[Encoded, ...]],
    output: str,
    base_url: str,
    digest_of: DigestOf,
    listener: Listener = ignore,
    importmap: Mapping[str, Any] = NO_IMPORTMAP,
    formats: Iterable[str] = (),
    jobs: int = 1,
    known: Known = NOTHING_KNOWN,
    durable: bool = False,
    ahead: Ahead | None = None,
) -> Committed:
    """Make the release directory `output` hold this release, as the current one; write only what is not so yet.

    `encoded` is by logical path, `importmap` as in the manifest; `formats` are those of other manifests to write;
    `digest_of` gives the SHA-256 in hex of the file at a file path, whose lstat it is given too, None if there is none;
    `jobs` is how many processes may write, `known` what else templates may call assets; `durable` as in `enact`;
    `ahead` holds the directory already, and what was staged there.
    Raises ReleaseError if another build holds the directory, if it cannot be written, or if a fingerprinted or
    prehashed name stands there with other bytes; BuildError if a content cannot be read. The former release is whole
    then, or, if manifest.json was replaced already, the new one.
    """

    @cache
    def document() -> dict[str, Any]:
        return release_document(linked, encoded, base_url, importmap, formats, known)[0]

    table, others = _apart(linked, encoded, formats, ahead)
    manifest, release, foreign = _manifest(others, encoded, base_url, importmap, tuple(formats), known, table)
    wanted = wanted_files(others if table is None else [*others, *table.unstaged()], encoded, foreign)
    staged = ahead.staged if ahead is not None else NONE_STAGED
    if table is not None and _meet(staged, wanted):
        # Who meets whom is told by those who look at each file.
        table = None
        wanted = wanted_files(linked, encoded, foreign)
    content = Content.of(manifest)
    carried = Carried({}, b"")
    with locked(output) if ahead is None else ahead.held():
        try:
            if ahead is None:
                recover(output)
            earlier = Earlier(output, manifest, release, document)
            if earlier.damage is not None:
                listener(Noted(Diagnostic(f"the former release is not known: {earlier.damage}", severity="warning")))
            changes = changes_for(output, release, content, wanted, earlier, digest_of)
            if changes:
                carried = carry_out(output, release, content.digest, changes, listener, jobs, durable, staged)
                if durable:
                    sync_above(output)
        except OSError as error:
            raise cannot_write(error) from error
    files = {path: file.content.digest for path, file in wanted.items()}
    count = len(files)
    written, size = changes.written, changes.bytes_written
    if table is not None:
        files.update(table.digests())
        count = len(files) + len(staged)
        if not carried.identities:
            files.update((path, state[IDENTITY_SIZE:].hex()) for path, state in staged.items())
        written, size = written + len(staged), size + table.size - sum(asset.content.size for asset in table.unstaged())
    renamed = earlier.renamed()
    return Committed(
        release, written, count - written, size, renamed, content.digest, carried.manifest, files, carried.identities
    )


def _apart(
    linked: Sequence[Linked], encoded: Mapping[str, tuple[Encoded, ...]], formats: Iterable[str], ahead: Ahead | None
) -> tuple[Table | None, Sequence[Linked]]:
    """The table of files that are staged, if they need not be looked at one by one, and all others."""
    if ahead is None or not ahead.works:
        return None, linked
    from assetbuild.bulk.table import Together

    if not isinstance(linked, Together) or encoded or tuple(formats):
        return None, linked
    table = linked.plain
    if any(asset.path in table for asset in linked.others):
        return None, linked
    return table, linked.others


def _meet(staged: Mapping[str, bytes], wanted: Mapping[str, Wanted]) -> bool:
    """Whether a file in one of these is a file or a directory in the other."""
    if not wanted:
        return False
    above = directories_above(staged)
    return any(path in staged or path in above for path in wanted) or any(
        path in staged for path in directories_above(wanted)
    )


def _manifest(
    linked: Sequence[Linked],
    encoded: Mapping[str, tuple[Encoded, ...]],
    base_url: str,
    importmap: Mapping[str, Any],
    formats: tuple[str, ...],
    known: Known,
    table: Table | None,
) -> tuple[bytes, str, Mapping[str, Content]]:
    """The bytes of manifest.json, the release's id, and the manifests in other formats."""
    if formats:
        from assetbuild.runtime.manifest import dump_manifest

        document, foreign = release_document(linked, encoded, base_url, importmap, formats, known)
        return dump_manifest(document), document["release"], foreign
    hidden = [asset for asset in linked if asset.publication == "private"]
    private = {asset.path: private_entry(asset) for asset in hidden}
    if len(private) < len(hidden):
        twice = next(asset.path for asset in hidden if [one.path for one in hidden].count(asset.path) > 1)
        raise ReleaseError(Diagnostic(f"two assets have the logical path {twice!r}"))
    public = [asset for asset in linked if asset.publication != "private"] if hidden else linked
    further = ({"private": private} if private else {}) | known_members(known)
    if table is None:
        return *manifest_text(public, encoded, base_url, importmap, further), {}
    unwritten = table.unwritten()
    if unwritten is None:
        return *manifest_text(public, encoded, base_url, importmap, further, table.entries()), {}
    public = [*public, *unwritten]
    blocks = table.blocks(sorted(asset.path for asset in public))
    return *manifest_text(public, encoded, base_url, importmap, further, blocks=blocks), {}


def carry_out(
    output: str,
    release: str,
    manifest: str,
    changes: Changes,
    listener: Listener,
    jobs: int,
    durable: bool,
    staged: Mapping[str, bytes] = NONE_STAGED,
) -> Carried:
    """Makes the changes, while the caller holds the lock; `manifest` is the digest of manifest.json once that is done.

    Of those `staged` the identities are known, with SHA-256 behind them. Raises OSError, and as `commit`.
    """
    additions = [file for file in changes.additions if file.path not in staged]
    listener(Started("commit", len(staged) + len(additions) + len(changes.replacements)))
    try:
        make_directory(place(output, STAGING))
        staging = _Staging(output, not gives_mode(place(output, f"{STAGING}/mode")), listener, durable)
        alone, together = _together(output, additions)
        listener(Advanced("commit", len(staged), ""))
        identities = {**staged, **staging.stage_tree(together, jobs)}
        added = staging.stage(alone, "a")
        replacements = staging.stage(changes.replacements, "r")
        ours = b""
        if changes.manifest is not None:
            ours = identity_of(staging.write(f"{STAGING}/{MANIFEST}", changes.manifest, MANIFEST))
        tree = (*staged, *[file.path for file in together])
        if durable:
            sync_directories(output, [f"{STAGING}/{path}" for path in directories_above(tree)])
        enact(output, Pending(manifest, release, added, replacements, changes.removals, tree), durable)
        others = (*added, *replacements)
        if any(move.path.startswith(f"{PUBLIC}/") for move in others):
            identities = {}
        left = identity_of(os.lstat(place(output, MANIFEST)))
        return Carried(identities, left if is_same_file(ours, left) else b"")
    except BaseException:
        # What cannot be put right now is put right by the next build: the record is there.
        with suppress(ReleaseError):
            recover(output)
        raise


def _together(output: str, additions: Sequence[Placed]) -> tuple[Sequence[Placed], Sequence[Placed]]:
    """The files to put in place each alone, and those that come with the whole directory: where there is none yet."""
    if is_there(place(output, PUBLIC)):
        return additions, ()
    inside = [file.path.startswith(f"{PUBLIC}/") for file in additions]
    if all(inside):
        return (), additions
    return (
        [file for file, within in zip(additions, inside, strict=True) if not within],
        [file for file, within in zip(additions, inside, strict=True) if within],
    )


@dataclass(frozen=True, slots=True)
class _Staging:
    """Where the files of the release in `output` are written before they get their places."""

    output: str
    set_mode: bool
    listener: Listener
    durable: bool

    def stage(self, files: Sequence[Placed], prefix: str) -> tuple[Move, ...]:
        moves = []
        for number, file in enumerate(files):
            staged = f"{STAGING}/{prefix}{number}"
            self.write(staged, file.content, file.path)
            moves.append(Move(staged, file.path, file.content.digest, file.former))
            if number % _BATCH == 0:
                self.listener(Advanced("commit", min(_BATCH, len(files) - number), file.path))
        return tuple(moves)

    def stage_tree(self, files: Sequence[Placed], jobs: int) -> dict[str, bytes]:
        """Writes files of public/ at their places below a directory that becomes public/; by so many processes.

        Gives their identities, which they keep when it gets its place.
        """
        for directory in sorted(directories_above(file.path for file in files)):
            make_directory(place(self.output, f"{STAGING}/{directory}"))
        count = processes_for(jobs, len(files))
        cuts = ranges(count, [file.content.size for file in files])

        def share(number: int, count: int) -> list[bytes]:
            identities: list[bytes] = []
            for start in range(cuts[number], cuts[number + 1], _BATCH):
                some = files[start : min(start + _BATCH, cuts[number + 1])]
                for file in some:
                    written = self.write(f"{STAGING}/{file.path}", file.content, file.path, anew=True)
                    identities.append(identity_of(written))
                if not number:
                    self.listener(Advanced("commit", len(some), some[-1].path))
            return identities

        identities = [identity for some in shared(share, count) for identity in some]
        self.listener(Advanced("commit", len(files) - cuts[1], ""))
        return dict(zip([file.path for file in files], identities, strict=True))

    def write(self, staged: str, content: Content, path: str, *, anew: bool = False) -> os.stat_result:
        """`anew`: over what another process may have left of it."""
        data = content.at_hand()
        try:
            file = place(self.output, staged)
            if data is not None:
                return write_new(file, (data,), self.set_mode, anew=anew, durable=self.durable)
            else:
                copy = partial(_copy, content)
                return write_new(file, _pieces(content), self.set_mode, anew=anew, copy=copy, durable=self.durable)
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


def _copy(content: Content, descriptor: int) -> bool:
    """As `Content.copy_to`, with such BuildErrors."""
    try:
        return content.copy_to(descriptor)
    except ContentChanged as error:
        raise BuildError(Diagnostic(f"{error.file} changed while it was read; build again")) from error
    except OSError as error:
        if error.filename is None:
            raise
        raise BuildError(Diagnostic(f"cannot read {content.file}: {error.strerror or error}")) from error
