"""Whether a release on disk is what its manifests say: no more, no less, no other bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.release.dangling import dangling_references
from assetbuild.release.disk import read_if_there
from assetbuild.release.expected import expected_files
from assetbuild.release.inspect import cycle_faults, file_faults
from assetbuild.release.layout import (
    HISTORY,
    LOCK,
    MANIFEST,
    PENDING,
    PRIVATE,
    PUBLIC,
    RELEASES,
    STAGING,
    directories_above,
    manifest_copy,
    place,
)
from assetbuild.release.named import Document, current_document, files_named, kept_documents
from assetbuild.release.pending import DamagedRecordError, Pending, read_pending
from assetbuild.release.tree import Tree, tree_of
from assetbuild.runtime.manifest import ManifestError, release_id


@dataclass(frozen=True, slots=True)
class Verified:
    """`diagnostics` are what was found; the release is right if no error is among them.

    `files` and `bytes` count what was checked, of all releases kept; `assets` are those of the current one.
    `directory` is the release directory.
    """

    diagnostics: tuple[Diagnostic, ...]
    files: int = 0
    bytes: int = 0
    assets: int = 0
    release: str | None = None
    directory: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """The manifests: the current one's bytes and document, the other ones kept by id, the ids of damaged ones."""

    data: bytes
    current: Document
    kept: dict[str, Document]
    damaged: tuple[str, ...]
    pending: Pending


def verify(release: str) -> Verified:
    """Check the release directory at this file path, or the one that a manifest at this file path belongs to.

    Everything is hashed again: files of the current release, immutable files of those kept, fingerprints in
    names, decoded variants, the ids of the manifests. Extra files, symbolic links and names that lead nowhere
    are faults. A commit that was cut off is none: a file that it was replacing may have its former bytes or
    the new ones. Nothing is written and no lock is taken: a build at the same moment may show as faults.
    """
    directory = _directory_of(release)
    try:
        found, diagnostics = _read(directory)
    except ManifestError as error:
        return Verified((Diagnostic(f"{directory}: {error}"),), directory=directory)
    except OSError as error:
        return Verified((Diagnostic(f"cannot read {error.filename}: {error.strerror or error}"),), directory=directory)
    if found is None:
        missing = Diagnostic(f"no release in {directory}", hint="run `assetbuild build`")
        return Verified((*diagnostics, missing), directory=directory)
    tree = tree_of(directory)
    diagnostics += _strange(tree)
    diagnostics += _faults_of_manifests(directory, found)
    moves = {move.path: move for move in found.pending.replacements}
    expected, disagreements = expected_files(found.current, found.kept, moves)
    files = [expected[path] for path in sorted(expected)]
    diagnostics += disagreements
    diagnostics += file_faults(directory, tree, files, moves)
    checked: set[tuple[str, ...]] = set()
    for document in (found.current, *found.kept.values()):
        diagnostics += cycle_faults(directory, tree, document, checked)
    diagnostics += _dangling_references(directory, tree, found)
    diagnostics += _extra(tree, found)
    sizes = [tree.files[file.path] for file in files if file.path in tree.files]
    assets, identity = len(found.current["assets"]), found.current["release"]
    return Verified(tuple(diagnostics), len(sizes), sum(sizes), assets, identity, directory)


def _directory_of(release: str) -> str:
    if os.path.isdir(release) or not os.path.exists(release):
        return release
    directory = os.path.dirname(os.path.abspath(release))
    return os.path.dirname(directory) if os.path.basename(directory) == RELEASES else directory


def _read(directory: str) -> tuple[_Found | None, list[Diagnostic]]:
    pending, diagnostics = _pending(directory)
    there = current_document(directory)
    if there is None:
        return None, diagnostics
    kept, damaged = kept_documents(directory)
    kept.pop(there[1]["release"], None)
    diagnostics += [Diagnostic(damaged[it]) for it in sorted(damaged)]
    return _Found(*there, kept, tuple(damaged), pending), diagnostics


