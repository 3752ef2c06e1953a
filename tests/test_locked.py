"""What the checks install: everything pinned, everything with hashes, nothing from elsewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
FILES = ("requirements-dev.txt", "fuzz/requirements.txt", ".ci/tools.txt")
LINUX = {"sys_platform": "linux", "platform_python_implementation": "CPython", "implementation_name": "cpython"}


def locked(file: str) -> dict[Requirement, list[str]]:
    """The requirements of a file, and the hashes of each."""
    text = (ROOT / file).read_text("utf-8").replace(" \\\n", " ")
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            words, *hashes = line.split(" --hash=")
            found[Requirement(words.strip())] = [one.strip() for one in hashes]
    return found


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in lines[1:])}


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_is_one_version_with_hashes(file: str) -> None:
    found = locked(file)
    assert found
    for requirement, hashes in found.items():
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert requirement.url is None
        assert hashes, requirement
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", one) for one in hashes), requirement
    assert "://" not in (ROOT / file).read_text("utf-8")


def test_the_hashes_are_of_the_pinned_versions() -> None:
    pins = pinned()
    there = {canonicalize_name(one.name): one for one in locked("requirements-dev.txt")}
    assert set(pins) <= set(there), "run `make lock`"
    for name, requirement in there.items():
        if name in pins:
            assert str(requirement.specifier) == f"=={pins[name]}", "run `make lock`"
        else:
            # Needed on other systems alone.
            assert requirement.marker is not None, f"{name} is pinned nowhere: put it into constraints.txt"
            for version in ("3.11.2", "3.12.0", "3.13.0"):
                environment = {**LINUX, "python_full_version": version, "python_version": version[:4]}
                assert not Marker(str(requirement.marker)).evaluate(environment), name


def test_every_dependency_that_is_declared_is_locked() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    there = {canonicalize_name(one.name): one for one in locked("requirements-dev.txt")}
    extras = document["project"]["optional-dependencies"]
    for line in [line for lines in extras.values() for line in lines]:
        requirement = Requirement(line)
        version = str(there[canonicalize_name(requirement.name)].specifier).removeprefix("==")
        assert requirement.specifier.contains(version), "run `make lock`"


def test_the_checks_install_by_hash_alone() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    installing = [line for line in makefile.splitlines() if "pip install" in line]
    assert installing
    for line in installing:
        assert "--require-hashes" in line or ("--no-deps" in line and "--no-build-isolation" in line)
    for script in (ROOT / ".ci").iterdir():
        text = script.read_text("utf-8")
        assert text.count("pip install") == text.count("--require-hashes \\\n"), script
