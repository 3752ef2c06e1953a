"""What `pip install assetbuild` gives: the runtime, and nothing that it would need besides."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    build = "import sys; from flit_core.buildapi import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(directory)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return directory / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python in which this wheel is installed and nothing else, not even pip."""
    place = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    packages = next(place.glob("lib/python*/site-packages"), place / "Lib" / "site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    return str(next(place.glob("bin/python"), place / "Scripts" / "python.exe"))


def run(python: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([python, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def test_the_bare_package_depends_on_nothing(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        required = Parser().parsestr(archive.read(name).decode()).get_all("Requires-Dist") or []
    assert required
    assert [line for line in required if "extra ==" not in line] == []


def test_the_wheel_holds_the_package_and_its_type_marker_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert "assetbuild/py.typed" in names
    assert [name for name in names if not name.startswith("assetbuild/")] == []


def test_the_runtime_and_the_look_up_commands_work_without_the_build_stage(python: str, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(
        '{"schema": 1, "release": "' + 64 * "0" + '", "base_url": "/static/", "importmap": {}, "assets": {"a.css":'
        ' {"file": "a-0123456789abcdef.css", "type": "text/css", "size": 1, "integrity": "sha384-' + 64 * "A" + '"}}}'
    )
    program = f"from assetbuild.runtime import Manifest; print(Manifest.load({str(manifest)!r}).url('a.css'))"
    assert run(python, "-c", program, cwd=tmp_path).stdout == "/static/a-0123456789abcdef.css\n"
    assert run(python, "-m", "assetbuild", "--version", cwd=tmp_path).stdout.startswith("assetbuild ")


def test_a_build_command_says_in_one_line_what_to_install(python: str, tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assetbuild.toml").write_text('sources = ["assets"]')
    done = run(python, "-m", "assetbuild", "build", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert 'pip install "assetbuild[build]"' in done.stderr
