"""`assetbuild build --watch`, as a process of its own that is edited around."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assetbuild.cli import command_line
from assetbuild.cli.build import build_once
from assetbuild.cli.report import Report
from assetbuild.cli.stage import Programs
from processes import wait_for_the_end
from scenario import CONFIG, Project, below_assets, files_below

PATIENCE = 60.0


class Watching:
    """The process, and what it printed so far."""

    def __init__(self, project: Project, *options: str) -> None:
        self.project = project
        self.said: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "assetbuild", "build", "--watch", *options],
            cwd=project.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Whoever runs the tests in the background may have them ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put(None)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def until(self, what: str) -> str:
        """Waits for a line that begins with this; gives it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            assert line is not None, "".join(self.said)
            self.said.append(line)
            if line.startswith(what):
                return line

    def until_waiting(self) -> None:
        self.until("watching ")

    def published(self, name: str, text: str) -> None:
        """Waits until this text is published under the name: it may take more than one build."""
        deadline = time.monotonic() + PATIENCE
        while self.text(name) != text:
            assert time.monotonic() < deadline, "".join(self.said)
            time.sleep(0.01)

    def text(self, name: str) -> str | None:
        release = self.project.release
        assets = json.loads((release / "manifest.json").read_text())["assets"]
        return (release / "public" / assets[name]["file"]).read_text() if name in assets else None


@contextmanager
def watching(project: Project, *options: str) -> Iterator[Watching]:
    it = Watching(project, *options)
    try:
        it.until_waiting()
        yield it
    finally:
        it.end()


@pytest.fixture
def project() -> Project:
    return Project({"assets/a.txt": "1", "assets/css/s.scss": "@import 'p';", "assets/css/_p.scss": "a{b:c}"})


def test_a_save_is_built(project: Project) -> None:
    with watching(project) as it:
        project.write({"assets/a.txt": "2"})
        it.published("a.txt", "2")
        before = it.text("css/s.css")
        project.write({"assets/css/_p.scss": "a{b:d}"})
        it.published("css/s.css", str(before).replace("c", "d"))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_libsass_is_started_once_for_all_builds_unless_it_dies(project: Project) -> None:
    with watching(project) as it:
        (first,) = _children(it.process.pid)
        project.write({"assets/css/_p.scss": "a{b:d}"})
        it.until_waiting()
        assert _children(it.process.pid) == [first]
        os.kill(first, signal.SIGKILL)
        project.write({"assets/css/_p.scss": "a{b:e}"})
        it.until_waiting()
        assert "b: e" in str(it.text("css/s.css"))
        (second,) = _children(it.process.pid)
        assert second != first
    wait_for_the_end(second)


def _children(process: int) -> list[int]:
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text().split()]


def test_so_is_one_by_rename_as_editors_save(project: Project) -> None:
    with watching(project) as it:
        for text in ("2", "3"):
            project.write({"assets/.a.txt.swp": text})
            os.replace(project.root / "assets/.a.txt.swp", project.root / "assets/a.txt")
            it.published("a.txt", text)


def test_an_error_is_shown_the_former_release_stands_and_mending_it_builds(project: Project) -> None:
    with watching(project) as it:
        project.write({"assets/x.css": "a{b:url(nope.png)}"})
        assert "assets/x.css:1:9: no asset named 'nope.png'" in it.until("error: ")
        it.until_waiting()
        assert it.text("a.txt") == "1"
        project.write({"assets/nope.png": "x"})
        it.published("nope.png", "x")


def test_directories_may_come_and_go(project: Project) -> None:
    with watching(project) as it:
        project.write({"assets/new/er/b.txt": "b"})
        it.published("new/er/b.txt", "b")
        shutil.rmtree(project.root / "assets/new")
        it.published("new/er/b.txt", None)  # type: ignore[arg-type]
        project.write({"assets/new/b.txt": "c"})
        it.published("new/b.txt", "c")


def test_a_switch_of_branches_ends_in_the_release_of_all_its_files(project: Project) -> None:
    with watching(project) as it:
        for state in ("x", "y"):
            project.write({f"assets/many/{number}/{number}.txt": f"{state}{number}" for number in range(1500)})
            project.write({"assets/a.txt": state})
            for number in (0, 749, 1499):
                it.published(f"many/{number}/{number}.txt", f"{state}{number}")
            it.published("a.txt", state)


