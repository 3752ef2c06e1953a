"""`assetbuild clean`."""

from __future__ import annotations

import pytest

from scenario import Project, files_below


def with_releases(count: int) -> Project:
    made = Project()
    for number in range(count):
        made.write({"assets/a.css": f"a{{b:{number}}}"})
        made.build()
    return made


def test_the_last_three_releases_stay_by_default() -> None:
    made = with_releases(5)
    ran = made.run("clean")
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("dropped 2 releases: 2 files")
    assert len(files_below(made.release / "public")) == 3
    assert made.run("verify").code == 0


def test_the_current_release_stays_whatever_is_kept() -> None:
    made = with_releases(3)
    document = made.run("clean", "--keep", "1", "--format", "json").document
    assert len(document["summary"]["releases"]) == 2
    assert len(files_below(made.release / "public")) == 1
    assert made.run("clean", "--keep", "1").stdout.startswith("dropped 0 releases: 0 files")


@pytest.mark.parametrize("number", ["0", "-1", "x", ""])
def test_nothing_to_keep_is_a_usage_error(number: str) -> None:
    ran = Project().run("clean", f"--keep={number}")
    assert ran.code == 2
    assert "must be a whole number of at least 1" in ran.stderr


def test_without_a_release_there_is_nothing_to_clean() -> None:
    ran = Project().run("clean")
    assert ran.code in (0, 1)
    assert "Traceback" not in ran.stderr
