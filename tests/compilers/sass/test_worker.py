"""The program that runs LibSass: it ends with the build, and not before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from assetbuild.compilers.libsass_pool import libsass_pool
from assetbuild.compilers.services import Services
from processes import wait_for_the_end

PATIENCE = 60.0
OWNER = """
import os
from assetbuild.compilers.libsass_pool import libsass_pool
from assetbuild.compilers.services import Services
pool = libsass_pool(Services(), os.environ)
pool.start()
print(pool._idle[0]._process.pid, flush=True)
pool.ask({request!r}, 600.0, lambda question: print("busy", flush=True))
"""


def request(text: str) -> dict[str, Any]:
    return {"text": text, "indented": False, "style": "expanded", "precision": 10, "functions": [], "parameters": []}


def test_what_arrives_while_it_is_busy_does_not_end_it() -> None:
    services = Services()
    pool = libsass_pool(services, os.environ)
    pool.start()
    (worker,) = pool._idle
    text = "@for $i from 1 through 2000 { .a#{$i} { width: $i * 1px } }"
    worker.ask(request("a { b: c }"), PATIENCE, None)
    for _ in range(3):
        worker._send(request(text))
    assert [len(worker._receive()["text"]) > 2000 for _ in range(3)] == [True] * 3
    services.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tell of it")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_the_process_that_started_it_even_in_a_loop_without_end(how: signal.Signals) -> None:
    code = OWNER.format(request=request("@import 'busy'; @while true { a { b: c } }"))
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    with owner.stdout as said:
        worker = int(said.readline())
        assert said.readline() == "busy\n"
        owner.send_signal(how)
        owner.wait()
    wait_for_the_end(worker)
