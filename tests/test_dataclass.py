"""Dataclasses of our own making beside those of the standard library: nobody can tell them apart."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild import dataclass as ours
from assetbuild.model import Content, Step

CHOICES = [
    {},
    {"eq": False},
    {"slots": True},
    {"frozen": True},
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "eq": False},
]


def made(library: Any, options: dict[str, bool]) -> tuple[type, type]:
    """A class with all that a field can be, and one that inherits from it, by ours or by the standard library."""
    dataclass: Callable[..., Any] = library.dataclass
    field: Callable[..., Any] = library.field

    @dataclass(**options)
    class Thing:
        """Some thing."""

        name: str
        size: int = 1
        parts: list[str] = field(default_factory=list)
        secret: bytes | None = field(default=None, repr=False)
        note: str = field(default="", compare=False)

        LIMIT = 3

        def doubled(self) -> int:
            return self.size * 2

        @property
        def shout(self) -> str:
            return self.name.upper()

    @dataclass(**options)
    class Special(Thing):
        size: int = 7
        extra: str = "more"

        def __repr__(self) -> str:
            return f"special {self.name}"

    return Thing, Special


@pytest.mark.parametrize("options", CHOICES, ids=str)
def test_signature_docstring_and_methods_are_those_of_the_standard_one(options: dict[str, bool]) -> None:
    for one, other in zip(made(ours, options), made(dataclasses, options), strict=True):
        assert str(inspect.signature(one)) == str(inspect.signature(other))
        assert one.__qualname__ == other.__qualname__
        assert one.__module__ == other.__module__
        assert one.__match_args__ == other.__match_args__  # type: ignore[attr-defined]
        assert getattr(one, "__slots__", None) == getattr(other, "__slots__", None)
        assert [field.name for field in dataclasses.fields(one)] == [field.name for field in dataclasses.fields(other)]
        values = one("a"), other("a")
        assert repr(values[0]) == repr(values[1])
        assert [value.doubled() for value in values] == [values[1].size * 2] * 2
        assert [value.shout for value in values] == ["A", "A"]
        assert hasattr(values[0], "__dict__") == hasattr(values[1], "__dict__")


THINGS = st.tuples(
    st.sampled_from(["a", "b"]),
    st.sampled_from([0, 1]),
    st.lists(st.just("x"), max_size=1),
    st.sampled_from([None, b"s"]),
    st.sampled_from(["", "noted"]),
)


@given(st.sampled_from(CHOICES), THINGS, THINGS)
def test_values_are_equal_where_those_of_the_standard_one_are(options: Any, one: Any, other: Any) -> None:
    mine, theirs = made(ours, options)[0], made(dataclasses, options)[0]
    assert (mine(*one) == mine(*other)) == (theirs(*one) == theirs(*other))
    assert repr(mine(*one)) == repr(theirs(*one))
    changed = ours.replace(mine(*one), name="c"), dataclasses.replace(theirs(*one), name="c")
    assert repr(changed[0]) == repr(changed[1])
    assert dataclasses.asdict(mine(*one)) == dataclasses.asdict(theirs(*one))
    assert ours.field_values(mine(*one)) == dataclasses.astuple(theirs(*one))


def test_classes_are_never_equal_to_those_that_inherit_from_them() -> None:
    thing, special = made(ours, {"frozen": True})
    assert thing("a") != special("a")
    assert thing("a", 7) != ("a", 7)


def test_each_value_has_a_default_of_its_own_where_it_is_made() -> None:
    thing, _ = made(ours, {"slots": True})
    first, second = thing("a"), thing("a")
    first.parts.append("x")
    assert second.parts == []


@pytest.mark.parametrize("slots", [False, True])
def test_frozen_values_cannot_be_changed(slots: bool) -> None:
    thing, _ = made(ours, {"frozen": True, "slots": slots})
    value = thing("a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        value.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del value.name
    assert value.name == "a"


def test_frozen_values_are_hashed_by_what_is_compared_and_others_not_at_all() -> None:
    thing, _ = made(ours, {"frozen": True, "slots": True})
    assert hash(thing("a", parts=(), note="x")) == hash(thing("a", parts=(), note="y"))
    with pytest.raises(TypeError, match="unhashable"):
        hash(made(ours, {"slots": True})[0]("a"))
    assert hash(made(ours, {"eq": False})[0]("a"))


def test_missing_and_unknown_values_are_told_as_ever() -> None:
    thing, _ = made(ours, {"frozen": True, "slots": True})
    with pytest.raises(TypeError, match=r"Thing.__init__\(\) missing 1 required positional argument: 'name'"):
        thing()
    with pytest.raises(TypeError, match="unexpected keyword argument 'weight'"):
        ours.replace(thing("a"), weight=3)


def test_frozen_values_go_to_other_processes_and_back() -> None:
    value = Content("0" * 64, 1, b"x")
    assert pickle.loads(pickle.dumps(value)) == value
    assert pickle.loads(pickle.dumps(Step("sass"))) == Step("sass")


def test_what_is_to_happen_after_the_fields_are_set_happens() -> None:
    @ours.dataclass(slots=True)
    class Doubled:
        size: int

        def __post_init__(self) -> None:
            self.size *= 2

    assert Doubled(3).size == 6


def test_patterns_take_values_apart() -> None:
    thing, _ = made(ours, {"frozen": True, "slots": True})
    match thing("a", 2):
        case thing(name, size):  # type: ignore[misc]
            assert (name, size) == ("a", 2)
        case _:
            pytest.fail("no pattern")


SHOWN = """
import dataclasses, importlib, inspect, pkgutil, sys
if sys.argv[1:]:
    dataclasses.field_values = dataclasses.astuple
    sys.modules["assetbuild.dataclass"] = dataclasses
import assetbuild
for found in pkgutil.walk_packages(assetbuild.__path__, "assetbuild."):
    if "__main__" in found.name or ".runtime." in found.name or found.name == "assetbuild.dataclass":
        continue
    for value in vars(importlib.import_module(found.name)).values():
        if isinstance(value, type) and value.__module__ == found.name and dataclasses.is_dataclass(value):
            known = [value.__dict__.get(name) for name in ("__slots__", "__match_args__")]
            methods = sorted(name for name, method in vars(value).items() if callable(method))
            print([value, inspect.signature(value), known, [name for name in methods if "state" not in name]])
"""


def test_all_of_the_package_are_as_the_standard_library_makes_them() -> None:
    shown = [
        subprocess.run([sys.executable, "-c", SHOWN, *words], capture_output=True, text=True, check=True).stdout
        for words in ([], ["standard"])
    ]
    assert shown[0].splitlines() == shown[1].splitlines()
    assert shown[0].count("\n") > 200


BUILD = "import sys, assetbuild.amend, assetbuild.build, assetbuild.latest, assetbuild.cli.build; print(*sys.modules)"


def test_a_build_imports_neither_the_standard_dataclasses_nor_what_those_need() -> None:
    done = subprocess.run([sys.executable, "-c", BUILD], capture_output=True, text=True, check=True)
    assert {"dataclasses", "inspect"} & set(done.stdout.split()) == set()
