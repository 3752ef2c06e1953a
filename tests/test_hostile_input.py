"""Whole builds of files made to take long: in bounded time and memory, and without a byte lost or a fault unsaid."""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping

import pytest

from scenario import Project, below_assets, files_below

TEN_MEGABYTES = 10_000_000
# Seconds of processor time, whatever else the machine does: what is quadratic takes hours.
SECONDS = 120
BYTES = 1 << 30
COUNT = 100_000


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def build(files: Mapping[str, str]) -> tuple[Project, subprocess.CompletedProcess[str]]:
    project = Project(below_assets(files))
    command = [sys.executable, "-m", "assetbuild", "build", "--no-cache", "--jobs", "1"]
    ran = subprocess.run(command, cwd=project.root, preexec_fn=limit, capture_output=True, text=True, check=False)
    return project, ran


@pytest.mark.long
@pytest.mark.parametrize("name", ["a.css", "a.js", "a.html", "a.svg", "a.webmanifest"])
@pytest.mark.parametrize("piece", ["/*", "(", "`", "import ", '@import "', "url(", "<", "{{"])
def test_ten_megabytes_of_an_opening_are_published_as_they_are(name: str, piece: str) -> None:
    text = (piece * (TEN_MEGABYTES // len(piece) + 1))[:TEN_MEGABYTES]
    project, ran = build({name: text})
    if (name, piece) == ("a.css", '@import "'):
        # The first of them names something: `@import "@import "`.
        assert ran.returncode == 1
        assert ran.stderr.startswith("error: assets/a.css:1:10: no asset named '@import'\n")
        assert ran.stderr.count("error: ") == 1
        assert len(ran.stderr) < 2000
        return
    assert (ran.returncode, ran.stderr) == (0, "")
    assert list(files_below(project.release / "public").values()) == [text.encode()]


LINES = {"a.css": "a{{b:url(img/{}.png)}}\n", "a.html": '<img src="img/{}.png" alt="">\n'}


@pytest.mark.long
@pytest.mark.parametrize("name", LINES)
def test_a_hundred_thousand_references_are_rewritten(name: str) -> None:
    pictures = {f"img/{number}.png": str(number) for number in range(500)}
    text = "".join(LINES[name].format(number % 500) for number in range(COUNT))
    project, ran = build({**pictures, name: text})
    assert (ran.returncode, ran.stderr) == (0, "")
    (built,) = (data for file, data in files_below(project.release / "public").items() if not file.endswith(".png"))
    names = re.findall(rb"img/(\d+)-[0-9a-f]{16}\.png", built)
    assert names == [b"%d" % (number % 500) for number in range(COUNT)]
    assert re.sub(rb"-[0-9a-f]{16}", b"", built) == text.encode()


@pytest.mark.long
@pytest.mark.parametrize("name", LINES)
def test_a_hundred_thousand_references_that_lead_nowhere_are_each_reported_once(name: str) -> None:
    text = "".join(LINES[name].format(f"x{number}") for number in range(COUNT))
    _, ran = build({"img/logo.png": "1", name: text})
    assert ran.returncode == 1
    said = re.findall(r"^error: assets/a\.\w+:(\d+):\d+: no asset named 'img/x(\d+)\.png'$", ran.stderr, re.MULTILINE)
    assert said == [(str(number + 1), str(number)) for number in range(COUNT)]
    assert ran.stderr.count("error: ") == COUNT
    assert ran.stderr.endswith(f"\n{COUNT} errors\n")


@pytest.mark.long
def test_a_hundred_thousand_files_are_published() -> None:
    files = {f"{number % 300}/{number}.txt": str(number) for number in range(COUNT)}
    project, ran = build(files)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(files_below(project.release / "public")) == COUNT


MEASURED = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "assetbuild", "build"], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="asks the system what a process took")
def test_a_video_of_two_gigabytes_passes_through_little_memory() -> None:
    size = 2 << 30
    project = Project(below_assets({"a.html": '<video src="film.mp4"></video>'}))
    with open(project.root / "assets/film.mp4", "wb") as film:
        film.truncate(size)
        film.seek(size // 2)
        film.write(b"the middle")
    # A process counts what whoever starts it has, up to its own program: a small one starts it.
    ran = subprocess.run([sys.executable, "-c", MEASURED], cwd=project.root, capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    (made,) = (project.release / "public").glob("film-*.mp4")
    assert made.stat().st_size == size
    # In kilobytes on Linux, in bytes on macOS.
    assert int(ran.stdout.split()[-1]) * (1 if sys.platform == "darwin" else 1024) < 150_000_000
    shutil.rmtree(project.root)
