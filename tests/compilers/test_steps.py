"""What is known of steps by their names and options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from assetbuild import compilers
from assetbuild.model import Step

QUICK: list[tuple[str, Mapping[str, Any]]] = [
    *[(name, {}) for name in ("rjsmin", "rcssmin", "json", "wrap", "jst", "propshaft", "concatenate-css", "minify")],
    ("minify", {"tools": ["rcssmin", "rjsmin"]}),
]
SLOW: list[tuple[str, Mapping[str, Any]]] = [
    *[
        (name, {})
        for name in ("sass", "jinja", "webassets", "webassets-join", "esbuild", "tdewolff", "of-somebody-else")
    ],
    ("minify", {"tools": ["esbuild", "rjsmin"]}),
]


@pytest.mark.parametrize(("name", "options"), QUICK)
def test_a_step_of_the_interpreter_waits_for_nobody(name: str, options: Mapping[str, Any]) -> None:
    assert not compilers.waits(Step(name, options))


@pytest.mark.parametrize(("name", "options"), SLOW)
def test_a_step_that_asks_others_waits_for_them(name: str, options: Mapping[str, Any]) -> None:
    assert compilers.waits(Step(name, options))
