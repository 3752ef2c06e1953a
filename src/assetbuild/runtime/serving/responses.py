"""Responses with their headers, made once for each file: what is decided at a request is only which one."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from assetbuild.runtime.serving.negotiation import IDENTITY
from assetbuild.runtime.serving.release import Served

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Pairs: TypeAlias = list[tuple[str, str]]
    Headers: TypeAlias = list[tuple[Any, Any]]

FOREVER = "public, max-age=31536000, immutable"

# A published file is public: whoever can ask for it may read it. Scripts, style sheets and fonts from another host
# need the first for integrity and CORS, pictures the second in pages with Cross-Origin-Embedder-Policy.
_PUBLIC = [("Access-Control-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "cross-origin")]
_TYPE_AS_SAID = ("X-Content-Type-Options", "nosniff")


@dataclass(frozen=True, slots=True)
class Interface:
    """How WSGI or ASGI wants things: `path` a URL's path, percent-decoded; `headers` names and values."""

    path: Callable[[str], str]
    headers: Callable[[Pairs], Headers]


class Response:
    """A status, headers, and a body: `text`, or the bytes from `start` to `stop` of a representation.

    Whoever hands `headers` to a server gives it a copy: servers and middleware may change the list.
    """

    __slots__ = ("headers", "representation", "start", "status", "stop", "text")

    def __init__(
        self,
        status: int,
        headers: Headers,
        text: bytes = b"",
        representation: Representation | None = None,
        start: int = 0,
        stop: int = 0,
    ) -> None:
        self.status = status
        self.headers = headers
        self.text = text
        self.representation = representation
        self.start = start
        self.stop = stop


class Representation:
    """A file in one encoding. `path` is its file path, `size` in bytes, `body` its bytes once they are kept in memory.

    `whole`, `head` and `not_modified` are the responses that nearly every request gets.
    """

    __slots__ = ("_pairs", "body", "etag", "head", "not_modified", "path", "size", "whole")

    def __init__(self, path: bytes, size: int, etag: str, pairs: Pairs, interface: Interface) -> None:
        """`pairs`: its headers but for those about its length."""
        self.path = path
        self.size = size
        self.etag = etag
        self.body: bytes | None = None
        self._pairs = pairs
        headers = interface.headers([*pairs, ("Content-Length", str(size))])
        self.whole = Response(200, headers, representation=self, stop=size)
        self.head = Response(200, headers)
        self.not_modified = Response(304, interface.headers([it for it in pairs if it[0] in _NOT_MODIFIED]))

    def part(self, wanted: range, interface: Interface) -> Response:
        """206 with the bytes wanted; 416 if there are none."""
        if not wanted:
            refused = [("Content-Range", f"bytes */{self.size}")]
            return text_response(416, "No such part of this file", interface, refused)
        of = f"bytes {wanted.start}-{wanted.stop - 1}/{self.size}"
        headers = [*self._pairs, ("Content-Range", of), ("Content-Length", str(len(wanted)))]
        return Response(206, interface.headers(headers), representation=self, start=wanted.start, stop=wanted.stop)


# What a cache takes over from a 304 (RFC 9110, section 15.4.5), and what a browser checks on it.
_NOT_MODIFIED = frozenset({"Cache-Control", "ETag", "Vary", *(name for name, _ in _PUBLIC)})


class Resource:
    """A served file with all its representations. `offered` are their encodings, the smallest first."""

    __slots__ = ("by_encoding", "identity", "immutable", "offered")

    def __init__(self, served: Served, public: bytes, interface: Interface) -> None:
        """`public` is the directory."""
        variants = [(it.encoding, it.file, it.size) for it in served.variants]
        # At equal sizes the file as it is, which costs no decoding.
        forms = sorted([(IDENTITY, served.file, served.size), *variants], key=lambda it: (it[2], it[0] != IDENTITY, it))
        self.by_encoding = {
            encoding: Representation(
                os.path.join(public, *(segment.encode() for segment in file.split("/"))),
                size,
                etag := _etag(served, encoding, size),
                _pairs(served, encoding, etag),
                interface,
            )
            for encoding, file, size in forms
        }
        self.identity = self.by_encoding[IDENTITY]
        self.offered = tuple(self.by_encoding)
        self.immutable = served.immutable


def text_response(status: int, text: str, interface: Interface, more: Pairs | None = None) -> Response:
    """An error in plain text, for nobody to keep: the next release may have what this one has not."""
    body = f"{text}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        *_PUBLIC[:1],
        _TYPE_AS_SAID,
        *(more or ()),
    ]
    return Response(status, interface.headers(headers), body)


def _etag(served: Served, encoding: str, size: int) -> str:
    """A strong entity tag: 192 bits of the hash of the file, and for a variant its encoding and size.

    The hash of a variant's bytes is not in the manifest. The build makes them of the file's bytes alone, so what could
    differ is the compressor's version, and that shows in the size.
    """
    digest = served.integrity.removeprefix("sha384-")[:32]
    return f'"{digest}"' if encoding == IDENTITY else f'"{digest}-{encoding}{size}"'


def _pairs(served: Served, encoding: str, etag: str) -> Pairs:
    encoded = [("Content-Encoding", encoding)] if encoding != IDENTITY else []
    varies = [("Vary", "Accept-Encoding")] if served.variants else []
    return [
        ("Content-Type", content_type(served.type)),
        *encoded,
        *varies,
        ("Cache-Control", FOREVER if served.immutable else "no-cache"),
        ("ETag", etag),
        ("Accept-Ranges", "bytes"),
        *_PUBLIC,
        _TYPE_AS_SAID,
    ]


def content_type(media_type: str) -> str:
    """With its charset: text is UTF-8. HTML alone says itself what it is, and the header would overrule that."""
    if media_type.startswith("text/") and media_type != "text/html" and ";" not in media_type:
        return f"{media_type}; charset=utf-8"
    return media_type
