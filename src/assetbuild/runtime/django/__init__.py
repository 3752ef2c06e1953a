"""Django: an app, a storage for static files, template tags, commands and checks, all from one release.

INSTALLED_APPS = ["assetbuild.runtime.django", …]
STORAGES = {…, "staticfiles": {
    "BACKEND": "assetbuild.runtime.django.ReleaseStorage",
    "OPTIONS": {"manifest": BASE_DIR / "build/release/manifest.json"},
}}

docs/django.md tells more. Importing this package reads no settings, so that settings may import from it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from assetbuild.runtime.django.errors import StaticFileNotFound
    from assetbuild.runtime.django.finders import ReleaseFinder
    from assetbuild.runtime.django.immutable import is_immutable
    from assetbuild.runtime.django.storage import ReleaseStorage

__all__ = ["ReleaseFinder", "ReleaseStorage", "StaticFileNotFound", "is_immutable"]

_MODULES = {
    "ReleaseFinder": "finders",
    "ReleaseStorage": "storage",
    "StaticFileNotFound": "errors",
    "is_immutable": "immutable",
}


def __getattr__(name: str) -> Any:
    """The public names, each imported with its first use: Django imports this package before its settings are read."""
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
    return value
