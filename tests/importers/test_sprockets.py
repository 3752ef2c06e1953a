"""Projects with Sprockets, imported and built; and beside them Sprockets itself, where Ruby has it."""

from __future__ import annotations

import json
import random
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from importers.rails_projects import copy_of, rails
from importers.sameness import rules_of, script_tokens
from requirements_of_tests import do_without, need
from scenario import Project

MANIFEST = "app/assets/config/manifest.js"
RUBY = Path(__file__).with_name("sprockets_itself.rb")
PATHS = (
    "app/assets/config",
    "app/assets/images",
    "app/assets/javascripts",
    "app/assets/prints",
    "app/assets/stylesheets",
    "lib/assets/javascripts",
    "vendor/assets/javascripts",
    "vendor/assets/stylesheets",
    "shared/scripts",
)


def imported(project: Project, *words: str) -> dict[str, Any]:
    """The configuration that `import sprockets` writes."""
    ran = project.run("import", "sprockets", *(words or (MANIFEST,)))
    assert ran.code == 0, ran.stderr
    return tomllib.loads((project.root / "assetbuild.toml").read_text("utf-8"))


def fixture() -> Project:
    project = copy_of("sprockets")
    imported(project, MANIFEST, "--convert")
    return project


def sources_of(project: Project, name: str) -> list[str]:
    """The files of a bundle, in order, as `explain` has them."""
    told = project.run("explain", name, "--format", "json").document["summary"]["sources"]
    return [re.sub(r".* \((.*)\)", r"\1", one) for one in told]


