"""Whether the files of a release have the bytes they should."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assetbuild.errors import Diagnostic
from assetbuild.integrity import integrity_of
from assetbuild.reading import open_regular
from assetbuild.release.decoding import CannotDecodeError, decoder
from assetbuild.release.expected import Expected
from assetbuild.release.fingerprints import cycle_fingerprints, fingerprint_in
from assetbuild.release.layout import PRIVATE, PUBLIC, place
from assetbuild.release.pending import Move
from assetbuild.release.tree import Tree

_PIECE = 1 << 20


def file_faults(
    directory: str, tree: Tree, expected: Iterable[Expected], moves: Mapping[str, Move]
) -> Iterator[Diagnostic]:
    """What is wrong with the bytes of these files. Those in `moves` are being replaced: they may have either bytes.

    Only regular files of `tree` are opened, whatever names a manifest holds.
    """
    not_installed: set[str] = set()
    for file in expected:
        size = tree.files.get(file.path)
        try:
            if file.path in moves:
                fault = _fault_under_way(directory, moves[file.path], size)
            elif size is None:
                fault = None if file.path in tree.strange else "is missing"
            elif size != file.size:
                fault = f"has {size} bytes, and the manifest says {file.size}"
            elif file.encoding is None:
                fault = _fault_of_bytes(place(directory, file.path), file)
            else:
                fault = _fault_of_variant(place(directory, file.path), file)
        except ImportError:
            not_installed.add(str(file.encoding))
            continue
        except OSError as error:
            fault = f"cannot be read: {error.strerror or error}"
        if fault is not None:
            yield Diagnostic(f"{file.path} {fault}")
    for encoding in sorted(not_installed):
        yield Diagnostic(
            f"the {encoding} variants were checked by their size only: its library is not installed",
            hint='pip install "assetbuild[build]"',
            severity="warning",
        )


def cycle_faults(
    directory: str, tree: Tree, document: Mapping[str, Any], done: set[tuple[str, ...]]
) -> Iterator[Diagnostic]:
    """What is wrong with the cycles of one manifest. `done` are those checked, by their files; it grows."""
    assets = document["assets"]
    for cycle in sorted({tuple(entry["cycle"]) for entry in assets.values() if entry.get("cycle")}):
        strangers = [path for path in cycle if tuple(assets.get(path, {}).get("cycle", ())) != cycle]
        if strangers or list(cycle) != sorted(set(cycle)):
            yield Diagnostic(f"the members of the cycle {', '.join(cycle)} do not name each other")
            continue
        files = tuple(f"{PUBLIC}/{assets[path]['file']}" for path in cycle)
        # Files missing or of another size are reported as such; the size bounds what is read here.
        whole = all(tree.files.get(file) == assets[path]["size"] for path, file in zip(cycle, files, strict=True))
        if whole and files not in done:
            done.add(files)
            yield from _fingerprint_faults(directory, {path: assets[path]["file"] for path in cycle})
    for path, entry in sorted(assets.items()):
        if path not in entry.get("cycle", (path,)):
            yield Diagnostic(f"{path} names a cycle that it is not a member of")


def _fingerprint_faults(directory: str, files: Mapping[str, str]) -> Iterator[Diagnostic]:
    fingerprints = {path: fingerprint_in(path, file) or "" for path, file in files.items()}
    try:
        contents = {path: _read(place(directory, f"{PUBLIC}/{file}")) for path, file in files.items()}
    except OSError as error:
        yield Diagnostic(f"{error.filename} cannot be read: {error.strerror or error}")
        return
    right = cycle_fingerprints(contents, {path: found for path, found in fingerprints.items() if found})
    for path in sorted(files):
        if fingerprints[path] != right[path]:
            yield Diagnostic(f"{PUBLIC}/{files[path]} does not have the fingerprint {right[path]} of its cycle")


def _fault_of_bytes(path: str, file: Expected) -> str | None:
    sha256, integrity = _hashes(path, file.fingerprinted)
    if integrity != file.integrity:
        return "does not have the bytes of the manifest"
    if not file.fingerprinted:
        return None
    if file.path.startswith(f"{PRIVATE}/"):
        right = f"-{sha256[:16]}" in file.file
    else:
        right = fingerprint_in(file.asset, file.file) == sha256[:16]
    return None if right else f"does not have the fingerprint of its bytes, {sha256[:16]}"


def _fault_of_variant(path: str, file: Expected) -> str | None:
    decode = decoder(str(file.encoding))
    if decode is None:
        return f"has the unknown encoding {file.encoding}"
    digest = hashlib.sha384()
    size = 0
    try:
        with open_regular(path) as stream:
            for piece in decode(stream):
                size += len(piece)
                if size > file.decoded_size:
                    break
                digest.update(piece)
    except CannotDecodeError as error:
        return f"is not {file.encoding}: {error}"
    if size != file.decoded_size or _integrity(digest.digest()) != file.integrity:
        return f"does not decode to the bytes of {file.asset}"
    return None


def _fault_under_way(directory: str, move: Move, size: int | None) -> str | None:
    if size is None:
        return None if move.former is None else "is missing"
    sha256, _ = _hashes(place(directory, move.path), True)
    return None if sha256 in (move.digest, move.former) else "has neither its former bytes nor the new ones"


def _hashes(path: str, both: bool) -> tuple[str, str]:
    """SHA-256 in hex (empty unless `both`), and the integrity."""
    sha256, sha384 = hashlib.sha256(), hashlib.sha384()
    with open_regular(path) as stream:
        while piece := stream.read(_PIECE):
            sha384.update(piece)
            if both:
                sha256.update(piece)
    return sha256.hexdigest() if both else "", _integrity(sha384.digest())


def _read(path: str) -> bytes:
    with open_regular(path) as stream:
        return stream.read(os.fstat(stream.fileno()).st_size)


def _integrity(digest: bytes) -> str:
    return integrity_of(digest)
