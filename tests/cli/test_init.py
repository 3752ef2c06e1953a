"""`assetbuild init`."""

from __future__ import annotations

from scenario import Project


def test_it_writes_a_configuration_that_builds() -> None:
    project = Project(config=None)
    ran = project.run("init")
    assert ran.code == 0
    assert ran.stdout.startswith("wrote assetbuild.toml\n")
    project.write({"assets/a.css": "a{}"})
    assert project.build().code == 0


def test_it_makes_the_directory_of_the_sources_if_there_is_none() -> None:
    project = Project(config=None)
    (project.root / "assets").rmdir()
    ran = project.run("init")
    assert "made assets/: put the assets there" in ran.stdout
    assert project.build().code == 0


def test_an_existing_configuration_is_never_touched() -> None:
    project = Project()
    before = (project.root / "assetbuild.toml").read_bytes()
    ran = project.run("init")
    assert ran.code == 2
    assert "there is a configuration already" in ran.stderr
    assert (project.root / "assetbuild.toml").read_bytes() == before


def test_a_table_in_pyproject_is_a_configuration_and_another_pyproject_is_none() -> None:
    project = Project({"pyproject.toml": "[tool.other]\n"}, config=None)
    assert project.run("init").code == 0
    project.delete("assetbuild.toml")
    project.write({"pyproject.toml": '[tool.assetbuild]\nsources = ["assets"]\n'})
    assert project.run("init").code == 2


def test_it_says_what_to_put_into_settings_and_templates() -> None:
    project = Project({"app.py": "from flask import Flask\napp = Flask(__name__)"}, config=None)
    ran = project.run("init")
    assert "for a Flask application (app.py)" in ran.stdout
    assert "AssetBuild(app, " in ran.stdout
    assert 'sources = ["static"]' in (project.root / "assetbuild.toml").read_text()


def test_json_tells_what_was_found() -> None:
    ran = Project(config=None).run("init", "--format", "json")
    assert ran.document["summary"] == {"kind": "plain", "config": "assetbuild.toml", "sources": ["assets"]}