def sprockets(project: Project, paths: tuple[str, ...], *entries: str) -> dict[str, Any]:
    """What Sprockets says of these entries."""
    ruby = need("ruby")
    if subprocess.run([ruby, "-e", "require 'sprockets'"], capture_output=True, check=False).returncode != 0:
        do_without("Sprockets")
    command = [ruby, "-W0", str(RUBY), str(project.root.resolve()), ",".join(paths), ",".join(entries)]
    done = subprocess.run(command, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_fixture_becomes_a_configuration_that_keeps_the_manifest() -> None:
    project = copy_of("sprockets")
    config = imported(project, MANIFEST, "--convert")
    assert config["sources"] == [*(path for path in PATHS if path != "app/assets/config")]
    assert config["sprockets"] == {"manifests": [MANIFEST]}
    assert config["include"] == ["checkout.js", "checkout.css", "**/*.svg"]
    assert config["base_url"] == "/assets/"


def test_the_fixture_is_built_as_its_manifest_says() -> None:
    built = fixture().build("--no-cache")
    assert sorted(built.assets) == [
        "admin.css", "admin.js", "application.css", "application.js", "cart.js", "checkout.css", "checkout.js",
        "icons/star.svg", "paths.js", "print.css", "tool-1234567890abcdef.digested.js",
    ]  # fmt: skip
    assert built.file("tool-1234567890abcdef.digested.js") == "tool-1234567890abcdef.digested.js"
    assert built.assets["tool-1234567890abcdef.digested.js"]["immutable"] is True
    assert built.assets["paths.js"]["bound"] is True
    assert (
        built.text("print.css")
        == f".z{{color:blue}}.print{{color:black;background:url({built.file('icons/star.svg')})}}"
    )


def test_the_import_says_line_by_line_what_it_left_out() -> None:
    ran = copy_of("sprockets").run("import", "sprockets", MANIFEST, "--dry-run", "--format", "json")
    told = [(one["file"], one["line"], one["severity"]) for one in ran.document["diagnostics"]]
    assert ("config/initializers/assets.rb", 4, "notice") in told
    assert ("config/initializers/assets.rb", 11, "warning") in told
    assert ("config/initializers/assets.rb", 12, "warning") in told


def test_without_convert_erb_is_told_and_nothing_is_written() -> None:
    project = copy_of("sprockets")
    ran = project.run("import", "sprockets", MANIFEST)
    assert ran.code == 2
    assert "app/assets/stylesheets/theme.css.erb:1: ERB is not run; its tags only name assets" in ran.stderr
    assert "--convert writes 'app/assets/stylesheets/theme.css.jinja' beside it" in ran.stderr
    assert not (project.root / "assetbuild.toml").exists()
    assert not list(project.root.rglob("*.jinja"))


def test_converted_files_never_replace_one_and_go_again_if_the_import_fails() -> None:
    project = copy_of("sprockets")
    theme = project.root / "app/assets/stylesheets/theme.css.jinja"
    theme.write_text("mine {}\n")
    imported(project, MANIFEST, "--convert")
    assert theme.read_text() == "mine {}\n"
    assert (project.root / "app/assets/javascripts/paths.js.jinja").exists()
    project = copy_of("sprockets")
    project.write({"app/assets/javascripts/application.js": "//= require gone\n"})
    ran = project.run("import", "sprockets", MANIFEST, "--convert")
    assert (ran.code, "app/assets/javascripts/application.js:1:13: no script 'gone'" in ran.stderr) == (2, True)
    assert not list(project.root.rglob("*.jinja"))
    assert not (project.root / "assetbuild.toml").exists()


def test_tags_that_do_more_are_told_with_their_line() -> None:
    files = {MANIFEST: "", "app/assets/javascripts/a.js.erb": "x\n<% if y %>\n", "app/assets/javascripts/b.txt.erb": ""}
    ran = rails(files).run("import", "sprockets", MANIFEST, "--convert")
    assert "app/assets/javascripts/a.js.erb:2:1: not converted: this tag does more than name an asset" in ran.stderr
    assert "app/assets/javascripts/b.txt.erb:1: ERB is not run, and nothing here compiles it" in ran.stderr


def test_an_initializer_without_a_manifest_has_the_entries_of_sprockets_3() -> None:
    files = {
        "config/initializers/assets.rb": "Rails.configuration.assets.precompile += "
        '["*.svg", "admin/*.js", "more", "gone.js"]\n'
        "config.assets.precompile << 'a{b}*'\n",
        "app/assets/javascripts/application.js": "//= require ./part\n",
        "app/assets/javascripts/part.js": "1",
        "app/assets/javascripts/more.js": "1",
        "app/assets/javascripts/admin/deep/x.js": "1",
        "app/assets/javascripts/none.js": "1",
        "app/assets/stylesheets/application.css.scss": "a { b: c }",
        "app/assets/images/x.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    project = rails(files)
    config = imported(project, "config/initializers/assets.rb")
    assert config["include"] == ["application.js", "application.css", "**/*.svg", "admin/**/*.js", "more.js"]
    assert config["sprockets"] == {"match": ["**/*"]}
    assert sorted(project.build("--no-cache").assets) == [
        "admin/deep/x.js", "application.css", "application.js", "more.js", "x.svg"
    ]  # fmt: skip
    told = project.run("import", "sprockets", "config/initializers/assets.rb", "--dry-run").stderr
    assert "assets.rb:1:74: left out: there is no 'gone.js' in any load path" in told
    assert "assets.rb:2:29: left out: 'a{b}*' matches no file" in told


def test_what_nothing_compiles_is_told_by_its_file() -> None:
    files = {MANIFEST: "", "app/assets/javascripts/a.js.coffee": "", "app/assets/javascripts/b.jst.ejs": ""}
    ran = rails(files).run("import", "sprockets", MANIFEST)
    assert "app/assets/javascripts/a.js.coffee:1: CoffeeScript is not compiled by assetbuild itself" in ran.stderr
    assert "app/assets/javascripts/b.jst.ejs:1: a template is not compiled by assetbuild itself" in ran.stderr


def test_broken_ruby_and_missing_files_are_errors() -> None:
    broken = rails({MANIFEST: "", "config/initializers/assets.rb": "a\nx 'open\n", "app/assets/images/x.png": ""})
    ran = broken.run("import", "sprockets", MANIFEST)
    assert (ran.code, "config/initializers/assets.rb:2:3: Ruby syntax error: this string has no end" in ran.stderr) == (
        2,
        True,
    )
    for name in ("nothing.js", "nothing.rb"):
        ran = rails({"app/assets/images/x.png": ""}).run("import", "sprockets", name)
        assert (ran.code, f"{name}: cannot be read: No such file" in ran.stderr) == (2, True)


def test_sprockets_itself_has_the_same_files_in_the_same_order() -> None:
    project = fixture()
    entries = ("application.js", "admin.js", "checkout.js", "application.css", "admin.css")
    theirs = sprockets(project, PATHS, *entries)
    for entry in entries:
        ours = [name.replace(".jinja", ".erb") for name in sources_of(project, entry)]
        assert ours == [name.replace(".jinja", ".erb") for name in theirs[entry]["files"]], entry


def test_sprockets_itself_links_the_same_files() -> None:
    project = fixture()
    manifest = project.root / MANIFEST
    manifest.write_text(manifest.read_text().replace("//= link print.css\n", ""))  # it has no Sass
    linked = sprockets(project, PATHS, "links:manifest.js")["links:manifest.js"]["links"]
    built = project.build("--no-cache")
    names = {Path(name).name.removesuffix(".erb") for name in linked}
    assert {Path(name).name for name in built.assets} == names | {"checkout.js", "checkout.css"}


def test_sprockets_itself_makes_the_same_tokens_and_rules() -> None:
    project = fixture()
    project.write({"assetbuild.toml": "minify = false\n" + (project.root / "assetbuild.toml").read_text("utf-8")})
    built = project.build("--no-cache")
    theirs = sprockets(project, PATHS, "application.js", "admin.js", "checkout.js", "application.css", "admin.css")
    for entry in ("application.js", "admin.js", "checkout.js"):
        assert script_tokens(built.text(entry)) == script_tokens(theirs[entry]["source"]), entry
    for entry in ("application.css", "admin.css"):
        assert rules_of(built.text(entry)) == rules_of(theirs[entry]["source"]), entry


@pytest.mark.parametrize("seed", range(4))
def test_sprockets_itself_agrees_about_requires_in_any_tangle(seed: int) -> None:
    chance = random.Random(seed)
    names = [f"{'d/' * (number % 3)}s{number}" for number in range(24)]
    project = rails({MANIFEST: ""})
    for name in names:
        wanted = []
        for _ in range(chance.randint(0, 4)):
            other = chance.choice(names)
            wanted.append(chance.choice((f"require {other}", f"require {other}.js", f"stub {other}", "require_tree .")))
            if wanted[-1] == "require_tree ." and chance.random() < 0.8:
                wanted[-1] = f"require {other}"
        if chance.random() < 0.3:
            wanted.insert(chance.randint(0, len(wanted)), "require_self")
            wanted = [one for at, one in enumerate(wanted) if one != f"require {name}" and one != f"require {name}.js"]
        header = "".join(f"//= {one}\n" for one in wanted)
        project.write({f"app/assets/javascripts/{name}.js": f'{header}run("{name}")\n'})
    entries = [f"{name}.js" for name in names]
    theirs = sprockets(project, ("app/assets/config", "app/assets/javascripts"), *entries)
    # Stubs may leave nothing of a script, which is an error here.
    linked = [entry for entry in entries if theirs[entry]["files"]]
    project.write({MANIFEST: "".join(f"//= link {entry}\n" for entry in linked)})
    imported(project)
    ours = project.build("--no-cache")
    assert len(linked) > 8
    for entry in linked:
        run = re.findall(r'run\("(.*?)"\)', ours.text(entry))
        assert run == re.findall(r'run\("(.*?)"\)', theirs[entry]["source"]), entry
