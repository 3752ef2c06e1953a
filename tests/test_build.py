"""Whole builds, one after another, of a project that is being edited."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assetbuild.cli.project import BUILD_STAGE
from assetbuild.verify import verify
from crawler import crawl
from releasing import stamps, tree
from scenario import CONFIG, Outcome, Project, below_assets, build_files

FILES: dict[str, str | bytes] = {
    "css/app.scss": "@import 'p';\na { background: url(../img/a.png) }",
    "css/_p.scss": "$x: 1;",
    "js/app.js": "import './lib.js';\nconst a = 'asset:img/a.png';",
    "js/lib.js": "import './app.js';",
    "img/a.png": b"\x89PNG",
    "favicon.ico": b"one",
    "sw.js": "import './js/app.js'",
    "site.webmanifest": '{"icons": [{"src": "img/a.png"}]}',
}
FULL = 'sources = ["assets"]\nencodings = ["gzip"]\nsource_maps = "linked"\n'


def project() -> Project:
    return Project(below_assets(FILES), FULL)


def assert_sound(built: Outcome) -> None:
    assert built.code == 0, built.errors
    assert crawl(built.release).faults == []
    assert not verify(str(built.release)).diagnostics


def test_a_second_build_writes_nothing() -> None:
    made = project()
    assert_sound(made.build())
    before = stamps(made.release)
    again = made.build()
    assert again.summary["files_written"] == 0
    assert stamps(made.release) == before


def test_edited_added_deleted_and_renamed_sources_make_whole_releases() -> None:
    made = project()
    first = made.build()
    made.write({"assets/img/a.png": b"\x89PNG2", "assets/favicon.ico": b"two", "assets/new.css": "a{b:c}"})
    second = made.build()
    assert_sound(second)
    assert second.public["favicon.ico"] == b"two"
    assert set(first.public) - {"favicon.ico"} < set(second.public)
    assert second.file("css/app.css") != first.file("css/app.css")
    made.delete("assets/new.css", "assets/sw.js")
    (made.root / "assets/js/lib.js").rename(made.root / "assets/js/library.js")
    made.write({"assets/js/app.js": "import './library.js';"})
    made.write({"assets/js/library.js": "1"})
    third = made.build()
    assert_sound(third)
    assert "sw.js" not in third.public
    assert second.file("new.css") in third.public
    assert made.run("clean", "--keep", "1").code == 0
    assert set(tree(made.release / "public")) == {
        name
        for entry in third.assets.values()
        for name in [entry["file"], *(one["file"] for one in entry.get("encodings", {}).values())]
    }
    assert_sound(made.build())


def test_a_failed_build_leaves_the_former_release() -> None:
    made = project()
    made.build()
    before = tree(made.release)
    made.write({"assets/x.css": "a{b:url(nope.png)}"})
    assert made.build().code == 1
    assert tree(made.release) == before


def test_a_release_does_not_know_where_when_or_under_whom_it_was_built(tmp_path: Path) -> None:
    homes = []
    for number, (seed, zone, mask) in enumerate([("0", "UTC", 0o022), ("1", "Asia/Tokyo", 0o077), ("77", "EST", 0)]):
        home = tmp_path / ("deep/er" * number + str(number))
        made = Project(below_assets(FILES), FULL)
        home.parent.mkdir(parents=True, exist_ok=True)
        made.root.rename(home)
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        command = [
            sys.executable,
            "-m",
            "assetbuild",
            "build",
            "--jobs",
            str(number + 1),
            "--archive",
            "r.tar.gz",
            "-q",
        ]
        subprocess.run(command, cwd=home, env=environment, umask=mask, check=True)
        homes.append(home)
    trees = [tree(home / "build/release") for home in homes]
    assert trees[0] == trees[1] == trees[2]
    archives = [(home / "r.tar.gz").read_bytes() for home in homes]
    assert archives[0] == archives[1] == archives[2]


def test_an_empty_project_is_an_empty_release() -> None:
    built = build_files({})
    assert built.manifest["assets"] == {}
    assert_sound(built)


def test_diagnostics_are_sorted_by_file_line_and_column() -> None:
    files: dict[str, str | bytes] = {
        "b.css": "a{b:url(1.png);c:url(2.png)}\na{b:url(3.png)}",
        "a.scss": "a { b: }}",
        "c.css": "\n\na{b:url(4.png)}",
    }
    built = build_files(files)
    places = [(one.file, one.line, one.column) for one in built.diagnostics]
    assert len(places) == 5
    assert places == sorted(places)


def test_warnings_of_all_stations_come_in_that_order_too() -> None:
    made = Project(below_assets({"a.scss": "@warn 'careful'; a { b: c }"}))
    (made.root / "assets" / "z.css").symlink_to("nowhere")
    shown = made.run("build").stderr
    assert 0 <= shown.index("assets/a.scss") < shown.index("assets/z.css")


def test_a_warning_is_told_once() -> None:
    made = Project(below_assets({"a.css": "a{b:c}"}))
    (made.root / "assets" / "dead.css").symlink_to("nowhere")
    ran = made.run("build")
    assert ran.stderr.count("broken symbolic link") == 1
    assert len(made.build().warnings) == 1


def test_only_the_configurations_own_faults_are_usage_errors() -> None:
    files: dict[str, str | bytes] = {"x.toml": "1", "X.toml": "2"}
    assert build_files(files).code == 1
    assert build_files({"a.js": "1"}, CONFIG + '[bundles."b.js"]\ncontents = ["nope.js"]\n').code == 2


def test_a_source_that_changes_while_it_is_compressed_is_a_buildable_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    import assetbuild.build as stations

    made = Project(below_assets({"a.txt": "a" * 1000}), 'sources = ["assets"]\n')
    compress = stations.encode

    def meddled(*arguments: object) -> object:
        made.write({"assets/a.txt": "b" * 1000})
        return compress(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(stations, "encode", meddled)
    built = made.build()
    assert built.code == 1
    assert built.errors == ["error: assets/a.txt: changed while it was read\n  build again"]


@contextmanager
def somebody_else(made: Project) -> Iterator[None]:
    """As a user who may be refused something: root is refused nothing."""
    if os.geteuid() != 0:
        yield
        return
    # Nobody may enter the environment either, if it lies below root's own directory: import all that is needed first.
    for name in BUILD_STAGE:
        importlib.import_module(name)
    made.build("--no-cache", "--output", "../imported")
    made.root.parent.chmod(0o755)
    # Nobody may enter the directory from which root runs the tests.
    before = os.getcwd()
    os.chdir(made.root)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        os.chdir(before)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_an_unreadable_source_is_named() -> None:
    made = Project(below_assets({"a.css": "a{b:c}", "dir/b.css": "a{b:c}"}))
    (made.root / "assets/a.css").chmod(0)
    (made.root / "assets/dir").chmod(0)
    with somebody_else(made):
        built = made.build("--no-cache")
    (made.root / "assets/dir").chmod(0o755)
    assert built.code == 1
    assert [error.split("\n")[0] for error in built.errors] == [
        "error: assets/a.css: cannot be read: Permission denied",
        "error: assets/dir: cannot be read: Permission denied",
    ]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_an_output_that_may_not_be_written_is_named() -> None:
    made = Project(below_assets({"a.css": "a{b:c}"}))
    made.root.chmod(0o555)
    with somebody_else(made):
        built = made.build()
    made.root.chmod(0o755)
    assert built.code == 1
    assert "cannot write" in built.errors[0]
    assert "Permission denied" in built.errors[0]
    assert "the build cache" in built.warnings[0]


def test_a_name_that_is_another_assets_variant_is_an_error() -> None:
    text = "a" * 1000
    built = build_files(
        {"robots.txt": text, "robots.txt.gz": b"x"}, 'sources = ["assets"]\nunfingerprinted = ["robots.*"]\n'
    )
    assert built.code == 1
    assert "public/robots.txt.gz" in built.errors[0]
