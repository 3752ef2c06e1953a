"""Plain files as they are read: digest, integrity, the references that are found in them.

What is found is what `references.find_references` finds, in another shape. A file is left to the stations, by None, if
it cannot be read or changes meanwhile, if it is a text that is not UTF-8, and if a reference in it is of another kind
than those that only get another name: a source map, a literal under the base URL, what a worker loads, an import that
is computed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable
from hashlib import sha256, sha384
from stat import S_ISREG
from typing import Any

from assetbuild import media
from assetbuild.cache.records import DIGEST_SIZE, IDENTITY_SIZE, identity_of
from assetbuild.encodings import UnreadableTextError, is_utf8
from assetbuild.model import Origin
from assetbuild.reading import CHUNK
from assetbuild.references import MODULES, find_references, language, svg_words
from assetbuild.references.records import record_of
from assetbuild.references.urls import is_bare, resolve

Found = tuple[int, int, str, str, str]
"""Start, stop, kind, target, suffix: as in `model.Reference`."""
KINDS = frozenset({"import", "dynamic-import", "asset"})

_SOURCE_MAP = b"sourceMappingURL="
is_spelled_as_it_is = re.compile(r"[A-Za-z0-9_./~-]*+").fullmatch
"""Of a URL or a path: nothing in it is an escape, or has to be one."""
_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


Read = tuple[bytes, bytes | None, bytes, bytes]
"""Identity, the bytes, SHA-256, SHA-384: this only of what was read in pieces, of which there are no bytes."""

DIGEST, INTEGRITY, IDENTITY = DIGEST_SIZE, 48, IDENTITY_SIZE
NOT_STAGED = bytes(IDENTITY)
FINGERPRINT = 16


def fingerprinted(path: str, digest: str) -> str:
    """`paths.fingerprinted_name` of one with an extension, no leading dot, and no source map's."""
    dot = path.rfind(".")
    return f"{path[:dot]}-{digest[:FINGERPRINT]}{path[dot:]}"


def read_file(file: str, identity: bytes, whole: bool) -> Read | None:
    """Reads a file; None if it has not this identity, is no regular file, or changes meanwhile. Raises OSError.

    Without an identity it has the one that it is opened with, and somebody looks at it again. If it is not to be read
    as a `whole`, it may be large: then it is read in pieces, and there are no bytes of it.
    """
    descriptor = os.open(file, _READ)
    try:
        if identity:
            seen, size = identity, int.from_bytes(identity[:8], "little")
        else:
            stat = os.fstat(descriptor)
            if not S_ISREG(stat.st_mode):
                return None
            seen, size = identity_of(stat), stat.st_size
        if whole or size <= CHUNK:
            data = os.read(descriptor, size + 1)
            length = len(data)
            found: Read = (seen, data, sha256(data).digest(), b"")
        else:
            length, digest, integrity = _in_pieces(descriptor)
            found = (seen, None, digest, integrity)
        if length != size or (identity and identity_of(os.fstat(descriptor)) != identity):
            return None
        return found
    finally:
        os.close(descriptor)


def _in_pieces(descriptor: int) -> tuple[int, bytes, bytes]:
    """Length, SHA-256 and SHA-384 of a file of any size."""
    digest, integrity = sha256(), sha384()
    length = 0
    while piece := os.read(descriptor, CHUNK):
        digest.update(piece)
        integrity.update(piece)
        length += len(piece)
    return length, digest.digest(), integrity.digest()


def references_in(path: str, kind: str, data: bytes, base_url: str, there: Container[str]) -> tuple[Found, ...] | None:
    """What a text of this media type refers to; None if it is left to the stations. Raises UnreadableTextError.

    A URL that is plainly that of a logical path which is `there` need not be resolved.
    """
    if not is_utf8(data, kind):
        return None
    if MODULES[kind] == "svg" and not svg_words.may_refer(data):
        return ()
    if kind != media.CSS and kind != media.JAVASCRIPT:
        return _of_any_language(path, kind, data, base_url)
    if 0x55 in data and data.find(_SOURCE_MAP) >= 0:
        # Not in the lane if that is in a comment, and else rare: it need not be read here, and once more by a station.
        return None
    spoken = language(kind)
    assert spoken is not None
    scripted = kind == media.JAVASCRIPT
    here = path[: path.rfind("/") + 1]
    references: list[Found] = []
    for start, stop, word, written in spoken.find(data):
        if word not in KINDS:
            return None
        module = scripted and word != "asset"
        if written and is_spelled_as_it_is(written) and (written[0] == "." or not module):
            # Equal to what is resolved: nothing in it is an escape or ends the path, and what is there has no dots.
            base, below = here, written[2:] if written.startswith("./") else written
            while below.startswith("../") and base:
                base, below = base[: base.rfind("/", 0, -1) + 1], below[3:]
            if (target := base + below) in there:
                references.append((start, stop, word, target, ""))
                continue
        if module and is_bare(written):
            continue
        resolved = resolve(written, path, base_url, bare=module)
        if resolved is not None:
            references.append((start, stop, word, resolved[0], resolved[1]))
    return tuple(references)


def to_be_found(path: str, kind: str, data: bytes, base_url: str) -> list[list[Any]] | None:
    """What `plain.Plain` will find in a text that is left to it, where no modules are pinned; None if it will not be
    the one to look there."""
    try:
        found = find_references(path, kind, data, base_url, _nowhere) if is_utf8(data, kind) else None
    except UnreadableTextError:
        return None
    return None if found is None else list(map(record_of, found))


def starts_worker(kind: str, references: Iterable[Found]) -> bool:
    """Whether a text of this media type may start a worker: what that loads decides what becomes of the reference."""
    return kind == media.JAVASCRIPT and any(
        word == "asset" and media.media_type(target) == media.JAVASCRIPT for _, _, word, target, _ in references
    )


def _of_any_language(path: str, kind: str, data: bytes, base_url: str) -> tuple[Found, ...] | None:
    found = find_references(path, kind, data, base_url, _nowhere)
    if any(one.kind not in KINDS for one in found):
        return None
    return tuple([(one.start, one.stop, one.kind, one.target, one.suffix) for one in found])


def _nowhere(start: int, stop: int) -> Origin:
    return Origin("", start, stop - start)
