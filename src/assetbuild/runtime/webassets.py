"""What webassets' tag {% assets %} means where a build has made everything already.

Filters, depends and debug are of no meaning. Bundles that an application registered have the names it gives us.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.tags import asset_name
from assetbuild.runtime.urls import path_of

# What webassets fills in when it writes the file, and the mark before it.
_VERSION = "%(version)s"


def published(
    manifest: Manifest, names: Iterable[object], output: object = None, bundles: Mapping[str, object] | None = None
) -> list[str]:
    """The logical paths of the assets that the body of the tag is printed for.

    That is `output` if it is an asset: as it is written, or below the base URL or "static/". Else it is each name:
    of one of `bundles`, which gives logical paths, or a logical path, from which .css or .js may be missing.
    Raises AssetNotFound, TypeError.
    """
    if isinstance(output, str):
        made = output_asset(manifest, output, manifest.base_url)
        if made is not None:
            return [made]
    return [path for name in flat(names) for path in _meant(manifest, name, bundles or {})]


def output_asset(names: Container[str], output: str, base_url: str) -> str | None:
    """The one of `names`, logical paths, that webassets' `output` was made into; None if there is none."""
    for mark in (".", "-", "_", ""):
        output = output.replace(mark + _VERSION, "")
    below_base = output.removeprefix(path_of(base_url))
    for path in (output, below_base, output.lstrip("/"), output.lstrip("/").removeprefix("static/")):
        if path in names:
            return path
    return None


def _meant(manifest: Manifest, name: str, bundles: Mapping[str, object]) -> list[str]:
    meant = flat([bundles[name]]) if isinstance(name, str) and name in bundles else [name]
    return [asset_name(manifest, asset_name(manifest, path, ".css"), ".js") for path in meant]


def flat(names: Iterable[object]) -> Iterable[str]:
    """The names in lists and tuples of any depth, in order."""
    for name in names:
        if isinstance(name, list | tuple):
            yield from flat(name)
        else:
            yield name  # type: ignore[misc]  # what is no string is told where it is used
