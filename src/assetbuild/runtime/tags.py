"""The tags of assets as HTML text, for every template language. What they return is safe to print as it is.

Each takes logical paths and attributes, those named as `html.start_tag` says, and returns one tag a line. Raises
AssetNotFound; TypeError for a name that is no string or an attribute that the tag makes itself; ValueError
for an impossible attribute.

`integrity` True (the default) writes the asset's hash, and crossorigin="anonymous" with it: without CORS a browser
cannot check what comes from another host.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assetbuild.runtime.html import attribute_name, start_tag
from assetbuild.runtime.manifest import Entry, Manifest
from assetbuild.runtime.modules import is_script, static_imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FONT_TYPES = frozenset({"application/vnd.ms-fontobject", "application/font-woff", "application/x-font-ttf"})
# Of a script's own tag: with others a browser would not use what was preloaded.
_SHARED = ("crossorigin", "nonce", "referrerpolicy")


def stylesheet_links(
    manifest: Manifest, names: Iterable[str], attributes: Mapping[str, Any], integrity: bool = True
) -> str:
    """`<link rel="stylesheet" href="…">` for each name; `app` means `app.css` if there is no `app`."""
    own = own_attributes(attributes, "href")
    tags = []
    for name in names:
        path = asset_name(manifest, name, ".css")
        made = {"rel": "stylesheet", "href": manifest.url(path), **_integrity(manifest[path], integrity)}
        tags.append(start_tag("link", made | own))
    return "\n".join(tags)


def script_tags(
    manifest: Manifest,
    names: Iterable[str],
    attributes: Mapping[str, Any],
    integrity: bool = True,
    preloaded: set[str] | None = None,
) -> str:
    """`<script src="…"></script>` for each name; `app` means `app.js` if there is no `app`.

    With type="module", modulepreloads of all static imports come first, but for those in `preloaded`, the modules that
    the page names already; it grows. None: no preloads.
    """
    own = own_attributes(attributes, "src")
    paths = [asset_name(manifest, name, ".js") for name in names]
    tags = []
    if preloaded is not None and str(own.get("type")).strip().lower() == "module":
        preloaded.update(paths)
        imports = dict.fromkeys(target for path in paths for target in static_imports(manifest, path))
        wanted = [path for path in imports if path not in preloaded]
        preloaded.update(wanted)
        shared = {key: value for key, value in own.items() if key in _SHARED}
        tags += [_module_preload(manifest, path, shared, integrity) for path in wanted]
    for path in paths:
        made = {"src": manifest.url(path), **_integrity(manifest[path], integrity)}
        tags.append(start_tag("script", made | own) + "</script>")
    return "\n".join(tags)


def preload_links(
    manifest: Manifest, names: Iterable[str], attributes: Mapping[str, Any], integrity: bool = True
) -> str:
    """`<link rel="preload" href="…" as="…" type="…">` for each name, `as` from the media type.

    With type="module": `<link rel="modulepreload" href="…">`. Whether crossorigin is there is chosen so that the
    browser uses what it preloaded: fonts and fetches always have it, scripts and style sheets as in their own tags.
    """
    own = own_attributes(attributes, "href")
    module = own.get("type") == "module"
    if module:
        del own["type"]
    tags = []
    for name in names:
        path = asset_name(manifest, name)
        if module:
            tags.append(_module_preload(manifest, path, own, integrity))
            continue
        entry = manifest[path]
        destination = own.get("as") or preload_destination(entry.type)
        made: dict[str, Any] = {"rel": "preload", "href": manifest.url(path), "as": destination, "type": entry.type}
        tags.append(start_tag("link", made | _preload_integrity(entry, destination, integrity) | own))
    return "\n".join(tags)


def icon_link(manifest: Manifest, name: str, attributes: Mapping[str, Any]) -> str:
    """`<link rel="icon" href="…" type="…">`."""
    own = own_attributes(attributes, "href")
    path = asset_name(manifest, name)
    return start_tag("link", {"rel": "icon", "href": manifest.url(path), "type": manifest[path].type} | own)


def asset_name(manifest: Manifest, name: str, extension: str = "") -> str:
    """The logical path meant by `name`: itself, or with `extension` if only that is there. Raises TypeError."""
    if not isinstance(name, str):
        raise TypeError(f"the name of an asset is a string, not {type(name).__name__}")
    return name if name in manifest or name + extension not in manifest else name + extension


def preload_destination(media_type: str) -> str:
    """What `as` is for a media type (https://html.spec.whatwg.org/multipage/links.html#link-type-preload)."""
    essence = media_type.partition(";")[0].strip().lower()
    if essence == "text/css":
        return "style"
    if is_script(essence):
        return "script"
    if essence.startswith("font/") or essence in FONT_TYPES:
        return "font"
    if essence.startswith("image/"):
        return "image"
    return "track" if essence == "text/vtt" else "fetch"


def own_attributes(attributes: Mapping[str, Any], *made: str) -> dict[str, Any]:
    """Attributes by their names in HTML. Raises TypeError for one of `made` or `integrity`, which the tag makes itself,
    and for one given twice."""
    own: dict[str, Any] = {}
    for key, value in attributes.items():
        name = attribute_name(key)
        if name.lower() in (*made, "integrity"):
            raise TypeError(f"the attribute {name!r} is made from the asset's name")
        if name in own:
            raise TypeError(f"the attribute {name!r} is given twice")
        own[name] = value
    return own


def _module_preload(manifest: Manifest, path: str, attributes: Mapping[str, Any], integrity: bool) -> str:
    made = {"rel": "modulepreload", "href": manifest.url(path), **_integrity(manifest[path], integrity)}
    return start_tag("link", {**made, **attributes})


def _integrity(entry: Entry, wanted: bool) -> dict[str, str]:
    if not isinstance(wanted, bool):
        raise TypeError("integrity is True or False: the hash is the asset's")
    return {"integrity": entry.integrity, "crossorigin": "anonymous"} if wanted else {}


def _preload_integrity(entry: Entry, destination: str, wanted: bool) -> dict[str, str]:
    checked = _integrity(entry, wanted)
    if destination in ("style", "script"):
        return checked
    return {"crossorigin": "anonymous"} if destination in ("font", "fetch") else {}
