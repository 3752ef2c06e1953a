"""What a command costs: processor time, wall time, memory of all its processes; and works that take turns."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# How often memory is looked at, in seconds.
_SAMPLE = 0.01
# After so many seconds, a pause is as many times as long as a look.
_OFTEN, _SELDOM = 3, 100


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often works take turns: `runs` times; those that take less than `short` seconds `short_runs` times in all;
    those that take more than `patience` seconds once. Seconds are those of the round that warms up.
    """

    runs: int
    short_runs: int
    short: float
    patience: float

    def of(self, cost: Cost) -> int:
        """The number of the last round in which a work takes its turn that has cost this in round 0."""
        if cost.wall > self.patience:
            return 0
        return max(self.runs, self.short_runs) if cost.wall < self.short else self.runs


ONCE = Rounds(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time and of wall time; megabytes at most, of all processes at once if that was looked at."""

    cpu: float
    wall: float
    memory: float


class Failed(Exception):
    """A command that did not do its work; the text is the last line it wrote."""


@dataclass(frozen=True, slots=True)
class Work:
    """One row: `run` does it once, and is told whether memory is to be looked at. `peer`: it may be left out if it
    fails. `once`: it is not repeated."""

    name: str
    run: Callable[[bool], Cost]
    peer: bool = False
    once: bool = False


def run(command: Sequence[str], directory: str, sampled: bool = False) -> Cost:
    """The cost of a command and of its children. Raises Failed.

    A command that prints `{"cpu": …, "wall": …}` as its last line says itself what counts: its work without its start.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=directory, env=environment, stdout=said, stderr=errors)
        samples: list[float] = []
        try:
            with _sampling(process.pid, samples) if sampled else contextlib.nullcontext():
                _, status, used = os.wait4(process.pid, 0)
                wall = time.perf_counter() - began
        except BaseException:
            process.kill()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise Failed(_reason(process.returncode, _last_line(errors) or _last_line(said), directory))
        own = _own(_last_line(said))
    cpu = used.ru_utime + used.ru_stime
    memory = max([_largest_process(used), *samples])
    return Cost(own.get("cpu", cpu), own.get("wall", wall), memory)


def take_turns(works: Sequence[Work], rounds: Rounds) -> tuple[dict[str, list[Cost]], dict[str, str]]:
    """The costs of each work, by name, and why peers were left out.

    A first round warms up, and shows the memory. Of what is not done again this round is what counts.
    """
    costs: dict[str, list[Cost]] = {}
    left_out: dict[str, str] = {}
    waiting = list(works)
    last: dict[str, int] = {}
    for number in range(max(rounds.runs, rounds.short_runs) + 1):
        for work in [one for one in waiting if number <= last.get(one.name, number)]:
            try:
                cost = work.run(number == 0)
            except Failed as failed:
                if not work.peer:
                    raise SystemExit(f"{work.name}: {failed}") from failed
                left_out[work.name] = str(failed)
                costs.pop(work.name, None)
                waiting.remove(work)
                continue
            _tell(work.name, cost)
            if number == 1:
                memory = max(cost.memory, costs[work.name][0].memory)
                costs[work.name] = [Cost(cost.cpu, cost.wall, memory)]
            else:
                costs.setdefault(work.name, []).append(cost)
            if number == 0:
                last[work.name] = 0 if work.once else rounds.of(cost)
    return costs, left_out


def as_data(costs: dict[str, list[Cost]]) -> dict[str, Any]:
    """The costs as they stand in the results: lists of seconds, one each run; whole megabytes."""
    return {
        name: {
            "cpu": [round(cost.cpu, 4) for cost in each],
            "wall": [round(cost.wall, 4) for cost in each],
            "memory": round(max(cost.memory for cost in each)),
        }
        for name, each in costs.items()
    }


def _tell(name: str, cost: Cost) -> None:
    print(f"    {cost.wall:8.3f} s  {cost.cpu:8.3f} s of processor time  {name}", file=sys.stderr, flush=True)


def _own(line: str) -> dict[str, float]:
    if not line.startswith('{"cpu"'):
        return {}
    return dict(json.loads(line))


def _reason(code: int, line: str, directory: str) -> str:
    """Why a command failed, without paths of this machine."""
    if code < 0 or not line:
        return f"ended by signal {-code}" if code < 0 else f"ended with {code}"
    return line.replace(f"{directory}/", "")[:200]


def _last_line(stream: Any) -> str:
    stream.seek(max(0, stream.seek(0, os.SEEK_END) - 4000))
    lines = stream.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""


@contextlib.contextmanager
def _sampling(process: int, samples: list[float]) -> Iterator[None]:
    """Adds the megabytes of a process and its descendants again and again; on Linux, nothing elsewhere."""
    over = threading.Event()

    def look() -> None:
        began = time.perf_counter()
        pause = _SAMPLE
        while not over.wait(pause):
            looked = time.perf_counter()
            sizes = [_resident(one) for one in _tree(process)]
            # What is shared counts once: with the largest process, from which or to which the others were forked.
            resident, private = max(sizes)
            samples.append((resident - private + sum(own for _, own in sizes)) / 1024)
            # To look at a large process takes a while, and what takes long may be done no second time.
            now = time.perf_counter()
            pause = _SAMPLE if now - began < _OFTEN else max(_SAMPLE, _SELDOM * (now - looked))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _tree(process: int) -> list[int]:
    found, waiting = [], [process]
    while waiting:
        one = waiting.pop()
        found.append(one)
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children") as stream:
                    waiting += map(int, stream.read().split())
    return found


def _resident(process: int) -> tuple[int, int]:
    """Kilobytes of one process, and those of them that it has for itself."""
    sizes = {"Rss": 0, "Private_Clean": 0, "Private_Dirty": 0}
    with contextlib.suppress(OSError), open(f"/proc/{process}/smaps_rollup") as stream:
        for line in stream:
            name, _, size = line.partition(":")
            if name in sizes:
                sizes[name] = int(size.split()[0])
    return sizes["Rss"], sizes["Private_Clean"] + sizes["Private_Dirty"]


def _largest_process(used: resource.struct_rusage) -> float:
    """Megabytes of the largest of a command's processes; 0 if that may be the size of this one, which it began with."""
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    here = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used.ru_maxrss / unit if used.ru_maxrss > here else 0
