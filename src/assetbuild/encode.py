"""Fifth station: precompressed variants, where they are worth it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assetbuild.cache import Cache
from assetbuild.compressing.encoders import ENCODERS, Variant, encoded, is_encoded, key_of
from assetbuild.dataclass import dataclass
from assetbuild.events import Advanced, Listener, Started
from assetbuild.model import Content, Encoded, Linked
from assetbuild.stage import Workers

if TYPE_CHECKING:
    from assetbuild.compressing.ahead import Ahead


@dataclass(frozen=True, slots=True)
class EncodeResult:
    """The variants of each asset by its logical path; `cached` and `ran` count compressions."""

    variants: Mapping[str, tuple[Encoded, ...]]
    cached: int
    ran: int


def encode(
    linked: Sequence[Linked],
    encodings: Sequence[str],
    cache: Cache,
    executor: Workers,
    listener: Listener,
    ahead: Ahead | None = None,
) -> EncodeResult:
    """Every public asset of a compressible kind in each encoding, kept where at least 5 % smaller.

    `ahead` has made some of them already; it begins no more. Raises OSError and ContentChanged as Content.read.
    """
    work = [
        (asset, Variant(encoding, asset.content.digest))
        for asset in (linked if encodings else ())
        if is_encoded(asset.file, asset.content.size, asset.publication)
        for encoding in encodings
    ]
    listener(Started("encode", len(work)))
    made: dict[Variant, bytes] = {}
    missing: dict[Variant, Linked] = {}
    for asset, variant in work:
        value = ahead.known(variant) if ahead is not None else None
        if value is None:
            value = cache.get(key_of(variant))
        if value is None:
            missing[variant] = asset
        else:
            made[variant] = value
            listener(Advanced("encode", 1, asset.path))

    def variant_of(variant: Variant) -> bytes:
        value = ahead.take(variant) if ahead is not None else None
        return encoded(missing[variant].content, variant.encoding) if value is None else value

    if ahead is not None:
        ahead.close()
    # The longest first, so that no core waits for a late large one.
    order = sorted(missing, key=lambda variant: (-missing[variant].content.size, variant))
    for variant, value in zip(order, executor.map(variant_of, order), strict=True):
        cache.put(key_of(variant), value)
        made[variant] = value
        listener(Advanced("encode", 1, missing[variant].path))
    variants: dict[str, tuple[Encoded, ...]] = {}
    for asset, variant in work:
        if value := made[variant]:
            name = variant.encoding
            one = Encoded(name, asset.file + ENCODERS[name].suffix, Content.of(value))
            variants[asset.path] = (*variants.get(asset.path, ()), one)
    return EncodeResult(variants, len(made) - len(missing), len(missing))


def remembered(asset: Linked, encodings: Sequence[str], cache: Cache) -> dict[str, int | None]:
    """The size of each variant that the cache knows, 0 for one that is not worth it, None for one to be made."""
    if not is_encoded(asset.file, asset.content.size, asset.publication):
        return {}
    values = {name: cache.get(key_of(Variant(name, asset.content.digest))) for name in encodings}
    return {name: None if value is None else len(value) for name, value in values.items()}
