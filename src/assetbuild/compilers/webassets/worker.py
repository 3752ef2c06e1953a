"""The program that runs one filter of webassets for a build: `python worker.py PACKAGES`, requests on standard input.

`PACKAGES` is the directory in which the package assetbuild is. The first frame says how to begin (`sys.path`, the
filter, its directories), each further one asks for a text; every one is answered by one frame. What the filter prints
goes to standard error, which the build keeps. When standard input ends, so does this process, with all that it started.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import sys
import threading
from typing import IO, Any


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    from assetbuild.frames import read_frame, write_frame

    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    begin = read_frame(requests)
    sys.path[:] = begin["sys_path"]
    asked = _reader(requests, begin["scratch"])
    from assetbuild.compilers.webassets.serving import Serving

    serving = Serving(begin)
    while True:
        answer = serving.answer(asked.get())
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        write_frame(answers, answer)


def _reader(requests: IO[bytes], scratch: str) -> queue.SimpleQueue[Any]:
    """A queue of what is asked. It is read beside the filter, so that the end of the build is seen while one hangs."""
    from assetbuild.frames import read_frame

    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    directories = {scratch}

    def read() -> None:
        try:
            while True:
                request = read_frame(requests)
                directories.add(request["directory"])
                asked.put(request)
        except (EOFError, OSError, ValueError):
            for directory in directories:
                shutil.rmtree(directory, ignore_errors=True)
            if hasattr(os, "killpg"):
                os.killpg(0, signal.SIGKILL)
            os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return asked


if __name__ == "__main__":
    main()
