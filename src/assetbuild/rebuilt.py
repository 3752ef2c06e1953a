"""Whether a release is what its sources make: a second one, built from nothing, beside it."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Iterator, Mapping
from typing import Any

from assetbuild.errors import Diagnostic
from assetbuild.release.layout import MANIFEST, place
from assetbuild.release.named import TABLES, Document, current_document, files_named
from assetbuild.runtime.manifest import ManifestError


def differences(release: str, rebuilt: str) -> tuple[Diagnostic, ...]:
    """What tells the current release of one directory from that of another, which was built again; both file paths.

    An asset with other bytes, or another name, is told once, by its name, and so is one that only one of them has.
    Variants are compared byte by byte, and the manifests whole. Raises OSError.
    """
    try:
        there, again = current_document(release), current_document(rebuilt)
    except ManifestError as error:
        return (Diagnostic(f"{release}: {error}"),)
    if there is None or again is None:
        return (Diagnostic(f"no release in {release}", hint="run `assetbuild build`"),)
    found = [*_entries(there[1], again[1]), *_files(release, rebuilt, there[1], again[1])]
    if not found and there[0] != again[0]:
        found.append(Diagnostic(f"{MANIFEST} is another one: {_of_manifests(there[1], again[1])}"))
    return tuple(found)


def _entries(there: Document, again: Document) -> Iterator[Diagnostic]:
    for table, _ in TABLES:
        old, new = there.get(table, {}), again.get(table, {})
        for name in sorted({*old, *new}):
            if name not in new:
                yield Diagnostic(f"{name} is in the release, and a new build does not make it")
            elif name not in old:
                yield Diagnostic(f"{name} is not in the release, and a new build makes it")
            elif old[name] != new[name]:
                yield Diagnostic(f"{name} comes out otherwise: {_of_entries(old[name], new[name])}")


def _of_entries(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if (old["file"], old["integrity"]) != (new["file"], new["integrity"]):
        return f"the release has {old['file']}, {old['integrity']}; a new build makes {new['file']}, {new['integrity']}"
    keys = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    return f"another value of {', '.join(keys)} in the manifest"


def _of_manifests(there: Document, again: Document) -> str:
    keys = sorted(key for key in {*there, *again} if there.get(key) != again.get(key))
    return ", ".join(keys) or "the same values in other words"


def _files(release: str, rebuilt: str, there: Document, again: Document) -> Iterator[Diagnostic]:
    """Files of the same name in both, with other bytes."""
    new = {named.path: named for named in files_named(again)}
    for named in sorted(files_named(there), key=lambda one: one.path):
        other = new.get(named.path)
        if other is None or (named.size, named.integrity) != (other.size, other.integrity):
            continue
        file = place(release, named.path)
        # One that is missing is a fault of the release by itself.
        if os.path.isfile(file) and not filecmp.cmp(file, place(rebuilt, named.path), shallow=False):
            yield Diagnostic(f"{named.path} does not have the bytes that a new build makes")