def test_what_a_switch_of_branches_puts_in_its_place_is_watched_on(project: Project) -> None:
    configuration = project.root / "assetbuild.toml"
    with watching(project) as it:
        configuration.unlink()
        configuration.write_text(CONFIG + 'exclude = ["a.txt"]\n')
        it.published("a.txt", None)  # type: ignore[arg-type]
        it.until_waiting()
        configuration.write_text(CONFIG)
        it.published("a.txt", "1")


def test_the_sources_may_be_away_for_a_while(project: Project) -> None:
    with watching(project) as it:
        shutil.move(project.root / "assets", project.root / "elsewhere")
        it.until("error: ")
        it.until_waiting()
        shutil.move(project.root / "elsewhere", project.root / "assets")
        project.write({"assets/a.txt": "2"})
        it.published("a.txt", "2")
        it.until_waiting()
        project.write({"assets/a.txt": "3"})
        it.published("a.txt", "3")


def test_the_configuration_is_read_again_and_may_be_broken_for_a_while(project: Project) -> None:
    with watching(project) as it:
        project.write({"assetbuild.toml": "sources = [\n"})
        it.until("error: assetbuild.toml:")
        it.until_waiting()
        project.write({"assetbuild.toml": CONFIG + 'exclude = ["a.txt"]\n'})
        it.published("a.txt", None)  # type: ignore[arg-type]


def test_what_lies_outside_the_sources_is_watched_where_a_build_reads_it() -> None:
    config = CONFIG + '[sass]\nload_paths = ["lib"]\n'
    project = Project({"assets/s.scss": "@import 'q';", "lib/_q.scss": "a{b:c}"}, config)
    with watching(project) as it:
        before = it.text("s.css")
        project.write({"lib/_q.scss": "a{b:d}"})
        it.published("s.css", str(before).replace("c", "d"))


def test_interrupted_it_ends_with_130(project: Project) -> None:
    with watching(project) as it:
        it.process.send_signal(signal.SIGINT)
        assert it.process.wait(PATIENCE) == 130


def test_one_document_is_not_what_it_could_report(project: Project) -> None:
    ran = project.run("build", "--watch", "--format", "json")
    assert ran.code == 2
    assert "--watch cannot report as json" in ran.stdout


def test_without_its_library_it_says_what_to_install(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    ran = project.run("build", "--watch")
    assert ran.code == 2
    assert 'pip install "assetbuild[watch]"' in ran.stderr


def test_without_a_configuration_there_is_nothing_to_watch(tmp_path: Path) -> None:
    ran = Project({}, None).run("build", "--watch")
    assert ran.code == 2
    assert "no assetbuild.toml" in ran.stderr


HINTS: dict[str, list[str]] = {
    "all": ["css/_p.scss", "css/_q.scss", "a.txt"],
    "one of two": ["css/_q.scss"],
    "another": ["css/other.scss"],
    "what is not there": ["css/_gone.scss"],
    "none": [],
}


@pytest.mark.parametrize("hint", HINTS)
def test_what_is_told_to_have_changed_decides_nothing_but_when_libsass_begins(
    hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"css/s.scss": "@import 'p', 'q';", "css/_p.scss": "a{b:c}", "css/_q.scss": "d{e:f}", "a.txt": "1"}
    project = Project(below_assets({**files, "css/other.scss": "g{h:i}"}))
    monkeypatch.chdir(project.root)
    arguments = command_line(["build"]).parse_args(["build", "-q"])
    programs = Programs()
    try:
        for number in range(4):
            project.write(below_assets({"css/_p.scss": f"a{{b:p{number}}}", "css/_q.scss": f"d{{e:q{number}}}"}))
            programs.changed = [str(project.root / "assets" / name) for name in HINTS[hint]]
            assert build_once(arguments, Report(arguments), programs) == 0
            released = files_below(project.release)
            clean = project.build("--no-cache", "--output", str(project.root / "clean"))
            assert released["manifest.json"] == files_below(clean.release)["manifest.json"]
            shutil.rmtree(clean.release)
    finally:
        programs.close()
