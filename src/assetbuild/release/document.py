"""From linked and encoded assets to the manifest's document, and to the files that belong to it.

`private` is a key of ours in the document, beside those of schema 1: {logical path: {file, size, integrity,
immutable}} of the files below private/. It is no part of the release's id, and a reader that does not know it
passes it over; without it nobody could tell a private file that belongs from one that does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assetbuild.errors import Diagnostic, ReleaseError
from assetbuild.model import Content, Encoded, Linked
from assetbuild.release.layout import PRIVATE, PUBLIC, directories_above, is_inside
from assetbuild.runtime.manifest import SCHEMA, release_id


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a release needs: `path` below the release directory.

    `fixed`: this name never has other bytes. `variant`: a precompressed one; that of a fixed file may be
    compressed anew, into other bytes that decode to the same, and has no `integrity`. What is not fixed is
    mutable.
    """

    path: str
    content: Content
    fixed: bool
    integrity: str | None

    @property
    def variant(self) -> bool:
        return self.integrity is None


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose file it is: a logical path, and the encoding if it is a precompressed variant of that asset."""

    path: str
    encoding: str | None = None


# Written even when it is empty: whoever recomputes the release's id hashes what stands in the document.
NO_IMPORTMAP: Mapping[str, Any] = {"imports": {}, "scopes": {}}


def release_document(
    linked: Iterable[Linked],
    encoded: Mapping[str, tuple[Encoded, ...]],
    base_url: str,
    importmap: Mapping[str, Any] = NO_IMPORTMAP,
) -> dict[str, Any]:
    """The document of manifest.json, schema 1. `encoded` is by logical path.

    Raises ReleaseError for a logical path taken twice.
    """
    assets: dict[str, dict[str, Any]] = {}
    private: dict[str, dict[str, Any]] = {}
    for asset in linked:
        if asset.publication == "private":
            table, entry = private, _private_entry(asset)
        else:
            table, entry = assets, _entry(asset, encoded.get(asset.path, ()))
        if asset.path in table:
            raise ReleaseError(Diagnostic(f"two assets have the logical path {asset.path!r}"))
        table[asset.path] = entry
    release = release_id(assets, importmap)
    document = {
        "schema": SCHEMA,
        "release": release,
        "base_url": base_url,
        "assets": assets,
        "importmap": dict(importmap),
    }
    if private:
        document["private"] = private
    return document


def wanted_files(linked: Iterable[Linked], encoded: Mapping[str, tuple[Encoded, ...]]) -> dict[str, Wanted]:
    """The files of the release by their path below it.

    Raises ReleaseError, all such in one, for a name that two contents have, that leads out of the release, or
    that is a file and a directory at once.
    """
    wanted: dict[str, Wanted] = {}
    owners: dict[str, _Owner] = {}
    errors: list[Diagnostic] = []

    def want(new: Wanted, owner: _Owner) -> None:
        if not is_inside(new.path):
            errors.append(Diagnostic(f"{new.path!r} is no name of a file inside a release"))
        other = wanted.setdefault(new.path, new)
        first = owners.setdefault(new.path, owner)
        if other.content.digest != new.content.digest:
            errors.append(_clash(new.path, first, owner))

    for asset in linked:
        private = asset.publication == "private"
        fixed = is_immutable(asset)
        directory = PRIVATE if private else PUBLIC
        want(Wanted(f"{directory}/{asset.file}", asset.content, fixed, asset.integrity), _Owner(asset.path))
        for variant in () if private else encoded.get(asset.path, ()):
            owner = _Owner(asset.path, variant.encoding)
            want(Wanted(f"{directory}/{variant.file}", variant.content, fixed, None), owner)
    errors += [
        Diagnostic(f"{path} is an asset's file name and also a directory of other assets", hint="rename one of them")
        for path in sorted(directories_above(wanted) & wanted.keys())
    ]
    if errors:
        raise ReleaseError(*errors)
    return wanted


def is_immutable(asset: Linked) -> bool:
    """Whether the file's name stands for its bytes; that of a private one does if it has its fingerprint."""
    if asset.publication == "private":
        return f"-{asset.content.digest[:16]}" in asset.file
    return asset.publication != "plain"


def _clash(path: str, *owners: _Owner) -> Diagnostic:
    whose = " and ".join(f"'{one.path}'" + (f" as {one.encoding}" if one.encoding else "") for one in owners)
    hint = "rename or exclude one of them"
    encodings = [one.encoding for one in owners if one.encoding]
    if len(encodings) == 1:
        plain = next(one.path for one in owners if not one.encoding)
        hint = f"exclude '{plain}', or leave '{encodings[0]}' out of `encodings`"
    return Diagnostic(f"two assets with different bytes have the file name {path}: {whose}", hint=hint)


def _entry(asset: Linked, variants: tuple[Encoded, ...]) -> dict[str, Any]:
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


def _private_entry(asset: Linked) -> dict[str, Any]:
    entry: dict[str, Any] = {"file": asset.file, "size": asset.content.size, "integrity": asset.integrity}
    if is_immutable(asset):
        entry["immutable"] = True
    return entry
