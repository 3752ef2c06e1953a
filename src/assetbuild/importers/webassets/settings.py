"""What is said of the settings of webassets that have nothing to set here."""

from __future__ import annotations

from typing import Final

from assetbuild.errors import Diagnostic
from assetbuild.importers.model import Place

_NOTHING: Final = {
    "cache": "the cache is .assetbuild/",
    "cache_file_mode": "the cache is .assetbuild/",
    "manifest": "each release has its manifest.json",
    "versions": "names are always made of the bytes",
    "url_expire": "names are always made of the bytes: no URL needs a query",
    "expire": "names are always made of the bytes: no URL needs a query",
    "auto_build": "what is served was made by `assetbuild build`, never while it is served",
    "updater": "what has changed is seen by the bytes",
}


def say_setting(into: list[Diagnostic], name: str, value: object, place: Place) -> None:
    """A diagnostic for a setting that is left out, if there is anything to say of it."""
    if name == "debug":
        if value not in (None, False, "False", "false", ""):
            text = "'debug' is left out: a release has the bundles as for production"
            hint = "minify = false leaves scripts and style sheets readable" if value == "merge" else None
            into.append(place.diagnostic(text, hint))
    elif name in _NOTHING:
        into.append(place.diagnostic(f"'{name}' is left out: {_NOTHING[name]}", severity="notice"))
