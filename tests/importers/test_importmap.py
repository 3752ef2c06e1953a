"""A project with importmap-rails, imported and built."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from importers.rails_projects import copy_of, rails
from scenario import Project

FILE = "config/importmap.rb"


def imported(project: Project) -> dict[str, Any]:
    ran = project.run("import", "importmap", FILE)
    assert ran.code == 0, ran.stderr
    return tomllib.loads((project.root / "assetbuild.toml").read_text("utf-8"))


def test_the_fixture_becomes_pins_and_trees() -> None:
    config = imported(copy_of("importmap"))
    assert config["modules"] == "importmap"
    assert config["importmap"] == {
        "pins": {
            "application": "application.js",
            "local-time": "vendor/time.js",
            "twice": "second.js",
            "lodash": "lodash.js",
            "symbol": "symbol.js",
        },
        "trees": {"controllers": "controllers", "nested": "custom/nested"},
    }


def test_the_fixture_is_built_with_its_import_map() -> None:
    project = copy_of("importmap")
    imported(project)
    built = project.build("--no-cache")
    assert built.manifest["importmap"]["imports"] == {
        "application": "application.js",
        "controllers": "controllers/index.js",
        "controllers/admin": "controllers/admin/index.js",
        "controllers/hello": "controllers/hello.js",
        "local-time": "vendor/time.js",
        "lodash": "lodash.js",
        "nested/deep": "custom/nested/deep.js",
        "symbol": "symbol.js",
        "twice": "second.js",
    }
    assert built.assets["application.js"]["imports"] == [
        "controllers/index.js", "custom/nested/deep.js", "lodash.js", "vendor/time.js"
    ]  # fmt: skip


def test_a_module_that_is_added_to_a_tree_needs_no_other_import() -> None:
    project = copy_of("importmap")
    imported(project)
    project.build()
    project.write({"app/javascript/controllers/late.js": "export default 0\n"})
    assert project.build().manifest["importmap"]["imports"]["controllers/late"] == "controllers/late.js"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (3, "left out: 'react' is on another host, and pins name published files"),
        (8, "left out: 'controllers/hello' is also a module in 'app/javascript/controllers', which counts"),
        (12, "not read: this is Ruby code, and is not run"),
        (13, "left out: 'app/components/button.js' is not 'components/button.js' in a load path"),
        (15, "not read: this is Ruby code, and is not run"),
        (16, "not read: a condition (`if`) is Ruby code, and is not run"),
    ],
)
def test_the_import_says_line_by_line_what_it_left_out(line: int, text: str) -> None:
    ran = copy_of("importmap").run("import", "importmap", FILE, "--dry-run")
    assert f"warning: {FILE}:{line}:1: {text}" in ran.stderr


def test_harmless_differences_are_notices() -> None:
    ran = copy_of("importmap").run("import", "importmap", FILE, "--dry-run", "-v")
    for line, text in (
        (2, "'integrity' is not carried over"),
        (5, "'twice' is pinned twice: this one counts"),
        (14, "nothing to carry over: there is no directory 'app/absent'"),
        (2, "`preload` is not carried over"),
    ):
        assert f"notice: {FILE}:{line}:1: {text}" in ran.stderr


def test_integrity_for_all_is_nothing_to_carry_over() -> None:
    files = {"app/javascript/a.js": "1", FILE: "enable_integrity!\npin 'a'\n"}
    ran = rails(files).run("import", "importmap", FILE, "-v")
    assert f"notice: {FILE}:1:1: nothing to carry over: the import map has the integrity" in ran.stderr
    assert "warning" not in ran.stderr


def test_unknown_methods_options_and_broken_ruby_are_told() -> None:
    files = {"app/javascript/a.js": "1", FILE: "provide 'a'\npin 'a', as: 'b'\npin 'b', 'c'\npin './x', to: 'a.js'\n"}
    ran = rails(files).run("import", "importmap", FILE, "-v")
    assert f"{FILE}:1:1: not carried over: 'provide' is no pin" in ran.stderr
    assert f"{FILE}:2:1: 'as' of 'pin' is not known here" in ran.stderr
    assert f"{FILE}:3:1: not carried over: what it pins only Ruby knows" in ran.stderr
    assert f"{FILE}:4:1: left out: './x' is no bare module name" in ran.stderr
    ran = rails({**files, FILE: "pin 'a'\npin('b'\n"}).run("import", "importmap", FILE)
    assert (ran.code, f"{FILE}:2:4: Ruby syntax error: '(' is not closed" in ran.stderr) == (2, True)


def test_two_directories_under_one_name_are_pinned_one_by_one() -> None:
    lines = "".join(f'pin_all_from "app/javascript/{one}", under: "c", to: "{one}"\n' for one in ("one", "two"))
    files = {FILE: lines, "app/javascript/one/a.js": "1", "app/javascript/two/b.js": "2"}
    config = imported(rails(files))
    assert config["importmap"] == {"pins": {"c/b": "two/b.js"}, "trees": {"c": "one"}}


def test_names_without_anything_before_them_stand_for_a_whole_load_path() -> None:
    files = {FILE: 'pin_all_from "app/javascript"\n', "app/javascript/a/index.js": "1", "app/javascript/b.js": "2"}
    project = rails(files)
    assert imported(project)["importmap"] == {"trees": {"": ""}}
    assert project.build().manifest["importmap"]["imports"] == {"a": "a/index.js", "b": "b.js"}
