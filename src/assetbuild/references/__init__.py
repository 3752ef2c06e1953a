"""Where assets name one another: one file a language, and the table of them.

A language is a module with four functions over bytes:

    may_refer(data) -> bool                        a sound search: False only if `find` finds nothing
    find(data) -> list[Found]                      every URL that names another asset
    write(data, start, stop, url) -> bytes         the URL as it must be spelled at that place
    source_map_comment(data, found) -> (int, int)  extent of the comment a "source-map" stands in
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Protocol, cast

from assetbuild import media
from assetbuild.model import Origin, Reference
from assetbuild.references.found import Found
from assetbuild.references.urls import resolve

MODULES = {
    media.CSS: "css",
    media.JAVASCRIPT: "javascript",
    media.WEBMANIFEST: "webmanifest",
}


class Language(Protocol):
    """The functions of a language's module."""

    def may_refer(self, data: bytes) -> bool: ...
    def find(self, data: bytes) -> list[Found]: ...
    def write(self, data: bytes, start: int, stop: int, url: str) -> bytes: ...
    def source_map_comment(self, data: bytes, found: Found) -> tuple[int, int]: ...


def source_map_comment(kind: str, data: bytes, reference: Reference) -> tuple[int, int]:
    """Where the comment begins and ends that a "source-map" reference stands in, in a text of this media type."""
    spoken = language(kind)
    assert spoken is not None
    found = Found(reference.start, reference.stop, reference.kind, reference.written)
    return spoken.source_map_comment(data, found)


def language(kind: str) -> Language | None:
    """The language of a media type, None where its files refer to nothing."""
    name = MODULES.get(kind)
    return cast(Language, importlib.import_module(f"{__name__}.{name}")) if name else None


def find_references(
    path: str,
    kind: str,
    data: bytes,
    base_url: str,
    origin_of: Callable[[int, int], Origin],
) -> tuple[Reference, ...]:
    """The references in the asset at the logical path `path`, sorted by place.

    `origin_of(start, stop)` tells what the author wrote for these bytes. URLs not ours to resolve are left out.
    """
    spoken = language(kind)
    if spoken is None or not spoken.may_refer(data):
        return ()
    references = []
    for found in spoken.find(data):
        module = kind == media.JAVASCRIPT and found.kind in ("import", "dynamic-import")
        target = resolve(found.written, path, base_url, bare=module)
        if target is None:
            continue
        references.append(
            Reference(
                found.start,
                found.stop,
                found.kind,
                found.written,
                target.path,
                target.suffix,
                origin_of(found.start, found.stop),
                optional=target.optional,
            )
        )
    return tuple(references)
