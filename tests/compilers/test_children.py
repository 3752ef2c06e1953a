"""Processes for our own programs: a forked one is as one that the system has started."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assetbuild.compilers import children
from assetbuild.compilers.children import Child, child

# What it is asked for is a line of its own words, and so is each answer.
PROGRAM = """
import gc, json, os, sys
open_here = sorted(int(name) for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}"))
requests, answers = os.fdopen(0, "rb"), os.fdopen(1, "wb")
print("nobody reads this", file=sys.stderr, flush=True)
while line := requests.readline():
    if line == b"about you\\n":
        found = {
            "arguments": sys.argv[1:],
            "environment": dict(os.environ),
            "leader": os.getsid(0) == os.getpid(),
            "collects": gc.isenabled(),
            "open": open_here,
            "name": __name__,
        }
        answers.write(json.dumps(found).encode() + b"\\n")
    elif line == b"die\\n":
        os._exit(3)
    elif line == b"raise\\n":
        raise ValueError
    else:
        answers.write(b"read " + line)
    answers.flush()
"""
ENVIRONMENT = {"PATH": "/bin", "TMPDIR": "/tmp"}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux is sure to fork")


@pytest.fixture(params=["forked", "spawned"])
def started(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Child, int]]:
    """A process, and the descriptor of ours that it keeps."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    kept, other = os.pipe()
    os.set_inheritable(kept, True)
    start = children._Forked if request.param == "forked" else children._spawned
    process = start(str(program), ["one", "two"], ENVIRONMENT, [kept])
    yield process, kept
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        stream.close()
    os.close(kept)
    os.close(other)


def said(process: Child, word: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(word + b"\n")
    process.stdin.flush()
    return process.stdout.readline()


def test_it_answers_until_it_is_ended(started: tuple[Child, int]) -> None:
    process, _ = started
    assert said(process, b"a") == b"read a\n"
    assert said(process, b"b") == b"read b\n"
    assert process.poll() is None
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert process.poll() == -signal.SIGKILL
    process.kill()


def test_it_has_its_own_words_variables_and_files_and_no_others(started: tuple[Child, int]) -> None:
    process, kept = started
    found = json.loads(said(process, b"about you"))
    assert found["arguments"] == ["one", "two"]
    assert {name: found["environment"].get(name) for name in ENVIRONMENT} == ENVIRONMENT
    assert found["environment"].keys() - ENVIRONMENT.keys() <= {"LC_CTYPE"}
    assert found["leader"]
    assert found["collects"]
    assert [one for one in found["open"] if one not in (0, 1, 2)] == [kept]
    assert found["name"] == "__main__"


@pytest.mark.parametrize(("word", "code"), [(b"die", 3), (b"raise", 1)])
def test_how_it_ended_is_known(started: tuple[Child, int], word: bytes, code: int) -> None:
    process, _ = started
    assert said(process, word) == b""
    assert process.wait() == code


def test_where_there_are_threads_it_is_not_forked(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    process, life = child(str(program), "packages", ENVIRONMENT)
    try:
        assert not isinstance(process, children._Forked)
        assert json.loads(said(process, b"about you"))["arguments"][0] == "packages"
    finally:
        ended.set()
        thread.join()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, *life):
            assert stream is not None
            stream.close()


def test_where_the_system_does_not_tell_of_threads_it_is_not_forked(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import subprocess, sys\n"
        "from assetbuild.compilers import children\n"
        "process, life = children.child(sys.argv[1], 'packages', {})\n"
        "print(isinstance(process, children._Forked), process.stdout.readline())\n"
        "process.wait()\n"
    )
    answering = tmp_path / "answering.py"
    answering.write_text("print('read', flush=True)")
    hidden = f"mount -t tmpfs none /proc && exec '{sys.executable}' '{program}' '{answering}'"
    if shutil.which("unshare") is None:
        pytest.skip("no unshare: apt-get install util-linux")
    ran = subprocess.run(["unshare", "-Ur", "--mount", "sh", "-c", hidden], capture_output=True, text=True, check=False)
    if ran.returncode != 0 and "Traceback" not in ran.stderr:
        pytest.skip(f"no /proc can be hidden here: {ran.stderr.strip()}")
    assert ran.stdout == "False b'read\\n'\n"


def test_a_program_that_is_not_there_ends_at_once(tmp_path: Path) -> None:
    for start in (children._Forked, children._spawned):
        process = start(str(tmp_path / "nothing.py"), [], ENVIRONMENT, [])
        assert process.wait() != 0
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()
