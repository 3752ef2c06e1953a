"""WhiteNoise's question which files may be cached for ever."""

from __future__ import annotations

from urllib.parse import unquote

from assetbuild.runtime.django.current import release_manifest
from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.urls import path_of


def is_immutable(path: str, url: str) -> bool:
    """Whether the file served at `url`, a path not percent-encoded, never gets other bytes: so says the manifest.

    For the setting WHITENOISE_IMMUTABLE_FILE_TEST. `path`, its file path, is of no meaning. Raises ManifestError.
    """
    manifest = release_manifest().current()
    base = unquote(path_of(manifest.base_url))
    return url.startswith(base) and url[len(base) :] in manifest.once(_immutable_files)


def _immutable_files(manifest: Manifest) -> frozenset[str]:
    return frozenset(entry.file for entry in manifest.values() if entry.immutable)
