"""Fifth station: precompressed variants, where they are worth it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from assetbuild.cache import Cache
from assetbuild.compilers import installed_version
from assetbuild.dataclass import dataclass
from assetbuild.events import Advanced, Listener, Started
from assetbuild.media import is_compressible
from assetbuild.model import Content, Encoded, Linked
from assetbuild.stage import Workers

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


@dataclass(frozen=True, slots=True)
class EncodeResult:
    """The variants of each asset by its logical path; `cached` and `ran` count compressions."""

    variants: Mapping[str, tuple[Encoded, ...]]
    cached: int
    ran: int


def encode(
    linked: Sequence[Linked], encodings: Sequence[str], cache: Cache, executor: Workers, listener: Listener
) -> EncodeResult:
    """Every public asset of a compressible kind in each encoding, kept where at least 5 % smaller.

    Raises OSError and ContentChanged as Content.read.
    """
    work = [
        (asset, name)
        for asset in (linked if encodings else ())
        if asset.publication != "private" and 0 < asset.content.size <= LARGEST and is_compressible(asset.file)
        for name in encodings
    ]
    listener(Started("encode", len(work)))
    made: dict[tuple[str, str], bytes] = {}
    missing: dict[tuple[str, str], Linked] = {}
    for asset, name in work:
        key = (name, asset.content.digest)
        value = cache.get(_key(*key))
        if value is None:
            missing[key] = asset
        else:
            made[key] = value
            listener(Advanced("encode", 1, asset.path))
    # The longest first, so that no core waits for a late large one.
    order = sorted(missing, key=lambda key: (-missing[key].content.size, key))
    for key, value in zip(order, executor.map(lambda key: _encoded(missing[key], key[0]), order), strict=True):
        cache.put(_key(*key), value)
        made[key] = value
        listener(Advanced("encode", 1, missing[key].path))
    variants: dict[str, tuple[Encoded, ...]] = {}
    for asset, name in work:
        if value := made[(name, asset.content.digest)]:
            variant = Encoded(name, asset.file + ENCODERS[name].suffix, Content.of(value))
            variants[asset.path] = (*variants.get(asset.path, ()), variant)
    return EncodeResult(variants, len(made) - len(missing), len(missing))


def remembered(asset: Linked, encodings: Sequence[str], cache: Cache) -> dict[str, int | None]:
    """The size of each variant that the cache knows, 0 for one that is not worth it, None for one to be made."""
    if asset.publication == "private" or not 0 < asset.content.size <= LARGEST or not is_compressible(asset.file):
        return {}
    values = {name: cache.get(_key(name, asset.content.digest)) for name in encodings}
    return {name: None if value is None else len(value) for name, value in values.items()}


def _encoded(asset: Linked, name: str) -> bytes:
    """The variant's bytes, none if it is not worth it."""
    value = ENCODERS[name].encode(asset.content.read())
    return value if len(value) <= asset.content.size * WORTH else b""


def _key(name: str, digest: str) -> str:
    encoder = ENCODERS[name]
    return f"encode/{name}-{encoder.level}/{encoder.library} {installed_version(encoder.library)}/{digest}"
