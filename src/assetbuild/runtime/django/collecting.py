"""The files of a release copied to where the static files are collected."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.core.files import File

from assetbuild.runtime.location import served_from
from assetbuild.runtime.serving.release import read_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from assetbuild.runtime.django.storage import ReleaseStorage

_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Collected:
    """A file below public/, the file path of its original, and whether it had to be copied or linked."""

    name: str
    original: str
    is_new: bool


def collect_release(storage: ReleaseStorage, *, link: bool = False, dry_run: bool = False) -> Iterator[Collected]:
    """Copy what is not there yet, byte for byte, whatever its time; or make links to it.

    That is all files which the current manifest names, encodings too, and those of the earlier releases that are kept:
    pages that are open still ask for them. `dry_run` only tells. Raises ManifestError if the release is not whole,
    OSError.
    """
    release = read_release(served_from(storage.manifest_location), storage.base_url)
    public = os.fsdecode(release.public)
    names = {name for it in release.files.values() for name in (it.file, *(variant.file for variant in it.variants))}
    for name in sorted(names):
        original = os.path.join(public, *name.split("/"))
        is_new = not _is_there(storage.path(name), original, link)
        if is_new and not dry_run:
            _put(storage, name, original, link)
        yield Collected(name, original, is_new)


def drop_links(storage: ReleaseStorage, sources: Mapping[str, tuple[Any, str]]) -> None:
    """Remove the links to sources that Django's own collectstatic --link makes. `sources` as it finds them: the name,
    and the storage and path of the original."""
    for name, (source_storage, path) in sources.items():
        target = storage.path(name)
        if os.path.islink(target) and os.readlink(target) == source_storage.path(path):
            os.unlink(target)


def _is_there(target: str, original: str, link: bool) -> bool:
    if os.path.realpath(target) == os.path.realpath(original):
        # Either a link, or the release is collected into itself.
        return link or not os.path.islink(target)
    if link or os.path.islink(target):
        return False
    return os.path.isfile(target) and _same_bytes(target, original)


def _same_bytes(one: str, other: str) -> bool:
    if os.path.getsize(one) != os.path.getsize(other):
        return False
    with open(one, "rb") as first, open(other, "rb") as second:
        while piece := first.read(_PIECE):
            if piece != second.read(_PIECE):
                return False
    return True


def _put(storage: ReleaseStorage, name: str, original: str, link: bool) -> None:
    target = storage.path(name)
    if os.path.lexists(target):
        os.unlink(target)
    if link:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(original, target)
    else:
        with open(original, "rb") as content:
            storage._save(name, File(content))  # with the permissions of the storage, as Django saves files
