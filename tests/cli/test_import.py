"""`assetbuild import`."""

from __future__ import annotations

import sys
import tomllib

import pytest

from scenario import Project

FILE = "config/assets.yml"
FILES = {FILE: "javascripts:\n  a:\n  - public/a.js\n  - public/gone.js\n", "public/a.js": "window.a = 1"}


def project_of(yaml: str = FILES[FILE]) -> Project:
    return Project({**FILES, FILE: yaml}, config=None)


def names(project: Project) -> list[str]:
    return sorted(one.name for one in project.root.iterdir())


def test_it_writes_a_configuration_that_says_where_each_entry_comes_from() -> None:
    project = project_of()
    ran = project.run("import", "jammit", FILE)
    assert ran.code == 0
    assert ran.stdout == "wrote assetbuild.toml: 1 bundle; 1 thing not carried over as it was\n"
    assert ran.stderr.startswith(f"warning: {FILE}:4:5: no file matches 'public/gone.js': left out\n")
    text = (project.root / "assetbuild.toml").read_text("utf-8")
    assert text.startswith("# Made from config/assets.yml by `assetbuild import jammit`.\n")
    assert f'    "a.js",  # {FILE}:3\n' in text
    assert project.build().text("assets/a.js") == "window.a=1\n"


def test_a_dry_run_prints_the_configuration_and_writes_nothing() -> None:
    project = project_of()
    before = names(project)
    ran = project.run("import", "jammit", FILE, "--dry-run")
    assert ran.code == 0
    assert list(tomllib.loads(ran.stdout)["bundles"]) == ["assets/a.js"]
    assert names(project) == before


def test_a_dry_run_of_what_cannot_be_written_prints_it_with_what_is_wrong() -> None:
    project = project_of("javascripts:\n  A: [public/a.js]\n  a: [public/a.js]\n")
    ran = project.run("import", "jammit", FILE, "--dry-run")
    assert ran.code == 2
    assert "differ only in case" in ran.stderr
    assert len(tomllib.loads(ran.stdout)["bundles"]) == 2


def test_a_configuration_that_is_there_is_replaced_with_force_only() -> None:
    project = project_of()
    project.write({"assetbuild.toml": "mine"})
    ran = project.run("import", "jammit", FILE)
    assert ran.code == 2
    assert ran.stderr == (
        "error: assetbuild.toml: there is a configuration already\n"
        "  --force replaces it, --dry-run prints what would be written\n"
    )
    assert (project.root / "assetbuild.toml").read_text() == "mine"
    assert project.run("import", "jammit", FILE, "--force").code == 0
    assert "bundles" in (project.root / "assetbuild.toml").read_text()


def test_a_broken_file_leaves_a_configuration_as_it_is_even_with_force() -> None:
    project = project_of("javascripts: [")
    project.write({"assetbuild.toml": "mine"})
    assert project.run("import", "jammit", FILE, "--force").code == 2
    assert (project.root / "assetbuild.toml").read_text() == "mine"
    assert names(project) == ["assetbuild.toml", "assets", "config", "public"]


def test_a_table_in_pyproject_is_a_configuration_too() -> None:
    project = project_of()
    project.write({"pyproject.toml": '[tool.assetbuild]\nsources = ["assets"]\n'})
    ran = project.run("import", "jammit", FILE)
    assert ran.code == 2
    assert "an assetbuild.toml would be read instead of it" in ran.stderr


def test_a_link_to_nowhere_is_not_written_through() -> None:
    project = project_of()
    (project.root / "assetbuild.toml").symlink_to(project.root / "elsewhere.toml")
    ran = project.run("import", "jammit", FILE)
    assert ran.code != 0
    assert names(project) == ["assetbuild.toml", "assets", "config", "public"]


def test_json_holds_all_that_was_said_and_the_configuration() -> None:
    ran = project_of().run("import", "jammit", FILE, "--format", "json")
    document = ran.document
    assert (document["command"], document["exit"]) == ("import", 0)
    assert [(one["file"], one["line"], one["severity"]) for one in document["diagnostics"]] == [(FILE, 4, "warning")]
    summary = document["summary"]
    assert (summary["system"], summary["bundles"], summary["written"]) == ("jammit", ["assets/a.js"], True)
    assert tomllib.loads(summary["config"])["sources"] == ["public"]


def test_a_file_that_is_not_there_is_told() -> None:
    ran = project_of().run("import", "jammit", "config/nothing.yml")
    assert ran.code == 2
    assert ran.stderr.startswith("error: config/nothing.yml: cannot be read: No such file or directory\n")


def test_a_system_that_is_not_known_is_told() -> None:
    ran = project_of().run("import", "grunt", FILE)
    assert ran.code == 2
    assert "invalid choice: 'grunt'" in ran.stderr


def test_without_the_reader_of_yaml_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    ran = project_of().run("import", "jammit", FILE)
    assert ran.code == 2
    assert 'pip install "assetbuild[import]"' in ran.stderr


def test_what_our_own_rules_make_otherwise_is_told_at_the_old_line() -> None:
    project = project_of("javascripts:\n  a: ['public/j/*']\n")
    project.write({"public/j/a.js": "a", "public/j/README.md": "read"})
    ran = project.run("import", "jammit", FILE)
    assert ran.code == 0
    assert f"warning: {FILE}:2:3: bundle 'assets/a.js' lacks 'j/README.md'" in ran.stderr
