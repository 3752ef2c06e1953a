"""The manifest's import map as a browser takes it: URLs under the base URL, and the integrity of what they lead to."""

from __future__ import annotations

from collections.abc import Mapping

from assetbuild.runtime.html import start_tag
from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.urls import quoted_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def importmap_json(manifest: Manifest) -> str:
    """The JSON of the import map (https://html.spec.whatwg.org/multipage/webappapis.html#import-maps).

    A specifier or scope that begins with "./" is a logical path: it becomes a URL under the base URL. `integrity` is
    of all scripts and whatever else the map leads to. "<" is escaped, so that the text can stand in a script element.
    """
    import json

    scopes = manifest.importmap.get("scopes", {})
    document: dict[str, Any] = {"imports": _table(manifest, manifest.importmap.get("imports", {}))}
    if scopes:
        document["scopes"] = {_url(manifest, scope): _table(manifest, scopes[scope]) for scope in sorted(scopes)}
    targets = {*manifest.importmap.get("imports", {}).values()}
    targets.update(path for table in scopes.values() for path in table.values())
    if targets:
        document["integrity"] = {manifest.url(path): manifest[path].integrity for path in sorted(targets)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def importmap_tag(manifest: Manifest, attributes: Mapping[str, Any]) -> str:
    """`<script type="importmap">…</script>`, to stand before the first module script of the page."""
    return f"{start_tag('script', {'type': 'importmap', **attributes})}{manifest.once(importmap_json)}</script>"


def _table(manifest: Manifest, table: Mapping[str, str]) -> dict[str, str]:
    return {_url(manifest, specifier): manifest.url(table[specifier]) for specifier in sorted(table)}


def _url(manifest: Manifest, specifier: str) -> str:
    return manifest.base_url + quoted_path(specifier[2:]) if specifier.startswith("./") else specifier
