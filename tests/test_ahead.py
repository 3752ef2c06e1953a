"""Files of a first release are staged before the commit, and nobody sees a difference, whatever goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assetbuild.bulk.ahead import Ahead
from assetbuild.bulk.finals import _above, _url
from assetbuild.cache.index import identity_of
from assetbuild.references.urls import relative
from assetbuild.release.lock import locked
from scenario import CONFIG, Project, files_below

FILES = {
    "assets/a.js": "import './b.js'",
    "assets/b.js": "export {}",
    "assets/i/p.png": "1",
    "assets/c.css": "a{b:url(i/p.png)}",
}


def begun(output: Path) -> Ahead:
    ahead = Ahead.begin(str(output))
    assert ahead is not None
    return ahead


def test_a_file_is_written_once_and_known_by_its_identity(tmp_path: Path) -> None:
    output = tmp_path / "a/release"
    ahead = begun(output)
    identity = ahead.write("css/in/a.css", b"text")
    assert identity == identity_of(os.stat(output / ".staging/public/css/in/a.css"))
    assert oct((output / ".staging/public/css/in/a.css").stat().st_mode)[-3:] == "644"
    with pytest.raises(FileExistsError):
        ahead.write("css/in/a.css", b"other")
    ahead.close()


def test_what_is_not_to_be_published_goes_with_the_directories_that_are_empty_then(tmp_path: Path) -> None:
    ahead = begun(tmp_path / "release")
    for file in ("a/b/c.txt", "a/d.txt"):
        ahead.write(file, b"")
    ahead.drop(["a/b/c.txt"])
    assert files_below(tmp_path / "release/.staging/public") == {"a/d.txt": b""}
    assert not (tmp_path / "release/.staging/public/a/b").exists()
    ahead.close()


def test_nothing_is_left_if_no_commit_comes(tmp_path: Path) -> None:
    ahead = begun(tmp_path / "a/b/release")
    ahead.write("a.txt", b"")
    ahead.close()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "c").mkdir()
    begun(tmp_path / "c").close()
    assert [file.name for file in (tmp_path / "c").iterdir()] == [".lock"]


def test_there_is_none_where_anything_stands_or_another_build_is_at_work(tmp_path: Path) -> None:
    for name in ("manifest.json", "public", ".pending", "other"):
        output = tmp_path / name
        output.mkdir()
        (output / name).write_text("")
        assert Ahead.begin(str(output)) is None
        assert (output / name).exists()
    with locked(str(tmp_path / "locked")):
        assert Ahead.begin(str(tmp_path / "locked")) is None
    begun(tmp_path / "locked").close()


def test_whoever_waits_for_a_lock_that_is_removed_takes_the_next(tmp_path: Path) -> None:
    output = tmp_path / "release"
    ahead = begun(output)
    held = threading.Event()

    def wait() -> None:
        with locked(str(output), patience=20):
            held.set()
            assert (output / ".lock").exists()
            assert Ahead.begin(str(output)) is None

    waiting = threading.Thread(target=wait)
    waiting.start()
    ahead.close()
    waiting.join()
    assert held.is_set()


def test_a_first_build_that_fails_leaves_no_release_directory() -> None:
    project = Project(FILES | {"assets/d.css": "a{b:url(no.png)}"})
    assert project.build().code == 1
    assert not (project.root / "build").exists()
    project.write({"assets/d.css": ""})
    assert project.build().code == 0


def test_what_a_killed_first_build_has_staged_does_not_stay() -> None:
    project = Project(FILES)
    script = """
import os, assetbuild.bulk.links as links
links.Links = lambda *_: os._exit(9)
from assetbuild.cli import main
main(["build"])
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=project.root, check=False)
    assert ran.returncode == 9
    assert files_below(project.release / ".staging")
    built = project.build()
    assert not (project.release / ".staging").exists()
    clean = project.build("--output", "clean", "--no-cache", "--jobs", "1")
    assert (built.manifest, built.public) == (clean.manifest, clean.public)


@pytest.mark.parametrize("moment", ["write", "made", "wait_for"])
def test_if_staging_fails_the_commit_writes_all_itself(moment: str) -> None:
    files: dict[str, str | bytes] = {f"assets/i/{number}.png": b"%d" % number for number in range(500)}
    files |= {f"assets/j/{number}.js": f"import './{number - 1}.js';\n" for number in range(1, 3200)}
    project = Project(files | {"assets/j/0.js": ""}, f'{CONFIG}syntax = "off"\n')
    # The process that is forked is the one in which it fails.
    script = f"""
import os, sys
from assetbuild.bulk import ahead, finals
home = os.getpid()
owner = {{"write": ahead.Ahead, "made": finals.Finals, "wait_for": finals.Shared}}["{moment}"]
real = getattr(owner, "{moment}")
def failing(*arguments):
    if os.getpid() != home:
        raise OSError(28, "no space")
    return real(*arguments)
setattr(owner, "{moment}", failing)
from assetbuild.cli import main
sys.exit(main(["build", "-q", "--jobs", "2", "--output", "one"]))
"""
    subprocess.run([sys.executable, "-c", script], cwd=project.root, check=True)
    project.run("build", "--output", "two", "--no-cache", "--jobs", "1")
    assert files_below(project.root / "one") == files_below(project.root / "two")


@pytest.mark.parametrize("source", ["a.css", "css/a.css", "css/in/a.css", "x/y/z/a.css"])
@pytest.mark.parametrize("target", ["b.png", "css/b.png", "css/in/b.png", "cs/b.png", "x/y/b.png", "css/inner/b.png"])
def test_urls_of_plain_names_are_those_of_any(source: str, target: str) -> None:
    assert _url(_above(source.rpartition("/")[0]), target) == relative(source, target)
