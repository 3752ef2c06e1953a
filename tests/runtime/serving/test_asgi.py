"""The ASGI application as an application: in front of another, mounted, with pathsend, with a client that is gone."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from assetbuild.runtime.asgi import ReleaseApp, ReleaseMiddleware
from assetbuild.runtime.serving import files
from assetbuild.runtime.serving.files import LARGEST_KEPT, FileChanged
from releasing import build
from runtime.serving.clients import ask_asgi

LARGE = b"0123456789abcdef" * (LARGEST_KEPT // 16 + 1)
Message = dict[str, Any]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    build(tmp_path, {}, plain={"robots.txt": b"User-agent: *\n", "large.bin": LARGE})
    return tmp_path


async def page(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"page"})


def exchange(app: Any, scope: Message, *received: str) -> list[str]:
    """The types of what an application sends when it receives messages of these types."""
    sent = []
    waiting = list(received)

    async def receive() -> Message:
        return {"type": waiting.pop(0)}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    asyncio.run(app(scope, receive, send))
    assert waiting == []
    return sent


@pytest.mark.parametrize("path", ["/", "/static", "/page", "/statics/robots.txt"])
def test_what_is_not_below_the_base_url_goes_on_to_the_application(release: Path, path: str) -> None:
    assert ask_asgi(ReleaseMiddleware(page, release), path, "POST").body == b"page"


def test_what_is_below_the_base_url_never_does(release: Path) -> None:
    app = ReleaseMiddleware(page, release)
    assert ask_asgi(app, "/static/robots.txt").body == b"User-agent: *\n"
    assert ask_asgi(app, "/static/nothing").status == 404


def test_at_the_root_what_is_no_file_of_the_release_goes_on(release: Path) -> None:
    app = ReleaseMiddleware(page, release, base_url="/")
    assert ask_asgi(app, "/robots.txt").body == b"User-agent: *\n"
    assert ask_asgi(app, "/index").body == b"page"


def test_lifespan_and_websockets_go_on_to_the_application(release: Path) -> None:
    seen = []

    async def app(scope: Message, receive: Any, send: Any) -> None:
        seen.append((scope["type"], receive, send))

    for kind in ("lifespan", "websocket"):
        asyncio.run(ReleaseMiddleware(app, release)({"type": kind, "path": "/static/robots.txt"}, page, exchange))
    assert seen == [("lifespan", page, exchange), ("websocket", page, exchange)]


def test_alone_it_starts_stops_and_refuses_websockets(release: Path) -> None:
    app = ReleaseApp(release)
    events = ("lifespan.startup", "lifespan.shutdown")
    assert exchange(app, {"type": "lifespan"}, *events) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert exchange(app, {"type": "websocket", "path": "/static/robots.txt"}) == ["websocket.close"]


def test_it_is_mounted_and_added_to_starlette(release: Path) -> None:
    routes = [Mount("/static", ReleaseApp(release)), Route("/", lambda request: PlainTextResponse("home"))]
    mounted = Starlette(routes=routes)
    added = Starlette(routes=routes[1:], middleware=[Middleware(ReleaseMiddleware, release=release)])
    for app in (mounted, added):
        assert ask_asgi(app, "/static/robots.txt").body == b"User-agent: *\n"
        assert ask_asgi(app, "/static/nothing").body == b"Not found\n"
        assert ask_asgi(app, "/").body == b"home"


def test_several_lines_of_a_header_are_one_list(release: Path) -> None:
    app = ReleaseApp(release)
    etag = ask_asgi(app, "/static/robots.txt").headers["etag"].encode()
    lines = [(b"if-none-match", etag), (b"if-none-match", b'"x"')]
    assert ask_asgi(app, "/static/robots.txt", headers={}).status == 200
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/static/robots.txt", "headers": lines}
    asyncio.run(app(scope, page, send))
    assert sent[0]["status"] == 304


def test_a_server_that_can_send_files_gets_the_path_of_a_large_one(release: Path) -> None:
    extensions: Message = {"http.response.pathsend": {}}
    app = ReleaseApp(release)
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/static/large.bin", "headers": [], "extensions": extensions}
    asyncio.run(app(scope, page, send))
    assert sent[1] == {"type": "http.response.pathsend", "path": str(release / "public/large.bin")}
    assert ask_asgi(app, "/static/large.bin", extensions=extensions).body == LARGE
    assert ask_asgi(app, "/static/robots.txt", extensions=extensions).body == b"User-agent: *\n"
    part = ask_asgi(app, "/static/large.bin", headers={"Range": "bytes=7-9"}, extensions=extensions)
    assert part.body == b"789"
    (release / "public/large.bin").write_bytes(b"")
    assert ask_asgi(app, "/static/large.bin", extensions=extensions).status == 500


def test_files_are_read_by_other_threads_than_that_of_the_event_loop(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(release, {"a.css": b"a {}"}, plain={"large.bin": LARGE})
    (style,) = (release / "public").glob("*.css")
    threads = set()
    opened = files.os.open  # type: ignore[attr-defined]

    def noted(*given: Any) -> int:
        threads.add(threading.get_ident())
        return int(opened(*given))

    app = ReleaseApp(release)
    monkeypatch.setattr(files.os, "open", noted)  # type: ignore[attr-defined]
    assert ask_asgi(app, f"/static/{style.name}").body == b"a {}"
    assert ask_asgi(app, "/static/large.bin").body == LARGE
    assert threads
    assert threading.get_ident() not in threads


def test_a_file_that_is_cut_off_while_it_is_sent_ends_with_an_error(release: Path) -> None:
    app = ReleaseApp(release)
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            (release / "public/large.bin").write_bytes(b"")

    scope = {"type": "http", "method": "GET", "path": "/static/large.bin", "headers": []}
    with pytest.raises(FileChanged, match="cut off"):
        asyncio.run(app(scope, page, send))
    assert sent[-1]["more_body"]


def test_a_client_that_is_gone_leaves_no_file_open(release: Path) -> None:
    """An open file would warn when it is collected, and a warning is an error here."""
    app = ReleaseApp(release)

    async def gone(message: Message) -> None:
        if message["type"] == "http.response.body":
            raise OSError("the client is gone")

    async def cancelled(steps: int) -> None:
        """The request is cancelled while a thread opens the file, or while one reads it."""
        messages = 0

        async def send(message: Message) -> None:
            nonlocal messages
            messages += 1
            if messages == steps:
                task.cancel()

        task = asyncio.create_task(app(scope, page, send))
        await asyncio.sleep(0)
        if not steps:
            task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    scope = {"type": "http", "method": "GET", "path": "/static/large.bin", "headers": []}
    with pytest.raises(OSError, match="the client is gone"):
        asyncio.run(app(scope, page, gone))
    for steps in range(4):
        asyncio.run(cancelled(steps))


def test_a_server_that_changes_its_headers_changes_no_other_answer(release: Path) -> None:
    app = ReleaseApp(release)
    first, second = (ask_asgi(app, "/static/robots.txt") for _ in range(2))
    assert first == second
    assert "x-server" not in first.headers


def test_many_requests_at_once_are_all_answered(release: Path) -> None:
    app = ReleaseApp(release, memory=0)
    bodies: list[bytes] = []

    async def one(number: int) -> None:
        body = b""

        async def send(message: Message) -> None:
            nonlocal body
            body += message.get("body", b"")

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/static/large.bin",
            "headers": [(b"range", f"bytes={number}-".encode())],
        }
        await app(scope, page, send)
        bodies.append(body)

    async def all_of_them() -> None:
        await asyncio.gather(*map(one, range(20)))

    asyncio.run(all_of_them())
    assert sorted(bodies) == sorted(LARGE[number:] for number in range(20))
