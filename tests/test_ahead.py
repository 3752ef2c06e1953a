"""Files of a first release are staged before the commit, and nobody sees a difference, whatever goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assetbuild.bulk import share
from assetbuild.bulk.ahead import Ahead
from assetbuild.bulk.names import Names
from assetbuild.bulk.texts import fingerprinted
from assetbuild.bulk.writing import above_directory, url_of
from assetbuild.cache.records import identity_of
from assetbuild.processes import Process
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


@pytest.mark.parametrize("moment", ["write", "tell", "step"])
def test_if_staging_fails_the_commit_writes_all_itself(moment: str) -> None:
    files: dict[str, str | bytes] = {f"assets/i/{number}.png": b"%d" % number for number in range(500)}
    files |= {f"assets/j/{number}.js": f"import './{number - 1}.js';\n" for number in range(1, 3200)}
    project = Project(files | {"assets/j/0.js": ""}, f'{CONFIG}syntax = "off"\n')
    # The process that is forked is the one in which it fails.
    script = f"""
import os, sys
from assetbuild.bulk import ahead, names
home = os.getpid()
owner = ahead.Ahead if "{moment}" == "write" else names.Names
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


def test_a_name_that_one_has_told_is_learned_by_all() -> None:
    numbers = {"a.js": 0, "b.css": 1}
    names = Names(numbers, 2)
    digest = bytes(range(1, 33))
    assert (names.is_known(1), names.learn(1, "b.css"), "b.css" in names) == (False, None, False)
    process = Process(lambda: names.tell(1, "b.css", digest))
    name = process.result()
    assert name == fingerprinted("b.css", digest.hex())
    assert (names.is_known(0), names.is_known(1), names.learn(1, "b.css"), names["b.css"]) == (False, True, name, name)


def test_it_is_over_when_all_have_looked_at_all_that_was_told() -> None:
    names = Names({"a.js": 0}, 3)
    names.be_ready(2)
    names.step(0)
    assert names.steps() == 1
    assert not names.is_over(0, 1)
    assert not names.is_over(1, 0)
    assert names.is_over(1, 1)
    names.step(1)
    assert not names.is_over(1, 2)
    assert names.is_over(0, 2)


def test_what_is_staged_for_nothing_goes_with_all_that_refers_to_it() -> None:
    files = FILES | {"assets/e.css": "b{}", "assets/d.css": "@import 'e.css';", "assets/f.css": "@import 'd.css';"}
    keys = 'external = ["**/*"]\n[bundles."all.css"]\ncontents = ["c.css", "e.css"]\n'
    project = Project(files, f'{CONFIG}syntax = "off"\n{keys}')
    one = project.build("--output", "one")
    two = project.build("--output", "two", "--no-cache", "--jobs", "1")
    assert (one.code, one.manifest, one.public, one.diagnostics) == (
        two.code,
        two.manifest,
        two.public,
        two.diagnostics,
    )
    assert not [name for name in one.public if name.startswith(("c-", "e-"))]


