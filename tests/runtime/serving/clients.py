"""Asking a WSGI or an ASGI application without a server, each as strictly as its standard says."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.util import FileWrapper, setup_testing_defaults
from wsgiref.validate import validator

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` by lower-case name; `pairs` as they came."""

    status: int
    pairs: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.pairs}


def ask_wsgi(app: Any, path: str, method: str = "GET", headers: Headers = {}, **environ: Any) -> Answer:  # noqa: B006
    """`path` as in the request line, percent-encoded."""
    made: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.partition("?")[0]).decode("latin-1"),
        "QUERY_STRING": path.partition("?")[2],
        "RAW_URI": path,
        "wsgi.file_wrapper": FileWrapper,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
        **environ,
    }
    setup_testing_defaults(made)
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
        started[:] = int(status[:3]), tuple(headers)
        headers.append(("X-Server", "adds its own"))
        return io.BytesIO().write

    body = validator(app)(made, start_response)
    try:
        sent = b"".join(body)
    finally:
        body.close()
    return Answer(*started, sent)


def ask_asgi(app: Any, path: str, method: str = "GET", headers: Headers = {}, **scope: Any) -> Answer:  # noqa: B006
    """As `ask_wsgi`."""
    made = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(path.partition("?")[0]).decode("utf-8", "replace"),
        "raw_path": path.partition("?")[0].encode(),
        "query_string": path.partition("?")[2].encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "extensions": {},
        **scope,
    }
    return asyncio.run(_asked(app, made))


async def _asked(app: Any, scope: dict[str, Any]) -> Answer:
    """Checks each message against the ASGI specification (HTTP, 2.4) as a server may."""
    start: dict[str, Any] = {}
    body, finished = b"", False

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal body, finished
        assert not finished
        if message["type"] == "http.response.start":
            assert not start
            assert set(message) <= {"type", "status", "headers", "trailers"}
            assert type(message["status"]) is int
            for name, value in message["headers"]:
                assert type(name) is bytes
                assert name == name.lower()
                assert type(value) is bytes
                assert not {*name, *value} & {0, 10, 13}
            start.update(message, headers=[*message["headers"]])
            message["headers"].append((b"x-server", b"adds its own"))
        elif message["type"] == "http.response.body":
            assert start
            assert set(message) <= {"type", "body", "more_body"}
            assert type(message["body"]) is bytes
            body += message["body"]
            finished = not message.get("more_body", False)
        else:
            assert message["type"] == "http.response.pathsend"
            assert "http.response.pathsend" in scope["extensions"]
            with open(message["path"], "rb") as file:
                body += file.read()
            finished = True

    await app(scope, receive, send)
    assert finished
    pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"])
    answer = Answer(start["status"], pairs, body)
    if scope["method"] != "HEAD" and answer.status != 304:
        assert answer.headers["content-length"] == str(len(body))
    return answer
