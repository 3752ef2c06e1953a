"""Dropping old releases, and the files that only they name."""

from __future__ import annotations

import os
from hashlib import sha256

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic, ReleaseError, UsageError
from assetbuild.release.disk import cannot_write, is_there, make_directory
from assetbuild.release.history import releases_in_order
from assetbuild.release.layout import MANIFEST, STAGING, manifest_copy, place
from assetbuild.release.lock import locked
from assetbuild.release.named import Document, current_document, files_named, kept_documents
from assetbuild.release.pending import Pending, enact, recover
from assetbuild.runtime.manifest import ManifestError


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`releases` are the ids dropped, oldest first; `files` and `bytes` count what was removed, manifests apart."""

    releases: tuple[str, ...]
    files: int
    bytes: int


def clean(output: str, keep: int, durable: bool = False) -> Cleaned:
    """Drop all releases but the last `keep`; that of manifest.json stays, wherever it comes in the order.
    `durable` as in `pending.enact`.

    A file stays if any release that stays names it. Files that no manifest names are not touched: `verify`
    tells of them. Raises UsageError if `keep` is less than 1, ReleaseError if there is no release, a manifest is
    damaged (its files are not known then), another build holds the directory, or a file cannot be removed;
    OSError if it cannot be told whether there is a release.
    """
    if keep < 1:
        raise UsageError(Diagnostic(f"at least one release must be kept, not {keep}"))
    if not is_there(place(output, MANIFEST)):
        raise ReleaseError(Diagnostic(f"no release in {output}", hint="run `assetbuild build`"))
    with locked(output):
        try:
            recover(output)
            return _clean(output, keep, durable)
        except OSError as error:
            raise cannot_write(error) from error


def _clean(output: str, keep: int, durable: bool) -> Cleaned:
    manifest, current, documents = _read(output)
    order = releases_in_order(output)
    staying = {*order[-keep:], current["release"]}
    dropped = tuple(release for release in order if release not in staying)
    if not dropped:
        return Cleaned((), 0, 0)
    needed = {named.path for named in files_named(current)}
    for release in staying & documents.keys():
        needed.update(named.path for named in files_named(documents[release]))
    lost = {named.path for release in dropped for named in files_named(documents[release])} - needed
    sizes = {path: size for path in lost if (size := _size(place(output, path))) is not None}
    # The manifests go first: cut off after them, no manifest names a file that is gone.
    removals = (*map(manifest_copy, dropped), *sorted(sizes))
    make_directory(place(output, STAGING))
    enact(output, Pending(sha256(manifest).hexdigest(), None, removals=removals), durable)
    return Cleaned(dropped, len(sizes), sum(sizes.values()))


def _read(output: str) -> tuple[bytes, Document, dict[str, Document]]:
    try:
        there = current_document(output)
    except ManifestError as error:
        raise ReleaseError(Diagnostic(f"{output}: {error}")) from error
    if there is None:
        raise ReleaseError(Diagnostic(f"no release in {output}", hint="run `assetbuild build`"))
    documents, damaged = kept_documents(output)
    if damaged:
        raise ReleaseError(
            *(
                Diagnostic(
                    f"{place(output, manifest_copy(release))} cannot be read, so nobody knows which files it needs",
                    hint="restore it from a backup, or remove it: `assetbuild verify` then lists its files as extra",
                )
                for release in sorted(damaged)
            )
        )
    return *there, documents


def _size(file: str) -> int | None:
    """The size of what stands there in bytes, None for nothing."""
    try:
        return os.lstat(file).st_size
    except (FileNotFoundError, NotADirectoryError):
        return None
