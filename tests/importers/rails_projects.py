"""Copies of the fixtures in Rails' layout, to import and build in."""

from __future__ import annotations

import shutil
from pathlib import Path

from scenario import Project

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "from"


def copy_of(name: str) -> Project:
    """A fixture in a directory of its own, without a configuration."""
    project = Project(config=None)
    shutil.rmtree(project.root / "assets")
    shutil.copytree(FIXTURES / name, project.root, dirs_exist_ok=True)
    return project


def rails(files: dict[str, str]) -> Project:
    """A project of these files alone."""
    project = Project(config=None)
    shutil.rmtree(project.root / "assets")
    project.write(dict(files))
    return project
