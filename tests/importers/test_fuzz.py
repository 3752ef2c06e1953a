"""No old configuration, however broken, is more than a list of what is wrong with it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenario import Project

from .old_projects import FIXTURES, fixture

SYSTEMS = {
    "webassets": ("webassets", "config/assets.yml"),
    "jammit": ("jammit", "config/assets.yml"),
    "asset_packager": ("asset_packager", "config/asset_packages.yml"),
    "django-assetpackager": ("django_assetpackager", "dumpdata.json"),
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
)
PIECES = st.sampled_from(PLAIN + SPECIAL)
EDITS = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 30), PIECES), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def projects() -> dict[str, Project]:
    return {system: fixture(name) for system, (name, _) in SYSTEMS.items()}


@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=40)
@given(edits=EDITS)
def test_a_changed_file_is_read_or_refused(
    projects: dict[str, Project], system: str, edits: list[tuple[int, int, str]]
) -> None:
    name, file = SYSTEMS[system]
    text = (Path(FIXTURES) / name / file).read_text("utf-8")
    for at, cut, piece in edits:
        at %= len(text) + 1
        text = text[:at] + piece + text[at + cut :]
    project = projects[system]
    project.write({file: text})
    ran = project.run("import", system, file, "--force")
    if ran.code == 0:
        tomllib.loads((project.root / "assetbuild.toml").read_text("utf-8"))
        project.delete("assetbuild.toml")
    else:
        assert ran.code == 2
        assert ran.stderr.startswith(("error: ", "warning: "))
        assert not (project.root / "assetbuild.toml").exists()
