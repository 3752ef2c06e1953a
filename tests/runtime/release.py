"""Small releases for the tests: manifests made with `dump_manifest`."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from assetbuild.runtime.manifest import dump_manifest, release_id


def record(file: str, media_type: str = "text/css", content: bytes = b"", **more: Any) -> dict[str, Any]:
    integrity = "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()
    return {"file": file, "type": media_type, "size": len(content), "integrity": integrity, "immutable": True, **more}


def document(
    assets: dict[str, Any], base_url: str = "/static/", importmap: dict[str, Any] | None = None
) -> dict[str, Any]:
    made = {"schema": 1, "release": release_id(assets, importmap), "base_url": base_url, "assets": assets}
    return made if importmap is None else {**made, "importmap": importmap}


def write_release(folder: Path, assets: dict[str, Any], **more: Any) -> Path:
    """The path of a manifest.json in `folder`, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "manifest.json"
    path.write_bytes(dump_manifest(document(assets, **more)))
    return path
