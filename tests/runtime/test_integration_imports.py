"""An integration imports the standard library, its framework and the runtime, and for its commands the command line."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import assetbuild.runtime

RUNTIME = Path(assetbuild.runtime.__file__).parent
FRAMEWORKS = {
    "django": {"django"},
    "flask": {"flask", "click", "jinja2", "werkzeug"},
    "starlette.py": {"starlette", "jinja2"},
    "jinja.py": {"jinja2", "markupsafe"},
    "webassets.py": {"jinja2", "markupsafe"},
}
RUNS_COMMANDS = {"commands.py"}  # `flask assets build` and `manage.py assetbuild build`


def imported(file: Path) -> Iterator[str]:
    """The modules that a file imports anywhere in it, but for the sake of types."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("file", sorted(RUNTIME.rglob("*.py")), ids=lambda file: file.relative_to(RUNTIME).as_posix())
def test_a_file_of_the_runtime_imports_the_standard_library_its_framework_and_the_runtime(file: Path) -> None:
    frameworks = FRAMEWORKS.get(file.relative_to(RUNTIME).parts[0], set())
    # Django has a backend for Jinja2: what is in these files is for that alone.
    frameworks = frameworks | (FRAMEWORKS["jinja.py"] if file.name == "jinja.py" else set())
    names = set(imported(file))
    foreign = {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names | frameworks}
    beyond = {name for name in foreign if not f"{name}.".startswith("assetbuild.runtime.")}
    if file.relative_to(RUNTIME).as_posix() in RUNS_COMMANDS:
        assert {name for name in beyond if not name.startswith("assetbuild.")} == set()
    else:
        assert beyond == set()
