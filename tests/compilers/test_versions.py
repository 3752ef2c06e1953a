"""The versions of what is installed, without reading what is in its metadata."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

from assetbuild.compilers import installed_version


def test_they_are_those_of_the_metadata() -> None:
    known = {one.name: one.version for one in reversed(list(metadata.distributions()))}
    assert len(known) > 20
    assert {name: installed_version(name) for name in known} == known


def test_who_is_not_installed_has_none() -> None:
    assert installed_version("no-such-package") == "none"


@pytest.mark.parametrize(
    ("directory", "name", "version"),
    [
        ("Some_Package-1.2.dist-info", "some.package", "1.2"),
        ("some_package-1!2.0.post1.dist-info", "Some-Package", "1!2.0.post1"),
        ("some_package-1.0.egg-info", "some_package", "1.0"),
        ("~ome_package-1.0.dist-info", "some_package", "none"),
    ],
)
def test_names_are_compared_in_their_normal_form(
    directory: str, name: str, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / directory).mkdir()
    (tmp_path / directory / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: some_package\nVersion: 1.0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    installed_version.cache_clear()
    assert installed_version(name) == version
    installed_version.cache_clear()


def test_the_first_on_the_path_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, version in (("a", "2.0"), ("b", "1.0")):
        (tmp_path / place / f"some-{version}.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "none"), str(tmp_path / "a"), str(tmp_path / "b")])
    installed_version.cache_clear()
    assert installed_version("some") == "2.0"
    installed_version.cache_clear()
