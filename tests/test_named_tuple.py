"""Named tuples of our own making beside those of the standard library."""

from __future__ import annotations

import inspect
import pickle
import typing

import pytest

from assetbuild import named_tuple
from assetbuild.references.urls import Target


class Ours(named_tuple.NamedTuple):
    """A place."""

    path: str
    size: int = 1
    note: str | None = None

    def doubled(self) -> int:
        return self.size * 2


class Standard(typing.NamedTuple):
    """A place."""

    path: str
    size: int = 1
    note: str | None = None

    def doubled(self) -> int:
        return self.size * 2


def test_it_is_a_tuple_with_names_defaults_and_methods() -> None:
    place = Ours("a", note="b")
    assert place == ("a", 1, "b") == Standard("a", note="b")
    assert place.doubled() == 2
    assert place._replace(size=3) == ("a", 3, "b")
    assert place._asdict() == {"path": "a", "size": 1, "note": "b"}
    assert repr(place) == repr(Standard("a", note="b")).replace("Standard", "Ours")


def test_nothing_tells_it_from_the_standard_one_but_its_name() -> None:
    assert issubclass(Ours, tuple)
    assert Ours.__bases__ == Standard.__bases__
    assert (Ours._fields, Ours._field_defaults) == (Standard._fields, Standard._field_defaults)
    assert (Ours.__doc__, Ours.__module__, Ours.__qualname__) == ("A place.", __name__, "Ours")
    assert inspect.signature(Ours).parameters.keys() == inspect.signature(Standard).parameters.keys()
    assert Ours.__annotations__.keys() == Standard.__annotations__.keys()


def test_it_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(Target("a.css", "?b"))) == Target("a.css", "?b")


def test_a_field_that_is_missing_is_an_error() -> None:
    with pytest.raises(TypeError):
        Ours()  # type: ignore[call-arg]
