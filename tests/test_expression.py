"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest

from assetbuild.expression import expression, prepare


@pytest.mark.parametrize("name", [name for name in dir(re.Pattern) if not name.startswith("_")])
def test_it_has_all_that_a_compiled_one_has(name: str) -> None:
    theirs = getattr(re.compile("a(?P<b>b)", re.IGNORECASE), name)
    ours = getattr(expression("a(?P<b>b)", re.IGNORECASE), name)
    assert callable(ours) if callable(theirs) else ours == theirs


def test_it_matches_as_it_is_written_the_first_time_and_later() -> None:
    found = expression(r"(\d+)-", re.ASCII)
    for _ in range(2):
        match = found.search("page 12-13")
        assert match is not None
        assert match[1] == "12"
    assert expression(rb"\d").sub(b"#", b"a1b2") == b"a#b#"


def test_nothing_is_compiled_before_it_is_used() -> None:
    broken = expression("(")
    with pytest.raises(re.error):
        broken.search("")


def test_it_has_nothing_else() -> None:
    ours: Any = expression("a")
    with pytest.raises(AttributeError):
        ours.fits("a")


def test_those_of_a_module_are_compiled_on_request() -> None:
    module = ModuleType("module")
    module.__dict__.update(broken=expression("("), other=1)
    with pytest.raises(re.error):
        prepare(module)
