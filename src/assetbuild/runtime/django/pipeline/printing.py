"""What {% stylesheet %} and {% javascript %} print for a package of PIPELINE; for both template languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings

from assetbuild.runtime import tags
from assetbuild.runtime.django.current import release_manifest
from assetbuild.runtime.errors import AssetNotFound
from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.packages import PACKAGE_PLACES, package_asset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    # The text of the template of a name with these values. None if it may be missing, and is.
    Rendered = Callable[[str, Mapping[str, Any], bool], str | None]

_TABLES = {"css": "STYLESHEETS", "js": "JAVASCRIPT"}
_TYPES = {"css": "text/css", "js": "text/javascript"}
# Of a package's extra_context: what becomes an attribute of the tag.
_ATTRIBUTES = {"css": ("media", "title", "charset"), "js": ("async", "defer")}


def printed(package: object, kind: str, rendered: Rendered, own_template: str) -> str:
    """The tag for a package, or for a bundle of this name that PIPELINE does not have.

    `own_template` is the name by which a project replaces django-pipeline's template of the tag; it, and the
    `template_name` of a package, get `url`, `type`, `integrity` and what `extra_context` says. Raises AssetNotFound.
    """
    if not isinstance(package, str):
        raise TypeError(f"the name of a package is a string, not {type(package).__name__}")
    manifest = release_manifest().current()
    described = _described(package, kind)
    path = _bundle(manifest, package, described.get("output_filename"), kind)
    extra: Mapping[str, Any] = described.get("extra_context") or {}
    values = {
        **extra,
        "type": _TYPES[kind],
        "url": manifest.url(path),
        "integrity": manifest[path].integrity,
    }
    written = described.get("template_name")
    text = rendered(written or own_template, values, not written)
    if text is not None:
        return text
    own = {name: extra[name] or None for name in _ATTRIBUTES[kind] if name in extra}
    if kind == "css":
        return tags.stylesheet_links(manifest, (path,), own)
    return tags.script_tags(manifest, (path,), {name: bool(value) for name, value in own.items()})


def _described(package: str, kind: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = (getattr(settings, "PIPELINE", None) or {}).get(_TABLES[kind]) or {}
    return table.get(package) or {}


def _bundle(manifest: Manifest, package: str, output: object, kind: str) -> str:
    """The asset of a package: its output_filename, else what the manifest has by that name, else one named like it."""
    if isinstance(output, str):
        return output.removeprefix("./")
    known = manifest.names[package]["assets"] if package in manifest.names else ()
    named = [one for one in known if one.endswith(f".{kind}")]
    found = named[0] if named else package_asset(manifest, package, PACKAGE_PLACES[kind])
    if found is None:
        from assetbuild.runtime.nearest import nearest_names

        raise AssetNotFound(package, nearest_names(f"{package}.{kind}", manifest))
    return found
