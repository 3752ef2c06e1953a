"""A release behind real servers: what goes over the wire."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import brotli
import pytest

from assetbuild.runtime.serving.files import LARGEST_KEPT
from releasing import build
from runtime.serving.servers import COMMANDS, ask, running, send_raw

STYLE = b"body { color: red; margin: 0 }\n" * 60
LARGE = os.urandom(1 << 10) * (3 * LARGEST_KEPT >> 10)
PROGRAM = """
from assetbuild.runtime import asgi as on_asgi, wsgi as on_wsgi

def page(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"the page"]

async def async_page(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"the page"})

wsgi = on_wsgi.ReleaseMiddleware(page, "release")
asgi = on_asgi.ReleaseMiddleware(async_page, "release")
"""


@pytest.fixture(scope="module", params=COMMANDS)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    home = tmp_path_factory.mktemp("site")
    files = {"css/app.css": STYLE, "large.bin": LARGE}
    build(home / "release", files, plain={"sw.js": b"//"}, encodings=["br", "gzip"])
    document = json.loads((home / "release/manifest.json").read_bytes())
    del document["assets"]["large.bin"]["encodings"]
    (home / "release/manifest.json").write_text(json.dumps(document))
    with running(request.param, PROGRAM, home) as port:
        yield port, home / "release"


def url(release: Path, name: str) -> str:
    return f"/static/{json.loads((release / 'manifest.json').read_bytes())['assets'][name]['file']}"


def test_whole_files_parts_and_encodings_arrive_as_they_are(site: tuple[int, Path]) -> None:
    port, release = site
    for name, data in (("css/app.css", STYLE), ("large.bin", LARGE)):
        for _ in range(2):
            response, body = ask(port, url(release, name))
            assert (response.status, body) == (200, data)
        response, body = ask(port, url(release, name), Range="bytes=10-99")
        assert (response.status, body) == (206, data[10:100])
        assert response.headers["Content-Range"] == f"bytes 10-99/{len(data)}"
        response, body = ask(port, url(release, name), Range=f"bytes={len(data)}-")
        assert response.status == 416
    response, body = ask(port, url(release, "css/app.css"), Accept_Encoding="gzip, deflate, br, zstd")
    assert (response.headers["Content-Encoding"], brotli.decompress(body)) == ("br", STYLE)
    response, body = ask(port, url(release, "css/app.css"), Accept_Encoding="br;q=0.5, gzip;q=1.0")
    assert (response.headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", STYLE)
    assert response.headers["Vary"] == "Accept-Encoding"


def test_head_and_304_have_headers_and_no_body(site: tuple[int, Path]) -> None:
    port, release = site
    response, body = ask(port, url(release, "large.bin"), "HEAD")
    assert (response.status, body, response.headers["Content-Length"]) == (200, b"", str(len(LARGE)))
    path, etag = url(release, "large.bin").encode(), response.headers["ETag"].encode()
    said = send_raw(
        port, b"GET %b HTTP/1.1\r\nHost: a\r\nConnection: close\r\nIf-None-Match: W/%b\r\n\r\n" % (path, etag)
    )
    head, _, rest = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 304")
    assert rest == b""
    assert b"immutable" in head


def test_each_header_comes_once(site: tuple[int, Path]) -> None:
    port, release = site
    for headers in ({}, {"Accept_Encoding": "br"}, {"Range": "bytes=0-1"}):
        response, _ = ask(port, url(release, "css/app.css"), **headers)
        names = [name.lower() for name in response.headers]
        assert len(names) == len(set(names))
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert ask(port, "/static/sw.js")[0].headers["Cache-Control"] == "no-cache"


def test_pages_come_from_the_application(site: tuple[int, Path]) -> None:
    assert ask(site[0], "/")[1] == b"the page"
    assert ask(site[0], "/staticky", "POST", Content_Length="0")[1] == b"the page"


def test_each_answer_ends_where_its_headers_say(site: tuple[int, Path]) -> None:
    port, release = site
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    for method, headers, expected in (
        ("GET", {"Range": "bytes=0-3"}, LARGE[:4]),
        ("HEAD", {}, b""),
        ("GET", {"If-None-Match": "*"}, b""),
        ("GET", {"Range": f"bytes={len(LARGE)}-"}, b"No such part of this file\n"),
        ("GET", {}, LARGE),
        ("OPTIONS", {}, b"Only GET and HEAD\n"),
    ):
        connection.request(method, url(release, "large.bin"), headers=headers)
        assert connection.getresponse().read() == expected
    connection.close()


HOSTILE = [
    "/static/../release/manifest.json", "/static/%2e%2e/manifest.json", "/static/..%2fmanifest.json",
    "/static/css%2f{name}", "/static/css%5c{name}", "/static/css/{name}%00",
    "/static/css/{name}%0d%0aSet-Cookie:%20a=b",
    "/static//css/{name}", "/static/./css/{name}", "/static/x/../css/{name}", "/static/css/{name}.br", "/static/%ff%fe",
    "/static/" + "a" * 3000, "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/static/css/",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_paths_lead_nowhere(site: tuple[int, Path], path: str) -> None:
    port, release = site
    target = path.replace("{name}", url(release, "css/app.css").rpartition("/")[2])
    said = send_raw(port, f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"set-cookie" not in head.lower()
    if b" 400 " not in head.partition(b"\r\n")[0]:  # refused by the server itself
        assert head.startswith(b"HTTP/1.1 404")
        assert b"text/plain" in head
        assert b"no-store" in head
        assert body == b"Not found\n"


def test_many_clients_at_once_get_what_they_asked_for(site: tuple[int, Path]) -> None:
    port, release = site
    style, large = url(release, "css/app.css"), url(release, "large.bin")

    def one(number: int) -> bool:
        if number % 2:
            return ask(port, large, Range=f"bytes={number}-")[1] == LARGE[number:]
        return ask(port, style)[1] == STYLE

    with ThreadPoolExecutor(8) as clients:
        assert all(clients.map(one, range(40)))


def test_clients_that_go_away_do_no_harm(site: tuple[int, Path]) -> None:
    import socket

    port, release = site
    path = url(release, "large.bin").encode()
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.sendall(b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % path)
            client.recv(1000)
    assert ask(port, path.decode())[1] == LARGE
    assert "Traceback" not in (release.parent / "log").read_text()
