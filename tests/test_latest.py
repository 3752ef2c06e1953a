"""A build with nothing to do does nothing, and only then."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from assetbuild import commit as commits
from releasing import stamps
from scenario import Outcome, Project, below_assets

CONFIG = 'sources = ["assets"]\nencodings = ["gzip"]\nenv = ["WORD"]\n[sass]\nload_paths = ["lib"]\n'
FILES: dict[str, str | bytes] = {
    "css/app.scss": "@import 'colours';\n@warn 'careful';\na { b: $c; d: url(../img/a.png) }\n",
    "css/b.css": "a { b: url(../img/a.png) }" * 20,
    "img/a.png": b"\x89PNG",
    "js/a.js": "import './b.js';\n",
    "js/b.js": "import './a.js';\n",
    "t.css.jinja": "a { b: {{ env.WORD }} }",
    "sw.js": "1",
    "./lib/_colours.scss": "$c: red;\n",
}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project that was built when its files were no longer new."""
    monkeypatch.setenv("WORD", "one")
    project = Project(below_assets(FILES), CONFIG)
    settle()
    assert project.build().code == 0
    return project


def settle() -> None:
    """Waits for the clock of the file system to go on."""
    time.sleep(0.02)


def build_by_record(made: Project, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """A build that may not come to the stations."""

    def build(*arguments: object) -> None:
        raise AssertionError("the stations were asked")

    with monkeypatch.context() as patch:
        patch.setattr("assetbuild.build.build", build)
        patch.setattr("assetbuild.amend.amend", build)
        return made.build()


def test_a_build_with_nothing_to_do_asks_no_station_and_says_the_same(
    made: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stamps(made.release)
    again = build_by_record(made, monkeypatch)
    assert stamps(made.release) == before
    clean = made.build("--no-cache", "--output", "clean")
    assert again.manifest == clean.manifest
    assert again.diagnostics == clean.diagnostics
    assert any("careful" in warning for warning in again.warnings)
    counted = {name: value for name, value in clean.summary.items() if name != "seconds"}
    assert {**again.summary, "seconds": 0} == {
        **counted,
        "seconds": 0,
        "compiled": {"ran": 0, "cached": clean.summary["compiled"]["ran"]},
        "compressed": {"ran": 0, "cached": clean.summary["compressed"]["ran"]},
        "files_written": 0,
        "files_unchanged": clean.summary["files_written"],
    }


def published(made: Project, name: str) -> str:
    return str(made.release / "public" / made.build().file(name))


def same_size(made: Project) -> None:
    file = published(made, "js/a.js")
    with open(file, "r+b") as stream:
        stream.write(b"!")


EDITS: dict[str, Callable[[Project], object]] = {
    "an edited source": lambda made: made.write({"assets/js/a.js": "import './b.js' \n"}),
    "an edited source of the same size": lambda made: made.write({"assets/sw.js": "2"}),
    "a new source": lambda made: made.write({"assets/new.css": "a{b:c}"}),
    "a deleted source": lambda made: made.delete("assets/sw.js"),
    "a renamed source": lambda made: (made.root / "assets/sw.js").rename(made.root / "assets/sw2.js"),
    "an edited partial elsewhere": lambda made: made.write({"lib/_colours.scss": "$c: blue;\n"}),
    "a partial where none was": lambda made: made.write({"assets/css/_colours.scss": "$c: blue;\n"}),
    "another configuration": lambda made: made.write({"assetbuild.toml": CONFIG.replace("gzip", "br")}),
    "a variable": lambda made: os.environ.update({"WORD": "two"}),
    "a published file that is gone": lambda made: os.unlink(published(made, "img/a.png")),
    "a variant that is gone": lambda made: os.unlink(published(made, "css/b.css") + ".gz"),
    "a mutable file that was changed": lambda made: (made.release / "public/sw.js").write_bytes(b"x"),
    "a manifest that is gone": lambda made: (made.release / "manifest.json").unlink(),
    "a release that is gone": lambda made: made.release.rename(made.root / "moved"),
    "a commit that was cut off": lambda made: (made.release / ".pending").write_bytes(b"{}"),
    "a link out of the sources": lambda made: (made.root / "assets/out").symlink_to("/dev/null"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_whatever_has_changed_is_seen(made: Project, monkeypatch: pytest.MonkeyPatch, edit: str) -> None:
    settle()
    EDITS[edit](made)
    with pytest.raises(AssertionError, match="stations"):
        build_by_record(made, monkeypatch)
    built = made.build()
    clean = made.build("--no-cache", "--output", "clean")
    assert built.manifest == clean.manifest
    assert built.diagnostics == clean.diagnostics
    for entry in built.assets.values():
        for name in [entry["file"], *(one["file"] for one in entry.get("encodings", {}).values())]:
            assert built.public[name] == clean.public[name]


def test_a_published_file_with_other_bytes_is_an_error_as_ever(made: Project) -> None:
    same_size(made)
    built = made.build()
    assert built.code == 1
    assert "other bytes" in built.errors[0]


def test_another_configuration_for_the_same_release_is_seen(made: Project) -> None:
    made.write({"other.toml": CONFIG.replace('"gzip"', "")})
    first = made.build()
    assert made.build("--config", "other.toml").manifest != first.manifest
    assert made.build().manifest == first.manifest


def test_a_source_written_in_the_tick_of_the_build_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Project(below_assets({"a.css": "a{b:c}"}))
    os.utime(made.root / "assets/a.css", ns=(time.time_ns() + 10**10,) * 2)
    made.build()
    with pytest.raises(AssertionError, match="stations"):
        build_by_record(made, monkeypatch)
    made.write({"assets/a.css": "a{b:d}"})
    assert "d" in made.build().text("a.css")


def test_a_damaged_record_is_none(made: Project) -> None:
    import sqlite3

    for database in made.root.glob(".assetbuild/*.sqlite3"):
        with sqlite3.connect(database) as connection:
            connection.execute(
                "UPDATE contents SET value = x'00' WHERE id IN (SELECT id FROM entries WHERE key LIKE 'latest/%')"
            )
        connection.close()
    assert made.build().code == 0


def test_an_archive_is_written_all_the_same(made: Project) -> None:
    made.build("--archive", "one.tar.gz")
    made.build("--no-cache", "--output", "clean", "--archive", "two.tar.gz")
    assert (made.root / "one.tar.gz").read_bytes() == (made.root / "two.tar.gz").read_bytes()


def test_a_text_that_is_remembered_is_made_again_where_it_is_missing(made: Project) -> None:
    """Its bytes are in no cache: only their digest is."""
    for file in [published(made, name) for name in ("css/b.css", "js/a.js")]:
        os.unlink(file)
    built = made.build()
    clean = made.build("--no-cache", "--output", "clean")
    assert built.summary["files_written"] == 2
    assert {name: built.bytes_of(name) for name in FILES if name in built.assets} == {
        name: clean.bytes_of(name) for name in FILES if name in clean.assets
    }


def test_a_filter_that_may_depend_on_more_is_asked_every_time(made: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made.write({"assetbuild.toml": CONFIG + '[[rules]]\nmatch = "css/b.css"\nfilters = ["webassets:rcssmin"]\n'})
    settle()
    assert made.build().code == 0
    with pytest.raises(AssertionError, match="stations"):
        build_by_record(made, monkeypatch)


@pytest.mark.parametrize("when", ["while files are compared", "after the commit"])
def test_a_manifest_that_a_person_replaces_during_a_commit_is_put_right_by_the_next_build(
    made: Project, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    ours = (made.release / "manifest.json").read_bytes()
    changes_for, carry_out = commits.changes_for, commits.carry_out

    def person() -> None:
        (made.release / "manifest.json").write_bytes(b"{}")

    def compared(*arguments: Any) -> Any:
        changes = changes_for(*arguments)
        if when == "while files are compared":
            person()
        return changes

    def carried_out(*arguments: Any, **options: Any) -> Any:
        carried = carry_out(*arguments, **options)
        person()
        return carried

    # A whole build, of the same release or of another one.
    new = "_unused.scss" if when == "while files are compared" else "new.css"
    made.write({f"assets/{new}": "a{b:c}"})
    settle()
    with monkeypatch.context() as patched:
        patched.setattr(commits, "changes_for", compared)
        if when == "after the commit":
            patched.setattr(commits, "carry_out", carried_out)
        made.build()
    assert (made.release / "manifest.json").read_bytes() == b"{}"
    settle()
    again = made.build()
    clean = made.build("--no-cache", "--output", "clean")
    assert again.manifest == clean.manifest
    assert (when == "while files are compared") == ((made.release / "manifest.json").read_bytes() == ours)


def test_a_release_whose_manifest_is_a_link_needs_no_build_either(
    made: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (made.release / "manifest.json").rename(made.root / "elsewhere.json")
    (made.release / "manifest.json").symlink_to(made.root / "elsewhere.json")
    settle()
    made.build()
    settle()
    assert build_by_record(made, monkeypatch).code == 0
