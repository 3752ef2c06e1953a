"""Readers of other systems' configurations, one file each, and the table of them.

A reader is a function `(project) -> Imported`: it reads, and writes nothing. What it could not carry over it says in
diagnostics at the line of the old file; it raises UsageError for a file that it cannot read at all.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from assetbuild.dataclass import dataclass
from assetbuild.importers.model import Imported
from assetbuild.importers.project import Project

Importer = Callable[[Project], Imported]


@dataclass(frozen=True, slots=True)
class System:
    """`function` is "module:name" below this package; `file` the usual place of its configuration, for the help."""

    function: str
    file: str


SYSTEMS: dict[str, System] = {
    "jammit": System("jammit:read", "config/assets.yml"),
    "asset_packager": System("asset_packager:read", "config/asset_packages.yml"),
    "django-assetpackager": System("django_assetpackager:read", "dumpdata.json"),
    "sprockets": System("sprockets:read", "app/assets/config/manifest.js"),
    "propshaft": System("propshaft:read", "config/initializers/assets.rb"),
    "webassets": System("webassets:read", "assets.yml, or MODULE:ENVIRONMENT"),
    "flask-assets": System("webassets:read_flask", "MODULE:APPLICATION, or assets.yml"),
    "importmap": System("importmap:read", "config/importmap.rb"),
    "django-compressor": System("django_compressor:read", "mysite/settings.py"),
    "django-pipeline": System("django_pipeline:read", "mysite/settings.py"),
}


def load(system: str) -> Importer:
    """The importer of this name, one of SYSTEMS."""
    module, _, function = SYSTEMS[system].function.partition(":")
    return cast(Importer, getattr(importlib.import_module(f"{__name__}.{module}"), function))
