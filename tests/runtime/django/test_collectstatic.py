"""collectstatic copies the release as it is: with our command, and with Django's own where that one comes first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.management.commands.collectstatic import Command as DjangosOwn
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError

from assetbuild.runtime import ManifestError
from assetbuild.runtime.django.management.commands.collectstatic import Command
from runtime.django.site import command, site
from scenario import Outcome, Project, below_assets, files_below

FILES: dict[str, str | bytes] = {
    "css/app.css": "a { background: url(../img/a.png) }" + "b { color: red } " * 200,
    "img/a.png": b"png",
    "favicon.ico": b"ico",
}
CONFIG = 'sources = ["assets"]\nencodings = ["br", "gzip"]\n'


@pytest.fixture(scope="module")
def built() -> Outcome:
    return Project(below_assets(FILES), CONFIG).build()


@pytest.fixture(params=[Command, DjangosOwn], ids=["ours", "Django's own"])
def any_command(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def sources(tmp_path: Path) -> Iterator[Path]:
    """A directory of sources that the finders find."""
    folder = tmp_path / "sources"
    (folder / "css").mkdir(parents=True)
    (folder / "css" / "app.css").write_text("source {}")
    (folder / "only.txt").write_text("not published")
    return folder


def collect(command_class: Any, **options: Any) -> dict[str, list[str]]:
    made = command_class()
    defaults = {"interactive": False, "verbosity": 0, "link": False, "clear": False, "dry_run": False}
    more = {"ignore_patterns": [], "use_default_ignore_patterns": True, "post_process": True}
    made.set_options(**{**defaults, **more, **options})
    collected: dict[str, list[str]] = made.collect()
    return collected


def states(root: Path) -> dict[Path, tuple[int, int]]:
    return {file: (file.stat().st_ino, file.stat().st_ctime_ns) for file in root.rglob("*")}


def test_exactly_the_published_files_are_collected_byte_for_byte(
    built: Outcome, sources: Path, tmp_path: Path, any_command: Any
) -> None:
    root = tmp_path / "root"
    with site(built.release, root, STATICFILES_DIRS=[sources]):
        collected = collect(any_command)
    assert files_below(root) == built.public
    assert any(name.endswith(".br") for name in built.public), "the scenario has encodings"
    assert collected["post_processed"] == []


def test_a_second_run_copies_nothing_whatever_the_times_of_the_files(
    built: Outcome, sources: Path, tmp_path: Path, any_command: Any
) -> None:
    root = tmp_path / "root"
    with site(built.release, root, STATICFILES_DIRS=[sources]):
        collect(any_command)
        for file in root.rglob("*.css"):
            os.utime(file, (1, 1))
        before = states(root)
        collected = collect(any_command)
        assert states(root) == before
        if any_command is Command:
            assert collected["modified"] == []
            assert set(collected["unmodified"]) == built.public.keys()


def test_what_is_missing_or_different_is_copied_again(built: Outcome, tmp_path: Path, any_command: Any) -> None:
    root = tmp_path / "root"
    with site(built.release, root):
        collect(any_command)
        cut, same_size = root / built.file("css/app.css"), root / built.file("img/a.png")
        cut.write_bytes(cut.read_bytes()[:10])
        same_size.write_bytes(b"PNG")
        original = (built.release / "public" / built.file("img/a.png")).stat()
        os.utime(same_size, ns=(original.st_atime_ns, original.st_mtime_ns))
        (root / "favicon.ico").unlink()
        collected = collect(any_command)
    assert files_below(root) == built.public
    if any_command is Command:
        assert collected["modified"] == sorted([built.file("css/app.css"), built.file("img/a.png"), "favicon.ico"])


def test_files_of_earlier_releases_that_are_kept_are_collected_too(tmp_path: Path, any_command: Any) -> None:
    project = Project(below_assets(FILES), CONFIG)
    before = project.build()
    project.write({"assets/css/app.css": "c {}"})
    after = project.build()
    with site(project.release, tmp_path / "root"):
        collect(any_command)
    assert files_below(tmp_path / "root") == {**before.public, **after.public}


def test_files_get_the_permissions_that_the_storage_has(built: Outcome, tmp_path: Path, any_command: Any) -> None:
    root = tmp_path / "root"
    with site(built.release, root, file_permissions_mode=0o640, directory_permissions_mode=0o750):
        collect(any_command)
    assert {path.stat().st_mode & 0o777 for path in root.rglob("*")} == {0o640, 0o750}


def test_links_lead_to_the_release_and_can_be_replaced_by_copies(built: Outcome, sources: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    with site(built.release, root, STATICFILES_DIRS=[sources]):
        assert set(collect(Command, link=True)["modified"]) == built.public.keys()
        assert {file: os.readlink(root / file) for file in built.public} == {
            file: str(built.release.resolve() / "public" / file) for file in built.public
        }
        assert collect(Command, link=True)["modified"] == []
        assert set(collect(Command)["modified"]) == built.public.keys()
        assert not any((root / file).is_symlink() for file in built.public)
    assert files_below(root) == built.public


def test_djangos_own_link_option_leaves_no_link_to_a_source(built: Outcome, sources: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    with site(built.release, root, STATICFILES_DIRS=[sources]):
        collect(DjangosOwn, link=True)
    assert files_below(root) == built.public


def test_clear_removes_what_is_no_more_in_the_release(built: Outcome, tmp_path: Path, any_command: Any) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "old.css").write_text("old")
    with site(built.release, root):
        collect(any_command)
        assert (root / "old.css").exists()
        collect(any_command, clear=True)
    assert files_below(root) == built.public


def test_a_dry_run_writes_nothing_and_says_what_it_would_do(built: Outcome, sources: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    would = f"Pretending to copy '{built.file('css/app.css')}'"
    with site(built.release, root, STATICFILES_DIRS=[sources]):
        said = command("collectstatic", interactive=False, dry_run=True)
        call_command(DjangosOwn(), interactive=False, dry_run=True, verbosity=0)
        assert would in said
        assert "only.txt" not in said
        assert not root.exists()
        collect(Command)
        before = states(root)
        assert would not in command("collectstatic", interactive=False, dry_run=True)
        assert would in command("collectstatic", interactive=False, dry_run=True, clear=True)
        assert states(root) == before


def test_the_command_says_what_it_did(built: Outcome, tmp_path: Path) -> None:
    root = tmp_path / "root"
    with site(built.release, root):
        said = command("collectstatic", interactive=False, verbosity=2)
        assert f"Copying '{built.file('css/app.css')}'" in said
        assert f"{len(built.public)} static files copied to '{root}'." in said
        again = command("collectstatic", interactive=False)
    assert again.strip() == f"0 static files copied to '{root}', {len(built.public)} unmodified."


def test_without_post_processing_our_command_copies_all_the_same(built: Outcome, tmp_path: Path) -> None:
    with site(built.release, tmp_path / "root"):
        command("collectstatic", interactive=False, post_process=False)
    assert files_below(tmp_path / "root") == built.public


def test_a_release_that_is_not_whole_is_not_collected(tmp_path: Path, any_command: Any) -> None:
    project = Project(below_assets(FILES), CONFIG)
    built = project.build()
    (project.release / "public" / built.file("img/a.png")).unlink()
    with (
        site(project.release, tmp_path / "root"),
        pytest.raises((CommandError, ManifestError), match="is not whole"),
    ):
        collect(any_command)
    assert not (tmp_path / "root").exists()


def test_a_missing_release_is_told_by_its_check(tmp_path: Path) -> None:
    with site(tmp_path / "none", tmp_path / "root"), pytest.raises(SystemCheckError, match=r"assetbuild\.E001"):
        call_command("collectstatic", interactive=False, skip_checks=False)


def test_collecting_a_release_into_itself_leaves_it_as_it_is(any_command: Any) -> None:
    project = Project(below_assets(FILES), CONFIG)
    built = project.build()
    with site(project.release, project.release / "public"):
        collect(any_command, clear=True)
    assert files_below(project.release / "public") == built.public


def test_with_another_storage_our_command_is_djangos(sources: Path, tmp_path: Path) -> None:
    from django.test import override_settings

    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain, STATIC_ROOT=tmp_path / "root", STATICFILES_DIRS=[sources]):
        collect(Command)
    assert "only.txt" in files_below(tmp_path / "root")
