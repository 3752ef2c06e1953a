"""Requests to a release that is served: the answer is one of its files, a part of one, or a refusal."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from assetbuild.runtime.asgi import ReleaseApp as AsgiApp
from assetbuild.runtime.serving.negotiation import IDENTITY, choose_encoding
from assetbuild.runtime.serving.ranges import wanted_bytes
from assetbuild.runtime.wsgi import ReleaseApp as WsgiApp
from releasing import build
from runtime.serving.clients import Answer, ask_asgi, ask_wsgi

HOME = tempfile.TemporaryDirectory(prefix="assetbuild-fuzz-")
FILES = {"robots.txt": b"User-agent: *\n", "caf\u00e9/a b.css": b"a{}" * 400, "empty.txt": b""}
build(Path(HOME.name), {}, plain=FILES, private={"secret.map": b"secret"}, encodings=("br", "gzip"))
PUBLIC = {file.read_bytes() for file in (Path(HOME.name) / "public").rglob("*") if file.is_file()}
WSGI, ASGI = WsgiApp(HOME.name), AsgiApp(HOME.name)
HEADERS = ("Accept-Encoding", "If-None-Match", "If-Match", "Range", "If-Range")
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "get", "")
STATUSES = {200, 206, 304, 404, 405, 412, 416}

SEEDS = (
    b"/static/robots.txt\n0\nbr, gzip;q=0.5\n\n\nbytes=0-3\n",
    b'/static/caf%C3%A9/a%20b.css\n0\ngzip;q=0,*;q=1\nW/"x", "y"\n*\nbytes=-5\n"z"',
    b"/static/../manifest.json?x\n1\nidentity;q=0\n*\n\nbytes=5-2\n",
    b"/static/robots.txt\n2\n\n\n\n\n",
)
WORDS = tuple(
    b"/static/|robots.txt|empty.txt|manifest.json|private/|%2e%2e/|../|//|%00|%2f|%5c|\\|?|;q=|0.001|1.000|br|gzip|"
    b'identity|*|, |W/|"|bytes=|-|0-|99999999999999999999|%C3%A9|%FF|\t| |\xa0|\x00'.split(b"|")
)


def target(data: bytes) -> None:
    path, number, *values = (*data.decode("latin-1").split("\n"), "", "", "", "", "", "", "")[:7]
    path = "/" + "".join(character for character in path if "!" <= character <= "~").lstrip("/")
    method = METHODS[ord(number[:1] or "0") % len(METHODS)]
    headers = {
        name: value for name, value in zip(HEADERS, values, strict=True) if value and not set(value) & {"\r", "\0"}
    }
    both = [ask_asgi(ASGI, path, method or "GET", headers)]
    if method in METHODS[:4]:
        both.append(ask_wsgi(WSGI, path, method, headers))
    for answer in both:
        check(answer, method, headers)
    assert len({(one.status, one.body) for one in both}) == 1


def check(answer: Answer, method: str, headers: dict[str, Any]) -> None:
    assert answer.status in STATUSES
    for name, value in answer.pairs:
        assert (name + value).isprintable()
        assert (name + value).isascii()
    if method == "GET" and answer.status == 200:
        assert answer.body in PUBLIC
        encoding = answer.headers.get("content-encoding", IDENTITY)
        assert encoding in ("br", "gzip", IDENTITY)
        if encoding != IDENTITY:
            assert choose_encoding(headers.get("Accept-Encoding"), (encoding, IDENTITY)) == encoding
    elif answer.status == 206:
        _, _, span = answer.headers["content-range"].partition(" ")
        first, last, size = (int(number) for number in span.replace("/", "-").split("-"))
        assert 0 <= first <= last < size
        assert wanted_bytes(headers["Range"], size) == range(first, last + 1)
        assert any(len(file) == size and file[first : last + 1] == answer.body for file in PUBLIC)
    elif method == "HEAD" or answer.status == 304:
        assert answer.body == b""
    assert b"secret" not in answer.body
