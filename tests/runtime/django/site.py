"""A site that looks its static files up in a release: settings for it, commands and pages of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.template import Context, Engine
from django.test import override_settings

from assetbuild.runtime.django import ReleaseStorage

urlpatterns: list[Any] = []

LIBRARIES = {
    "assetbuild": "assetbuild.runtime.django.templatetags.assetbuild",
    "asset_include": "assetbuild.runtime.django.templatetags.asset_include",
    "compress": "assetbuild.runtime.django.compressor.templatetags.compress",
    "pipeline": "assetbuild.runtime.django.pipeline.templatetags.pipeline",
    "static": "django.templatetags.static",
    "shop": "runtime.django.shop_tags",
}


@contextmanager
def site(release: Path | None, static_root: Path | None = None, **options: Any) -> Iterator[ReleaseStorage]:
    """The storage of a site whose release is the directory `release`. `options`: those of the storage, and settings,
    which are in capitals."""
    settings = {key: options.pop(key) for key in list(options) if key.isupper()}
    if release is not None:
        options["manifest"] = release / "manifest.json"
    backend = {"BACKEND": "assetbuild.runtime.django.ReleaseStorage", "OPTIONS": options}
    with override_settings(STORAGES={"staticfiles": backend}, STATIC_ROOT=static_root, **settings):
        from django.core.files.storage import storages

        storage = storages["staticfiles"]
        assert isinstance(storage, ReleaseStorage)
        yield storage


def rendered(text: str, templates: dict[str, str] | None = None, **values: Any) -> str:
    """A page, of which `text` is the template. It may extend and include others by their names."""
    loaders = [("django.template.loaders.locmem.Loader", {"page.html": text, **(templates or {})})]
    engine = Engine(loaders=loaders, libraries=LIBRARIES)
    page: str = engine.get_template("page.html").render(Context(values))
    return page


def command(name: str, *words: str, **options: Any) -> str:
    """What a management command prints."""
    out = io.StringIO()
    call_command(name, *words, stdout=out, **options)
    return out.getvalue()
