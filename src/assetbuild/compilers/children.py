"""Processes for our own programs, see `pool.py`: started by the system, or forked from this one.

A forked one starts in a tenth of the time, because what the interpreter and the program import is there. It is only
sure to work on Linux, while this process has one thread.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import SourceFileLoader
from io import FileIO
from typing import IO, Any, Protocol


class Child(Protocol):
    """A process that reads from `stdin` and writes to `stdout`."""

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> IO[bytes] | None: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""

    def kill(self) -> None: ...
    def wait(self) -> int: ...


_Start = Callable[[str, Sequence[str], Mapping[str, str], Sequence[int]], Child]


def child(program: str, packages: str, environment: Mapping[str, str]) -> tuple[Child, list[FileIO]]:
    """A process that runs this file, with this environment, in a session of its own; and what lets it live.

    `packages` is the directory in which this package is. What it prints to standard error is lost. The process ends
    when those files are closed, however that comes (Linux; elsewhere there are none). Raises OSError.
    """
    ends = os.pipe() if sys.platform == "linux" else ()
    try:
        arguments = [packages, *map(str, ends[:1])]
        start: _Start = _Forked if _is_alone() and sys.getfilesystemencoding() == "utf-8" else _spawned
        started = start(program, arguments, environment, ends[:1])
    except BaseException:
        for end in ends[1:]:
            os.close(end)
        raise
    finally:
        for end in ends[:1]:
            os.close(end)
    # A file can be closed twice, by whoever is the first.
    return started, [FileIO(end, "wb") for end in ends[1:]]


def _is_alone() -> bool:
    """Whether this process has one thread for sure, also of those that libraries start without Python."""
    try:
        return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1
    except OSError:  # a sandbox without /proc, where a forked process could not close what is open either
        return False


def _spawned(program: str, arguments: Sequence[str], environment: Mapping[str, str], kept: Sequence[int]) -> Child:
    import subprocess

    # What `site` would find is told by the first frame.
    return subprocess.Popen(
        [sys.executable, "-P", "-S", "-X", "utf8", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(environment),
        start_new_session=True,
        pass_fds=kept,
    )


class _Forked:
    """As `subprocess.Popen`, for a program of ours."""

    def __init__(
        self, program: str, arguments: Sequence[str], environment: Mapping[str, str], kept: Sequence[int]
    ) -> None:
        self._lock = threading.Lock()
        self._code: int | None = None
        requests, answers = os.pipe(), os.pipe()
        try:
            self.pid = os.fork()
        except OSError:
            for end in (*requests, *answers):
                os.close(end)
            raise
        if not self.pid:
            _become(program, arguments, environment, requests[0], answers[1], kept)
        os.close(requests[0])
        os.close(answers[1])
        self.stdin: IO[bytes] = os.fdopen(requests[1], "wb")
        self.stdout: IO[bytes] = os.fdopen(answers[0], "rb")

    def poll(self) -> int | None:
        return self._waited(os.WNOHANG)

    def kill(self) -> None:
        with self._lock:
            if self._code is None:
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        return self._waited(0) or 0

    def _waited(self, options: int) -> int | None:
        with self._lock:
            if self._code is None:
                try:
                    pid, status = os.waitpid(self.pid, options)
                except ChildProcessError:  # somebody else has waited for it
                    pid, status = self.pid, 0
                if pid:
                    self._code = os.waitstatus_to_exitcode(status)
            return self._code


def _become(
    program: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    requests: int,
    answers: int,
    kept: Sequence[int],
) -> None:
    """Goes on as that program, and never returns."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.dup2(requests, 0)
        os.dup2(answers, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        # Locks and pipes of the process that this was forked from stay its own.
        for name in os.listdir("/proc/self/fd"):
            if int(name) > 2 and int(name) not in kept:
                _close(int(name))
        # What is there already stays for good.
        gc.freeze()
        gc.enable()
        os.environ.clear()
        os.environ.update(environment)
        sys.argv[:] = [program, *arguments]
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
        code_of_program: Any = SourceFileLoader("program", program).get_code("program")
        exec(code_of_program, {"__name__": "__main__", "__file__": program})
        code = 0
    finally:
        # Nothing of what this process was forked from is to be ended or written twice.
        os._exit(code)


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:
        pass  # that of the listing itself
