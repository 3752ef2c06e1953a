"""Several builds at a time, readers beside them, and sources that are edited while they are read: real processes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assetbuild.runtime import Manifest
from hurting import CONFIG, STATES, files, hurt, put
from scenario import Project

BUILD = [sys.executable, "-m", "assetbuild", "build"]


def started(project: Project, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*BUILD, *options], cwd=project.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate()
    return process.returncode, said


def test_builds_of_one_output_wait_for_each_other_or_say_so(tmp_path: Path) -> None:
    it = hurt()
    projects = [Project({}, CONFIG) for _ in range(STATES)]
    for state, project in enumerate(projects):
        put(project, state)
    for _ in range(2):
        running = [started(project, "--output", str(it.project.release), "--no-cache") for project in projects]
        answers = [ended(process) for process in running]
        assert any(code == 0 for code, _ in answers)
        for code, said in answers:
            assert code == 0 or "another build is writing" in said
        it.whole()


def test_a_reader_beside_builds_finds_every_file_that_its_manifest_names() -> None:
    it = hurt()
    stop = threading.Event()
    seen: set[str] = set()
    wrong: list[str] = []

    def read() -> None:
        while not stop.is_set():
            manifest = Manifest.load(it.project.release / "manifest.json")
            for name in manifest:
                entry = manifest[name]
                data = (it.project.release / "public" / entry.file).read_bytes()
                digest = b64encode(hashlib.sha384(data).digest()).decode()
                # Under a name that stays, the bytes come a moment after the manifest.
                if entry.immutable and f"sha384-{digest}" != entry.integrity:
                    wrong.append(entry.file)
            seen.add((it.project.release / "manifest.json").read_bytes().hex())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(1, 7):
            it.put(number % STATES)
            assert ended(started(it.project)) == (0, "")
    finally:
        stop.set()
        reader.join()
    assert wrong == []
    assert len(seen) > 1
    assert {bytes.fromhex(one) for one in seen} <= set(it.manifests)


def test_builds_that_share_a_cache_give_what_each_gives_alone(tmp_path: Path) -> None:
    it = hurt()
    projects = [Project({}, CONFIG) for _ in range(2 * STATES)]
    for round_ in range(2):
        for number, project in enumerate(projects):
            put(project, (number + round_) % STATES)
        running = [started(project, "--cache", str(tmp_path / "cache")) for project in projects]
        assert [ended(process) for process in running] == [(0, "")] * len(projects)
        for number, project in enumerate(projects):
            manifest = (project.release / "manifest.json").read_bytes()
            assert manifest == it.manifests[(number + round_) % STATES]


def test_a_source_that_is_edited_while_it_is_read_never_gets_a_name_with_other_bytes() -> None:
    it = hurt()
    with editing(it.project):
        for _ in range(12):
            ran = it.project.run("build", "--no-cache")
            assert ran.code == 0 or "changed" in ran.stderr, ran.stderr
            assert it.project.run("verify").code == 0
    it.put(1)
    assert it.project.build().code == 0
    it.clean(1)


@contextmanager
def editing(project: Project) -> Iterator[None]:
    """Some sources get the contents of all states in turns, every few milliseconds, with the same size and time."""
    stop = threading.Event()
    names = ["assets/css/_colours.scss", "assets/js/part.js", "assets/text.txt", "assets/robots.txt"]

    def edit() -> None:
        state = 0
        while not stop.wait(0.03):
            state = (state + 1) % STATES
            for name in names:
                file = project.root / name
                content = files(state)[name]
                # In place, in one call: nobody sees the empty file that an editor's saving begins with.
                with file.open("r+b") as stream:
                    stream.write(content.encode() if isinstance(content, str) else content)
                os.utime(file, ns=(10**18, 10**18))

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        yield
    finally:
        stop.set()
        editor.join()
