"""Python code of authors, which may run without end or take all memory: it is ended in the thread it runs in."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from assetbuild.dataclass import dataclass

T = TypeVar("T")

KEY = "watch"
ROOM = 1 << 30
"""By how many bytes this process may grow while such code runs."""

# How often memory is looked at, and code that caught its end is ended again.
_SECONDS = 0.25
_PAUSE = 0.02


class Stopped(Exception):
    """The code was ended; the argument says why."""


@dataclass(slots=True)
class _Running:
    until: float
    size: int
    reason: str = ""


class Watch:
    """A service of the build. Safe for several threads: each watches over what it calls itself."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        # A lock of C: no exception from beside can come between taking it and the block.
        self._lock = threading.Lock()
        self._running: dict[int, _Running] = {}
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def call(self, function: Callable[[], T]) -> T:
        """What the function gives. Raises what it raises, and Stopped if it takes too long or too much.

        That is raised at whatever place of its Python code is reached; what is written in C goes on to its end.
        """
        thread = threading.get_ident()
        reason = ""
        try:
            try:
                self._begin(thread)
                return function()
            finally:
                reason = self._end(thread)
        except Stopped as stopped:
            # Ended once more, as it may have come between the two.
            raise Stopped(self._end(thread) or reason).with_traceback(stopped.__traceback__) from None

    def close(self) -> None:
        """What still runs is ended, as soon as it is back in Python."""
        self._over.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _begin(self, thread: int) -> None:
        with self._lock:
            self._running[thread] = _Running(time.monotonic() + self._seconds, _size())
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="assetbuild-watch", daemon=True)
                self._thread.start()

    def _end(self, thread: int) -> str:
        """Not watched any more; gives the reason why it was ended, if it was."""
        reason = ""
        while True:
            try:
                with self._lock:
                    if thread in self._running:
                        reason = self._running[thread].reason
                        if reason:
                            _raise_in(thread, None)
                        del self._running[thread]
                return reason
            except Stopped:
                continue

    def _watch(self) -> None:
        """Looks after all that runs; ends when nothing does."""
        while True:
            if self._over.is_set():
                time.sleep(_PAUSE)
            else:
                self._over.wait(_SECONDS)
            with self._lock:
                if not self._running:
                    self._thread = None
                    return
                for thread, running in self._running.items():
                    running.reason = running.reason or self._reason(running)
                    if running.reason:
                        _raise_in(thread, Stopped)

    def _reason(self, running: _Running) -> str:
        if self._over.is_set():
            return "ended with the build"
        if time.monotonic() >= running.until:
            return f"took longer than time_limit = {self._seconds:g} seconds"
        if _size() - running.size > ROOM:
            return f"took more than {ROOM >> 20} MiB of memory"
        return ""


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Makes a thread raise this where it stands; None: takes back what it did not come to yet."""
    import ctypes

    target = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), target)


if sys.platform == "win32":

    def _size() -> int:
        return 0

else:
    import resource

    def _size() -> int:
        """The most memory that this process has had, in bytes: kilobytes on Linux, bytes on macOS."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
