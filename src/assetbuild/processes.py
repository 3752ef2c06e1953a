"""Work in several processes at once: forked, so that they know all that this one knows, and send back little.

A fork copies no threads and keeps their locks, so there is none once there are threads; and it is only sure to work on
Linux. A process that fails for whatever reason is as if it had never been: its share is done here, with the errors that
belong to it.
"""

from __future__ import annotations

import errno
import marshal
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

# For fewer files a process costs more than it brings.
WORTH_A_PROCESS = 1500

_AT_ONCE = 1 << 20
_LENGTH = 8
# F_SETPIPE_SZ of Linux.
_SET_PIPE_SIZE = 1031


def processes_for(jobs: int, files: int) -> int:
    """How many processes should share the work on so many files, this one among them."""
    if jobs < 2 or files < 2 * WORTH_A_PROCESS or sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(jobs, files // WORTH_A_PROCESS)


def _widen(pipe: int) -> None:
    """Lets more fit into a pipe, so that less is waited for its other end."""
    import fcntl

    with suppress(OSError):
        fcntl.fcntl(pipe, _SET_PIPE_SIZE, _AT_ONCE)


class Process:
    """A forked process that calls `work`, whose result is of the types that marshal knows, or an iterator of such.

    Raises OSError if the system has no room for it.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        self._pipe, end = os.pipe()
        _widen(self._pipe)
        try:
            self._process = os.fork()
        except OSError:
            os.close(self._pipe)
            os.close(end)
            raise
        if self._process:
            os.close(end)
            return
        code = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.close(self._pipe)
            done = work()
            for item in done if isinstance(done, Iterator) else (done,):
                data = marshal.dumps(item)
                view = memoryview(len(data).to_bytes(_LENGTH, "little") + data)
                while view:
                    view = view[os.write(end, view) :]
            code = 0
        finally:
            # Nothing of what this process was forked from is to be ended or written twice.
            os._exit(code)

    def result(self) -> Any:
        """What `work` gave. Raises ChildProcessError if it failed."""
        (result,) = self.results()
        return result

    def results(self) -> Iterator[Any]:
        """What the iterator gave, as it comes. Raises ChildProcessError in the end if `work` or the iterator failed."""
        with os.fdopen(self._pipe, "rb", closefd=False) as stream:
            while len(length := stream.read(_LENGTH)) == _LENGTH:
                size = int.from_bytes(length, "little")
                data = stream.read(size)
                if len(data) == size:
                    yield marshal.loads(data)
        process, self._process = self._process, 0
        os.close(self._pipe)
        _, status = os.waitpid(process, 0)
        if status != 0:
            raise ChildProcessError

    def end(self) -> None:
        """Ends the process, if nobody has waited for its result."""
        if self._process:
            # It is gone already where whoever started this one lets nobody wait for processes.
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._process, signal.SIGKILL)
                os.waitpid(self._process, 0)
            os.close(self._pipe)
            self._process = 0


def start(processes: list[Process], works: Iterable[Callable[[], Any]]) -> None:
    """Adds a process for each of these, in order, as long as the system has room for more."""
    with suppress(OSError):
        for work in works:
            processes += (Process(work),)


class Claims:
    """Numbers that forked processes take from a pipe, each once, in the order of these.

    Raises OSError if there is no pipe that holds them: a user who has many gets small ones.
    """

    _WIDTH = 4

    def __init__(self, numbers: Iterable[int]) -> None:
        self._pipe, end = os.pipe()
        written = b"".join([number.to_bytes(self._WIDTH, "little") for number in numbers])
        # No more than a pipe holds by default.
        assert len(written) <= 1 << 16
        try:
            os.set_blocking(end, False)
            if os.write(end, written) < len(written):
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        except OSError:
            os.close(self._pipe)
            raise
        finally:
            os.close(end)

    def __iter__(self) -> Iterator[int]:
        while data := os.read(self._pipe, self._WIDTH):
            yield int.from_bytes(data, "little")

    def close(self) -> None:
        os.close(self._pipe)


def shared(work: Callable[[int, int], Any], count: int) -> list[Any]:
    """`[work(0, count), …, work(count - 1, count)]`, each in a process of its own, the first in this one.

    Raises what `work` raises in this process.
    """
    children: list[Process] = []
    try:
        start(children, [partial(work, number, count) for number in range(1, count)])
        results = [work(0, count)]
        for number, child in enumerate(children, 1):
            try:
                results.append(child.result())
            except ChildProcessError:
                results.append(work(number, count))
        results += [work(number, count) for number in range(len(children) + 1, count)]
    finally:
        for child in children:
            child.end()
    return results


def ranges(count: int, sizes: Sequence[int]) -> list[int]:
    """Where to cut a list of files of these sizes, in bytes, into so many parts of about the same work."""
    # As much as reading so many bytes: opening a file, and what is done once for each.
    weights = [size + 30_000 for size in sizes]
    whole, cuts, done = sum(weights), [0], 0
    for index, weight in enumerate(weights):
        if done >= whole * len(cuts) / count:
            cuts.append(index)
        done += weight
    return [*cuts, *[len(sizes)] * (count + 1 - len(cuts))]
