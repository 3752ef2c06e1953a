"""Which release the settings name."""

from __future__ import annotations

from django.conf import STATICFILES_STORAGE_ALIAS
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InvalidStorageError, storages

from assetbuild.runtime.django.storage import ReleaseStorage
from assetbuild.runtime.manifest import Manifest


def release_storage() -> ReleaseStorage | None:
    """The storage of the static files, if that is a ReleaseStorage."""
    try:
        storage = storages[STATICFILES_STORAGE_ALIAS]
    except InvalidStorageError:
        return None
    return storage if isinstance(storage, ReleaseStorage) else None


def release_manifest() -> Manifest:
    """The manifest of that storage. Raises ManifestError, ImproperlyConfigured."""
    storage = release_storage()
    if storage is None:
        raise ImproperlyConfigured(
            'no release to look assets up in: let STORAGES["staticfiles"] be {"BACKEND": '
            '"assetbuild.runtime.django.ReleaseStorage", "OPTIONS": {"manifest": "build/release/manifest.json"}}'
        )
    return storage.manifest
