"""From linked and encoded assets to the manifest's document, and to the files that belong to it.

Four keys of the document are ours, beside those of schema 1: `private`, {logical path: {file, size, integrity,
immutable}} of the files below private/, and `manifests`, {format: {file, size, integrity}} of the manifests in other
formats beside this one, without which nobody could tell a file that belongs from one that does not; `names` and
`contents` (see `Known`), by which templates of other systems find assets. They are no part of the release's id, and a
reader that does not know them passes them over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha384
from typing import Any

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic, ReleaseError
from assetbuild.integrity import integrity_of
from assetbuild.model import Content, Encoded, Linked
from assetbuild.named_tuple import NamedTuple
from assetbuild.release.layout import PRIVATE, PUBLIC, directories_above, is_inside


class Wanted(NamedTuple):
    """A file that a release needs: `path` below the release directory.

    `fixed`: this name never has other bytes. `variant`: a precompressed one; that of a fixed file may be
    compressed anew, into other bytes that decode to the same, and has no `integrity`. What is not fixed is
    mutable, and may have none.
    """

    path: str
    content: Content
    fixed: bool
    variant: bool
    integrity: str | None = None


Owner = tuple[str, str | None]
"""Whose file it is: a logical path, and the encoding of a precompressed variant of that asset."""


@dataclass(frozen=True, slots=True)
class Known:
    """What else templates may call assets: `names`, {name: {"assets": logical paths, "extra": JSON values}}, and
    `contents`, the logical paths of the sources that a bundle was made of, by its own. As in the manifest.
    """

    names: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    contents: Mapping[str, Sequence[str]] = field(default_factory=dict)


NOTHING_KNOWN = Known()
# Written even when it is empty: whoever recomputes the release's id hashes what stands in the document.
NO_IMPORTMAP: Mapping[str, Any] = {"imports": {}, "scopes": {}}
NO_FILES: Mapping[str, Content] = {}


def release_document(
    linked: Iterable[Linked],
    encoded: Mapping[str, tuple[Encoded, ...]],
    base_url: str,
    importmap: Mapping[str, Any] = NO_IMPORTMAP,
    formats: Iterable[str] = (),
    known: Known = NOTHING_KNOWN,
) -> tuple[dict[str, Any], dict[str, Content]]:
    """The document of manifest.json, schema 1, and the manifests in other formats by their paths below the release.

    `encoded` is by logical path, `formats` as in `foreign_manifests`. Raises ReleaseError for a logical path taken
    twice.
    """
    from assetbuild.release.foreign import foreign_manifests
    from assetbuild.runtime.manifest import SCHEMA, release_id

    assets: dict[str, dict[str, Any]] = {}
    private: dict[str, dict[str, Any]] = {}
    for asset in linked:
        if asset.publication == "private":
            table, entry = private, private_entry(asset)
        else:
            table, entry = assets, entry_of(asset, encoded.get(asset.path, ()))
        if asset.path in table:
            raise ReleaseError(Diagnostic(f"two assets have the logical path {asset.path!r}"))
        table[asset.path] = entry
    release = release_id(assets, importmap)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "release": release,
        "base_url": base_url,
        "assets": assets,
        "importmap": dict(importmap),
    }
    if private:
        document["private"] = private
    document.update(known_members(known))
    foreign = {}
    for name, (file, data) in foreign_manifests(assets, formats).items():
        foreign[file] = Content.of(data)
        integrity = integrity_of(sha384(data).digest())
        document.setdefault("manifests", {})[name] = {"file": file, "size": len(data), "integrity": integrity}
    return document, foreign


def known_members(known: Known) -> dict[str, Any]:
    """The members of the document that say this; none for nothing."""
    members: dict[str, Any] = {}
    if known.names:
        members["names"] = {name: dict(named) for name, named in known.names.items()}
    if known.contents:
        members["contents"] = {path: list(sources) for path, sources in known.contents.items()}
    return members


def wanted_files(
    linked: Iterable[Linked], encoded: Mapping[str, tuple[Encoded, ...]], foreign: Mapping[str, Content] = NO_FILES
) -> dict[str, Wanted]:
    """The files of the release by their path below it. `foreign`: as `release_document` gives them.

    Raises ReleaseError, all such in one, for a name that two contents have, that leads out of the release, or
    that is a file and a directory at once.
    """
    wanted: dict[str, Wanted] = {}
    errors: list[Diagnostic] = []
    linked = list(linked)
    for new, owner in _files(linked, encoded):
        if not is_inside(new.path):
            errors.append(Diagnostic(f"{new.path!r} is no name of a file inside a release"))
        other = wanted.setdefault(new.path, new)
        if other is not new and other.content.digest != new.content.digest:
            first = next(owner for one, owner in _files(linked, encoded) if one.path == new.path)
            errors.append(_clash(new.path, first, owner))
    wanted.update((path, Wanted(path, content, fixed=False, variant=False)) for path, content in foreign.items())
    errors += [
        Diagnostic(f"{path} is an asset's file name and also a directory of other assets", hint="rename one of them")
        for path in sorted(directories_above(wanted) & wanted.keys())
    ]
    if errors:
        raise ReleaseError(*errors)
    return wanted


def _files(linked: Iterable[Linked], encoded: Mapping[str, tuple[Encoded, ...]]) -> Iterator[tuple[Wanted, Owner]]:
    for asset in linked:
        private = asset.publication == "private"
        fixed = is_immutable(asset)
        directory = PRIVATE if private else PUBLIC
        file = f"{directory}/{asset.file}"
        yield Wanted(file, asset.content, fixed, False, asset.integrity), (asset.path, None)
        for variant in () if private else encoded.get(asset.path, ()):
            file = f"{directory}/{variant.file}"
            yield Wanted(file, variant.content, fixed, True), (asset.path, variant.encoding)


def is_immutable(asset: Linked) -> bool:
    """Whether the file's name stands for its bytes; that of a private one does if it has its fingerprint."""
    if asset.publication == "private":
        return f"-{asset.content.digest[:16]}" in asset.file
    return asset.publication != "plain"


