"""Decoding precompressed files in bounded memory and time, to see that they hold what they should."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

PIECE = 1 << 18
# A browser refuses Zstandard with a larger window (RFC 9659).
ZSTD_WINDOW = 8 << 20
# Where a library cannot bound its output: a Zstandard block is at most 128 KiB, a Brotli one 16 MiB.
_SMALL_PIECE = 512
_SIP = 16

_MORE = "there are more bytes after its end"
_CUT_OFF = "it is cut off"


class CannotDecodeError(Exception):
    """The bytes are not of this encoding, or are cut off."""


def decoder(encoding: str) -> Callable[[IO[bytes]], Iterator[bytes]] | None:
    """What yields the decoded pieces of a stream; None for an encoding we do not know.

    Raises ImportError if its library is not installed. The decoder raises CannotDecodeError.
    """
    if encoding == "gzip":
        return _gzip
    if encoding == "br":
        import brotli

        return lambda stream: _brotli(brotli, stream)
    if encoding == "zstd":
        import zstandard

        return lambda stream: _zstd(zstandard, stream)
    return None


def _gzip(stream: IO[bytes]) -> Iterator[bytes]:
    decompressor = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        while data := stream.read(PIECE):
            if decompressor.eof:
                raise CannotDecodeError(_MORE)
            while piece := decompressor.decompress(data, PIECE):
                yield piece
                data = decompressor.unconsumed_tail
    except zlib.error as error:
        raise CannotDecodeError(str(error)) from error
    if not decompressor.eof:
        raise CannotDecodeError(_CUT_OFF)
    if decompressor.unused_data:
        raise CannotDecodeError(_MORE)


def _zstd(library: Any, stream: IO[bytes]) -> Iterator[bytes]:
    try:
        decompressor = library.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
        while data := stream.read(_SMALL_PIECE):
            if decompressor.eof:
                raise CannotDecodeError(_MORE)
            yield decompressor.decompress(data)
    except library.ZstdError as error:
        raise CannotDecodeError(str(error)) from error
    if not decompressor.eof:
        raise CannotDecodeError(_CUT_OFF)
    if decompressor.unused_data:
        raise CannotDecodeError(_MORE)


def _brotli(library: Any, stream: IO[bytes]) -> Iterator[bytes]:
    decompressor = library.Decompressor()
    bounded = hasattr(decompressor, "can_accept_more_data")
    try:
        while data := stream.read(PIECE if bounded else _SIP):
            if decompressor.is_finished():
                raise CannotDecodeError(_MORE)
            if not bounded:
                yield decompressor.process(data)
                continue
            while piece := decompressor.process(data, output_buffer_limit=PIECE):
                yield piece
                data = b""
    except library.error as error:
        raise CannotDecodeError(str(error)) from error
    if not decompressor.is_finished():
        raise CannotDecodeError(_CUT_OFF)
