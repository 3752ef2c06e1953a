"""Applications of Django, Flask and FastAPI serve pages from their releases, and ask nothing of the system for that.

What a framework does with the first request of a process (imports, compiled templates) comes before the watch.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploying import DJANGO, FASTAPI, FLASK, App, copy_of, drop_sources, required, run, runtime_only, tops
from runtime.watched import Watched, open_to_all, watch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="users and forks are those of POSIX")

# `get(path)` is the status and the body, as text, that the application answers with; nonces are chance.
WSGI = """
import re, threading
from wsgiref.util import setup_testing_defaults
def get(path):
    environ = {"PATH_INFO": path, "HTTP_HOST": "localhost", "HTTP_ACCEPT_ENCODING": "gzip"}
    setup_testing_defaults(environ)
    statuses = []
    body = application(environ, lambda status, headers, *more: statuses.append(status))
    try:
        return statuses[0] + b"".join(body).decode("latin-1")
    finally:
        getattr(body, "close", str)()
"""
ASGI = """
import asyncio, re, threading
async def answer(path):
    told = []
    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}
    async def send(message):
        told.append(message)
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
             "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "server": ("localhost", 80),
             "client": ("localhost", 1), "headers": [(b"host", b"localhost"), (b"accept-encoding", b"gzip")]}
    await application(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in told).decode("latin-1")
    return str(told[0]["status"]) + re.sub('nonce="[^"]+"', "", body)
loops = threading.local()
def get(path):
    if not hasattr(loops, "own"):
        loops.own = asyncio.new_event_loop()
    return loops.own.run_until_complete(answer(path))
"""
MADE = {
    "django": "from inn.wsgi import application",
    "flask": "from app import create_app\napplication = create_app()",
    "fastapi": "from app import app as application",
}
WARM = """
pages = {path: get(path) for path in PAGES}
assert all(page.startswith("200") and "/static/" in page for page in pages.values()), pages
import json
from pathlib import Path
assets = json.loads(Path("build/release/manifest.json").read_text())["assets"]
# Files with names of their own are read at the start.
urls = ["/static/" + entry["file"] for entry in assets.values() if entry.get("immutable")]
assert get(urls.pop()).startswith("200")
"""
# These packages and the standard library are all that can be imported.
ONLY = "import sys; sys.path[:] = ['', PACKAGES, *(path for path in sys.path if path.startswith(sys.base_prefix))]\n"
PAGES = {"django": ["/"], "flask": ["/", "/boats/"], "fastapi": ["/"]}
OPENED = r"\('.*/build/release/public/([^']+)', ('rb'|None), (\d+)\)"
SERVE = "result = [get(path) == pages[path] for path in pages for _ in range(20)]"


@dataclass(frozen=True, slots=True)
class Site:
    app: App
    home: Path
    packages: Path

    def watch(self, serve: str, *, strace: bool = False) -> Watched:
        """What the application asks of the system while `serve` runs, which may call `get`."""
        client = ASGI if self.app is FASTAPI else WSGI
        pages = WARM.replace("PAGES", repr(PAGES[self.app.name]))
        only = ONLY.replace("PACKAGES", repr(str(self.packages)))
        return watch(self.home, only + client + MADE[self.app.name] + pages, serve, strace=strace)


@pytest.fixture(scope="module", params=[DJANGO, FLASK, FASTAPI], ids=lambda app: app.name)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with open_to_all() as folder:
        home = copy_of(request.param, folder / "deployed")
        run(home, "-m", "assetbuild", "build")
        drop_sources(request.param, home)
        yield Site(request.param, home, runtime_only(request.param, folder / "packages"))


def test_no_file_no_socket_no_process_and_no_import_while_pages_are_rendered(site: Site) -> None:
    seen = site.watch(SERVE)
    assert set(seen.result) == {True}
    assert seen.events == ()
    assert seen.late == frozenset()


def test_no_system_call_about_files_network_or_processes_while_pages_are_rendered(site: Site) -> None:
    seen = site.watch(SERVE, strace=True)
    assert set(seen.result) == {True}
    assert seen.calls == ()


def test_a_static_file_is_opened_for_reading_and_then_kept(site: Site) -> None:
    serve = """
result = [get(url)[:3] for url in urls]
opened = len(events)
result += [get(url)[:3] for url in urls]
assert len(events) == opened
"""
    seen = site.watch(serve)
    assert set(seen.result) == {"200"}
    assert {event for event, _ in seen.events} == {"open"}
    opened = [re.fullmatch(OPENED, told) for _, told in seen.events]
    assert all(match is not None and int(match[3]) & 3 == 0 for match in opened)
    assert len({match and match[1] for match in opened}) == len(seen.result) // 2


def test_what_is_not_there_is_looked_for_nowhere(site: Site) -> None:
    paths = ["/static/no-such-file-1", "/static/../no-such-file-2", "/static//etc/no-such-file-3"]
    seen = site.watch(f"result = [get(path)[:3] for path in {paths}]", strace=True)
    assert set(seen.result) == {"404"}
    assert [call for call in seen.calls if "no-such-file" in call] == []


def test_nothing_is_imported_but_the_standard_library_the_framework_and_the_runtime(site: Site) -> None:
    seen = site.watch(SERVE)
    allowed = {top.partition(".")[0] for name in required(site.app.needs) for top in tops(name)}
    own = {path.stem for path in site.home.iterdir()} | {"assetbuild"}
    of_python = {name for name in seen.packages() if name.startswith("_sysconfigdata_")}
    assert seen.packages() - allowed - own - of_python == set()
    assert {name for name in seen.ours() if name.split(".")[1:2] not in ([], ["runtime"])} == set()


def test_threads_and_forked_workers_share_one_manifest(site: Site) -> None:
    serve = """
made = []
threads = [threading.Thread(target=lambda: made.append(get("/"))) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
result = [page == pages["/"] for page in [*made, forked(lambda: get("/")), forked(lambda: get("/"))]]
"""
    assert site.watch(serve).result == [True] * 10
