"""What a block of {% compress %} prints, by the settings of the project; for both template languages."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from assetbuild.runtime.compressed import compressed
from assetbuild.runtime.compressor import OUTPUT_DIRECTORY
from assetbuild.runtime.django.current import release_manifest
from assetbuild.runtime.django.lenient import within_block
from assetbuild.runtime.errors import AssetNotFound


def printed(content: Callable[[], str], kind: str, mode: str, name: str | None, place: Callable[[], str | None]) -> str:
    """The tags for a block. `content` renders what stands in it, `place` tells template and line of an error.

    Of COMPRESS_… settings COMPRESS_OUTPUT_DIR and COMPRESS_URL count, where they are there. Raises as `compressed`.
    """
    inside = within_block.set(True)
    try:
        markup = content()
    finally:
        within_block.reset(inside)
    directory = getattr(settings, "COMPRESS_OUTPUT_DIR", None)
    base_urls = [str(url) for url in (settings.STATIC_URL, getattr(settings, "COMPRESS_URL", None)) if url]
    try:
        return compressed(
            release_manifest().current(),
            markup,
            kind,
            mode,
            name,
            OUTPUT_DIRECTORY if directory is None else directory,
            base_urls,
        )
    except AssetNotFound as error:
        error.place = error.place or place()
        raise
