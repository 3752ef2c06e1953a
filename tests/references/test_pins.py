"""Which asset a bare module name is pinned to."""

from __future__ import annotations

import pytest

from assetbuild.references.pins import NO_PINS, Pins

PINS = Pins(
    {"lit": "vendor/lit.js", "@a/": "a/", "@a/b/": "ab/", "@a/x.js": "x.js"},
    {"js/": {"lit": "one.js"}, "js/admin/": {"lit": "two.js"}},
)


@pytest.mark.parametrize(
    ("specifier", "target"),
    [
        ("lit", "vendor/lit.js"),
        ("lit/decorators", None),
        ("@a/c.js", "a/c.js"),
        ("@a/b/c.js", "ab/c.js"),
        ("@a/x.js", "x.js"),
        ("@a", None),
        ("other", None),
    ],
)
def test_the_whole_name_comes_first_then_the_longest_directory(specifier: str, target: str | None) -> None:
    assert PINS.target(specifier, "main.js") == target


@pytest.mark.parametrize(("path", "target"), [("js/a.js", "one.js"), ("js/admin/x/a.js", "two.js")])
def test_the_nearest_scope_comes_first(path: str, target: str) -> None:
    assert PINS.target("lit", path) == target


def test_a_scope_that_says_nothing_leaves_it_to_the_pins() -> None:
    assert PINS.target("@a/c.js", "js/admin/a.js") == "a/c.js"


def test_without_pins_nothing_is_pinned() -> None:
    assert NO_PINS.target("lit", "a.js") is None
