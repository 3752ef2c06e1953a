"""Values for response headers that let a browser refuse what the release did not bring."""

from __future__ import annotations

from collections.abc import Iterable

from assetbuild.runtime.importmap import importmap_json
from assetbuild.runtime.manifest import Manifest

# https://w3c.github.io/webappsec-subresource-integrity/#integrity-policy-section
DESTINATIONS = ("script", "style")
_IN_KEYS = "abcdefghijklmnopqrstuvwxyz0123456789_-.*"


def importmap_source(manifest: Manifest) -> str:
    """What allows the inline import map in a Content-Security-Policy, under script-src: "'sha256-…'", quotes and all.

    It is of the text that `javascript_importmap_tags` prints, under the manifest's base URL, whatever the attributes.
    """
    return manifest.once(_importmap_source)


def integrity_policy(
    destinations: Iterable[str] = ("script",), endpoints: Iterable[str] = (), *, enforce: bool = False
) -> tuple[str, str]:
    """The name and the value of the header that asks for integrity on all scripts of a page, or "style" sheets too.

    `endpoints` are names that a Reporting-Endpoints header gives URLs. The header only reports, unless `enforce`.
    Raises ValueError for another destination, none, or what is no name of an endpoint.
    """
    wanted, names = list(destinations), list(endpoints)
    for destination in wanted:
        if destination not in DESTINATIONS:
            raise ValueError(f"an integrity policy is for {' and '.join(DESTINATIONS)}, not {destination!r}")
    if not wanted:
        raise ValueError("an integrity policy for nothing")
    for name in names:
        if not name or name.strip(_IN_KEYS) or not (name[0].isalpha() or name[0] == "*"):
            raise ValueError(f"the name of a reporting endpoint is made of a-z, 0-9, '_', '-', '.' and '*': {name!r}")
    value = f"blocked-destinations=({' '.join(wanted)})"
    if names:
        value += f", endpoints=({' '.join(names)})"
    return ("Integrity-Policy" if enforce else "Integrity-Policy-Report-Only"), value


def _importmap_source(manifest: Manifest) -> str:
    from base64 import b64encode
    from hashlib import sha256

    digest = sha256(manifest.once(importmap_json).encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
