"""Where assets name one another: one file a language, and the table of them.

A language is a module with three functions over bytes:

    may_refer(data) -> bool                        a sound search: False only if `find` finds nothing
    find(data) -> list[Found]                      every URL that names another asset
    write(data, start, stop, url) -> bytes         the URL as it must be spelled at that place

and where the language has such a thing

    base(data) -> str | None                       the URL that relative ones in the text are relative to
    source_map_comment(data, found) -> (int, int)  extent of the comment that a "source-map" stands in
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from functools import cache
from typing import Protocol, cast

from assetbuild import media
from assetbuild.model import Origin, Reference
from assetbuild.references.found import Found
from assetbuild.references.pins import NO_PINS, Pins
from assetbuild.references.urls import Target, is_bare, is_rooted, resolve

MODULES = {
    media.CSS: "css",
    media.JAVASCRIPT: "javascript",
    media.WEBMANIFEST: "webmanifest",
    "image/svg+xml": "svg",
    "application/xhtml+xml": "svg",
    "text/html": "html",
}


class Language(Protocol):
    """The functions that every language's module has."""

    def may_refer(self, data: bytes) -> bool: ...
    def find(self, data: bytes) -> list[Found]: ...
    def write(self, data: bytes, start: int, stop: int, url: str) -> bytes: ...


class MappedLanguage(Language, Protocol):
    """A language that names its source map in a comment."""

    def source_map_comment(self, data: bytes, found: Found) -> tuple[int, int]: ...


def source_map_comment(kind: str, data: bytes, found: Found | Reference) -> tuple[int, int]:
    """Where the comment begins and ends that a "source-map" stands in, in a text of this media type."""
    spoken = cast(MappedLanguage, language(kind))
    return spoken.source_map_comment(data, Found(found.start, found.stop, found.kind, found.written))


@cache
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
    pins: Pins = NO_PINS,
) -> tuple[Reference, ...]:
    """The references in the asset at the logical path `path`, sorted by place.

    `origin_of(start, stop)` tells what the author wrote for these bytes. URLs not ours to resolve are left out. If
    the text says that relative URLs are relative to another place than its own (`<base href>`), all references are
    "bound": written under the base URL, which is right whatever that place is.
    """
    spoken = language(kind)
    # A finder begins with the search that `may_refer` is.
    everything = spoken.find(data) if spoken else []
    if spoken is None or not everything:
        return ()
    references = []
    beside = _beside(spoken, data, path, base_url)
    scripted = kind == media.JAVASCRIPT
    for found in everything:
        if found.kind == "computed":
            origin = origin_of(found.start, found.stop)
            references.append(Reference(found.start, found.stop, "computed", found.written, "", "", origin))
            continue
        inline = found.kind == "inline"
        if beside is None and not inline and not is_rooted(found.written, base_url):
            continue
        module = scripted and found.kind in ("import", "dynamic-import")
        if module and is_bare(found.written):
            pinned = pins.target(found.written, path)
            target = Target(pinned, "") if pinned is not None else None
        else:
            target = resolve(found.written, beside or path, base_url, bare=module)
        if target is None:
            continue
        references.append(
            Reference(
                found.start,
                found.stop,
                found.kind if beside == path or inline else "bound",
                found.written,
                target.path,
                target.suffix,
                origin_of(found.start, found.stop),
                optional=target.optional,
            )
        )
    return tuple(references)


def _beside(spoken: Language, data: bytes, path: str, base_url: str) -> str | None:
    """The logical path that relative URLs in the asset at `path` are relative to; None if that is no place of ours."""
    base = getattr(spoken, "base", None)
    written = base(data) if base else None
    if written is None:
        return path
    location = re.sub(r"(^|/)(\.\.?)$", r"\1\2/", re.split(r"[?#]", written.strip())[0])
    directory = location[: location.rfind("/") + 1]
    if not directory:
        # The document itself, or a file beside it, unless it is of another scheme.
        return None if ":" in location else path
    target = resolve(directory + "-", path, base_url)
    if target is None or target.path.startswith("../"):
        return None
    if not is_rooted(written, base_url) and target.path.rpartition("/")[0] == path.rpartition("/")[0]:
        return path
    return target.path
