"""Pairs of texts for the checks behind the minifiers."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

BETWEEN = b"\n----\n"


def pairs(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The two texts in the input if it holds two, and the first without a byte or two of its own."""
    before, between, after = data.partition(BETWEEN)
    if between:
        yield before, after
    blanks = [index for index, byte in enumerate(before) if byte in b" \n\t\r;,/"]
    number = zlib.crc32(before)
    for places in (range(len(before)), blanks):
        if places:
            at = places[number % len(places)]
            yield before, before[:at] + before[at + 1 :]
            yield before, before[:at] + b" " + before[at:]
            yield before, before[:at] + b"\n" + before[at + 1 :]
