"""The processes that run one filter with one set of options, as many as ask at a time; the build's side.

A process for each set of options, because filters keep some of them in their libraries' modules: what one file makes
must not depend on which was made before it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from typing import IO, Any

from assetbuild.dataclass import dataclass
from assetbuild.frames import read_frame, write_frame
from assetbuild.scratch import scratch

_TAIL = 4000


class WorkerEnded(Exception):
    """A worker died or was ended; the text says how, `said` what was printed before."""

    def __init__(self, text: str, said: str, timed_out: bool = False) -> None:
        super().__init__(text)
        self.said = said
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True)
class Orders:
    """How workers begin: environment variables, and the first frame, without the directories of each."""

    environment: Mapping[str, str]
    begin: Mapping[str, Any]


class Workers:
    """A service of the build. Safe for several threads: each has a process to itself while it waits."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._all: list[_Worker] = []
        self._closed = False

    def ask(self, request: Mapping[str, Any], time_limit: float) -> tuple[dict[str, Any], str, str]:
        """The answer, what was printed, and the directory for temporary files of the worker that gave it.

        Raises WorkerEnded if it ended or was ended after `time_limit` seconds, OSError if it cannot be started.
        """
        worker = self._taken()
        try:
            answer, said = worker.ask(request, time_limit)
        except BaseException:
            worker.close()
            with self._lock:
                if worker in self._all:
                    self._all.remove(worker)
            raise
        with self._lock:
            if not self._closed:
                self._idle.append(worker)
        return answer, said, worker.scratch

    def close(self) -> None:
        with self._lock:
            self._closed = True
            workers, self._all, self._idle = self._all, [], []
        for worker in workers:
            worker.close()

    def _taken(self) -> _Worker:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        worker = _Worker(self._orders)
        with self._lock:
            closed = self._closed
            self._all.append(worker)
        if closed:
            worker.close()
            raise WorkerEnded("was ended with the build", "")
        return worker


class _Worker:
    def __init__(self, orders: Orders) -> None:
        self._scratch = scratch()
        self.scratch = self._scratch.directory
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  open while the process lives
        packages = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
        command = [sys.executable, "-P", "-s", "-X", "utf8", _program(), packages]
        environment = {**orders.environment, **dict.fromkeys(("HOME", "TMPDIR", "TEMP"), self.scratch)}
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                env=environment,
                cwd=self.scratch,
                start_new_session=True,
            )
        except OSError:
            self._said.close()
            self._scratch.remove()
            raise
        self._begin = {
            **orders.begin,
            "scratch": self.scratch,
            "sys_path": [os.path.abspath(one) for one in sys.path],
        }
        self._begun = False

    def ask(self, request: Mapping[str, Any], time_limit: float) -> tuple[dict[str, Any], str]:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        before = self._said.seek(0, os.SEEK_END)
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._kill()

        timer = threading.Timer(time_limit, expire)
        timer.daemon = True
        timer.start()
        try:
            if not self._begun:
                write_frame(process.stdin, self._begin)
                self._begun = True
            write_frame(process.stdin, request)
            answer: dict[str, Any] = read_frame(process.stdout)
        except (EOFError, OSError, ValueError) as error:
            if expired.is_set():
                text = f"took more than {time_limit:g} s, and was ended"
                raise WorkerEnded(text, self._printed(before), timed_out=True) from error
            self._kill()
            raise WorkerEnded(_how_it_ended(process.wait()), self._printed(before)) from error
        finally:
            timer.cancel()
            timer.join()
        if expired.is_set():
            raise WorkerEnded(f"took more than {time_limit:g} s, and was ended", self._printed(before), timed_out=True)
        return answer, self._printed(before)

    def close(self) -> None:
        self._kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._said):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass  # what was still to be sent
        self._scratch.remove()

    def _kill(self) -> None:
        """Ends the process and all that it started."""
        if hasattr(os, "killpg"):
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        else:
            self._process.kill()

    def _printed(self, start: int) -> str:
        end = self._said.seek(0, os.SEEK_END)
        self._said.seek(max(start, end - _TAIL))
        return self._said.read().decode("utf-8", "replace")


def _program() -> str:
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker.py")


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended its process with code {code}"
    try:
        return f"crashed: {signal.Signals(-code).name}"
    except ValueError:
        return f"crashed: signal {-code}"
