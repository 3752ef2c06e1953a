"""Which modules a module script brings with it: what a browser would otherwise find out one import after another."""

from __future__ import annotations

from assetbuild.runtime.errors import AssetNotFound, ManifestError
from assetbuild.runtime.manifest import Manifest

SCRIPT_TYPES = frozenset({"text/javascript", "application/javascript", "application/x-javascript"})


def static_imports(manifest: Manifest, name: str) -> tuple[str, ...]:
    """The logical paths of all modules that the script `name` imports statically, itself left out, nearest first.

    Style sheets and data that it imports are left out: what a modulepreload fetches is a script. Raises AssetNotFound,
    and ManifestError if it imports what the manifest does not have.
    """
    known = manifest.once(_known)
    closure = known.get(name)
    if closure is None:
        closure = known[name] = _closure(manifest, name)
    return closure


def is_script(media_type: str) -> bool:
    """Whether JavaScript has this media type."""
    return media_type.partition(";")[0].strip().lower() in SCRIPT_TYPES


def _known(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    return {}


def _closure(manifest: Manifest, name: str) -> tuple[str, ...]:
    found = {name: manifest[name]}
    waiting = [name]
    for importer in waiting:
        for target in found[importer].imports:
            if target in found:
                continue
            try:
                entry = manifest[target]
            except AssetNotFound:
                raise ManifestError(
                    f"the manifest is damaged: {importer!r} imports {target!r}, which it does not have; "
                    "run `assetbuild build` again and deploy the release whole"
                ) from None
            if is_script(entry.type):
                found[target] = entry
                waiting.append(target)
    return tuple(waiting[1:])
