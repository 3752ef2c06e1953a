"""What a job asked the world and what it made: a cached result holds only while every answer would be the same.

A constructive trace in the words of "Build systems à la carte". Several are kept for one key, because a job's key
(its steps, options and main inputs) does not tell which further files it will read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from assetbuild.cache import Cache
from assetbuild.dataclass import dataclass, field_values
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content
from assetbuild.references.records import whole, whole_record_of

KEPT = 8
FORMAT = 3


@dataclass(frozen=True, slots=True)
class Trace:
    """`files` (paths relative to the configuration) and `logical` paths with the digests found, None: not there."""

    files: Mapping[str, str | None]
    logical: Mapping[str, str | None]
    assets: tuple[Asset, ...]
    diagnostics: tuple[Diagnostic, ...]


Answers = Mapping[str, str | None]


def recall(cache: Cache, key: str, holds: Callable[[Answers, Answers], bool], given: Content) -> Trace | None:
    """The trace under this key that still holds, with all its contents; None where there is none.

    `given` is the content of the source, which is not kept a second time.
    """
    for record in _records(cache, key):
        try:
            if holds(record["files"], record["logical"]):
                return _restored(cache, record, given)
        except (AttributeError, LookupError, TypeError, ValueError):
            continue  # no record of ours
    return None


def remember(cache: Cache, key: str, trace: Trace, given: Content) -> None:
    """Keeps a trace and its contents, save the content of the source, `given`."""
    for asset in trace.assets:
        if asset.content.digest != given.digest:
            cache.put(f"content/{asset.content.digest}", asset.content.read())
    record = {
        "files": dict(trace.files),
        "logical": dict(trace.logical),
        "assets": [_asset_record(asset) for asset in trace.assets],
        "diagnostics": [field_values(diagnostic) for diagnostic in trace.diagnostics],
    }
    records = [record, *(old for old in _records(cache, key) if old != record)][:KEPT]
    cache.put(f"trace/{key}", json.dumps([FORMAT, records], separators=(",", ":")).encode())


def _records(cache: Cache, key: str) -> list[dict[str, Any]]:
    value = cache.get(f"trace/{key}")
    if value is None:
        return []
    try:
        form, records = json.loads(value)
    except (TypeError, ValueError, RecursionError):
        return []
    if form != FORMAT or not isinstance(records, list):
        return []
    return [record for record in records if isinstance(record, dict)]


def _asset_record(asset: Asset) -> list[Any]:
    references = list(map(whole_record_of, asset.references))
    return [asset.path, asset.type, asset.content.digest, references, asset.file]


def _restored(cache: Cache, record: Mapping[str, Any], given: Content) -> Trace | None:
    assets = []
    for path, kind, digest, references, file in record["assets"]:
        content = given if digest == given.digest else _kept(cache, digest)
        if content is None:
            return None
        assets.append(Asset(path, kind, content, tuple(map(whole, references)), file))
    diagnostics = tuple(Diagnostic(*values) for values in record["diagnostics"])
    return Trace(record["files"], record["logical"], tuple(assets), diagnostics)


def _kept(cache: Cache, digest: str) -> Content | None:
    data = cache.get(f"content/{digest}")
    if data is None:
        return None
    content = Content.of(data)
    return content if content.digest == digest else None
