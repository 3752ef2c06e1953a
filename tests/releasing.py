"""Making small releases for the tests of what lies on disk: real assets, names and encodings without a link station."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import brotli
import zstandard

from assetbuild.commit import Committed, commit
from assetbuild.errors import errors_of
from assetbuild.events import Listener, ignore
from assetbuild.model import Content, Encoded, Linked, Publication
from assetbuild.verify import verify

TYPES = {".css": "text/css", ".js": "text/javascript", ".map": "application/json"}
SUFFIXES = {"br": "br", "gzip": "gz", "zstd": "zst"}


def fingerprinted(path: str, fingerprint: str) -> str:
    head, name = os.path.split(path)
    stem, dot, extension = name.partition(".")
    return os.path.join(head, f"{stem}-{fingerprint}{dot}{extension}")


def integrity_of(data: bytes) -> str:
    return f"sha384-{b64encode(hashlib.sha384(data).digest()).decode()}"


def linked(
    path: str,
    content: bytes | Content,
    publication: Publication = "fingerprinted",
    file: str | None = None,
    **fields: tuple[str, ...],
) -> Linked:
    content = content if isinstance(content, Content) else Content.of(content)
    data = content.data if content.data is not None else Path(str(content.file)).read_bytes()
    if file is None:
        named = publication in ("fingerprinted", "private")
        file = fingerprinted(path, content.digest[:16]) if named else path
    media_type = TYPES.get(os.path.splitext(path)[1], "application/octet-stream")
    return Linked(path, file, media_type, content, integrity_of(data), publication, **fields)


def compressed(encoding: str, data: bytes, level: int = 5) -> bytes:
    if encoding == "br":
        return brotli.compress(data, quality=level)
    if encoding == "zstd":
        return zstandard.compress(data, level)
    return gzip.compress(data, level, mtime=0)


def encoded(assets: Iterable[Linked], encodings: Iterable[str], level: int = 5) -> dict[str, tuple[Encoded, ...]]:
    return {
        asset.path: tuple(
            Encoded(name, f"{asset.file}.{SUFFIXES[name]}", Content.of(compressed(name, asset.content.read(), level)))
            for name in encodings
        )
        for asset in assets
        if asset.publication != "private"
    }


def cycle(contents: Mapping[str, str]) -> list[Linked]:
    """Assets named together; `{path}` in a content stands for that asset's file name."""

    def filled(names: Mapping[str, str]) -> dict[str, bytes]:
        return {
            path: re.sub(r"\{(.*?)\}", lambda found: names[found[1]], text).encode() for path, text in contents.items()
        }

    zeros = filled({path: fingerprinted(path, "0" * 16) for path in contents})
    whole = hashlib.sha256(b"".join(len(zeros[it]).to_bytes(8, "big") + zeros[it] for it in sorted(zeros))).digest()
    files = {it: fingerprinted(it, hashlib.sha256(whole + it.encode()).hexdigest()[:16]) for it in contents}
    data = filled(files)
    return [linked(it, data[it], file=files[it], cycle=tuple(sorted(contents))) for it in sorted(contents)]


def current(output: Path) -> dict[str, Any]:
    """The document of manifest.json."""
    found: dict[str, Any] = json.loads((output / "manifest.json").read_bytes())
    return found


def digest_of(file: str, stat: os.stat_result) -> str | None:
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def build(
    output: Path,
    files: Mapping[str, bytes] | None = None,
    *,
    plain: Mapping[str, bytes] | None = None,
    prehashed: Mapping[str, bytes] | None = None,
    private: Mapping[str, bytes] | None = None,
    more: Iterable[Linked] = (),
    encodings: Iterable[str] = (),
    level: int = 5,
    listener: Listener = ignore,
    base_url: str = "/static/",
    durable: bool = False,
) -> Committed:
    assets = [linked(path, data) for path, data in (files or {}).items()]
    assets += [linked(path, data, "plain") for path, data in (plain or {}).items()]
    assets += [linked(path, data, "prehashed") for path, data in (prehashed or {}).items()]
    assets += [linked(path, data, "private") for path, data in (private or {}).items()]
    assets += more
    variants = encoded(assets, encodings, level)
    return commit(assets, variants, str(output), base_url, digest_of, listener, durable=durable)


def tree(output: Path) -> dict[str, bytes]:
    """Every file below, but the lock."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def stamps(output: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of last change of everything below, directories too."""
    found = {path.relative_to(output).as_posix(): path.stat() for path in [output, *output.rglob("*")]}
    return {path: (it.st_ino, it.st_mtime_ns) for path, it in found.items()}


def faults(output: Path) -> list[str]:
    return [diagnostic.text for diagnostic in errors_of(verify(str(output)).diagnostics)]
