"""The same sources give the same archive, byte for byte, whatever the machine, the moment and the way of working."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from hurting import CONFIG, files
from scenario import Project

NEEDED = "import brotli, deflate, jinja2, rcssmin, rjsmin, sass, webassets, webencodings, zstandard"


def archived(project: Project, *options: str, python: str = sys.executable, **variables: str) -> str:
    """The SHA-256 of the archive that a process of its own writes."""
    source = str(Path(__file__).parents[2] / "src")
    ran = subprocess.run(
        [python, "-m", "assetbuild", "build", "--archive", "it.tar.gz", *options],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": source, **variables},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return hashlib.sha256((project.root / "it.tar.gz").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def project() -> Project:
    made = Project({}, CONFIG)
    made.write(files(1))
    return made


@pytest.fixture(scope="module")
def expected(project: Project) -> str:
    return archived(project, "--no-cache", "--jobs", "1")


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        (["--no-cache", "--jobs", "2"], {}),
        (["--no-cache", "--jobs", "7"], {}),
        (["--no-cache"], {"PYTHONHASHSEED": "1"}),
        (["--no-cache"], {"PYTHONHASHSEED": "4321"}),
        (["--no-cache"], {"LC_ALL": "C", "LANG": "C"}),
        (["--no-cache"], {"LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0"}),
        (["--no-cache"], {"TZ": "Asia/Kathmandu"}),
        (["--no-cache"], {"HOME": "/nonexistent", "USER": "somebody", "COLUMNS": "20"}),
        (["--no-cache"], {"PYTHONOPTIMIZE": "2", "PYTHONDONTWRITEBYTECODE": "1"}),
        (["--cache", "first"], {}),
        (["--cache", "first", "--jobs", "3"], {}),
        (["--no-cache", "--output", "elsewhere/out"], {}),
    ],
)
def test_the_archive_is_the_same(
    project: Project, expected: str, options: list[str], variables: Mapping[str, str]
) -> None:
    assert archived(project, *options, **variables) == expected


def test_so_it_is_in_another_directory_with_other_times_modes_and_order_of_creation(expected: str) -> None:
    before = os.umask(0o077)
    try:
        other = Project({}, CONFIG)
        there = files(1)
        other.write({name: there[name] for name in sorted(there, reverse=True)})
        for number, file in enumerate(sorted((other.root / "assets").rglob("*.*"))):
            file.chmod(0o600)
            os.utime(file, (number, number * 86_400))
        assert archived(other) == expected
    finally:
        os.umask(before)


def test_so_it_is_after_other_builds_from_a_cache_that_knows_more(project: Project, expected: str) -> None:
    other = Project({}, CONFIG)
    for state in (0, 2, 1):
        shutil.rmtree(other.root / "assets")
        other.write(files(state))
        answer = archived(other)
    assert answer == expected


def test_the_time_of_its_files_is_what_source_date_epoch_says(project: Project, expected: str) -> None:
    dated = archived(project, SOURCE_DATE_EPOCH="1700000000")
    assert dated != expected
    assert archived(project, SOURCE_DATE_EPOCH="1700000000", TZ="America/Lima") == dated
    assert archived(project, SOURCE_DATE_EPOCH="0") == expected


def test_so_it_is_with_every_other_python_at_hand(project: Project, expected: str) -> None:
    for python in filter(None, map(shutil.which, ("python3.11", "python3.12", "python3.13", "python3.14"))):
        if subprocess.run([python, "-c", NEEDED], capture_output=True).returncode == 0:
            assert archived(project, "--no-cache", python=python) == expected
