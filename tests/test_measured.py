"""The figures in docs/performance.md, and its plot, are those of bench/results.json. Nothing is measured here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BENCH = ROOT / "bench"
pytestmark = pytest.mark.skipif(not BENCH.is_dir(), reason="bench/ is not in a source distribution")


@pytest.mark.parametrize("script", ["tables.py", "plot.py"])
def test_the_page_shows_what_was_measured(script: str) -> None:
    ran = subprocess.run([sys.executable, BENCH / script, "--check"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_results_name_no_path_and_no_host() -> None:
    text = (BENCH / "results.json").read_text("utf-8")
    assert sorted(json.loads(text)["machine"]) == [
        "file_system", "load_afterwards", "load_before", "memory_gb", "processor", "processors", "python", "system",
        "versions",
    ]  # fmt: skip
    assert [place for place in ("/home/", "/root/", "/tmp/", "/dev/shm/", "://") if place in text] == []


@pytest.mark.long
def test_a_small_run_gives_every_kind_of_row(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    works = tmp_path / "works"
    works.mkdir()
    command = [sys.executable, BENCH / "build.py", "60", "large-file:1000000", "--runs", "1", "--starts", "1"]
    command += [
        "--short-runs",
        "2",
        "--edits",
        "1",
        "--directory",
        works,
        "--json",
        figures,
        "--peers",
        "django",
        "webassets",
        "whitenoise",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = json.loads(figures.read_bytes())
    assert [one["group"] for one in found["groups"]] == ["plain", "changes", "minified", "everything", "large file"]
    assert len(found["groups"][0]["rows"]["limit"]["wall"]) == 2
    assert {"limit", "cold", "unchanged", "django, cold"} <= set(found["groups"][0]["rows"])
    assert "one Sass partial changed" in said
    assert list(works.iterdir()) == []
