"""System checks: whether the release is there, whole, for this deploy, and as new as its sources."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  (Django's own name)

from assetbuild.runtime.django.current import release_storage
from assetbuild.runtime.django.finders import ReleaseFinder
from assetbuild.runtime.django.storage import ReleaseStorage
from assetbuild.runtime.document import SCHEMA, read_outline
from assetbuild.runtime.errors import ManifestError
from assetbuild.runtime.location import located, read
from assetbuild.runtime.manifest import Manifest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MISSING = "assetbuild.E001"
DAMAGED = "assetbuild.E002"
OTHER_DEPLOY = "assetbuild.E003"
STALE = "assetbuild.W001"
NOT_FOUND = "assetbuild.W002"

_BUILD = "Run `manage.py assetbuild build`, or name the right manifest in the OPTIONS of STORAGES['staticfiles']."
_DEPLOY = "Run `manage.py assetbuild build`, and deploy the release whole."
_AGREE = "Build and run with the same version of assetbuild, and for the same base URL."
_FIND = "Add 'assetbuild.runtime.django.ReleaseFinder' to STATICFILES_FINDERS, or silence this check."
_STALE = "Run `manage.py assetbuild build`. Where the times of files mean nothing, silence this check."


def check_release(app_configs: Any = None, **options: Any) -> list[CheckMessage]:
    """Nothing, unless the storage of the static files is a ReleaseStorage."""
    storage = release_storage()
    if storage is None:
        return []
    wrong = _unusable(storage)
    return [wrong] if wrong else [*_stale(storage), *_not_found(storage)]


def _unusable(storage: ReleaseStorage) -> Error | None:
    try:
        location = located(storage.manifest_location)
        data = read(location)
    except ManifestError as error:
        return Error(str(error), hint=_BUILD, id=MISSING)
    name = str(location)
    try:
        document = read_outline(data, name)
    except ManifestError as error:
        if _is_of_another_schema(data):
            return Error(str(error), hint=_AGREE, id=OTHER_DEPLOY)
        return Error(str(error), hint=_DEPLOY, id=DAMAGED)
    try:
        Manifest(document, name=name).check()
    except ManifestError as error:
        return Error(str(error), hint=_DEPLOY, id=DAMAGED)
    try:
        Manifest(document, storage.base_url, name)
    except ManifestError as error:
        return Error(str(error), hint=_AGREE, id=OTHER_DEPLOY)
    return None


def _is_of_another_schema(data: bytes) -> bool:
    try:
        schema = json.loads(data)["schema"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return False
    return type(schema) is int and schema != SCHEMA


def _stale(storage: ReleaseStorage) -> Iterator[Warning]:
    """One warning if sources that the finders find are newer than the manifest.

    A manifest in a zip archive has no time, and one unpacked from an archive that assetbuild wrote has the time 0.
    """
    location = located(storage.manifest_location)
    if not isinstance(location, str | os.PathLike):
        return
    built = os.stat(location).st_mtime_ns
    if built == 0:
        return
    newer = sorted(name for name, file in _sources() if os.stat(file).st_mtime_ns > built)
    if newer:
        others = f" and {len(newer) - 1} more" if len(newer) > 1 else ""
        text = f"The release is older than its sources: {newer[0]!r}{others} changed since it was built."
        yield Warning(text, hint=_STALE, id=STALE)


def _not_found(storage: ReleaseStorage) -> Iterator[Warning]:
    """One warning if `runserver` is to serve the release, by the finders, and none of them is ours."""
    if not settings.DEBUG or not apps.is_installed("django.contrib.staticfiles"):
        return
    if apps.is_installed("whitenoise.runserver_nostatic") or storage.base_url != settings.STATIC_URL:
        return
    if not any(isinstance(finder, ReleaseFinder) for finder in get_finders()):
        text = "runserver answers 404 for the files of the release: no finder finds them."
        yield Warning(text, hint=_FIND, id=NOT_FOUND)


def _sources() -> Iterator[tuple[str, str]]:
    """The names and file paths of what the finders list, as collectstatic would ask them."""
    staticfiles = apps.app_configs.get("staticfiles")
    ignored = staticfiles.ignore_patterns if staticfiles else []
    for finder in get_finders():
        for path, storage in finder.list(ignored):
            try:
                file = storage.path(path)
            except NotImplementedError:  # not on this machine
                continue
            if os.path.isfile(file):
                yield "/".join(filter(None, (getattr(storage, "prefix", None), path))), file
