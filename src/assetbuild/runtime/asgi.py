"""A release served by ASGI 3: an application of its own, or in front of yours. docs/serving.md tells more.

app = ReleaseMiddleware(app, "build/release")
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from io import FileIO

from assetbuild.runtime.serving.files import FileChanged, Memory, check_file, open_file, read_body, read_part
from assetbuild.runtime.serving.release import ReleasePath
from assetbuild.runtime.serving.responses import Interface, Representation, Response
from assetbuild.runtime.serving.start import MEMORY, failure, start
from assetbuild.runtime.serving.table import Table, hides_separators

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias, TypeVar

    Message: TypeAlias = MutableMapping[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[Message]]
    Send: TypeAlias = Callable[[Message], Awaitable[None]]
    Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]
    Read = TypeVar("Read")

__all__ = ["ReleaseApp", "ReleaseMiddleware"]

ASGI = Interface(
    path=lambda path: path,
    headers=lambda pairs: [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs],
)

_READ = frozenset({b"accept-encoding", b"if-match", b"if-none-match", b"if-range", b"range"})


class ReleaseApp:
    """An ASGI application that serves the release below its base URL, and nothing else."""

    def __init__(self, release: ReleasePath = None, base_url: str | None = None, *, memory: int = MEMORY) -> None:
        """`release`: the path of a release's directory or its manifest.json; None: $ASSETBUILD_MANIFEST.

        `base_url` None: $ASSETBUILD_BASE_URL, else the manifest's; of a full URL the path counts. `memory`: how many
        bytes of small files a process keeps. Raises ManifestError, if the release is not whole.
        """
        self._table, self._memory = start(release, base_url, memory, ASGI)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await _respond(self._table, self._memory, scope, receive, send, None)
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            await send({"type": "websocket.close"})


class ReleaseMiddleware:
    """Serves the release below its base URL; every other request, and all that is no request, goes on to `app`.

    Under the base URL "/" so do those for files that the release does not have.
    """

    def __init__(
        self, app: Application, release: ReleasePath = None, base_url: str | None = None, *, memory: int = MEMORY
    ) -> None:
        """As for `ReleaseApp`."""
        self._app = app
        self._table, self._memory = start(release, base_url, memory, ASGI)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await _respond(self._table, self._memory, scope, receive, send, self._app)
        else:
            await self._app(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return


async def _respond(
    table: Table, memory: Memory, scope: Message, receive: Receive, send: Send, app: Application | None
) -> None:
    path = scope["path"]
    resource = table.get(path)
    if resource is None:
        if app is not None and not table.is_below_base(path):
            await app(scope, receive, send)
            return
        response = table.not_found
    elif b"%" in (raw_path := scope.get("raw_path") or b"") and hides_separators(raw_path.decode("latin-1")):
        response = table.not_found
    else:
        headers = _by_name(scope["headers"])
        response = table.answer(
            resource,
            scope["method"],
            headers.get(b"accept-encoding"),
            headers.get(b"if-none-match"),
            headers.get(b"if-match"),
            headers.get(b"range"),
            headers.get(b"if-range"),
        )
    body: bytes | str | FileIO = response.text if scope["method"] != "HEAD" else b""
    if response.representation is not None:
        try:
            body = await _body(response, memory, scope)
        except (OSError, FileChanged) as error:
            response = failure(table, error)
            body = response.text
    await send({"type": "http.response.start", "status": response.status, "headers": [*response.headers]})
    if isinstance(body, bytes):
        await send({"type": "http.response.body", "body": body})
    elif isinstance(body, str):
        await send({"type": "http.response.pathsend", "path": body})
    else:
        await _stream(body, response, send)


def _by_name(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, str]:
    """Those of the headers that count, each with the values of all its lines."""
    found: dict[bytes, str] = {}
    for name, value in headers:
        if name in _READ:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
    return found


async def _body(response: Response, memory: Memory, scope: Message) -> bytes | str | FileIO:
    """What to send: bytes, the path of a whole file for the server to send, or an open file to send from.

    Raises FileNotFoundError, OSError, FileChanged.
    """
    representation = response.representation
    assert representation is not None
    body = representation.body
    if body is None and memory.wants(representation):
        body = await _in_thread(read_body, representation)
        memory.keep(representation, body)
    if body is not None:
        return body if response.status == 200 else body[response.start : response.stop]
    if response.status == 200 and "http.response.pathsend" in (scope.get("extensions") or ()):
        return await _in_thread(check_file, representation)
    return await _opened(representation)


async def _opened(representation: Representation) -> FileIO:
    opening = asyncio.get_running_loop().run_in_executor(None, open_file, representation)
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        # A client that is gone cancels us, but not the thread.
        opening.add_done_callback(_close_opened)
        raise


def _close_opened(opening: asyncio.Future[FileIO]) -> None:
    if opening.exception() is None:
        opening.result().close()


async def _stream(file: FileIO, response: Response, send: Send) -> None:
    """Send the bytes of a response in pieces, read by threads. Raises FileChanged where the file ends early, so that
    the server cuts the connection off, and close the file in any case."""
    pieces = read_part(file, response.start, response.stop)
    reading = None
    try:
        while True:
            reading = asyncio.get_running_loop().run_in_executor(None, next, pieces, b"")
            piece = await asyncio.shield(reading)
            await send({"type": "http.response.body", "body": piece, "more_body": bool(piece)})
            if not piece:
                return
    finally:
        # The thread's file must stay open until it is done, even if we are cancelled.
        if reading is None or reading.done():
            file.close()
        else:
            reading.add_done_callback(lambda _: file.close())


def _in_thread(function: Callable[[Representation], Read], representation: Representation) -> Awaitable[Read]:
    return asyncio.get_running_loop().run_in_executor(None, function, representation)
