"""Runs an application in a process of its own and tells everything that it asks of the system while it serves.

An application is two pieces of Python: `load`, which ends with everything in memory (imports made, templates compiled,
the first page rendered), then `serve`, which is watched. Both run as a user without any permission to write. `serve`
may call `forked(function)`, which runs the function in a forked process and gives its result.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from requirements_of_tests import need

NOBODY = 65534
_DAC_READ_SEARCH = 2  # capabilities(7)
_BEGIN, _END = "/watching-begins", "/watching-ends"

_PROGRAM = """
import json, os, sys
at_start = set(sys.modules)

def forked(function):
    reading, writing = os.pipe()
    if os.fork() == 0:
        events.clear()
        result = function()
        os.write(writing, json.dumps([result, events]).encode())
        os._exit(0)
    os.close(writing)
    told = b""
    while piece := os.read(reading, 1 << 16):
        told += piece
    os.close(reading)
    os.wait()
    result, seen = json.loads(told)
    events.extend(seen)
    return result

def mark(path):
    try:
        os.stat(path)
    except OSError:
        pass

events, watching = [], False

def hook(event, arguments):
    if watching and event not in HARMLESS:
        events.append([event, repr(arguments)[:200]])

assert os.getuid() != 0 and not os.access(".", os.W_OK)
#LOAD#
loaded = set(sys.modules)
sys.addaudithook(hook)
mark(BEGIN)
watching = True
#SERVE#
watching = False
mark(END)
print(json.dumps({
    "events": events,
    "modules": sorted(set(sys.modules) - at_start),
    "late": sorted(set(sys.modules) - loaded),
    "result": result,
}))
"""
# They touch nothing outside the process; os.fork is of `forked`, threads are those that `serve` or a framework starts.
_HARMLESS = (
    *("builtins.id", "sys._getframe", "object.__getattr__", "object.__setattr__"),
    *("os.fork", "_thread.start_new_thread"),
    *("sys.set_asyncgen_hook_finalizer", "sys.set_asyncgen_hook_firstiter"),
)


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen while `serve` ran.

    `events` are Python's audit events with their arguments: files opened, sockets, processes, imports. `modules` are
    all that the application imported, `late` those imported while it served. `calls` are the system calls about
    files, the network and processes, if strace was asked for. `result` is the variable `result` that `serve` sets.
    """

    events: tuple[tuple[str, str], ...]
    modules: frozenset[str]
    late: frozenset[str]
    calls: tuple[str, ...]
    result: Any

    def packages(self) -> set[str]:
        """The top names of what was imported, the standard library's left out."""
        return {name.partition(".")[0] for name in self.modules} - sys.stdlib_module_names - {"__mp_main__"}

    def ours(self) -> set[str]:
        """Our own modules that were imported."""
        return {name for name in self.modules if name.partition(".")[0] == "assetbuild"}


def watch(folder: Path, load: str, serve: str, *, strace: bool = False) -> Watched:
    """Run the application in `folder`. `strace` watches the system calls as well, and skips the test without it.

    `serve` with threads or forks cannot be told by strace from an application that makes some.
    """
    program = _PROGRAM.replace("#LOAD#", load).replace("#SERVE#", serve)
    names = f"HARMLESS, BEGIN, END = {_HARMLESS!r}, {_BEGIN!r}, {_END!r}\n"
    command = [*as_nobody(), sys.executable, "-c", names + program]
    with tempfile.NamedTemporaryFile("r") as trace:
        if strace:
            tracer = [need("strace"), "-f", "-qq", "-e", "trace=file,network,process", "-o", trace.name]
            command = [*tracer, *command]
        environment = {key: os.environ[key] for key in ("PATH", "LANG", "SYSTEMROOT") if key in os.environ}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        calls = _between_marks(trace.read().splitlines()) if strace else ()
    told = json.loads(done.stdout.splitlines()[-1])
    events = tuple((event, arguments) for event, arguments in told["events"] if _END not in arguments)
    return Watched(events, frozenset(told["modules"]), frozenset(told["late"]), calls, told["result"])


@contextmanager
def read_only(files: Mapping[str, str | bytes], release: Path | None = None) -> Iterator[Path]:
    """A directory with these files, and a copy of a release in release/, that everybody may read and nobody write."""
    with open_to_all() as folder:
        for name, content in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        if release is not None:
            shutil.copytree(release, folder / "release")
        let_nobody_write(folder)
        yield folder


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A temporary directory that every user may enter, as pytest's may not be."""
    folder = Path(tempfile.mkdtemp(prefix="assetbuild-read-only-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for path in (folder, *folder.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
        shutil.rmtree(folder)


def let_nobody_write(folder: Path) -> None:
    """Let everybody read what is in a directory, and nobody write; links are left as they are."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() else 0o444)


def as_nobody() -> list[str]:
    """What a command is begun with so that root's rights are gone. Reading stays allowed where it can be, because this
    interpreter may lie in root's own directory."""
    if os.getuid() != 0:
        return []
    bounds = re.search(r"^CapBnd:\s*(\w+)$", Path("/proc/self/status").read_text("ascii"), re.MULTILINE)
    may_read = bounds is not None and int(bounds[1], 16) >> _DAC_READ_SEARCH & 1
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"] if may_read else []
    return [need("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *reading]


def _between_marks(lines: list[str]) -> tuple[str, ...]:
    begin = next(index for index, line in enumerate(lines) if _BEGIN in line)
    end = next(index for index, line in enumerate(lines) if _END in line)
    return tuple(lines[begin + 1 : end])
