"""Real builds that are killed at random moments: a whole release stands, and the next build leaves no trace."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hurting import STATES, Hurt, edit, hurt, hurt_by_edits, settle

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs signals")

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
ACTIONS = {
    "first build": ["build"],
    "rebuild": ["build"],
    "build without a cache": ["build"],
    "archive": ["build", "--archive", "it.tar.gz"],
    "clean": ["clean", "--keep", "1"],
}
# How many kills `make test` survives, and the long run.
KILLS, MANY = 20, 204
OUR_MAIN = re.compile(r"cli/__init__\.py\", line \d+, in main")


@pytest.fixture(scope="module")
def durations() -> dict[str, float]:
    """How long each action takes undisturbed, in seconds: the moments to kill are spread over it."""
    found = {}
    for action in ACTIONS:
        it = hurt()
        prepare(it, action, 1)
        began = time.monotonic()
        subprocess.run(command(action), cwd=it.project.root, check=True, capture_output=True)
        found[action] = time.monotonic() - began
    return found


def command(action: str) -> list[str]:
    return [sys.executable, "-m", "assetbuild", *ACTIONS[action]]


def prepare(it: Hurt, action: str, state: int) -> None:
    it.put(state)
    if action == "first build":
        shutil.rmtree(it.project.release)
    if action in ("first build", "build without a cache"):
        shutil.rmtree(it.project.root / ".assetbuild")


def test_killed_at_a_random_moment_a_whole_release_stands_and_the_next_build_leaves_no_trace(
    durations: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(random.Random(1), KILLS, durations, tmp_path, monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 8))
def test_so_it_is_hundreds_of_times(
    seed: int, durations: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(random.Random(seed), MANY // 6, durations, tmp_path, monkeypatch)


def kill(
    chance: random.Random, times: int, durations: dict[str, float], temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    it = hurt()
    survived: Counter[str] = Counter()
    kills = 0
    # Those that were done before their moment came do not count.
    while kills < times:
        action, state = chance.choice(list(ACTIONS)), chance.randrange(STATES)
        prepare(it, action, state)
        how, moment = chance.choice(SIGNALS), chance.uniform(0, durations[action])
        code, said = killed(it, action, how, moment)
        case = f"{action}, {signal.Signals(how).name} after {moment:.3f} s: exit {code}\n{said}"
        # Python's own start and end have a traceback of their own when they are interrupted.
        if how != signal.SIGINT or OUR_MAIN.search(said):
            assert code in (0, 130, -how), case
            assert "Traceback" not in said, case
        if it.manifest is not None or action != "first build":
            it.whole()
        survived[f"{action}: {'done before' if code == 0 else 'killed'}"] += 1
        kills += code != 0
        assert survived.total() < 3 * times, survived
        again = it.project.run(*(ACTIONS["archive"] if action == "archive" else ["build"]))
        assert again.code == 0, case + again.stderr
        it.clean(state)
        assert list(temporary.iterdir()) == [], case
    print(dict(sorted(survived.items())))  # noqa: T201


@pytest.mark.parametrize("times", [4, pytest.param(40, marks=pytest.mark.long)])
def test_so_it_is_where_a_build_follows_an_edit(times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    chance = random.Random(1)
    it = hurt_by_edits()
    edit(it.project, 1)
    began = time.monotonic()
    subprocess.run(command("rebuild"), cwd=it.project.root, check=True, capture_output=True)
    longest = time.monotonic() - began
    for number in range(times):
        settle(it.project)
        edit(it.project, number % 2)
        how, moment = chance.choice(SIGNALS), chance.uniform(0, longest)
        code, said = killed(it, "rebuild", how, moment)
        case = f"{signal.Signals(how).name} after {moment:.3f} s: exit {code}\n{said}"
        if how != signal.SIGINT or OUR_MAIN.search(said):
            assert code in (0, 130, -how), case
        it.whole()
        assert it.project.run("build").code == 0
        it.clean(number % 2)
        assert list(tmp_path.iterdir()) == [], case


def killed(it: Hurt, action: str, how: signal.Signals, moment: float) -> tuple[int, str]:
    """The exit code of a command that gets a signal after so many seconds, and what it said on standard error.

    None of its processes is left then.
    """
    mark = f"MARK={uuid.uuid4()}"
    environment = {**os.environ, "MARK": mark.partition("=")[2]}
    process = subprocess.Popen(
        command(action),
        cwd=it.project.root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background may have them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.send_signal(how)
    _, said = process.communicate()
    deadline = time.monotonic() + 20
    while left := list(processes(mark)):
        assert time.monotonic() < deadline, f"processes left: {left}"
        time.sleep(0.01)
    return process.returncode, said


def processes(mark: str) -> Iterator[int]:
    """Those that have this in their environment."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                yield int(entry.name)
        except OSError:
            continue
