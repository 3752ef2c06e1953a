"""A finder of the published files of a release, for development."""

from __future__ import annotations

import os
from collections.abc import Sequence

from django.contrib.staticfiles.finders import BaseFinder, searched_locations
from django.core.exceptions import SuspiciousFileOperation
from django.utils._os import safe_join

from assetbuild.runtime.django.current import release_storage
from assetbuild.runtime.errors import ManifestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ReleaseFinder(BaseFinder):
    """Lets `manage.py runserver`, and what else serves by the finders, serve the release: its files are found under
    their published names. It lists nothing, because what finders list are sources."""

    def find(self, path: str, find_all: bool = False, **options: Any) -> str | Sequence[str]:
        """The file path of the file `path` below public/, or a list of it; an empty list if there is none."""
        found = self._found(path)
        if found is None:
            return []
        return [found] if options.get("all", find_all) else found  # "all": its name before Django 5.2

    def list(self, ignore_patterns: Any) -> Any:
        """Nothing."""
        return iter(())

    def check(self, **options: Any) -> Sequence[Any]:
        """Nothing: the release is checked whether or not there is a finder."""
        return []

    def _found(self, path: str) -> str | None:
        storage = release_storage()
        try:
            public = os.path.join(storage.release_directory, "public") if storage else None
        except ManifestError:
            return None
        if public is None:
            return None
        if public not in searched_locations:
            searched_locations.append(public)
        try:
            found: str = safe_join(public, path)
        except SuspiciousFileOperation:
            return None
        return found if os.path.isfile(found) else None
