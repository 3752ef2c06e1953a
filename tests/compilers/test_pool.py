"""Processes of our own programs: started ahead, used again, replaced when they died."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from assetbuild.compilers.libsass_pool import libsass_pool
from assetbuild.compilers.pool import Ended, Pool
from assetbuild.compilers.services import Services, ServicesClosed

PROGRAM = """
import os, sys
sys.path.insert(0, sys.argv[1])
from assetbuild.frames import read_frame, write_frame
requests, answers = sys.stdin.buffer, sys.stdout.buffer
read_frame(requests)
while True:
    try:
        request = read_frame(requests)
    except EOFError:
        break
    if request.get("die"):
        os._exit(3)
    write_frame(answers, {"process": os.getpid()})
"""
SECONDS = 60.0


@pytest.fixture
def program(tmp_path: Path) -> str:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    return str(file)


def test_who_asks_gets_the_process_that_was_started_ahead(program: str) -> None:
    pool = Pool(program, os.environ)
    pool.start()
    pool.start()
    (started,) = pool._idle
    assert pool.ask({}, SECONDS) == {"process": started._process.pid}
    assert pool.ask({}, SECONDS) == {"process": started._process.pid}
    pool.close()
    assert started._process.poll() is not None


def test_what_is_begun_twice_with_the_same_words_goes_on(program: str) -> None:
    pool = Pool(program, os.environ)
    pool.begin([({"entry": 1}, None), ({"entry": 2}, None)])
    (_, first), (_, second) = pool._begun
    pool.start()
    pool.begin([({"entry": 1}, None), ({"entry": 3}, None)])
    assert pool._idle == []
    assert second._process.poll() is not None
    assert [request for request, _ in pool._begun] == [{"entry": 1}, {"entry": 3}]
    assert pool.ask({"entry": 1}, SECONDS) == {"process": first._process.pid}
    pool.close()


def test_one_that_died_while_nobody_asked_is_replaced(program: str) -> None:
    pool = Pool(program, os.environ)
    first = pool.ask({}, SECONDS)["process"]
    (idle,) = pool._idle
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + SECONDS
    while idle.is_there() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert pool.ask({}, SECONDS)["process"] != first
    pool.close()


def test_two_may_close_one_at_once(program: str) -> None:
    pool = Pool(program, os.environ)
    pool.start()
    (worker,) = pool._idle
    closing = [threading.Thread(target=worker.close) for _ in range(4)]
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join()
    pool.close()
    assert not worker.is_there()


def test_one_that_dies_at_work_is_told(program: str) -> None:
    pool = Pool(program, os.environ)
    with pytest.raises(Ended, match="ended its process with code 3"):
        pool.ask({"die": True}, SECONDS)
    pool.close()


def test_nothing_is_started_after_the_end(program: str) -> None:
    pool = Pool(program, os.environ)
    pool.close()
    pool.start()
    assert pool._idle == []
    with pytest.raises(ServicesClosed):
        pool.ask({}, SECONDS)


def test_libsass_outlives_the_services_of_a_build() -> None:
    lasting = Services()
    first, second = Services(lasting), Services(lasting)
    pool = libsass_pool(first, {})
    first.close()
    assert libsass_pool(second, {}) is pool
    lasting.close()
    with pytest.raises(ServicesClosed):
        libsass_pool(second, {})
