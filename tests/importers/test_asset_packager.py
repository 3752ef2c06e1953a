"""asset_packager's configuration, imported and built."""

from __future__ import annotations

import jinja2
import pytest

from assetbuild.runtime import Manifest
from assetbuild.runtime.jinja import install
from scenario import Files, Outcome, Project

from .old_projects import contents, fixture, imported, old_project, run_in_node, told

FILE = "config/asset_packages.yml"
SCRIPTS = {"public/javascripts/a.js": "window.a = 1", "public/javascripts/b.js": "window.b = 2"}


def project_of(yaml: str, files: Files = {}) -> Project:  # noqa: B006  read only
    return old_project({FILE: yaml, **SCRIPTS, **files})


@pytest.fixture(scope="module")
def built() -> Outcome:
    project = fixture("asset_packager")
    imported(project, "asset_packager", FILE)
    return project.build()


def test_packages_are_bundles_with_the_files_in_their_order() -> None:
    config = imported(fixture("asset_packager"), "asset_packager", FILE)
    assert {name: bundle["contents"] for name, bundle in config["bundles"].items()} == {
        "javascripts/base_packaged.js": ["javascripts/prototype.js", "javascripts/vendor/effects.js"],
        "javascripts/application_packaged.js": [
            "javascripts/prototype.js",
            "javascripts/vendor/effects.js",
            "javascripts/controls.js",
            "javascripts/application.js",
        ],
        "javascripts/admin/tools_packaged.js": ["javascripts/admin/grid.js", "javascripts/prototype.js"],
        "stylesheets/base_packaged.css": ["stylesheets/screen.css", "stylesheets/header.css"],
        "stylesheets/subdir/styles_packaged.css": ["stylesheets/subdir/foo.css", "stylesheets/subdir/bar.v2.css"],
    }


def test_the_build_makes_what_the_pages_need(built: Outcome) -> None:
    assert run_in_node(built, ["javascripts/application_packaged.js"], "application") == 4
    image = built.file("images/logo.gif")
    assert f"url(../{image})" in built.text("stylesheets/base_packaged.css")
    assert f"../../{image}?123" in built.text("stylesheets/subdir/styles_packaged.css")


def test_what_asset_packager_wrote_is_left_out(built: Outcome) -> None:
    assert not [name for name in built.assets if "1149357372" in name]
    assert "old" not in built.text("javascripts/base_packaged.js")


@pytest.mark.parametrize(
    ("call", "names"),
    [
        ("javascript_include_merged('base')", ["javascripts/base_packaged.js"]),
        ("javascript_include_merged('admin/tools')", ["javascripts/admin/tools_packaged.js"]),
        (
            "javascript_include_merged('base', 'prototype.js', 'controls', 'admin/grid')",
            [
                "javascripts/base_packaged.js",
                "javascripts/application_packaged.js",
                "javascripts/admin/tools_packaged.js",
            ],
        ),
        ("javascript_include_merged('prototype', 'vendor/effects')", ["javascripts/base_packaged.js"]),
        (
            "stylesheet_link_merged('base', 'subdir/styles')",
            ["stylesheets/base_packaged.css", "stylesheets/subdir/styles_packaged.css"],
        ),
    ],
)
def test_the_helpers_take_packages_and_files_each_once(built: Outcome, call: str, names: list[str]) -> None:
    environment = install(jinja2.Environment(autoescape=True), Manifest.load(built.release / "manifest.json"))
    page = environment.from_string("{{ " + call + " }}").render()
    assert page.count("<") == len(names) * (2 if "script" in page else 1)
    positions = [page.index(f'"/{built.file(name)}"') for name in names]
    assert positions == sorted(positions)


def test_everything_that_is_left_out_is_said_at_its_line() -> None:
    ran = fixture("asset_packager").run("import", "asset_packager", FILE, "-v")
    assert told(ran, "warning") == [
        f"{FILE}:10:3: 'extra' is left out: only the first name of an entry counts",
        f"{FILE}:12:3: a second package 'base' is left out: the one of line 3 is meant",
        f"{FILE}:14:3: the package 'empty' has no files: left out",
        f"{FILE}:22:1: unknown kind of assets 'images', left out",
    ]
    assert told(ran, "notice") == [f"{FILE}:6:34: 'prototype' is in the package once: the first counts"]


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("javascripts:\n- base: [a\n", ":3:1: YAML syntax error: "),
        ("javascripts:\n- base:\n  - a\n  - ba\n", ":4:5: there is no file 'public/javascripts/ba.js'"),
        ("javascripts:\n- base:\n  - a.js\n", ":3:5: there is no file 'public/javascripts/a.js.js'"),
        ("javascripts:\n- base:\n  - ../../../x\n", ":3:5: '../../../x' is outside of 'public'"),
        ("javascripts:\n- sub/base:\n  - a\n", ":3:5: there is no file 'public/javascripts/sub/a.js'"),
        ("javascripts:\n  base: [a]\n", ":2:3: 'javascripts' must be a list of packages"),
        ("javascripts:\n- a\n", ":2:3: a package is a name with a list of files"),
        ("javascripts:\n- base: {a: b}\n", ":2:9: a package lists the names of files"),
        ("javascripts: <%= x %>\n", ":1:14: this is Ruby code (ERB), and is not run"),
        ("- a\n", ": the file must be a mapping"),
        ("javascripts:\n- A: [a]\n- a: [a]\n", ":2:3: 'javascripts/A_packaged.js' and 'javascripts/a_packaged.js'"),
    ],
)
def test_bad_input_is_told_at_its_line_and_nothing_is_written(yaml: str, expected: str) -> None:
    project = project_of(yaml)
    ran = project.run("import", "asset_packager", FILE)
    assert ran.code == 2
    assert any(line.startswith(f"{FILE}{expected}") for line in told(ran, "error")), ran.stderr
    assert not (project.root / "assetbuild.toml").exists()


def test_every_missing_file_is_told_in_one_run() -> None:
    ran = project_of("javascripts:\n- base:\n  - x\n  - y\n").run("import", "asset_packager", FILE)
    assert len(told(ran, "error")) == 2


def test_a_name_with_a_wildcard_in_it_is_that_file() -> None:
    project = project_of("javascripts:\n- base: ['[a]']\n", {"public/javascripts/[a].js": "x"})
    assert contents(imported(project, "asset_packager", FILE), "javascripts/base_packaged.js") == [
        "javascripts/[[]a].js"
    ]
    assert project.build().text("javascripts/base_packaged.js") == "x\n"


def test_a_project_without_a_public_directory_is_told() -> None:
    ran = old_project({FILE: "javascripts:\n"}).run("import", "asset_packager", FILE)
    assert told(ran, "error") == [f"{FILE}: there is no directory 'public' beside this project's 'config'"]
