"""A release served by WSGI (PEP 3333): an application of its own, or in front of yours. docs/serving.md tells more.

application = ReleaseMiddleware(application, "build/release")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from assetbuild.runtime.serving.files import CHUNK, FileChanged, Memory, open_file, read_body, read_part
from assetbuild.runtime.serving.release import ReleasePath
from assetbuild.runtime.serving.responses import Interface, Response
from assetbuild.runtime.serving.start import MEMORY, failure, start
from assetbuild.runtime.serving.table import Table, hides_separators

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import FileIO
    from typing import Any
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["ReleaseApp", "ReleaseMiddleware"]

# A path comes as its bytes, each as one character.
WSGI = Interface(path=lambda path: path.encode().decode("latin-1"), headers=lambda pairs: pairs)

_STATUS = {
    200: "200 OK",
    206: "206 Partial Content",
    304: "304 Not Modified",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    412: "412 Precondition Failed",
    416: "416 Range Not Satisfiable",
    500: "500 Internal Server Error",
}


class ReleaseApp:
    """A WSGI application that serves the release below its base URL, and nothing else."""

    def __init__(self, release: ReleasePath = None, base_url: str | None = None, *, memory: int = MEMORY) -> None:
        """`release`: the path of a release's directory or its manifest.json; None: $ASSETBUILD_MANIFEST.

        `base_url` None: $ASSETBUILD_BASE_URL, else the manifest's; of a full URL the path counts. `memory`: how many
        bytes of small files a process keeps. Raises ManifestError, if the release is not whole.
        """
        self._table, self._memory = start(release, base_url, memory, WSGI)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return _respond(self._table, self._memory, environ, start_response, None)


class ReleaseMiddleware:
    """Serves the release below its base URL; every other request goes on to `application`.

    Under the base URL "/" so do those for files that the release does not have.
    """

    def __init__(
        self,
        application: WSGIApplication,
        release: ReleasePath = None,
        base_url: str | None = None,
        *,
        memory: int = MEMORY,
    ) -> None:
        """As for `ReleaseApp`."""
        self._application = application
        self._table, self._memory = start(release, base_url, memory, WSGI)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return _respond(self._table, self._memory, environ, start_response, self._application)


def _respond(
    table: Table,
    memory: Memory,
    environ: WSGIEnvironment,
    start_response: StartResponse,
    application: WSGIApplication | None,
) -> Iterable[bytes]:
    get = environ.get
    path = get("PATH_INFO", "")
    if mounted_at := get("SCRIPT_NAME"):
        path = mounted_at + path
    resource = table.get(path)
    if resource is None:
        if application is not None and not table.is_below_base(path):
            return application(environ, start_response)
        response = table.not_found
    elif "%" in (raw_path := get("RAW_URI") or get("REQUEST_URI") or "") and hides_separators(raw_path):
        response = table.not_found
    else:
        response = table.answer(
            resource,
            environ["REQUEST_METHOD"],
            get("HTTP_ACCEPT_ENCODING"),
            get("HTTP_IF_NONE_MATCH"),
            get("HTTP_IF_MATCH"),
            get("HTTP_RANGE"),
            get("HTTP_IF_RANGE"),
        )
    if response.representation is not None:
        try:
            body = _body(response, memory, get("wsgi.file_wrapper"))
        except (OSError, FileChanged) as error:
            response = failure(table, error)
        else:
            start_response(_STATUS[response.status], [*response.headers])
            return body
    start_response(_STATUS[response.status], [*response.headers])
    return [response.text] if response.text and environ["REQUEST_METHOD"] != "HEAD" else []


def _body(response: Response, memory: Memory, file_wrapper: Callable[..., Any] | None) -> Iterable[bytes]:
    """The bytes of a response with a representation. Raises FileNotFoundError, OSError, FileChanged."""
    representation = response.representation
    assert representation is not None
    body = representation.body
    if body is None and memory.wants(representation):
        body = read_body(representation)
        memory.keep(representation, body)
    if body is not None:
        return [body if response.status == 200 else body[response.start : response.stop]]
    file = open_file(representation)
    if response.status == 200 and file_wrapper is not None:
        wrapped: Iterable[bytes] = file_wrapper(file, CHUNK)
        return wrapped
    return _Part(file, response)


class _Part:
    """A part of a file in pieces; `close`, which servers call in the end, closes the file."""

    def __init__(self, file: FileIO, response: Response) -> None:
        self._pieces = read_part(file, response.start, response.stop)
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces
