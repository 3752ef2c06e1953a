"""Projects of other systems, imported and built: the fixtures, and small ones made of a dict of files."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from requirements_of_tests import need
from scenario import Files, Outcome, Project, Ran, files_below

FIXTURES = Path(__file__).parents[2] / "fixtures" / "from"


def fixture(name: str) -> Project:
    """A copy of the fixture of this name."""
    return Project(files_below(FIXTURES / name), config=None)


def old_project(files: Files) -> Project:
    return Project(files, config=None)


def imported(project: Project, system: str, file: str, *options: str) -> dict[str, Any]:
    """The configuration that the command writes, as TOML values."""
    ran = project.run("import", system, file, *options)
    assert ran.code == 0, ran.stderr
    return tomllib.loads((project.root / "assetbuild.toml").read_text("utf-8"))


def told(ran: Ran, severity: str) -> list[str]:
    """The first lines of the diagnostics of a severity, without that word."""
    return [line.removeprefix(f"{severity}: ") for line in ran.stderr.splitlines() if line.startswith(f"{severity}: ")]


def contents(config: Mapping[str, Any], bundle: str) -> list[str]:
    found: list[str] = config["bundles"][bundle]["contents"]
    return found


def run_in_node(outcome: Outcome, names: list[str], result: str, before: str = "") -> Any:
    """What the expression `result` is in a page that has loaded these assets, in node. Functions are left out."""
    scripts = [outcome.text(name) for name in names]
    program = (
        "const vm = require('vm'); const page = {}; page.window = page; vm.createContext(page);"
        f"for (const one of {json.dumps([before, *scripts])}) vm.runInContext(one, page);"
        f"console.log(JSON.stringify(vm.runInContext({json.dumps(result)}, page)))"
    )
    done = subprocess.run([need("node"), "-e", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
