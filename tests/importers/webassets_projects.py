"""Small projects with webassets, what webassets itself makes of one, and pages with a release."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jinja2

from assetbuild.runtime import Manifest
from assetbuild.runtime.jinja import install
from scenario import Files, Outcome, Project

from .old_projects import imported, old_project

ITSELF = Path(__file__).with_name("webassets_itself.py")
FILES = {
    "static/js/a.js": "window.a = 1",
    "static/js/b.js": "window.b = 2",
    "static/css/a.css": "a { color: red }",
    "static/css/b.css": "b { color: blue }",
}
HEAD = "directory: static\nbundles:\n"


def project_of(yaml: str, files: Files = {}) -> Project:  # noqa: B006  read only
    return old_project({"assets.yml": yaml, **FILES, **files})


def config_of(yaml: str, files: Files = {}) -> dict[str, Any]:  # noqa: B006  read only
    return imported(project_of(yaml, files), "webassets", "assets.yml")


def webassets(project: Project, file: str, *templates: str) -> dict[str, Any]:
    """What webassets makes of the project, which it is built in."""
    command = [sys.executable, str(ITSELF), str(project.root.resolve()), file, *templates]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def page(project: Project, outcome: Outcome, name: str) -> str:
    """A template of the project, rendered with the release."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(project.root / "templates"))
    install(environment, Manifest.load(outcome.release / "manifest.json"))
    return environment.get_template(name).render()


def texts_of(html: str, outcome: Outcome) -> list[str]:
    """The scripts and style sheets that a page names."""
    return [
        outcome.public[url.removeprefix("/static/")].decode() for url in re.findall(r'(?:src|href)="([^"]+)"', html)
    ]
