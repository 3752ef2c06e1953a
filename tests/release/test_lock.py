"""The lock of a release directory, while others remove what is empty."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assetbuild.errors import ReleaseError
from assetbuild.release import lock
from assetbuild.release.lock import locked


def removing(monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    """Lets the directory be gone again so many times, as soon as it is made."""
    make_directory = lock.make_directory
    made: list[str] = []

    def make(directory: str) -> None:
        make_directory(directory)
        made.append(directory)
        if len(made) <= times:
            os.rmdir(directory)

    monkeypatch.setattr(lock, "make_directory", make)
    return made


def test_a_directory_that_another_build_removes_meanwhile_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = removing(monkeypatch, 3)
    with locked(str(tmp_path / "release")):
        assert (tmp_path / "release/.lock").exists()
    assert len(made) == 4


def test_one_that_never_stays_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removing(monkeypatch, 1000)
    with pytest.raises(ReleaseError, match="No such file"), locked(str(tmp_path / "release")):
        pass


def test_a_lock_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".lock").symlink_to(tmp_path / "no/where")
    with pytest.raises(ReleaseError, match="No such file"), locked(str(tmp_path)):
        pass
