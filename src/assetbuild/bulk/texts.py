"""Plain files as they are read: digest, integrity, the references that are found in them.

What is found is what `references.find_references` finds, in another shape. A file is left to the stations, by None, if
it cannot be read or changes meanwhile, if it is a text that is not UTF-8, and if a reference in it is of another kind
than those that only get another name: a source map, a literal under the base URL, what a worker loads, an import that
is computed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import sha256, sha384
from typing import NamedTuple

from assetbuild import media
from assetbuild.bulk.arena import LARGEST_KEPT, Arena
from assetbuild.cache.index import identity_of
from assetbuild.encodings import UnreadableTextError, first_fault, recode
from assetbuild.model import Origin
from assetbuild.reading import CHUNK
from assetbuild.references import MODULES, find_references, language
from assetbuild.references.urls import is_bare, resolve

Found = tuple[int, int, str, str, str]
"""Start, stop, kind, target, suffix: as in `model.Reference`."""
KINDS = frozenset({"import", "dynamic-import", "asset"})

_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Text(NamedTuple):
    """A plain file: its SHA-256, its SHA-384, its size, the place of its bytes in the arena (or -1), its references."""

    digest: bytes
    integrity: bytes
    size: int
    place: int
    references: tuple[Found, ...]


Record = tuple[bytes, bytes, int, int, tuple[Found, ...]]


def read_texts(files: Iterable[tuple[str, str, bytes]], base_url: str, arena: Arena) -> list[Record | None]:
    """A record, as in Text, for each logical path, file path and identity; None for those left to the stations."""
    records: list[Record | None] = []
    for path, file, identity in files:
        try:
            records.append(_record(path, file, identity, base_url, arena))
        except (OSError, ValueError, UnreadableTextError):
            records.append(None)
    return records


def _record(path: str, file: str, identity: bytes, base_url: str, arena: Arena) -> Record | None:
    size = int.from_bytes(identity[:8], "little")
    kind = media.media_type(path)
    refers = kind in MODULES
    if size > LARGEST_KEPT and not refers:
        return _large(file, identity, size)
    descriptor = os.open(file, _READ)
    try:
        data = os.read(descriptor, size + 1)
        if len(data) != size or identity_of(os.fstat(descriptor)) != identity:
            return None
    finally:
        os.close(descriptor)
    references = _references(path, kind, data, base_url) if refers and size else ()
    if references is None:
        return None
    return sha256(data).digest(), sha384(data).digest(), size, arena.add(data), references


def _large(file: str, identity: bytes, size: int) -> Record | None:
    """The record of a file without references, of any size, read in pieces."""
    digest, integrity = sha256(), sha384()
    length = 0
    descriptor = os.open(file, _READ)
    try:
        while piece := os.read(descriptor, CHUNK):
            digest.update(piece)
            integrity.update(piece)
            length += len(piece)
        same = length == size and identity_of(os.fstat(descriptor)) == identity
    finally:
        os.close(descriptor)
    return (digest.digest(), integrity.digest(), size, -1, ()) if same else None


def _references(path: str, kind: str, data: bytes, base_url: str) -> tuple[Found, ...] | None:
    if not data.isascii() and (recode(data, kind).data is not data or first_fault(data) is not None):
        return None
    if kind != media.CSS and kind != media.JAVASCRIPT:
        return _of_any_language(path, kind, data, base_url)
    spoken = language(kind)
    assert spoken is not None
    scripted = kind == media.JAVASCRIPT
    references = []
    for start, stop, word, written in spoken.find(data):
        if word not in KINDS:
            return None
        module = scripted and word != "asset"
        if module and is_bare(written):
            continue
        target = resolve(written, path, base_url, bare=module)
        if target is not None:
            references.append((start, stop, word, target[0], target[1]))
    return tuple(references)


def _of_any_language(path: str, kind: str, data: bytes, base_url: str) -> tuple[Found, ...] | None:
    found = find_references(path, kind, data, base_url, _nowhere)
    if any(one.kind not in KINDS for one in found):
        return None
    return tuple([(one.start, one.stop, one.kind, one.target, one.suffix) for one in found])


def _nowhere(start: int, stop: int) -> Origin:
    return Origin("", start, stop - start)
