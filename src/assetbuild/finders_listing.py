"""The program that asks Django's finders: prints, as JSON, a list of {directory, prefix, files}.

`files` are the only ones meant below the directory, null for all. Run with DJANGO_SETTINGS_MODULE set.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> None:
    # Whatever the settings print goes to standard error.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    import django
    from django.apps import apps
    from django.contrib.staticfiles.finders import get_finders

    django.setup()
    if not apps.is_installed("django.contrib.staticfiles"):
        sys.exit("'django.contrib.staticfiles' is not in INSTALLED_APPS")
    ignored = apps.get_app_config("staticfiles").ignore_patterns
    found: list[dict[str, Any]] = []
    for finder in get_finders():
        # The release itself is no source of it.
        if not type(finder).__module__.startswith("assetbuild."):
            found += _of(finder, ignored)
    json.dump(found, out)
    out.close()


def _of(finder: Any, ignored: list[str]) -> list[dict[str, Any]]:
    from django.contrib.staticfiles.finders import AppDirectoriesFinder, FileSystemFinder

    if type(finder) is FileSystemFinder:
        return [_directory(root, prefix) for prefix, root in finder.locations]
    if type(finder) is AppDirectoriesFinder:
        return [_directory(finder.storages[app].location, "") for app in finder.apps if app in finder.storages]
    listed: dict[tuple[str, str], list[str]] = {}
    for path, storage in finder.list(ignored):
        location = getattr(storage, "location", None)
        if location is None:
            sys.exit(f"the files that {type(finder).__name__} finds are in no directory")
        listed.setdefault((str(location), getattr(storage, "prefix", None) or ""), []).append(path)
    return [_directory(location, prefix, sorted(files)) for (location, prefix), files in listed.items()]


def _directory(location: str, prefix: str, files: list[str] | None = None) -> dict[str, Any]:
    return {"directory": os.path.abspath(location), "prefix": prefix or "", "files": files}


if __name__ == "__main__":
    main()
