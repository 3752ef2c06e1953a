"""A project with Propshaft and importmap-rails, imported and built."""

from __future__ import annotations

import tomllib
from typing import Any

from importers.rails_projects import copy_of, rails
from scenario import Project

FILE = "config/initializers/assets.rb"


def imported(project: Project) -> dict[str, Any]:
    ran = project.run("import", "propshaft", FILE)
    assert ran.code == 0, ran.stderr
    return tomllib.loads((project.root / "assetbuild.toml").read_text("utf-8"))


def test_the_fixture_becomes_a_configuration() -> None:
    assert imported(copy_of("propshaft")) == {
        "sources": [
            "app/assets/builds", "app/assets/fonts", "app/assets/images", "app/assets/stylesheets",
            "lib/assets/logos", "app/javascript", "vendor/javascript", "design/tokens",
        ],
        "base_url": "/files/",
        "prehashed": ["**/*-???????*.digested*"],
        "unfingerprinted": [],
        "propshaft": True,
        "modules": "importmap",
        "importmap": {
            "pins": {"application": "application.js", "lib": "lib--core.js"},
            "trees": {"controllers": "controllers"},
        },
    }  # fmt: skip


def test_the_fixture_is_built_with_its_names_resolved() -> None:
    project = copy_of("propshaft")
    imported(project)
    project.write({"assetbuild.toml": "minify = false\n" + (project.root / "assetbuild.toml").read_text("utf-8")})
    built = project.build("--no-cache")
    star, tokens, inner = (built.file(name) for name in ("icons/star.svg", "tokens.css", "inner.svg"))
    sheet = built.text("application.css")
    assert f'url("./{tokens}")' in sheet
    assert f'url("{star}?v=1#a")' in sheet
    assert "url('/public/only.png')" in sheet
    assert f"url(../{star}), url(../{inner})" in built.text("admin/panel.css")
    script = built.text("application.js")
    assert f'star = "/files/{star}#x", logo = "/files/{built.file("logo.svg")}"' in script
    assert 'elsewhere = "https://example.com/x.png"' in script
    assert built.file("chunk-ABCDEFG.digested.js") == "chunk-ABCDEFG.digested.js"
    assert "draft.css" not in built.assets
    assert built.manifest["importmap"]["imports"] == {
        "application": "application.js",
        "controllers": "controllers/index.js",
        "controllers/hello_controller": "controllers/hello_controller.js",
        "lib": "lib--core.js",
    }
    assert built.assets["lib--core.js"]["integrity"].startswith("sha384-")


def test_the_import_says_line_by_line_what_it_left_out() -> None:
    ran = copy_of("propshaft").run("import", "propshaft", FILE, "--dry-run", "--format", "json")
    told = {(one["file"], one["line"], one["severity"]): one["text"] for one in ran.document["diagnostics"]}
    assert told["config/initializers/assets.rb", 2, "warning"] == "left out: there is no directory 'nowhere'"
    assert told["config/initializers/assets.rb", 5, "warning"] == "not carried over: 'compilers' is not known here"
    assert told["config/importmap.rb", 5, "warning"] == "left out: there is no 'turbo.min.js' in any load path"
    assert told["config/initializers/assets.rb", 1, "notice"].startswith("nothing to carry over: names here are made")


def test_a_project_without_any_load_path_is_an_error() -> None:
    ran = rails({FILE: "# nothing\n"}).run("import", "propshaft", FILE)
    assert (ran.code, "sources" in ran.stderr) == (2, True)
