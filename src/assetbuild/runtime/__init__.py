"""What a run-time process imports: a reader of the manifest, on the standard library alone."""

from __future__ import annotations

from assetbuild.runtime.errors import AssetNotFound, ManifestError
from assetbuild.runtime.manifest import Encoding, Entry, Manifest

__all__ = ["AssetNotFound", "Encoding", "Entry", "Manifest", "ManifestError"]
