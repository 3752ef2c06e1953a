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

from assetbuild import media
from assetbuild.bulk.arena import LARGEST_KEPT, Arena
from assetbuild.cache.index import identity_of
from assetbuild.encodings import UnreadableTextError, is_utf8
from assetbuild.model import Origin
from assetbuild.reading import CHUNK
from assetbuild.references import MODULES, find_references, language
from assetbuild.references.urls import is_bare, resolve

Found = tuple[int, int, str, str, str]
"""Start, stop, kind, target, suffix: as in `model.Reference`."""
KINDS = frozenset({"import", "dynamic-import", "asset"})

_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


Record = tuple[bytes, bytes, tuple[Found, ...]]

DIGEST, INTEGRITY = 32, 48
Part = tuple[list[int], bytes, bytes, dict[int, tuple[Found, ...]]]
"""Numbers of files; the SHA-256 of each, in this order; the SHA-384; the references by number, where there are any."""


def read_texts(files: Iterable[tuple[int, str, str, bytes]], base_url: str, arena: Arena) -> Part:
    """What is found in files of which number, logical path, file path and identity are known.

    Not among them are those that are left to the stations.
    """
    numbers: list[int] = []
    digests: list[bytes] = []
    integrities: list[bytes] = []
    references: dict[int, tuple[Found, ...]] = {}
    for number, path, file, identity in files:
        try:
            record = _record(number, path, file, identity, base_url, arena)
        except (OSError, ValueError, UnreadableTextError):
            continue
        if record is None:
            continue
        digest, integrity, found = record
        numbers.append(number)
        digests.append(digest)
        integrities.append(integrity)
        if found:
            references[number] = found
    return numbers, b"".join(digests), b"".join(integrities), references


def _record(number: int, path: str, file: str, identity: bytes, base_url: str, arena: Arena) -> Record | None:
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
    arena.put(number, data)
    return sha256(data).digest(), sha384(data).digest(), references


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
    return (digest.digest(), integrity.digest(), ()) if same else None


def _references(path: str, kind: str, data: bytes, base_url: str) -> tuple[Found, ...] | None:
    if not is_utf8(data, kind):
        return None
    if kind != media.CSS and kind != media.JAVASCRIPT:
        return _of_any_language(path, kind, data, base_url)
    spoken = language(kind)
    assert spoken is not None
    scripted = kind == media.JAVASCRIPT
    references: list[Found] = []
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
