"""From places in a joined text to the author's files, where a part is the bytes of one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from assetbuild.compilers.base import Origins, World
from assetbuild.compilers.rebase import Piece
from assetbuild.dataclass import dataclass
from assetbuild.model import Asset, Origin

_MAPPED = b"sourceMappingURL="
_NEAR = 40
"""How far into a comment the words stand by which it names a source map, at most, and they themselves."""


@dataclass(frozen=True, slots=True)
class Authored(Piece):
    """A piece of a joined text, and what it was: `before`, which is at `start` of the text of `asset`."""

    asset: Asset | None = None
    before: Piece | None = None
    start: int = 0


def places_in(pieces: Sequence[Piece], world: World) -> Origins:
    """Where the bytes at an offset of the joined pieces stand in the author's file; None where that is not known."""
    starts = [0, *accumulate(len(piece.data) for piece in pieces)]

    def origin_of(offset: int, written: bytes) -> Origin | None:
        number = bisect_right(starts, offset) - 1
        piece = pieces[number] if 0 <= number < len(pieces) else None
        if not isinstance(piece, Authored) or piece.asset is None or piece.before is None:
            return None
        content, file = piece.asset.content, piece.asset.file
        if content.file is None or content.file != world.absolute(file):
            return None
        place = _before(piece, piece.before, offset - starts[number])
        if place is None or not piece.before.data.startswith(written.partition(b"\n")[0], place):
            return None
        return Origin(file, piece.start + place, len(written))

    return origin_of


def _before(piece: Piece, before: Piece, offset: int) -> int | None:
    """Where this offset was before references were spelled anew: as far behind the last of them as it is now.

    None behind a comment that named a source map, which is gone.
    """
    last = next((one for one in reversed(piece.references) if one.stop <= offset), None)
    former = last and next((one for one in before.references if one.origin == last.origin), None)
    if last is None or former is None:
        start, place = 0, offset
    else:
        start, place = former.stop, former.stop + offset - last.stop
    return None if _MAPPED in before.data[start : place + _NEAR] else place
