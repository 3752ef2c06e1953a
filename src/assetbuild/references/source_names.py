"""The `sources` of a source map (ECMA-426): the URLs that they are, and how others are put in their place.

A debugger requests the URL of a source whose text is not in the map's `sourcesContent`; with it, the URL is a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from assetbuild.expression import expression
from assetbuild.references.source_map import read, split_guard
from assetbuild.references.urls import encode

# What nobody requests: browsers know no such scheme. Three slashes, so that debuggers show the path as folders.
UNPUBLISHED = "unpublished:///"

_SCHEME = expression(r"[A-Za-z][A-Za-z0-9+.\-]+:")
_DRIVE = expression(r"(?i)(?:file:/*)?[a-z][:|](?=[/\\])")


def source_names(data: bytes) -> dict[str, bool]:
    """Each URL in the `sources` of a map (its JSON bytes) or of its sections, and whether its text is in the map.

    URLs have the `sourceRoot` before them, unless they are absolute. Raises ValueError if the map is broken.
    """
    found: dict[str, bool] = {}
    for one in _maps(read(data)):
        texts = one.get("sourcesContent")
        texts = texts if isinstance(texts, list) else []
        for index, source in enumerate(one["sources"]):
            if isinstance(source, str) and source:
                url = _url(one, source)
                has_text = index < len(texts) and isinstance(texts[index], str)
                found[url] = has_text and found.get(url, True)
    return found


def rename_sources(data: bytes, names: Mapping[str, str]) -> bytes:
    """The map with other URLs for those in `names`, and without `sourceRoot` where it has one of them.

    Raises ValueError if the map is broken.
    """
    document = read(data)
    changed = False
    for one in _maps(document):
        urls = [_url(one, source) if isinstance(source, str) and source else source for source in one["sources"]]
        renamed = [names.get(url, url) if isinstance(url, str) else url for url in urls]
        if renamed != urls:
            one["sources"] = renamed
            one.pop("sourceRoot", None)
            changed = True
    if not changed:
        return data
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return split_guard(data)[0] + text.encode("utf-8", "surrogatepass")


def is_machine_path(url: str) -> bool:
    """Whether it is a path on the machine of whoever made the map: `/home/…`, `file:///…`, `C:\\…`, `\\\\host\\…`."""
    rooted = url.startswith("/") and not url.startswith("//")
    return rooted or url.startswith("\\\\") or url[:5].lower() == "file:" or _DRIVE.match(url) is not None


def has_scheme(url: str) -> bool:
    """Whether it names its own scheme: `webpack:///…`, `https://…`."""
    return _SCHEME.match(url) is not None


def unpublished(path: str) -> str:
    """The URL to name a source by that is at this logical path, and not in the release."""
    return UNPUBLISHED + encode(path.replace("../", ""))


def shortened(paths: Iterable[str]) -> dict[str, str]:
    """Names for machine paths: as many of the last segments of each as it takes to tell them apart.

    What stands before these is of no use to anybody but the machine, and tells of its owner.
    """
    backwards = {path: tuple(reversed(_segments(path))) for path in paths}
    ordered = sorted(set(backwards.values()))
    names = {}
    for index, parts in enumerate(ordered):
        around = ordered[max(0, index - 1) : index] + ordered[index + 1 : index + 2]
        length = 1 + max((_shared(parts, other) for other in around), default=0)
        names[parts] = UNPUBLISHED + encode("/".join(reversed(parts[:length])))
    return {path: names[parts] for path, parts in backwards.items()}


def _maps(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The map itself, or those of its sections: all with a list of sources."""
    sections = document.get("sections")
    inner = [one.get("map") for one in sections if isinstance(one, dict)] if isinstance(sections, list) else []
    for one in (document, *inner):
        if isinstance(one, dict) and isinstance(one.get("sources"), list):
            yield one


def _url(one: Mapping[str, Any], source: str) -> str:
    root = one.get("sourceRoot")
    if not isinstance(root, str) or not root or has_scheme(source) or _DRIVE.match(source):
        return source
    return root + source if root.endswith("/") or source.startswith("/") else f"{root}/{source}"


def _segments(path: str) -> list[str]:
    """Without the scheme, the drive, and what is empty or a dot."""
    path = _DRIVE.sub("", path, count=1)
    path = path[5:] if path[:5].lower() == "file:" else path
    return [part for part in re.split(r"[/\\]", path) if part not in ("", ".", "..")]


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many segments two paths begin with in common."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
