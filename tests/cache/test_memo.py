"""A memo gives what was put for the same thing, and forgets what nobody asks for."""

from __future__ import annotations

import pytest

from assetbuild.cache.memo import Memo


class Store:
    """A cache in memory."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.puts = 0

    def get(self, key: str) -> bytes | None:
        return self.values.get(key)

    def put(self, key: str, value: bytes) -> None:
        self.values[key] = value
        self.puts += 1

    def close(self) -> None:
        pass


@pytest.fixture
def store() -> Store:
    """A cache that holds one memo with two records."""
    store = Store()
    memo = Memo(store, "k")
    memo.put("a", "1", ["x", 2])
    memo.put("b", "1", [])
    memo.save()
    return store


def test_a_record_is_found_for_what_it_was_put_for_alone(store: Store) -> None:
    memo = Memo(store, "k")
    assert memo.find("a", "1") == ["x", 2]
    assert memo.find("b", "1") == []
    assert memo.find("a", "2") is None
    assert memo.find("c", "1") is None
    assert Memo(store, "other").find("a", "1") is None


def test_what_is_unchanged_is_not_written_again(store: Store) -> None:
    memo = Memo(store, "k")
    memo.find("a", "1")
    memo.find("b", "1")
    memo.save()
    assert store.puts == 1


def test_what_nobody_asked_for_is_forgotten(store: Store) -> None:
    memo = Memo(store, "k")
    memo.find("a", "1")
    memo.find("b", "2")
    memo.save()
    later = Memo(store, "k")
    assert later.find("a", "1") == ["x", 2]
    assert later.find("b", "1") is None


def test_names_may_be_anything(store: Store) -> None:
    memo = Memo(store, "k")
    memo.put("caf\u00e9 \udcff\n", "1", ["\ud800"])
    memo.save()
    assert Memo(store, "k").find("caf\u00e9 \udcff\n", "1") == ["\ud800"]


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b"1", b"\xff", b'{"a": 1}', b'{"a": ["1"]}', b'{"a": {"1": 2}}'])
def test_a_damaged_memo_is_an_empty_one(store: Store, value: bytes) -> None:
    store.values["memo/k"] = value
    assert Memo(store, "k").find("a", "1") is None
