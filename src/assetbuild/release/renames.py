"""Which assets have another file name than in an earlier release: for their own text, or for their references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assetbuild.release.history import releases_in_order
from assetbuild.release.named import current_document, kept_documents

References = ("imports", "dynamicImports", "assets")


def renamed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The assets of the document `after` that `before` has under another name, and for each what it refers to that
    has another name too: none if only its own text or source was changed.
    """
    former, present = before["assets"], after["assets"]
    changed = {path for path in present if former.get(path, {}).get("file") != present[path]["file"]}
    return {path: _causes(present[path], path, changed) for path in sorted(changed) if path in former}


def last_rename(output: str, path: str, after: Mapping[str, Any]) -> tuple[str, tuple[str, ...]] | None:
    """The id of the latest release kept in which the asset has another name than in the document `after`, and the
    causes; None if there is none. Raises ManifestError, OSError.
    """
    documents, _ = kept_documents(output)
    if (current := current_document(output)) is not None:
        documents[current[1]["release"]] = current[1]
    for release in reversed([one for one in releases_in_order(output) if one in documents]):
        changes = renamed(documents[release], after)
        if path in changes:
            return release, changes[path]
    return None


def _causes(entry: Mapping[str, Any], path: str, changed: set[str]) -> tuple[str, ...]:
    named = {other for kind in References for other in entry.get(kind, ())}
    return tuple(sorted((named & changed) - {path}))
