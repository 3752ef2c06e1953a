"""Our own programs that work for a build in processes of their own: one that crashes or hangs takes nothing along.

Such a program is a file: `python FILE PACKAGES LIFE`, where PACKAGES is the directory in which the package assetbuild
is, and LIFE the number of a descriptor for `frames.end_with`, or nothing where there is no such thing. It reads frames
from standard input and writes frames to standard output. The first one is `sys.path`; each further one is a request,
and is answered by a document. In between it may ask: a document with nothing but "question" is answered by another
frame. With "guess" beside that, the digest of an answer of its own, it has gone on with this, and is not answered.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from assetbuild.compilers.children import child
from assetbuild.compilers.services import ServicesClosed
from assetbuild.frames import digest_of, read_frame, write_frame

_PACKAGES = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_KEPT_OF_THE_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")

Answer = Callable[[Any], Any]


class Ended(Exception):
    """The process ended by itself, or cannot be started; the argument says how, as the end of a sentence."""


class WrongGuess(Exception):
    """A process has worked with another answer than that which it would have been given."""


class Pool:
    """A service of the build. Safe for several threads: each has a process to itself while it waits."""

    def __init__(self, program: str, environment: Mapping[str, str]) -> None:
        """`program` is the file's path."""
        self._program = program
        self._environment = {name: environment[name] for name in _KEPT_OF_THE_ENVIRONMENT if name in environment}
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._begun: list[tuple[Mapping[str, Any], _Worker]] = []
        self._all: set[_Worker] = set()
        self._closed = False

    def ask(
        self,
        request: Mapping[str, Any],
        seconds: float,
        answer: Answer | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> dict[str, Any]:
        """What a process answers; `answer` is for its questions, also for those that it has guessed the answers of.
        `meanwhile` is called once it has the request.

        Raises Ended, TimeoutError if the process was ended after so many seconds, ServicesClosed, what `answer`
        raises, and WrongGuess: the process is ended then.
        """
        worker = self._begun_with(request)
        waiting = None if worker is not None else request
        worker = worker or self._taken()
        try:
            said = worker.ask(waiting, seconds, answer, meanwhile)
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
        if self._begun:
            return
        with suppress(Ended, ServicesClosed):
            worker = self._taken()
            with self._lock:
                self._idle.append(worker)

    def begin(self, requests: Iterable[tuple[Mapping[str, Any], Any]]) -> None:
        """Lets processes work on what somebody will ask soon, word for word; with each what may be guessed from.

        What was begun before and nobody has asked is dropped, if it is not among these.
        """
        wanted = list(requests)
        with self._lock:
            dropped = [one for one in self._begun if one[0] not in [request for request, _ in wanted]]
            self._begun = [one for one in self._begun if one not in dropped]
            self._all.difference_update(worker for _, worker in dropped)
            begun = [request for request, _ in self._begun]
        for _, worker in dropped:
            worker.close()
        with suppress(Ended, ServicesClosed):
            for request, ahead in wanted:
                if request in begun:
                    continue
                worker = self._taken()
                worker.begin({**request, "ahead": ahead})
                with self._lock:
                    self._begun.append((request, worker))

    def close(self) -> None:
        with self._lock:
            self._closed = True
            workers, self._all, self._idle, self._begun = self._all, set(), [], []
        for worker in workers:
            worker.close()

    def _begun_with(self, request: Mapping[str, Any]) -> _Worker | None:
        with self._lock:
            for number, (begun, worker) in enumerate(self._begun):
                if begun == request:
                    del self._begun[number]
                    return worker
        return None

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
        self._process, self._life = child(program, _PACKAGES, environment)
        self.begin([os.path.abspath(one) for one in sys.path])

    def begin(self, document: Any) -> None:
        """Sends what is read later, if anybody is there."""
        with suppress(_Silent):
            self._send(document)

    def ask(
        self,
        request: Mapping[str, Any] | None,
        seconds: float,
        answer: Answer | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> dict[str, Any]:
        """As that of a pool; without a request, for the one that was begun."""
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._process.kill()

        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            if request is not None:
                self._send(request)
            meanwhile()
            while True:
                said = self._receive()
                if answer is None or "question" not in said:
                    break
                answered = answer(said["question"])
                if said.keys() == {"question"}:
                    self._send(answered)
                elif said["guess"] != digest_of(answered):
                    raise WrongGuess
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