def _clash(path: str, *owners: Owner) -> Diagnostic:
    whose = " and ".join(f"'{asset}'" + (f" as {encoding}" if encoding else "") for asset, encoding in owners)
    hint = "rename or exclude one of them"
    encodings = [encoding for _, encoding in owners if encoding]
    if len(encodings) == 1:
        plain = next(asset for asset, encoding in owners if not encoding)
        hint = f"exclude '{plain}', or leave '{encodings[0]}' out of `encodings`"
    return Diagnostic(f"two assets with different bytes have the file name {path}: {whose}", hint=hint)


def entry_of(asset: Linked, variants: tuple[Encoded, ...]) -> dict[str, Any]:
    """The entry of a public asset in the manifest."""
    entry: dict[str, Any] = {
        "file": asset.file,
        "type": asset.type,
        "size": asset.content.size,
        "integrity": asset.integrity,
    }
    if variants:
        entry["encodings"] = {
            variant.encoding: {"file": variant.file, "size": variant.content.size} for variant in variants
        }
    for key, paths in (
        ("imports", asset.imports),
        ("dynamicImports", asset.dynamic_imports),
        ("assets", asset.assets),
        ("cycle", asset.cycle),
    ):
        if paths:
            entry[key] = list(paths)
    if is_immutable(asset):
        entry["immutable"] = True
    if asset.bound:
        entry["bound"] = True
    return entry


def private_entry(asset: Linked) -> dict[str, Any]:
    """The entry of a private asset in the manifest."""
    entry: dict[str, Any] = {"file": asset.file, "size": asset.content.size, "integrity": asset.integrity}
    if is_immutable(asset):
        entry["immutable"] = True
    return entry
