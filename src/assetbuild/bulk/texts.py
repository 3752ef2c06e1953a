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
from assetbuild.bulk.ahead import Ahead
from assetbuild.bulk.arena import LARGEST_KEPT, Arena
from assetbuild.cache.index import identity_of
from assetbuild.encodings import UnreadableTextError, is_utf8
from assetbuild.model import Origin
from assetbuild.named_tuple import NamedTuple
from assetbuild.reading import CHUNK
from assetbuild.references import MODULES, find_references, language, svg_words
from assetbuild.references.urls import is_bare, resolve

Found = tuple[int, int, str, str, str]
"""Start, stop, kind, target, suffix: as in `model.Reference`."""
KINDS = frozenset({"import", "dynamic-import", "asset"})

_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


Record = tuple[bytes, bytes, tuple[Found, ...]]

DIGEST, INTEGRITY, IDENTITY = 32, 48, 40
NOT_STAGED = bytes(IDENTITY)
FINGERPRINT = 16


class Part(NamedTuple):
    """What was found: numbers of files; the SHA-256 of each, in this order; the SHA-384; the references by number,
    where there are any; the identity of each as it was staged; whether staging failed.
    """

    numbers: list[int]
    digests: bytes
    integrities: bytes
    references: dict[int, tuple[Found, ...]]
    staged: bytes = b""
    failed: bool = False


class File(NamedTuple):
    """A file to be read: `identity` as it was seen, and whether it is published under a fingerprinted name."""

    number: int
    path: str
    file: str
    identity: bytes
    named: bool


def read_texts(files: Iterable[File], base_url: str, arena: Arena, ahead: Ahead | None) -> Part:
    """What is found in files. What refers to nothing is staged, if that is to be done ahead.

    Not among it are those that are left to the stations.
    """
    numbers: list[int] = []
    digests: list[bytes] = []
    integrities: list[bytes] = []
    references: dict[int, tuple[Found, ...]] = {}
    staged: list[bytes] = []
    failed = False
    for file in files:
        try:
            record, data = _record(file, base_url, ahead)
        except (OSError, ValueError, UnreadableTextError):
            continue
        if record is None:
            continue
        digest, integrity, found = record
        identity = NOT_STAGED
        if found:
            references[file.number] = found
        elif data is not None and file.named and ahead is not None and not failed:
            try:
                identity = ahead.write(fingerprinted(file.path, digest.hex()), data)
            except OSError:
                failed = True
        if data is not None and identity is NOT_STAGED and len(data) <= LARGEST_KEPT:
            arena.put(file.number, data)
        numbers.append(file.number)
        digests.append(digest)
        integrities.append(integrity)
        staged.append(identity)
    known = b"".join(staged) if ahead is not None else b""
    return Part(numbers, b"".join(digests), b"".join(integrities), references, known, failed)


def fingerprinted(path: str, digest: str) -> str:
    """`paths.fingerprinted_name` of one with an extension, no leading dot, and no source map's."""
    dot = path.rfind(".")
    return f"{path[:dot]}-{digest[:FINGERPRINT]}{path[dot:]}"


def _record(seen: File, base_url: str, ahead: Ahead | None) -> tuple[Record | None, bytes | None]:
    """What is found in a file, and its bytes, if they are few or had to be read as a whole."""
    _, path, file, identity, named = seen
    size = int.from_bytes(identity[:8], "little")
    kind = media.media_type(path)
    refers = kind in MODULES
    if not refers and size > (CHUNK if named and ahead is not None else LARGEST_KEPT):
        return _large(file, identity, size), None
    descriptor = os.open(file, _READ)
    try:
        data = os.read(descriptor, size + 1)
        if len(data) != size or identity_of(os.fstat(descriptor)) != identity:
            return None, None
    finally:
        os.close(descriptor)
    references = _references(path, kind, data, base_url) if refers and size else ()
    return None if references is None else (sha256(data).digest(), sha384(data).digest(), references), data


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
    if MODULES[kind] == "svg" and not svg_words.may_refer(data):
        return ()
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
