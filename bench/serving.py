"""Serving a release: our WSGI and ASGI applications beside WhiteNoise, ServeStatic and Starlette's StaticFiles.

    python bench/serving.py [--files 1000] [--rounds 5] [--seconds 4] [--in-process]

All serve the same release, behind the same server, to the same client (wrk), and take turns. What it prints is
explained in bench/README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

ENCODINGS = "gzip, deflate, br, zstd"
YEAR = 31536000
WSGI = ("assetbuild", "whitenoise", "servestatic")
ASGI = ("assetbuild", "servestatic", "starlette")
LUA = """
local paths, next = {}, 0
for line in io.lines("PATHS") do paths[#paths + 1] = line end
request = function()
  next = next % #paths + 1
  return wrk.format("GET", paths[next], {["Accept-Encoding"] = "ENCODINGS"})
end
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--in-process", action="store_true", help="no servers: only what the applications cost")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        urls = make_release(Path(home), given.files)
        os.environ["BENCH_RELEASE"] = f"{home}/build/release"
        in_process(urls, given.rounds)
        if not given.in_process:
            through_servers(Path(home), urls, given.rounds, given.seconds)


def make_release(home: Path, files: int) -> list[str]:
    """Style sheets, scripts and pictures of 1 to 60 KB; their URLs, in random order."""
    chance = random.Random(1)
    for number in range(files):
        kind = ("css", "js", "png")[number % 3]
        size = int(1000 * 60 ** chance.random())
        file = home / "assets" / kind / f"{number % 40}" / f"file{number}.{kind}"
        file.parent.mkdir(parents=True, exist_ok=True)
        if kind == "css":
            rules = (f".c{chance.randrange(10**6)} {{ margin: {chance.randrange(99)}px }}" for _ in range(size // 30))
            file.write_text("\n".join(rules))
        elif kind == "js":
            calls = (f"window.f{chance.randrange(10**6)}({chance.randrange(99)});" for _ in range(size // 24))
            file.write_text("\n".join(calls))
        else:
            file.write_bytes(chance.randbytes(size))
    (home / "assetbuild.toml").write_text('sources = ["assets"]\nminify = false\n')
    subprocess.run([sys.executable, "-m", "assetbuild", "build", "--no-cache", "-q"], cwd=home, check=True)
    manifest = json.loads((home / "build/release/manifest.json").read_bytes())
    urls = [f"/static/{entry['file']}" for entry in manifest["assets"].values()]
    chance.shuffle(urls)
    return urls


# The applications, made as their documentation says for production. Servers import them from here by name.


def fingerprinted(path: str, url: str) -> bool:
    return re.search(r"-[0-9a-f]{16}\.", url) is not None


def nothing(environ: Any, start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [])
    return []


async def nothing_async(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def make_wsgi(name: str) -> Any:
    release = os.environ["BENCH_RELEASE"]
    if name == "assetbuild":
        from assetbuild.runtime.wsgi import ReleaseMiddleware

        return ReleaseMiddleware(nothing, release)
    options = {"root": f"{release}/public", "prefix": "/static/", "max_age": YEAR, "immutable_file_test": fingerprinted}
    if name == "whitenoise":
        from whitenoise import WhiteNoise

        return WhiteNoise(nothing, **options)
    from servestatic import ServeStatic

    return ServeStatic(nothing, **options)


def make_asgi(name: str) -> Any:
    release = os.environ["BENCH_RELEASE"]
    if name == "assetbuild":
        from assetbuild.runtime.asgi import ReleaseMiddleware

        return ReleaseMiddleware(nothing_async, release)
    if name == "servestatic":
        from servestatic import ServeStaticASGI

        options = {"prefix": "/static/", "max_age": YEAR, "immutable_file_test": fingerprinted}
        return ServeStaticASGI(nothing_async, root=f"{release}/public", **options)
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    return Starlette(routes=[Mount("/static", StaticFiles(directory=f"{release}/public"))])


# Without a server: microseconds a request.


def in_process(urls: list[str], rounds: int) -> None:
    print(
        f"\nIn one process, without a server: µs of CPU a request, medians of {rounds} rounds over {len(urls)} files\n"
    )
    print("| application | 200 | 304 |\n|---|--:|--:|")
    runs: dict[str, Callable[[bool], float]] = {}
    for name in WSGI:
        runs[f"WSGI, {name}"] = wsgi_run(make_wsgi(name), urls)
    for name in ASGI:
        runs[f"ASGI, {name}"] = asgi_run(make_asgi(name), urls)
    times: dict[tuple[str, bool], list[float]] = {(name, again): [] for name in runs for again in (False, True)}
    for number in range(rounds + 1):
        for name, run in runs.items():
            for again in (False, True):
                took = run(again)
                if number:  # the first round warms up
                    times[name, again].append(took)
    for name in runs:
        first, again = (1e6 * statistics.median(times[name, again]) for again in (False, True))
        print(f"| {name} | {first:.1f} | {again:.1f} |")


def wsgi_run(app: Any, urls: list[str]) -> Callable[[bool], float]:
    from io import BytesIO
    from wsgiref.util import FileWrapper

    answer: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        answer[:] = status, headers

    def environ(url: str, etag: str | None) -> dict[str, Any]:
        made = {
            "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": unquote(url), "QUERY_STRING": "", "RAW_URI": url,
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost",
            "HTTP_ACCEPT_ENCODING": ENCODINGS, "HTTP_USER_AGENT": "bench", "HTTP_ACCEPT": "*/*",
            "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "wsgi.file_wrapper": FileWrapper,
        }  # fmt: skip
        return made if etag is None else {**made, "HTTP_IF_NONE_MATCH": etag}

    def request(made: dict[str, Any]) -> None:
        body = app(made, start_response)
        for _ in body:
            pass
        if hasattr(body, "close"):
            body.close()

    def run(again: bool) -> float:
        made = [environ(url, etags[url] if again else None) for url in urls]
        begin = time.process_time()
        for each in made:
            request(each)
        took = time.process_time() - begin
        assert answer[0][:3] == ("304" if again else "200"), answer
        return took / len(urls)

    etags = {}
    for url in urls:
        request(environ(url, None))
        etags[url] = next(value for name, value in answer[1] if name.lower() == "etag")
    return run


def asgi_run(app: Any, urls: list[str]) -> Callable[[bool], float]:
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        await asyncio.Event().wait()

    def scope(url: str, etag: bytes | None) -> dict[str, Any]:
        headers = [(b"host", b"localhost"), (b"user-agent", b"bench"), (b"accept", b"*/*")]
        headers.append((b"accept-encoding", ENCODINGS.encode()))
        if etag is not None:
            headers.append((b"if-none-match", etag))
        return {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": unquote(url), "raw_path": url.encode(), "query_string": b"", "root_path": "",
            "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip

    loop = asyncio.new_event_loop()

    async def requests(scopes: list[dict[str, Any]]) -> None:
        for each in scopes:
            messages.clear()
            await app(each, receive, send)

    def run(again: bool) -> float:
        scopes = [scope(url, etags[url] if again else None) for url in urls]
        begin = time.process_time()
        loop.run_until_complete(requests(scopes))
        took = time.process_time() - begin
        assert messages[0]["status"] == (304 if again else 200), messages[0]
        return took / len(urls)

    etags = {}
    for url in urls:
        loop.run_until_complete(requests([scope(url, None)]))
        etags[url] = dict(messages[0]["headers"])[b"etag"]
    return run


# Behind servers: requests a second and the 99th percentile.


def through_servers(home: Path, urls: list[str], rounds: int, seconds: int) -> None:
    if shutil.which("wrk") is None:
        sys.exit("for the rest install wrk: apt-get install wrk")
    (home / "paths").write_text("\n".join(urls))
    (home / "requests.lua").write_text(LUA.replace("PATHS", f"{home}/paths").replace("ENCODINGS", ENCODINGS))
    servers = [("gunicorn", name) for name in WSGI] + [
        (server, name) for server in ("uvicorn", "granian") for name in ASGI
    ]
    found: dict[tuple[str, str], list[tuple[float, float]]] = {each: [] for each in servers}
    for _ in range(rounds):
        for server, name in servers:
            with serving(server, name) as (address, group):
                measure(address, home, 1, group)
                found[server, name].append(measure(address, home, seconds, group))
    print(f"\nThrough one server process, medians of {rounds} rounds of {seconds} s, 8 connections\n")
    print("| server | application | requests/s | p99, ms | CPU of the server, µs a request |\n|---|---|--:|--:|--:|")
    for (server, name), results in found.items():
        rate, slowest, cpu = (statistics.median(values) for values in zip(*results, strict=True))
        print(f"| {server} | {name} | {rate:.0f} | {slowest:.1f} | {cpu:.0f} |")


@contextmanager
def serving(server: str, name: str) -> Iterator[tuple[str, int]]:
    """The address of a server, and its process group."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    commands = {
        "gunicorn": ["gunicorn", "-b", f"127.0.0.1:{port}", "-k", "gthread", "--threads", "2", "--no-control-socket",
                     "--log-level", "warning", f"serving:make_wsgi({name!r})"],
        "uvicorn": ["uvicorn", "--port", port, "--no-access-log", "--log-level", "warning", "--http", "httptools",
                    "--loop", "asyncio", "--lifespan", "off", "--factory", f"serving:{name}_asgi"],
        "granian": ["granian", "--port", port, "--interface", "asginl", "--no-access-log", "--log-level", "warning",
                    "--factory", f"serving:{name}_asgi"],
    }  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    process = subprocess.Popen([sys.executable, "-m", *commands[server]], env=environment, start_new_session=True)
    try:
        wait_for(int(port), process)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while True:
        if process.poll() is not None:
            raise SystemExit("the server ended")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)


def assetbuild_asgi() -> Any:
    return make_asgi("assetbuild")


def servestatic_asgi() -> Any:
    return make_asgi("servestatic")


def starlette_asgi() -> Any:
    return make_asgi("starlette")


def measure(address: str, home: Path, seconds: int, group: int) -> tuple[float, float, float]:
    """Requests a second, the 99th percentile of the latency in ms, and the server's CPU time a request in µs."""
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "--latency", "-s", str(home / "requests.lua"), address]
    before = cpu_seconds(group)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    cpu = cpu_seconds(group) - before
    if "Non-2xx" in said or "Socket errors" in said:
        print(said, file=sys.stderr)
    slowest, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]
    rate, requests = (re.search(found, said) for found in (r"Requests/sec:\s+([\d.]+)", r"(\d+) requests in"))
    assert rate is not None
    assert requests is not None
    return float(rate[1]), float(slowest) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit], cpu / int(requests[1]) * 1e6


def cpu_seconds(group: int) -> float:
    """What the processes of a group have used, on Linux."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
