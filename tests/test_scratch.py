"""Temporary directories, of processes that live and of those that were killed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from assetbuild.scratch import PREFIX, scratch, sweep
from scenario import Project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no locks of directories")


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


def left_behind(parent: Path) -> Path:
    """The directory of a process that is gone."""
    code = "import sys, os; from assetbuild.scratch import scratch; it = scratch(sys.argv[1]); print(it.directory)"
    ending = "sys.stdout.flush(); os._exit(1)"
    ran = subprocess.run([sys.executable, "-c", f"{code}; {ending}", str(parent)], capture_output=True, text=True)
    (Path(ran.stdout.strip()) / "file").write_text("x")
    return Path(ran.stdout.strip())


def test_it_is_new_real_and_gone_when_removed(tmp_path: Path) -> None:
    one, other = scratch(), scratch(str(tmp_path))
    assert (Path(one.directory).parent, Path(other.directory).parent) == (tmp_path / "tmp", tmp_path)
    (Path(one.directory) / "file").write_text("x")
    one.remove()
    other.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["tmp"]
    assert os.listdir(tmp_path / "tmp") == []


def test_what_killed_processes_left_is_swept_and_what_is_in_use_stays(tmp_path: Path) -> None:
    gone = [left_behind(tmp_path), left_behind(tmp_path / "tmp")]
    used = [scratch(str(tmp_path)), scratch()]
    (tmp_path / f"{PREFIX}file").write_text("nobody's directory")
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "tmp")
    sweep([str(tmp_path), str(tmp_path / "nowhere")])
    assert [path.exists() for path in gone] == [False, False]
    assert [os.path.isdir(one.directory) for one in used] == [True, True]
    assert (tmp_path / f"{PREFIX}file").exists()
    assert (tmp_path / f"{PREFIX}link").is_symlink()
    for one in used:
        one.remove()


@pytest.mark.parametrize("name", ["TMPDIR", "TEMP", "TMP"])
def test_so_it_is_without_importing_what_makes_temporary_directories(tmp_path: Path, name: str) -> None:
    gone = left_behind(tmp_path / "tmp")
    code = "import sys; from assetbuild.scratch import sweep; sweep(); sys.exit('tempfile' in sys.modules)"
    environment = {**os.environ, "TMPDIR": "", "TEMP": "", "TMP": "", name: str(tmp_path / "tmp")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not gone.exists()


def test_a_build_needs_no_working_directory(tmp_path: Path) -> None:
    project = Project({"assets/a.txt": "1"})
    command = [sys.executable, "-m", "assetbuild", "build", "--config", str(project.root / "assetbuild.toml")]
    gone = tmp_path / "gone"
    gone.mkdir()
    shell = ["sh", "-c", 'cd "$0" && rmdir "$0" && exec "$@"', str(gone), *command]
    ran = subprocess.run(shell, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"in {project.release}" in ran.stdout


def test_a_build_sweeps(tmp_path: Path) -> None:
    project = Project({"assets/a.txt": "1"})
    project.build()
    gone = [left_behind(project.root / ".assetbuild"), left_behind(tmp_path / "tmp")]
    project.write({"assets/a.txt": "2"})
    assert project.build().code == 0
    assert [path.exists() for path in gone] == [False, False]
