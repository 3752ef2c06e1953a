"""The same look-up table in the formats of other tools, for programs that read those already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from assetbuild.media import CSS, JAVASCRIPT

Assets = Mapping[str, Mapping[str, Any]]

_ENTRIES = frozenset({CSS, JAVASCRIPT})


def foreign_manifests(assets: Assets, formats: Iterable[str]) -> dict[str, tuple[str, bytes]]:
    """By the name of each format ("django", "vite", "flat"): the file below the release directory, and its bytes.

    `assets` is as in manifest.json.
    """
    return {name: (FILES[name], _dump(_MAKERS[name](assets))) for name in sorted(formats)}


def _dump(document: Mapping[str, Any]) -> bytes:
    # In ASCII: some of their readers open files in the encoding of the locale.
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _django(assets: Assets) -> dict[str, Any]:
    """staticfiles.json, version 1.1, of Django's ManifestStaticFilesStorage, with the hash that it would give it."""
    paths = {path: entry["file"] for path, entry in sorted(assets.items())}
    # Django's own is of the list of pairs as json.dumps spells it.
    pairs = json.dumps(sorted(paths.items())).encode()
    digest = hashlib.md5(pairs, usedforsecurity=False).hexdigest()
    return {"paths": paths, "version": "1.1", "hash": digest[:12]}


def _vite(assets: Assets) -> dict[str, Any]:
    """Vite's manifest: chunks by their source, with the chunks and files they need (vite.dev, Backend Integration).

    Every script and style sheet counts as an entry: a template may name any of them.
    """
    return {path: _chunk(path, entry, assets) for path, entry in assets.items()}


def _chunk(path: str, entry: Mapping[str, Any], assets: Assets) -> dict[str, Any]:
    chunk: dict[str, Any] = {"file": entry["file"], "src": path}
    if entry["type"] in _ENTRIES:
        chunk["isEntry"] = True
    scripts = entry["type"] == JAVASCRIPT
    for key in ("imports", "dynamicImports"):
        if scripts and entry.get(key):
            chunk[key] = list(entry[key])
    if entry.get("assets"):
        chunk["assets"] = [assets[target]["file"] for target in entry["assets"]]
    return chunk


def _flat(assets: Assets) -> dict[str, Any]:
    return {path: entry["file"] for path, entry in assets.items()}


FILES = {"django": "staticfiles.json", "flat": "flat.json", "vite": ".vite/manifest.json"}
_MAKERS: dict[str, Callable[[Assets], dict[str, Any]]] = {"django": _django, "flat": _flat, "vite": _vite}
