"""Names that a configuration gives to assets for templates, in the manifest."""

from __future__ import annotations

import pytest

from scenario import Project

NAMED = 'sources = ["assets"]\n[names.all]\nassets = ["a.css", "b.css"]\nextra = {media = "print"}\n'


def test_the_manifest_knows_the_names_of_the_configuration_and_what_bundles_are_made_of() -> None:
    files = {"assets/a.css": "a{b:c}", "assets/b.css": "d{e:f}", "assets/js/a.js": "a()", "assets/js/b.js": "b()"}
    config = NAMED + '[names.one]\nassets = "a.css"\n[bundles."js/app.js"]\ncontents = ["js/*.js"]\n'
    project = Project(files, config)
    outcome = project.build()
    assert outcome.manifest["names"] == {
        "all": {"assets": ["a.css", "b.css"], "extra": {"media": "print"}},
        "one": {"assets": ["a.css"]},
    }
    assert outcome.manifest["contents"] == {"js/app.js": ["js/a.js", "js/b.js"]}
    assert project.run("verify").code == 0


def test_names_change_the_manifest_and_not_the_release() -> None:
    project = Project({"assets/a.css": "a{b:c}", "assets/b.css": "d{e:f}"}, NAMED)
    first = project.build()
    project.write({"assetbuild.toml": NAMED.replace("print", "screen")})
    second = project.build()
    assert second.manifest["names"]["all"]["extra"] == {"media": "screen"}
    assert second.manifest["release"] == first.manifest["release"]
    assert project.run("verify").code == 0


def test_a_name_of_what_is_no_asset_is_an_error_at_its_place() -> None:
    outcome = Project({"assets/a.css": "a{b:c}", "assets/bb.css": "d{e:f}"}, NAMED).build()
    assert outcome.code == 2
    assert outcome.errors[0].startswith("error: assetbuild.toml:3:1: 'all' stands for 'b.css', which is no asset\n")
    assert "did you mean 'bb.css'?" in outcome.errors[0]


@pytest.mark.parametrize("minify", ["true", "false"])
def test_a_name_may_stand_for_a_file_that_is_published_as_it_is(minify: str) -> None:
    files = {"assets/a.css": "a{b:c}", "assets/img/logo.png": "i"}
    config = f"minify = {minify}\n{NAMED.replace('b.css', 'img/logo.png')}"
    outcome = Project(files, config).build()
    assert outcome.code == 0
    assert outcome.manifest["names"]["all"]["assets"] == ["a.css", "img/logo.png"]
    wrong = Project(files, config.replace("logo", "lgoo")).build()
    assert "did you mean 'img/logo.png'?" in wrong.errors[0]
