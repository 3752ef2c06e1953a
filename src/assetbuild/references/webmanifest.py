"""The images of a web app manifest (W3C Web Application Manifest): JSON, read with the places of its strings.

`icons[].src`, `screenshots[].src`, and `icons[].src` of each of `shortcuts` and `file_handlers`. The addresses of pages
(`start_url`, `scope`, `id`, `shortcuts[].url`) are no assets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from assetbuild.references.found import Found

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.|)*+"|[{}\[\],]|[^\s{}\[\],:"]++')
_BOM = b"\xef\xbb\xbf"

String = tuple[int, int]
"""The extent of a string's inside."""


def may_refer(data: bytes) -> bool:
    """False only if `find` certainly finds nothing."""
    return b'src"' in data or b"\\" in data


def find(data: bytes) -> list[Found]:
    """The images of a manifest, sorted by place: kind "asset", or "inline" for `asset-data:`.

    Empty ones and `data:` URIs are left out. A file that is not JSON in UTF-8 has none.
    """
    try:
        json.loads(data.removeprefix(_BOM).decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return []
    found = []
    for start, stop in set(_images(_tree(data))):
        written = _text(data, (start, stop))
        if written.strip() and written[:5].lower() != "data:":
            inline = written[:11].lower() == "asset-data:"
            found.append(Found(start, stop, "inline" if inline else "asset", written))
    return sorted(found, key=lambda one: one.start)


def write(data: bytes, start: int, stop: int, url: str) -> bytes:
    """What to put between `start` and `stop`, the inside of a string of `data`, for it to mean `url`."""
    # A lone surrogate, which UTF-8 cannot hold, becomes a JSON escape.
    return json.dumps(url, ensure_ascii=False)[1:-1].encode("utf-8", "backslashreplace")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _text(data: bytes, string: String) -> str:
    text: str = json.loads(b'"' + data[string[0] : string[1]] + b'"')
    return text


def _images(manifest: Any) -> Iterator[String]:
    if not isinstance(manifest, dict):
        return
    yield from _sources(manifest.get("icons"))
    yield from _sources(manifest.get("screenshots"))
    for member in ("shortcuts", "file_handlers"):
        for entry in _objects(manifest.get(member)):
            yield from _sources(entry.get("icons"))


def _sources(images: Any) -> Iterator[String]:
    for image in _objects(images):
        if isinstance(image.get("src"), tuple):
            yield image["src"]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _tree(data: bytes) -> Any:
    """The value of a valid JSON text, with the extent of each string in its place, and None for a number or a literal.

    Of equal names in an object the last one counts.
    """
    top: list[Any] = []
    stack: list[Any] = [top]
    names: list[str | None] = [None]
    for match in _TOKEN.finditer(data, len(_BOM) if data.startswith(_BOM) else 0):
        token = match[0]
        container = stack[-1]
        if token in b"}]":
            stack.pop()
            names.pop()
        elif token == b",":
            names[-1] = None
        elif isinstance(container, dict) and names[-1] is None:
            names[-1] = _text(data, (match.start() + 1, match.end() - 1))
        else:
            value: Any = None
            if token == b"{":
                value = {}
            elif token == b"[":
                value = []
            elif token.startswith(b'"'):
                value = (match.start() + 1, match.end() - 1)
            if isinstance(container, dict):
                container[names[-1]] = value
            else:
                container.append(value)
            if isinstance(value, (dict, list)):
                stack.append(value)
                names.append(None)
    return top[0]
