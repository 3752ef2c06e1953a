"""No old configuration, however broken, is more than a list of what is wrong with it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenario import Project

from .old_projects import FIXTURES, fixture

# By fixture and what is changed in it, the configuration.
SYSTEMS = {
    ("webassets", "config/assets.yml"): ("webassets", "config/assets.yml"),
    ("jammit", "config/assets.yml"): ("jammit", "config/assets.yml"),
    ("asset_packager", "config/asset_packages.yml"): ("asset_packager", "config/asset_packages.yml"),
    ("django-assetpackager", "dumpdata.json"): ("django-assetpackager", "dumpdata.json"),
    ("django-compressor", "mysite/settings/production.py"): ("django-compressor", "mysite/settings/production.py"),
    ("django-compressor", "templates/base.html"): ("django-compressor", "mysite/settings/production.py"),
    ("django-compressor", "shop/jinja2/shop/jinja.html"): ("django-compressor", "mysite/settings/production.py"),
    ("sprockets", "app/assets/config/manifest.js"): ("sprockets", "app/assets/config/manifest.js"),
    ("sprockets", "config/initializers/assets.rb"): ("sprockets", "app/assets/config/manifest.js"),
    ("propshaft", "config/initializers/assets.rb"): ("propshaft", "config/initializers/assets.rb"),
    ("importmap", "config/importmap.rb"): ("importmap", "config/importmap.rb"),
    ("django-pipeline", "mysite/settings.py"): ("django-pipeline", "mysite/settings.py"),
}
PLAIN = (
    "",
    " ",
    "\n",
    "- ",
    ": ",
    "[",
    "]",
    "{",
    "}",
    "*",
    "'",
    '"',
    "~",
    "on",
    "0",
    "5.5",
    "../",
    "/",
    "null",
    "true",
)
SPECIAL = (
    "&x ",
    "*x",
    "<<: ",
    "!!set ",
    "!ruby/object:X ",
    "|\n",
    "<%",
    "\\",
    "\x00",
    "\x85",
    "é",
    "😀",
    "? ",
    "{a,b}",
    "{% if x %}",
    "{% endif %}",
    "{% for x in y %}",
    "{{ x }}",
    "{% include 'base.html' %}",
    "<!--",
    "<script>",
    "//= require_tree .\n",
    "#{",
    " if x\n",
    " do |x|\n",
    "%w(",
    "<<~A\n",
    "</style>",
    "\ufdd0",
)
PIECES = st.sampled_from(PLAIN + SPECIAL)
EDITS = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 30), PIECES), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def projects() -> dict[tuple[str, str], Project]:
    return {changed: fixture(changed[0]) for changed in SYSTEMS}


@pytest.mark.parametrize("changed", SYSTEMS, ids="-".join)
@settings(max_examples=40)
@given(edits=EDITS)
def test_a_changed_file_is_read_or_refused(
    projects: dict[tuple[str, str], Project], changed: tuple[str, str], edits: list[tuple[int, int, str]]
) -> None:
    system, configuration = SYSTEMS[changed]
    name, file = changed
    text = (Path(FIXTURES) / name / file).read_text("utf-8")
    for at, cut, piece in edits:
        at %= len(text) + 1
        text = text[:at] + piece + text[at + cut :]
    project = projects[changed]
    project.write({file: text})
    ran = project.run("import", system, configuration, "--force")
    if ran.code == 0:
        tomllib.loads((project.root / "assetbuild.toml").read_text("utf-8"))
        project.delete("assetbuild.toml")
    else:
        assert ran.code == 2
        assert ran.stderr.startswith(("error: ", "warning: "))
        assert not (project.root / "assetbuild.toml").exists()
