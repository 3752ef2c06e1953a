"""Real servers in processes of their own, and requests to them byte by byte."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

PATIENCE = 20.0

# What each is started with to serve `app` from `site.py` in the working directory.
COMMANDS = {
    "gunicorn": ("gunicorn", "--bind", "127.0.0.1:{port}", "--no-control-socket", "served:wsgi"),
    "gunicorn, threads": (
        *("gunicorn", "--bind", "127.0.0.1:{port}", "--no-control-socket"),
        *("--worker-class", "gthread", "--threads", "4", "--preload", "served:wsgi"),
    ),
    "uvicorn": ("uvicorn", "--port", "{port}", "--http", "h11", "served:asgi"),
    "uvicorn, httptools": ("uvicorn", "--port", "{port}", "--http", "httptools", "served:asgi"),
    "granian": ("granian", "--port", "{port}", "--interface", "asgi", "served:asgi"),
}


@contextmanager
def running(server: str, program: str, home: Path) -> Iterator[int]:
    """The port of a server that serves `wsgi` or `asgi` of a program while the block runs."""
    (home / "served.py").write_text(program)
    command = [sys.executable, "-m", *COMMANDS[server]]
    with listening(command, home) as port:
        yield port


@contextmanager
def listening(
    command: Sequence[str],
    home: Path,
    port: int | None = None,
    *,
    log: Path | None = None,
    variables: Mapping[str, str] = {},
) -> Iterator[int]:
    """The port of a program, `{port}` in its command, while the block runs. What it says is in `log`, or home/log."""
    port = port or free_port()
    log = log or home / "log"
    environment = {**os.environ, "PYTHONPATH": str(home), "PYTHONWARNINGS": "default", **variables}
    with open(log, "wb") as said:
        process = subprocess.Popen(
            [word.replace("{port}", str(port)) for word in command],
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        wait_until_it_listens(port, process, log)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"the server does not listen:\n{log.read_text()}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    """The response and its body; `path` goes into the request line as it is, `_` in a header's name is a `-`."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def send_raw(port: int, request: bytes) -> bytes:
    """All that comes back for these bytes until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(1 << 16):
            received += piece
    return received