@pytest.mark.parametrize("kept", [24 << 20, 0])
def test_a_long_chain_in_the_wrong_order_and_a_circle_come_out_right(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What waits is read again where there is no room for it.
    monkeypatch.setattr(share, "kept_together", lambda files: kept)
    files = {f"assets/{number:04}.js": f"import './{number + 1:04}.js'" for number in range(2000)}
    files |= {"assets/2000.js": "", "assets/r.css": "@import 's.css'", "assets/s.css": "@import 'r.css'"}
    files |= {"assets/t.css": "@import 's.css'; a{b:url(p.png)}", "assets/p.png": "p"}
    project = Project(files, f'{CONFIG}syntax = "off"\n')
    one, two = project.build("--output", "one"), project.build("--output", "two", "--no-cache", "--jobs", "1")
    assert (one.code, one.manifest, one.public, one.diagnostics) == (0, two.manifest, two.public, two.diagnostics)


def test_who_refers_to_many_asks_for_each_of_their_names_once_or_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    images = [f"i/{number:03}.png" for number in range(300)]
    sheet = "".join(f".i{{background:url({image})}}" for image in images)
    project = Project(
        {f"assets/{image}": image for image in images} | {"assets/a.css": sheet}, f'{CONFIG}syntax = "off"\n'
    )
    asked: list[str] = []

    def get(self: Names, path: str) -> str | None:
        asked.append(path)
        return dict.get(self, path)

    monkeypatch.setattr(Names, "get", get)
    built = project.build("--jobs", "1")
    assert len(built.assets["a.css"]["assets"]) == len(images)
    assert len(images) <= len(asked) <= 2 * len(images)


def test_nothing_is_left_if_a_build_is_interrupted_before_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(FILES)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("assetbuild.bulk.reading.Files", interrupted)
    assert project.build().code == 130
    assert not (project.root / "build").exists()


def test_what_a_build_of_files_that_were_staged_remembers_is_used_by_the_next() -> None:
    files = {f"assets/{number}.js": f"import './{number // 2}.js'" for number in range(1, 40)} | {"assets/0.js": ""}
    project = Project(files, f'{CONFIG}syntax = "off"\n')
    project.build()
    project.write({"assets/new.js": "import './7.js'"})
    script = """
import sys
sys.addaudithook(lambda event, values: event == "open" and "/assets/" in str(values[0]) and print(values[0]))
from assetbuild.cli import main
sys.exit(main(["build", "-q"]))
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=project.root, check=True, capture_output=True, text=True)
    assert {os.path.basename(line) for line in ran.stdout.splitlines()} == {"new.js"}
    clean = project.build("--output", "clean", "--no-cache", "--jobs", "1")
    assert project.build().manifest == clean.manifest


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_source_that_is_edited_after_it_was_read_is_an_error(jobs: str) -> None:
    files: dict[str, str | bytes] = {f"assets/{number}.txt": b"%d" % number for number in range(3200)}
    project = Project(files, CONFIG)
    # Whoever has read it edits it, once all is read.
    script = f"""
import sys
from assetbuild.bulk import share
real = share.Share.take
def edit(self, parts):
    real(self, parts)
    if any(row.path == "7.txt" for _, rows, *_ in self._parts for row in rows):
        open("assets/7.txt", "ab").write(b"edited")
share.Share.take = edit
from assetbuild.cli import main
sys.exit(main(["build", "-q", "--jobs", "{jobs}"]))
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=project.root, check=False, capture_output=True, text=True)
    assert ran.returncode == 1
    assert "assets/7.txt: changed while it was read" in ran.stderr
    assert not (project.root / "build").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="one process does it all")
def test_a_source_that_is_edited_after_it_was_read_for_a_process_that_died_is_an_error() -> None:
    project = Project({f"assets/{number:03}.txt": b"%d" % number for number in range(100)}, CONFIG)
    # What is durable is kept, and written by the commit. The other process claims the first files and dies.
    script = """
import os, sys
from assetbuild import processes
from assetbuild.bulk import share
processes.WORTH_A_PROCESS = 10
real, home = share.Share.take, os.getpid()
def take(self, parts):
    if os.getpid() != home:
        next(iter(parts))
        os._exit(1)
    if not isinstance(parts, list):
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    real(self, parts)
    if isinstance(parts, list):
        open("assets/000.txt", "ab").write(b"edited")
share.Share.take = take
from assetbuild.cli import main
sys.exit(main(["build", "-q", "--jobs", "2", "--durable"]))
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=project.root, check=False, capture_output=True, text=True)
    assert (ran.returncode, "assets/000.txt: changed while it was read" in ran.stderr) == (1, True)


@pytest.mark.parametrize("source", ["a.css", "css/a.css", "css/in/a.css", "x/y/z/a.css"])
@pytest.mark.parametrize("target", ["b.png", "css/b.png", "css/in/b.png", "cs/b.png", "x/y/b.png", "css/inner/b.png"])
def test_urls_of_plain_names_are_those_of_any(source: str, target: str) -> None:
    assert url_of(above_directory(source.rpartition("/")[0]), target) == relative(source, target)
