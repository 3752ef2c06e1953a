"""FIFOs where a build and a release keep their own files: nobody waits for a writer, and what is there is told."""

from __future__ import annotations

import os
import shutil

import pytest

from assetbuild.runtime import Manifest
from assetbuild.runtime.manifest import ManifestError
from assetbuild.runtime.wsgi import ReleaseApp
from scenario import CONFIG, Project, below_assets

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")

PLACES = [
    "build/release/manifest.json",
    "build/release/releases/{release}.json",
    "build/release/releases/history",
    "build/release/public/{file}",
    "build/release/.pending",
    "build/release/.staging",
    "build/release/.lock",
    ".assetbuild/clock",
    ".assetbuild/cache-v1-1.sqlite3",
]
COMMANDS = [["verify"], ["build"], ["clean"], ["list"], ["build", "--archive", "it.tar.gz"]]


def project_with_fifo(place: str) -> Project:
    project = Project(below_assets({"a.css": "a{}"}), CONFIG)
    outcome = project.build()
    names = {"release": outcome.manifest["release"], "file": outcome.file("a.css")}
    put_fifo(project, place.format(**names))
    return project


def put_fifo(project: Project, name: str) -> None:
    file = project.root / name
    if file.is_dir():
        shutil.rmtree(file)
    elif file.exists():
        file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("place", PLACES)
def test_a_fifo_holds_no_command_up(place: str, command: list[str]) -> None:
    ran = project_with_fifo(place).run(*command)
    assert ran.code == 0 or (ran.code == 1 and ran.stderr.startswith("error: "))
    if command == ["verify"] and place.startswith("build/"):
        assert "no regular file" in ran.stderr


def test_a_fifo_in_the_place_of_a_manifest_is_told_at_run_time() -> None:
    project = project_with_fifo("build/release/manifest.json")
    with pytest.raises(ManifestError, match="it is no regular file"):
        Manifest.load(project.release / "manifest.json")


@pytest.mark.parametrize("place", ["build/release/releases/history", "build/release/public/{file}"])
def test_a_fifo_holds_no_server_up(place: str) -> None:
    project = project_with_fifo(place)
    if "history" in place:
        ReleaseApp(project.release)
    else:
        with pytest.raises(ManifestError, match="is not there as a regular file"):
            ReleaseApp(project.release)
