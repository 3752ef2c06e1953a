"""Work in several processes at once: forked, so that they know all that this one knows, and send back little.

A fork copies no threads and keeps their locks, so there is none once there are threads; and it is only sure to work on
Linux. A process that fails for whatever reason is as if it had never been: its share is done here, with the errors that
belong to it.
"""

from __future__ import annotations

import marshal
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

# For fewer files a process costs more than it brings.
WORTH_A_PROCESS = 1500


def processes_for(jobs: int, files: int) -> int:
    """How many processes should share the work on so many files, this one among them."""
    if jobs < 2 or files < 2 * WORTH_A_PROCESS or sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(jobs, files // WORTH_A_PROCESS)


def shared(work: Callable[[int, int], Any], count: int) -> list[Any]:
    """`[work(0, count), …, work(count - 1, count)]`, each in a process of its own, the first in this one.

    What `work` gives is of the types that marshal knows. Raises what it raises in this process.
    """
    children = [_start(work, number, count) for number in range(1, count)]
    results = []
    try:
        results.append(work(0, count))
        for number in range(1, count):
            process, pipe = children[0]
            data = _all_of(pipe)
            os.close(pipe)
            _, status = os.waitpid(process, 0)
            del children[0]
            results.append(marshal.loads(data) if status == 0 else work(number, count))
    finally:
        for process, pipe in children:
            os.close(pipe)
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    return results


def _start(work: Callable[[int, int], Any], number: int, count: int) -> tuple[int, int]:
    """A process that does one share, and the pipe that it writes its result to."""
    pipe, end = os.pipe()
    process = os.fork()
    if process:
        os.close(end)
        return process, pipe
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.close(pipe)
        view = memoryview(marshal.dumps(work(number, count)))
        while view:
            view = view[os.write(end, view) :]
        code = 0
    finally:
        # Nothing of what this process was forked from is to be ended or written twice.
        os._exit(code)


def _all_of(pipe: int) -> bytes:
    pieces = []
    while piece := os.read(pipe, 1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


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
