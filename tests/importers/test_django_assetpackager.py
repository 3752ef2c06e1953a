"""The database of django-assetpackager, imported and built."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scenario import Outcome, Project

from .old_projects import contents, fixture, imported, old_project, run_in_node, told

FILE = "dumpdata.json"
ASSET = {"model": "assetpackager.asset"}
SYSTEM = "django-assetpackager"
FILES = {"media/js/a.js": "window.a = 1", "media/js/b.js": "window.b = 2"}


def script(key: int, file: str = "js/a.js", **fields: Any) -> dict[str, Any]:
    return {
        "model": "assetpackager.javascript",
        "pk": key,
        "fields": {"javascript": file, "order": 0, "site": 1, **fields},
    }


def project_of(records: Any) -> Project:
    return old_project({FILE: json.dumps(records, indent=1), **FILES})


@pytest.fixture(scope="module")
def built() -> Outcome:
    project = fixture("django-assetpackager")
    imported(project, SYSTEM, FILE)
    return project.build()


def test_all_files_of_a_site_are_a_bundle_in_their_order_and_so_is_each_list_that_a_tag_named() -> None:
    config = imported(fixture("django-assetpackager"), SYSTEM, FILE)
    assert config["sources"] == ["site_media"]
    assert {name: bundle["contents"] for name, bundle in config["bundles"].items()} == {
        "js/base_packaged.js": ["js/vendor/library.js", "js/menu.js", "js/page.js"],
        "js/menu-and-page_packaged.js": ["js/menu.js", "js/page.js"],
        "js/site-2/base_packaged.js": ["js/page.js"],
        "css/base_packaged.css": ["css/base.css", "css/print.css"],
    }


def test_the_build_makes_what_the_pages_need(built: Outcome) -> None:
    assert run_in_node(built, ["js/base_packaged.js"], "[Library, page]") == [{"menu": 1}, 1]
    assert f"../{built.file('img/back.png')}" in built.text("css/base_packaged.css")


def test_everything_that_is_left_out_is_said_at_its_line() -> None:
    ran = fixture("django-assetpackager").run("import", SYSTEM, FILE)
    assert told(ran, "warning") == [
        f"{FILE}:40:7: the files of site 2 are 'js/site-2/base_packaged.js': ':base' is what site 1 has",
        f"{FILE}:59:7: unknown field 'media', left out",
        f"{FILE}:77:7: 'js/gone.js' is no file of this site any more: left out",
    ]


def test_files_of_equal_order_come_as_they_were_made() -> None:
    config = imported(project_of([script(2, "js/a.js"), script(1, "js/b.js")]), SYSTEM, FILE)
    assert contents(config, "js/base_packaged.js") == ["js/b.js", "js/a.js"]


def test_merged_files_that_the_tags_have_left_are_left_out() -> None:
    project = project_of([script(1)])
    project.write({"media/js/base.js": "old", "media/js/base_1207051200.0.js": "old"})
    assert imported(project, SYSTEM, FILE)["exclude"] == ["js/base.js", "js/base_1207051200.0.js"]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([script(1, "js/gone.js"), script(2)], ":6:4: there is no file 'media/js/gone.js'"),
        ([script(1, order="x")], ":7:4: 'order' must be a number"),
        ([script(1, file="")], ":6:4: 'javascript' is missing"),
        ([script(1), script(2, javascript=5)], ":15:4: 'javascript' must be a text"),
        ([script(1), {**ASSET, "fields": {"name": "x", "asset_type": "gif"}}], ":15:4: 'gif' is neither"),
        ([{"model": "auth.user", "fields": {}}], ": there are no files of assetpackager in it"),
        ([script(1), 5], ":11:2: a record is an object"),
        ([{"fields": {}}], ":2:2: a record has a 'model'"),
        ([{"model": "assetpackager.css"}], ":2:2: a record has 'fields'"),
        ({"a": 1}, ":1: it must be a list of records"),
        ([script(1, "js/nowhere.js")], ": none of its files is in a directory of this project"),
    ],
)
def test_bad_input_is_told_at_its_line_and_nothing_is_written(records: Any, expected: str) -> None:
    project = project_of(records)
    ran = project.run("import", SYSTEM, FILE)
    assert ran.code == 2
    assert any(line.startswith(f"{FILE}{expected}") for line in told(ran, "error")), ran.stderr
    assert not (project.root / "assetbuild.toml").exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"model": "a",\n "fields": }]', ":2:12: JSON syntax error: Expecting value"),
        ("", ":1:1: JSON syntax error: Expecting value"),
        ("[" * 100_000, ": JSON that cannot be read: it is nested too deep"),
    ],
)
def test_broken_json_is_told_at_its_line(text: str, expected: str) -> None:
    ran = old_project({FILE: text}).run("import", SYSTEM, FILE)
    assert ran.code == 2
    assert told(ran, "error") == [FILE + expected]


def test_a_model_that_is_not_known_is_told() -> None:
    other = {"model": "assetpackager.image", "fields": {}}
    ran = project_of([script(1), other]).run("import", SYSTEM, FILE)
    assert told(ran, "warning") == [f"{FILE}:12:3: there is no model 'assetpackager.image'"]
