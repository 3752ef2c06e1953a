from __future__ import annotations

import json
from pathlib import Path

import pytest

from runtime.release import record, write_release
from scenario import Project

NAMES = ("css/app.css", "img/logo.png", "js/app.js")


def project(templates: dict[str, str | bytes], names: tuple[str, ...] = NAMES) -> Project:
    made = Project({f"templates/{name}": content for name, content in templates.items()})
    write_release(made.release, {name: record(name) for name in names})
    return made


def test_templates_that_name_only_what_is_there_pass() -> None:
    ran = project(
        {
            "a.html": "{{ stylesheet_link_tag('css/app') }}{{ asset_url(x) }}",
            "b.html": "{% load static %}{% static 'js/app.js' %}",
        }
    ).run("check", "templates")
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout == "checked 2 templates: 2 names, none missing; 1 computed, not checkable (-v shows them)\n"


def test_all_missing_names_of_all_templates_are_shown_in_one_run() -> None:
    ran = project(
        {
            "b.html": "{% load static %}\n<img src=\"{% static 'img/lgoo.png' %}\">",
            "a.html": "<p>\n {{ asset_url('img/lgoo.png') }}",
            "c.j2": "{{ x y }}",
        }
    ).run("check", "templates/")
    assert ran.code == 1
    assert ran.stderr == (
        "error: templates/a.html:2:16: no asset named 'img/lgoo.png'\n"
        "    2 |  {{ asset_url('img/lgoo.png') }}\n"
        "      |                ^^^^^^^^^^^^ did you mean 'img/logo.png'?\n"
        "error: templates/b.html:2:22: no asset named 'img/lgoo.png'\n"
        "    2 | <img src=\"{% static 'img/lgoo.png' %}\">\n"
        "      |                      ^^^^^^^^^^^^ did you mean 'img/logo.png'?\n"
        "error: templates/c.j2:1:6: expected token 'end of print statement', got 'y'\n"
        "    1 | {{ x y }}\n"
        "      |      ^\n"
    )
    assert ran.stdout == "checked 3 templates: 2 names, 2 missing; 1 template with errors, not checked whole\n"


def test_a_template_that_cannot_be_read_fails_though_no_name_is_missing() -> None:
    assert project({"a.j2": "{{ x y }}"}).run("check", "templates").code == 1
    assert project({"a.html": b"\xff"}).run("check", "templates").code == 1


def test_computed_names_are_listed_on_demand_with_their_place() -> None:
    made = project({"a.html": "{{ asset_url('img/' ~ name) }}"})
    assert made.run("check", "templates").stderr == ""
    ran = made.run("check", "templates", "-v")
    assert ran.code == 0
    assert ran.stderr == (
        "notice: templates/a.html:1:14: a computed name: not checkable\n"
        "    1 | {{ asset_url('img/' ~ name) }}\n"
        "      |              ^^^^^^^^^^^^^\n"
    )
    assert ran.stdout == "checked 1 template: 0 names, none missing; 1 computed, not checkable\n"


def test_json_is_one_document_with_every_diagnostic_and_the_counts() -> None:
    ran = project({"a.html": "{{ asset_url('gone.css') }}{{ asset_url(x) }}"}).run(
        "check", "--format", "json", "templates"
    )
    document = json.loads(ran.stdout)
    assert (ran.code, ran.stderr, document["exit"], document["command"]) == (1, "", 1, "check")
    assert document["summary"] == {"templates": 1, "names": 1, "missing": 1, "computed": 1, "unread": 0}
    assert [(one["severity"], one["column"], one["length"]) for one in document["diagnostics"]] == [
        ("error", 15, 8),
        ("notice", 41, 1),
    ]
    assert len(document["release"]) == 64


def test_github_gets_annotations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    ran = project({"a.html": "{{ asset_url('img/lgoo.png') }}"}).run("check", "--format", "github", "templates")
    assert ran.code == 1
    assert ran.stdout.splitlines()[0] == (
        "::error file=templates/a.html,line=1,col=15,endColumn=26::"
        "no asset named 'img/lgoo.png' (did you mean 'img/logo.png'?)"
    )


def test_quiet_says_nothing_but_errors() -> None:
    made = project({"a.html": "{{ asset_url(x) }}", "b.html": "{{ asset_url('gone') }}"})
    assert made.run("check", "-q", "templates/a.html") == made.run("check", "-q", "templates/a*")
    ran = made.run("check", "-q", "templates")
    assert (ran.code, ran.stdout, ran.stderr.count("error:")) == (1, "", 1)


def test_without_a_manifest_nothing_is_checked() -> None:
    ran = Project({"a.html": "{{ asset_url('x') }}"}).run("check", "a.html")
    assert ran.code == 2
    assert "no manifest at" in ran.stderr
    assert "assetbuild build" in ran.stderr


def test_a_damaged_manifest_is_no_missing_name() -> None:
    made = project({"a.html": ""})
    made.write({"build/release/manifest.json": "{"})
    assert made.run("check", "templates").code == 2


@pytest.mark.parametrize("words", [(), ("gone.html",), ("*.gone",), ("assets",), ("--engine", "mako", "templates")])
def test_a_command_line_that_names_no_template_is_at_fault(words: tuple[str, ...]) -> None:
    ran = project({"a.html": ""}).run("check", *words)
    assert ran.code == 2
    assert ran.stderr
    assert ran.stdout == ""


def test_the_manifest_may_be_one_without_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Project({"page.html": "{{ asset_url('css/app.css') }}{{ asset_url('gone') }}"}, config=None)
    monkeypatch.setenv("ASSETBUILD_MANIFEST", str(write_release(tmp_path, {"css/app.css": record("css/app.css")})))
    ran = made.run("check", "page.html")
    assert (ran.code, ran.stderr.partition(":1:")[0]) == (1, "error: page.html")


def test_files_are_shown_relative_to_the_configuration() -> None:
    made = project({"a.html": "{{ asset_url('gone') }}"})
    made.write({"below/here.txt": ""})
    (made.root / "elsewhere.html").write_text("{{ asset_url('gone') }}")
    ran = made.run("check", "--config", "assetbuild.toml", str(made.root / "templates"), "below/../elsewhere.html")
    assert [line.split(":")[1].strip() for line in ran.stderr.splitlines() if line.startswith("error")] == [
        "elsewhere.html",
        "templates/a.html",
    ]


def test_the_language_and_flasks_static_can_be_said() -> None:
    made = project({"a.html": "{% static 'gone' %}{{ url_for('static', filename='lost') }}"})
    assert made.run("check", "--engine", "django", "templates").stderr.count("'gone'\n") == 1
    ran = made.run("check", "--engine", "jinja2", "--flask-static", "templates")
    assert ran.code == 1
    assert "no asset named 'lost'" in ran.stderr


def test_a_release_that_was_built_is_what_counts() -> None:
    made = Project({"assets/css/app.css": "a{}", "t/a.html": "{{ asset_url('css/app.css') }}{{ asset_url('x.css') }}"})
    assert made.build("--no-cache").code == 0
    ran = made.run("check", "t")
    assert (ran.code, ran.stdout) == (1, "checked 1 template: 2 names, 1 missing\n")
