"""Our own programs that work for a build in processes of their own: one that crashes or hangs takes nothing along.

Such a program is a file: `python FILE PACKAGES LIFE`, where PACKAGES is the directory in which the package assetbuild
is, and LIFE the number of a descriptor for `frames.end_with`, or nothing where there is no such thing. It reads frames
from standard input and writes frames to standard output. The first one is `sys.path`; each further one is a request,
and is answered by a document. In between it may ask: a document with nothing but "question" is answered by another
frame.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import FileIO
from typing import Any

from assetbuild.compilers.services import ServicesClosed
from assetbuild.frames import read_frame, write_frame

_PACKAGES = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_KEPT_OF_THE_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")

Answer = Callable[[Any], Any]


class Ended(Exception):
    """The process ended by itself, or cannot be started; the argument says how, as the end of a sentence."""


class Pool:
    """A service of the build. Safe for several threads: each has a process to itself while it waits."""

    def __init__(self, program: str, environment: Mapping[str, str]) -> None:
        """`program` is the file's path."""
        self._program = program
        self._environment = {name: environment[name] for name in _KEPT_OF_THE_ENVIRONMENT if name in environment}
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._closed = False

    def ask(self, request: Mapping[str, Any], seconds: float, answer: Answer | None = None) -> dict[str, Any]:
        """What a process answers; `answer` is for its questions.

        Raises Ended, TimeoutError if the process was ended after so many seconds, ServicesClosed, and what `answer`
        raises: the process is ended then.
        """
        worker = self._taken()
        try:
            said = worker.ask(request, seconds, answer)
        except BaseException:
            with self._lock:
                self._all.discard(worker)
            worker.close()
            raise
        with self._lock:
            self._idle.append(worker)
        return said

    def start(self) -> None:
        """Starts a process, if there is none, for whoever asks soon; one that cannot be started is told then."""
        with suppress(Ended, ServicesClosed):
            worker = self._taken()
            with self._lock:
                self._idle.append(worker)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            workers, self._all, self._idle = self._all, set(), []
        for worker in workers:
            worker.close()

    def _taken(self) -> _Worker:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_there():
                    return worker
                # It was ended while nobody had work for it.
                self._all.discard(worker)
                worker.close()
        try:
            worker = _Worker(self._program, self._environment)
        except OSError as error:
            raise Ended(f"cannot be started: {error.strerror or error}") from None
        with self._lock:
            if not self._closed:
                self._all.add(worker)
                return worker
        worker.close()
        raise ServicesClosed


class _Worker:
    def __init__(self, program: str, environment: Mapping[str, str]) -> None:
        ends = os.pipe() if sys.platform == "linux" else ()
        try:
            # What `site` would find is told by the first frame.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-S", "-X", "utf8", program, _PACKAGES, *map(str, ends[:1])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=dict(environment),
                start_new_session=True,
                pass_fds=ends[:1],
            )
        except BaseException:
            for end in ends[1:]:
                os.close(end)
            raise
        finally:
            for end in ends[:1]:
                os.close(end)
        # Closed with this process, however that ends. A file can be closed twice, by whoever is the first.
        self._life = [FileIO(end, "wb") for end in ends[1:]]
        self._path: list[str] | None = [os.path.abspath(one) for one in sys.path]

    def ask(self, request: Mapping[str, Any], seconds: float, answer: Answer | None) -> dict[str, Any]:
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._process.kill()

        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            if self._path is not None:
                self._send(self._path)
                self._path = None
            self._send(request)
            while True:
                said = self._receive()
                if answer is None or said.keys() != {"question"}:
                    break
                self._send(answer(said["question"]))
        except _Silent:
            if expired.is_set():
                raise TimeoutError from None
            self._process.kill()
            code = self._process.wait()
            raise Ended(f"crashed by signal {-code}" if code < 0 else f"ended its process with code {code}") from None
        finally:
            timer.cancel()
            timer.join()
        if expired.is_set():
            raise TimeoutError
        return said

    def is_there(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (*self._life, self._process.stdin, self._process.stdout):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass  # what was still to be sent

    def _send(self, document: Any) -> None:
        assert self._process.stdin is not None
        try:
            write_frame(self._process.stdin, document)
        except OSError:
            raise _Silent from None

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        try:
            said: dict[str, Any] = read_frame(self._process.stdout)
        except (EOFError, OSError, ValueError):
            raise _Silent from None
        return said


class _Silent(Exception):
    """Nobody is at the other end any more, or talks nonsense."""
