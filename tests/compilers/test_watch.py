"""Code that runs without end is ended, whatever thread it runs in, and nothing of that reaches the code after it."""

from __future__ import annotations

import threading
import time

import pytest

from assetbuild.compilers import watch
from assetbuild.compilers.watch import Stopped, Watch


def endless() -> None:
    number = 0
    while True:
        number += 1


def test_what_takes_too_long_is_stopped_and_what_comes_after_it_is_not() -> None:
    watching = Watch(0.2)
    for _ in range(2):
        with pytest.raises(Stopped, match=r"took longer than time_limit = 0\.2 seconds"):
            watching.call(endless)
        assert watching.call(lambda: sum(range(200_000))) == 19_999_900_000
    watching.close()


def test_what_catches_its_end_is_ended_again() -> None:
    watching = Watch(0.1)
    caught = []

    def stubborn() -> None:
        while len(caught) < 2:
            try:
                endless()
            except Stopped:
                caught.append(1)
        endless()

    with pytest.raises(Stopped):
        watching.call(stubborn)
    assert len(caught) == 2
    watching.close()


def test_what_ends_at_the_limit_is_done_or_stopped_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_SECONDS", 0.001)
    watching = Watch(0.005)
    seen = set()
    for number in range(300):
        until = time.monotonic() + 0.004 + number % 30 / 10_000
        try:
            seen.add(watching.call(lambda until=until: work_until(until)))
        except Stopped as stopped:
            seen.add(str(stopped))
    assert seen <= {"done", "took longer than time_limit = 0.005 seconds"}
    watching.close()


def work_until(moment: float) -> str:
    while time.monotonic() < moment:
        pass
    return "done"


def test_all_that_runs_is_stopped_when_the_build_is_closed() -> None:
    watching = Watch(1000)
    said: list[str] = []
    begun = threading.Barrier(4)

    def run() -> None:
        def work() -> None:
            begun.wait()
            endless()

        with pytest.raises(Stopped) as stopped:
            watching.call(work)
        said.append(str(stopped.value))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    begun.wait()
    watching.close()
    for thread in threads:
        thread.join()
    assert said == ["ended with the build"] * 3


def test_what_takes_all_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "ROOM", 50 << 20)
    watching = Watch(1000)
    # The most that this process ever had is where growing begins.
    most = watch._size()
    kept: list[bytes] = []

    def greedy() -> None:
        while True:
            kept.append(b"x" * (1 << 20))

    with pytest.raises(Stopped, match="took more than 50 MiB of memory"):
        watching.call(greedy)
    kept.clear()
    assert watch._size() > most
    watching.close()


def test_errors_of_the_code_are_its_own() -> None:
    watching = Watch(10)
    with pytest.raises(ZeroDivisionError):
        watching.call(lambda: 1 // 0)
    watching.close()
