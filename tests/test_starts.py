"""What is not imported when a process starts. How long a start takes is measured by bench/, never here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import assetbuild

SOURCES = str(Path(assetbuild.__file__).parents[1])
VERSION = "from assetbuild.cli import main\ntry:\n    main(['--version'])\nexcept SystemExit:\n    pass\n"
# Of the standard library: each takes milliseconds, or leads to what does.
HEAVY = {
    "asyncio", "concurrent", "ctypes", "dataclasses", "email", "hashlib", "http", "importlib.metadata", "inspect",
    "json", "logging", "multiprocessing", "pathlib", "secrets", "selectors", "socket", "sqlite3", "ssl", "subprocess",
    "tempfile", "tomllib", "unittest", "urllib", "xml",
}  # fmt: skip


def imported(code: str) -> set[str]:
    """The modules that `code` adds in an interpreter that has seen neither site-packages nor the environment."""
    program = f"import sys; sys.path.append({SOURCES!r}); before = set(sys.modules)\n{code}\n"
    program += "added = sorted(set(sys.modules) - before)\nimport json; print(json.dumps(added))"
    done = subprocess.run([sys.executable, "-S", "-I", "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("code", [VERSION, "import assetbuild.runtime"], ids=["--version", "runtime"])
def test_a_start_imports_nothing_heavy(code: str) -> None:
    added = imported(code)
    assert added & HEAVY == set()
    assert {name.partition(".")[0] for name in added} - {"assetbuild"} <= set(sys.stdlib_module_names)


def test_the_version_is_told_without_any_command() -> None:
    assert {name for name in imported(VERSION) if name.startswith("assetbuild")} == {"assetbuild", "assetbuild.cli"}
