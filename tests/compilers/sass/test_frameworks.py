"""Bootstrap, Bulma, Foundation and Font Awesome, as npm has them, through Dart Sass."""

from __future__ import annotations

import pytest

from crawler import crawl
from references.corpus import corpus
from scenario import Outcome, Project

PACKAGES = {
    "@fortawesome/fontawesome-free": "7.3.1",
    "@fortawesome/fontawesome-free@6": "6.7.2",
    "bootstrap": "5.3.9",
    "bulma": "1.0.4",
    "foundation-sites": "6.9.0",
}
SUFFIXES = (".scss", ".sass", ".woff2", ".ttf")
CONFIG = """
sources = ["assets", {{path = "{folder}", prefix = "npm"}}]
include = ["css/**", "npm/**/webfonts/**"]
encodings = []
minify = false
[sass]
implementation = "dart-sass"
silence_deprecations = ["import"]
"""
SOLID = '@{rule} "npm/@fortawesome/fontawesome-free{version}/scss/{name}";\n'
SHEETS = {
    "css/bootstrap.scss": "$primary: #123456;\n@import 'npm/bootstrap/scss/bootstrap';\n",
    "css/bulma.scss": "@use 'npm/bulma/sass' with ($primary: #123456);\n",
    "css/foundation.scss": "@import 'npm/foundation-sites/scss/foundation';\n@include foundation-everything;\n",
    "css/awesome7.scss": "".join(
        SOLID.format(rule="use", version="", name=name) for name in ("fontawesome", "solid", "regular", "brands")
    ),
    "css/awesome6.scss": "".join(
        SOLID.format(rule="import", version="@6", name=name) for name in ("fontawesome", "solid", "regular", "brands")
    ),
}
LEAST = {"bootstrap": 250_000, "bulma": 600_000, "foundation": 130_000, "awesome7": 100_000, "awesome6": 90_000}
EXPECTED = {
    "bootstrap": ("--bs-primary: #123456", ".navbar-toggler"),
    "bulma": (".button.is-primary", "--bulma-primary-h: 210deg"),
    "foundation": (".top-bar", ".orbit-container"),
    "awesome7": (".fa-house", "@font-face"),
    "awesome6": (".fa-house", "@font-face"),
}


@pytest.fixture(scope="module")
def project(request: pytest.FixtureRequest) -> Project:
    folder = corpus(request.config, PACKAGES, SUFFIXES, "npm-sass") / "node_modules"
    files = {f"assets/{name}": text for name, text in SHEETS.items()}
    return Project(files, CONFIG.format(folder=folder.as_posix()))


@pytest.fixture(scope="module")
def built(project: Project) -> Outcome:
    return project.build()


def test_all_of_them_compile_without_an_error_or_a_warning(built: Outcome) -> None:
    assert not built.errors
    assert not built.warnings
    for name, least in LEAST.items():
        text = built.text(f"css/{name}.css")
        assert len(text) > least
        assert all(words in text for words in EXPECTED[name]), name
        assert "@use" not in text


def test_vendor_deprecations_are_told_once_each_however_many_places_and_entries(built: Outcome) -> None:
    notices = [notice for notice in built.notices if "deprecated" in notice]
    assert 0 < len(notices) < 20
    assert len(notices) == len(set(notices))


def test_every_reference_of_the_release_is_right(built: Outcome) -> None:
    assert crawl(built.release).faults == []
    assert built.text("css/awesome7.css").count("url(") == 3
    for name in ("css/awesome6.css", "css/awesome7.css"):
        assert "../npm/@fortawesome/fontawesome-free" in built.text(name)


def test_a_file_that_shadows_a_frameworks_compiles_that_entry_and_no_other(project: Project, built: Outcome) -> None:
    assert built.code == 0
    assert project.build().summary["compiled"] == {"ran": 0, "cached": len(SHEETS)}
    # What comes first in the order of looking up shadows the package's own file.
    project.write({"assets/npm/bulma/sass/_index.scss": "$primary: red !default; a { b: $primary }"})
    shadowed = project.build()
    assert shadowed.summary["compiled"] == {"ran": 1, "cached": len(SHEETS) - 1}
    assert "a {\n  b: #123456;\n}" in shadowed.text("css/bulma.css")
    project.delete("assets/npm/bulma/sass/_index.scss")
    assert project.build().manifest == built.manifest
