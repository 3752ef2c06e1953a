"""Minifiers of Python packages, in processes of their own: one that crashes or hangs does not take the build along."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

from assetbuild.compilers.base import World
from assetbuild.compilers.minifiers.refused import Refused
from assetbuild.compilers.services import ServicesClosed
from assetbuild.compilers.webassets.frames import read_frame, write_frame

KEY = "minifiers"
# Where a tool's words end with a place, what it begins to count at and in what: UTF-16 units of CSS, or characters.
_PLACES = {
    "lightningcss": re.compile(r"(?:Parsing stylesheet failed: )?(?P<text>.*) at [^:]*:(?P<line>\d+):(?P<column>\d+)"),
    "tdewolff": re.compile(r"(?P<text>.*) on line (?P<line>\d+) and column (?P<column>\d+)"),
}
_FIRST_LINE = {"lightningcss": 0, "tdewolff": 1}
_UNITS = {"lightningcss": "utf-16-le", "tdewolff": "utf-32-le"}
_LINE_ENDS = {"lightningcss": re.compile(r"\r\n|[\n\r\f]"), "tdewolff": re.compile(r"\r\n|[\n\r\u2028\u2029]")}
_KEPT_OF_THE_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")


def ask(tool: str, kind: str, data: bytes, world: World) -> bytes:
    """What a package makes of a text in UTF-8 of this media type. Raises Refused."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8: {error.reason}", error.start) from None
    try:
        pool = world.services.get(KEY, lambda: Workers(world.environment))
        answer = pool.ask({"tool": tool, "type": kind, "text": text}, world.time_limit)
    except TimeoutError:
        raise Refused(f"took longer than time_limit = {world.time_limit} seconds", broke=True) from None
    except OSError as error:
        raise Refused(f"cannot be started: {error.strerror or error}", broke=True) from None
    except ServicesClosed:
        raise Refused("was ended with the build", broke=True) from None
    if "problem" in answer:
        raise _refused(tool, answer["problem"].partition("\n")[0], text)
    return str(answer["text"]).encode()


def _refused(tool: str, problem: str, text: str) -> Refused:
    """What a tool says, with the place in the text where it names one."""
    found = _PLACES[tool].fullmatch(problem)
    if found is None:
        return Refused(problem)
    starts = [0, *(end.end() for end in _LINE_ENDS[tool].finditer(text))]
    number = int(found["line"]) - _FIRST_LINE[tool]
    if not 0 <= number < len(starts):
        return Refused(found["text"])
    units = _UNITS[tool]
    wide = 2 if units == "utf-16-le" else 4
    before = text[starts[number] :].encode(units)[: (int(found["column"]) - 1) * wide].decode(units, "ignore")
    return Refused(found["text"], len(text[: starts[number]].encode()) + len(before.encode()))


class Workers:
    """A service of the build. Safe for several threads: each has a process to itself while it waits."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {name: environment[name] for name in _KEPT_OF_THE_ENVIRONMENT if name in environment}
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._closed = False

    def ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """The answer. Raises Refused if the process ends, TimeoutError if it is ended, OSError if it cannot start."""
        worker = self._taken()
        try:
            answer = worker.ask(request, seconds)
        except BaseException:
            with self._lock:
                self._all.discard(worker)
            worker.close()
            raise
        with self._lock:
            self._idle.append(worker)
        return answer

    def close(self) -> None:
        with self._lock:
            self._closed = True
            workers, self._all, self._idle = self._all, set(), []
        for worker in workers:
            worker.close()

    def _taken(self) -> _Worker:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        worker = _Worker(self._environment)
        with self._lock:
            if not self._closed:
                self._all.add(worker)
                return worker
        worker.close()
        raise ServicesClosed


class _Worker:
    def __init__(self, environment: Mapping[str, str]) -> None:
        package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker.py")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", program, os.path.dirname(package)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            start_new_session=True,
        )
        self._path: list[str] | None = [os.path.abspath(one) for one in sys.path]

    def ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._process.kill()

        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            if self._path is not None:
                write_frame(self._process.stdin, self._path)
                self._path = None
            write_frame(self._process.stdin, request)
            answer: dict[str, Any] = read_frame(self._process.stdout)
        except (EOFError, OSError, ValueError):
            if expired.is_set():
                raise TimeoutError from None
            self._process.kill()
            code = self._process.wait()
            how = f"crashed by signal {-code}" if code < 0 else f"ended its process with code {code}"
            raise Refused(how, broke=True) from None
        finally:
            timer.cancel()
            timer.join()
        if expired.is_set():
            raise TimeoutError
        return answer

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass  # what was still to be sent
