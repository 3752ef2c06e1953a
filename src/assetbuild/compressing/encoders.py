"""The compressors, and when a variant is worth it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assetbuild.compilers import installed_version
from assetbuild.dataclass import dataclass
from assetbuild.media import is_compressible
from assetbuild.model import Content, Publication
from assetbuild.named_tuple import NamedTuple

# What is larger is not compressed: it would take minutes, and more memory than all else of a build.
LARGEST = 128 << 20

# A variant that saves less costs more than it gives: two files, a Vary, a decoder run.
WORTH = 0.95


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoding (RFC 9110, 8.4.1) at one level: `library` is the distribution whose version decides the bytes."""

    suffix: str
    library: str
    level: int
    encode: Callable[[bytes], bytes]


class Variant(NamedTuple):
    """A variant by what decides its bytes: the encoding, and the SHA-256 in hex of what is encoded."""

    encoding: str
    digest: str


def _brotli(data: bytes) -> bytes:
    import brotli

    return bytes(brotli.compress(data, quality=11))


def _gzip(data: bytes) -> bytes:
    # libdeflate from a pinned wheel: the standard library's zlib differs from host to host. It writes mtime 0.
    import deflate

    return bytes(deflate.gzip_compress(data, 9))


def _zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=19, write_content_size=True).compress(data)


ENCODERS: Mapping[str, Encoder] = {
    "br": Encoder(".br", "brotli", 11, _brotli),
    "gzip": Encoder(".gz", "deflate", 9, _gzip),
    "zstd": Encoder(".zst", "zstandard", 19, _zstd),
}


def is_encoded(name: str, size: int, publication: Publication) -> bool:
    """Whether an asset of this name (logical, or in the release) and size is to have variants."""
    return publication != "private" and 0 < size <= LARGEST and is_compressible(name)


def encoded(content: Content, encoding: str) -> bytes:
    """The bytes of a variant, none if it is not worth it. Raises OSError and ContentChanged as Content.read."""
    value = ENCODERS[encoding].encode(content.read())
    return value if len(value) <= content.size * WORTH else b""


def key_of(variant: Variant) -> str:
    """The key of a variant in the cache."""
    encoder = ENCODERS[variant.encoding]
    library = f"{encoder.library} {installed_version(encoder.library)}"
    return f"encode/{variant.encoding}-{encoder.level}/{library}/{variant.digest}"
