"""System checks of the release, by their ids."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.test import override_settings

from runtime.django.site import site
from runtime.release import record, write_release
from scenario import Outcome, Project, below_assets

FILES: dict[str, str | bytes] = {"css/app.css": "a {}"}


@pytest.fixture(scope="module")
def built() -> Outcome:
    return Project(below_assets(FILES)).build()


def found(release: Path, **options: Any) -> list[CheckMessage]:
    with site(release, **options):
        return [message for message in run_checks() if message.id.startswith("assetbuild.")]


def ids(messages: list[CheckMessage]) -> list[str]:
    return [str(message.id) for message in messages]


def changed(built: Outcome, folder: Path, **members: object) -> Path:
    """A directory with the manifest, other members in it."""
    (folder / "manifest.json").write_text(json.dumps({**built.manifest, **members}), "utf-8")
    return folder


def test_a_good_release_passes(built: Outcome) -> None:
    assert found(built.release) == []


def test_a_missing_manifest_is_e001_with_the_command_to_run(tmp_path: Path) -> None:
    messages = found(tmp_path)
    assert ids(messages) == ["assetbuild.E001"]
    assert str(tmp_path / "manifest.json") in messages[0].msg
    assert "manage.py assetbuild build" in str(messages[0].hint)
    assert messages[0].is_serious()


def test_no_manifest_named_at_all_is_e001(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSETBUILD_MANIFEST", raising=False)
    with site(None):
        assert "assetbuild.E001" in ids(run_checks())


@pytest.mark.parametrize("cut", [0, 1, 60, -3])
def test_a_manifest_that_is_cut_off_is_e002(built: Outcome, tmp_path: Path, cut: int) -> None:
    data = (built.release / "manifest.json").read_bytes()
    (tmp_path / "manifest.json").write_bytes(data[:cut])
    assert ids(found(tmp_path)) == ["assetbuild.E002"]


@pytest.mark.parametrize(
    "members", [{"release": 1}, {"assets": {"a.css": {"file": "../a.css"}}}, {"assets": {"a.css": {}}}]
)
def test_a_damaged_manifest_is_e002(built: Outcome, tmp_path: Path, members: Mapping[str, object]) -> None:
    assert ids(found(changed(built, tmp_path, **members))) == ["assetbuild.E002"]


def test_a_manifest_of_another_schema_is_e003(built: Outcome, tmp_path: Path) -> None:
    messages = found(changed(built, tmp_path, schema=2))
    assert ids(messages) == ["assetbuild.E003"]
    assert "schema 2" in messages[0].msg


def test_a_release_bound_to_another_base_url_is_e003(tmp_path: Path) -> None:
    write_release(tmp_path, {"js/a.js": record("js/a.js", "text/javascript", bound=True)}, base_url="/static/")
    assert ids(found(tmp_path)) == []
    assert ids(found(tmp_path, STATIC_URL="/files/")) == ["assetbuild.E003"]


def test_an_impossible_base_url_is_e003(built: Outcome) -> None:
    assert ids(found(built.release, base_url="static")) == ["assetbuild.E003"]


def test_sources_newer_than_the_release_are_one_warning_w001_that_names_the_first(
    built: Outcome, tmp_path: Path
) -> None:
    for name in ("css/b.css", "css/a.css", ".hidden"):
        (tmp_path / "css").mkdir(exist_ok=True)
        (tmp_path / name).write_text("new")
    built_at = (built.release / "manifest.json").stat().st_mtime
    sources = {"STATICFILES_DIRS": [("shop", str(tmp_path))]}
    for file in tmp_path.rglob("*.css"):
        os.utime(file, (built_at - 5, built_at - 5))
    assert found(built.release, **sources) == []
    for file in tmp_path.rglob("*.css"):
        os.utime(file, (built_at + 5, built_at + 5))
    messages = found(built.release, **sources)
    assert ids(messages) == ["assetbuild.W001"]
    assert "'shop/css/a.css' and 1 more" in messages[0].msg
    assert not messages[0].is_serious()


def test_a_release_unpacked_from_an_archive_of_ours_has_no_time_to_compare(built: Outcome, tmp_path: Path) -> None:
    release = tmp_path / "release"
    release.mkdir()
    changed(built, release)
    os.utime(release / "manifest.json", (0, 0))
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.css").write_text("new")
    assert found(release, STATICFILES_DIRS=[tmp_path / "sources"]) == []


def test_another_storage_is_not_checked() -> None:
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    for storages in (plain, {}):
        with override_settings(STORAGES=storages):
            assert not [message for message in run_checks() if message.id.startswith("assetbuild.")]


def test_a_release_that_runserver_would_not_find_is_w002_in_development(built: Outcome) -> None:
    theirs = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
    ours = [*theirs, "assetbuild.runtime.django.ReleaseFinder"]
    messages = found(built.release, DEBUG=True, STATICFILES_FINDERS=theirs)
    assert ids(messages) == ["assetbuild.W002"]
    assert "assetbuild.runtime.django.ReleaseFinder" in str(messages[0].hint)
    assert found(built.release, DEBUG=True, STATICFILES_FINDERS=ours) == []
    assert found(built.release, DEBUG=False, STATICFILES_FINDERS=theirs) == []
    assert found(built.release, DEBUG=True, STATICFILES_FINDERS=theirs, base_url="https://cdn.example/") == []
