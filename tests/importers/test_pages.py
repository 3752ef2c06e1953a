"""Every system has its page and its fixture, under the name that the command takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetbuild.importers import SYSTEMS

ROOT = Path(__file__).resolve().parents[2]
# Flask-Assets is a way to have webassets, whose page has both.
PAGES = {name: "webassets" if name == "flask-assets" else name for name in SYSTEMS}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_has_a_page_with_a_table_of_their_words_and_a_fixture(system: str) -> None:
    page = (ROOT / "docs" / f"from-{PAGES[system]}.md").read_text("utf-8")
    assert f"assetbuild import {system} " in page
    assert sum(line.startswith("| ") for line in page.splitlines()) > 8
    assert any((ROOT / "fixtures" / "from" / system).iterdir())


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_systems_page_is_named_where_commands_are(system: str) -> None:
    commands = (ROOT / "docs" / "commands.md").read_text("utf-8")
    (row,) = (line for line in commands.splitlines() if line.startswith(f"| `{system}` "))
    assert f"(from-{PAGES[system]}.md" in row