def _pending(directory: str) -> tuple[Pending, list[Diagnostic]]:
    nothing = Pending("")
    try:
        pending = read_pending(directory)
    except DamagedRecordError:
        text = f"{place(directory, PENDING)} is damaged; the next build drops it"
        return nothing, [Diagnostic(text, severity="warning")]
    if pending is None:
        return nothing, []
    text = f"a commit or clean in {directory} was cut off, or is under way; the next build finishes or undoes it"
    return pending, [Diagnostic(text, severity="notice")]


def _strange(tree: Tree) -> Iterator[Diagnostic]:
    for path in sorted(tree.strange):
        yield Diagnostic(f"{_shown(path)} is {tree.strange[path]}; a release holds files and directories only")
    for path in sorted(tree.unreadable):
        yield Diagnostic(f"{_shown(path)} cannot be read: {tree.unreadable[path]}")


def _faults_of_manifests(directory: str, found: _Found) -> Iterator[Diagnostic]:
    release = found.current["release"]
    copy = manifest_copy(release)
    if copy not in found.pending.paths():
        data = read_if_there(place(directory, copy))
        if data is None:
            yield Diagnostic(f"{copy} is missing")
        elif data != found.data:
            yield Diagnostic(f"{copy} is not the same as {MANIFEST}")
    yield from _faults_of_document(MANIFEST, found.current, release)
    for it in sorted(found.kept):
        yield from _faults_of_document(manifest_copy(it), found.kept[it], it)


def _faults_of_document(name: str, document: Mapping[str, Any], release: str) -> Iterator[Diagnostic]:
    """What is wrong within one manifest, whatever lies beside it."""
    right = release_id(document["assets"], document.get("importmap"))
    if not right == document["release"] == release:
        yield Diagnostic(f"{name} does not have the id of its assets: they make {right}")
    yield from _dangling(name, document)


def _dangling(name: str, document: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Names of assets that the manifest does not have."""
    assets = document["assets"]
    for path, entry in sorted(assets.items()):
        for key in ("imports", "dynamicImports", "assets"):
            for target in entry.get(key, ()):
                if target not in assets:
                    yield Diagnostic(f"{name}: {path} refers to {target!r}, which is no asset of the release")
    for it, named in sorted(document.get("names", {}).items()):
        for target in named["assets"]:
            if target not in assets:
                yield Diagnostic(f"{name}: the name {it!r} stands for {target!r}, which is no asset of the release")
    importmap = document.get("importmap", {})
    for specifiers in (importmap.get("imports", {}), *importmap.get("scopes", {}).values()):
        for specifier, target in sorted(specifiers.items()):
            if target not in assets:
                yield Diagnostic(f"{name}: the import map gives {specifier!r} {target!r}, which is no asset")


def _dangling_references(directory: str, tree: Tree, found: _Found) -> Iterator[Diagnostic]:
    try:
        yield from dangling_references(directory, found.current, tree.files)
    except OSError as error:
        yield Diagnostic(f"cannot read {error.filename}: {error.strerror or error}")


def _extra(tree: Tree, found: _Found) -> Iterator[Diagnostic]:
    files = {MANIFEST, LOCK, PENDING, HISTORY, *found.pending.paths()}
    files.update(map(manifest_copy, (found.current["release"], *found.kept, *found.damaged)))
    for document in (found.current, *found.kept.values()):
        files.update(named.path for named in files_named(document))
    directories = directories_above(files) | {PUBLIC, PRIVATE, RELEASES, STAGING}
    extra = sorted(tree.files.keys() - files)
    empty = tree.directories - directories - directories_above(extra) - directories_above(tree.strange)
    yield from (Diagnostic(f"{_shown(path)} is extra: no manifest names it") for path in extra)
    for path in sorted(empty - directories_above(empty)):
        yield Diagnostic(f"{_shown(path)} is extra: a directory without files")


def _shown(path: str) -> str:
    """A name from the file system, which may be no UTF-8, as text that can be printed."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
