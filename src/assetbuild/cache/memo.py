"""Small facts about many files in one value of the cache: read once, written once, if anything has changed.

A trace costs a row of its own, which is too much for what takes microseconds to find out. A memo holds one record a
name (a logical path), with what the record depends on; whoever asks compares that.
"""

from __future__ import annotations

import json
from typing import Any

from assetbuild.cache import Cache


class Memo:
    """Records by name, JSON values. What was neither found nor put in a build is forgotten by its end."""

    def __init__(self, cache: Cache, key: str) -> None:
        self._cache = cache
        self._key = f"memo/{key}"
        self._former = _records(cache.get(self._key))
        self._present: dict[str, Any] = {}
        self._changed = False

    def find(self, name: str, given: str) -> Any:
        """The record under this name, if it was put for the same `given`, else None."""
        record = self._former.get(name)
        if type(record) is not list or len(record) != 2 or record[0] != given:
            return None
        self._present[name] = record
        return record[1]

    def put(self, name: str, given: str, value: Any) -> None:
        """Keeps a JSON value other than None under this name, which follows from `given`."""
        self._present[name] = [given, value]
        self._changed = True

    def save(self) -> None:
        """Hands what is to be kept to the cache."""
        if self._changed or len(self._present) != len(self._former):
            text = json.dumps(self._present, separators=(",", ":"))
            self._cache.put(self._key, text.encode("utf-8", "surrogatepass"))


def _records(data: bytes | None) -> dict[str, Any]:
    try:
        records = json.loads(data) if data else {}
    except (ValueError, RecursionError):
        return {}
    return records if isinstance(records, dict) else {}
