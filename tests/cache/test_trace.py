"""A trace is used only while everything that its job asked would be answered the same."""

from __future__ import annotations

import json

import pytest

from assetbuild.cache.trace import KEPT, Trace, recall, remember
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content, Origin, Reference

SOURCE = Content.of(b"source")


class Memory:
    """A cache in memory."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.values.get(key)

    def put(self, key: str, value: bytes) -> None:
        self.values[key] = value

    def close(self) -> None:
        pass


def trace(text: bytes = b"made", **files: str | None) -> Trace:
    origin = Origin("a.scss", 1, 2)
    reference = Reference(0, 1, "asset", "x", "x", "?q", origin, True)
    asset = Asset("a.css", "text/css", Content.of(text), (reference,), "a.scss")
    told = Diagnostic("careful", "a.scss", 1, 2, 3, "source", "hint", "warning")
    return Trace(files, {"x.scss": None}, (asset,), (told,))


def everything(files: object, logical: object) -> bool:
    return True


def test_what_was_remembered_is_recalled_whole() -> None:
    cache = Memory()
    remember(cache, "k", trace(a="1", b=None), SOURCE)
    assert recall(cache, "k", everything, SOURCE) == trace(a="1", b=None)
    assert recall(cache, "other", everything, SOURCE) is None


def test_a_trace_that_does_not_hold_is_passed_over() -> None:
    cache = Memory()
    remember(cache, "k", trace(b"old", a="1"), SOURCE)
    remember(cache, "k", trace(b"new", a="2"), SOURCE)
    found = recall(cache, "k", lambda files, logical: files["a"] == "1", SOURCE)
    assert found is not None
    assert found.assets[0].content.read() == b"old"
    assert recall(cache, "k", lambda files, logical: False, SOURCE) is None


def test_paths_that_were_not_there_are_asked_for_again() -> None:
    cache = Memory()
    remember(cache, "k", trace(a=None), SOURCE)
    asked = []
    recall(cache, "k", lambda files, logical: bool(asked.append((dict(files), dict(logical)))), SOURCE)
    assert asked == [({"a": None}, {"x.scss": None})]


def test_only_so_many_traces_are_kept_the_last_first() -> None:
    cache = Memory()
    for number in range(KEPT + 3):
        remember(cache, "k", trace(a=str(number)), SOURCE)
    assert len(json.loads(cache.values["trace/k"])[1]) == KEPT
    found = recall(cache, "k", everything, SOURCE)
    assert found is not None
    assert found.files == {"a": str(KEPT + 2)}


def test_the_source_itself_is_not_kept_a_second_time() -> None:
    cache = Memory()
    remember(cache, "k", trace(b"source"), SOURCE)
    assert list(cache.values) == ["trace/k"]
    found = recall(cache, "k", everything, SOURCE)
    assert found is not None
    assert found.assets[0].content is SOURCE


def test_a_content_that_is_lost_or_damaged_is_a_miss() -> None:
    cache = Memory()
    remember(cache, "k", trace(), SOURCE)
    name = next(name for name in cache.values if name.startswith("content/"))
    cache.values[name] = b"damaged"
    assert recall(cache, "k", everything, SOURCE) is None
    del cache.values[name]
    assert recall(cache, "k", everything, SOURCE) is None


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xff",
        b"1",
        b"null",
        b"[]",
        b"[1]",
        b"[1, 2]",
        b"[1, []]",
        b"[2, [3]]",
        b'[2, [{"files": [], "logical": {}, "assets": [[]], "diagnostics": []}]]',
        b'[2, [{"files": {}, "logical": {}, "assets": [["a", "b", "c", [[1]], "d"]], "diagnostics": []}]]',
        b'[2, [{"files": {}, "logical": {}, "assets": [], "diagnostics": [5]}]]',
    ],
)
def test_what_is_no_trace_is_a_miss(value: bytes) -> None:
    cache = Memory()
    cache.values["trace/k"] = value
    assert recall(cache, "k", everything, SOURCE) is None
    remember(cache, "k", trace(), SOURCE)
    assert recall(cache, "k", everything, SOURCE) == trace()
