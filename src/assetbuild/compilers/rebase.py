"""Moving a content to another logical path: what it refers to relatively is spelled from the new place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assetbuild.dataclass import dataclass, replace
from assetbuild.media import JAVASCRIPT
from assetbuild.model import Reference
from assetbuild.references import language, source_map_comment
from assetbuild.references.urls import ASSET_SCHEME, INLINE_SCHEME, is_bare, relative

_LINE_BREAK = re.compile(rb"[\r\n]|\xe2\x80[\xa8\xa9]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a joined asset, with the references in them at offsets from the piece's own start."""

    data: bytes
    references: tuple[Reference, ...] = ()


def rebase(piece: Piece, kind: str, path: str, new_path: str, base_url: str) -> Piece:
    """The piece, of media type `kind`, as it must read when it stands at `new_path` instead of `path`."""
    if path.rpartition("/")[0] == new_path.rpartition("/")[0]:
        return piece
    edits: list[tuple[Reference, str | None]] = []
    for reference in piece.references:
        named = reference.kind in ("import", "dynamic-import") and kind == JAVASCRIPT and is_bare(reference.written)
        rooted = reference.written.startswith((ASSET_SCHEME, INLINE_SCHEME, base_url))
        if named or rooted or reference.kind == "computed":
            edits.append((reference, None))
        else:
            edits.append((reference, relative_url(reference, new_path)))
    return edit(piece, kind, edits)


def relative_url(reference: Reference, path: str) -> str:
    """How the asset at `path` names the reference's target; "./" before a module specifier, as it needs one."""
    url = relative(path, reference.target)
    if reference.kind in ("import", "dynamic-import") and not url.startswith("."):
        url = "./" + url
    return url + reference.suffix


def edit(piece: Piece, kind: str, edits: Sequence[tuple[Reference, str | None]]) -> Piece:
    """The piece with each reference's URL replaced (None: as it is), and the references where they then stand."""
    spoken = language(kind)
    assert spoken is not None
    pieces: list[bytes] = []
    moved: list[Reference] = []
    done = shift = 0
    for reference, url in edits:
        old = piece.data[reference.start : reference.stop]
        new = old if url is None else spoken.write(piece.data, reference.start, reference.stop, url)
        pieces += (piece.data[done : reference.start], new)
        start = reference.start + shift
        moved.append(replace(reference, start=start, stop=start + len(new)))
        shift += len(new) - len(old)
        done = reference.stop
    pieces.append(piece.data[done:])
    return Piece(b"".join(pieces), tuple(moved))


def cut(piece: Piece, start: int, stop: int) -> Piece:
    """The piece without the bytes from `start` to `stop` and the references in them."""
    length = stop - start
    kept = tuple(
        reference
        if reference.stop <= start
        else replace(reference, start=reference.start - length, stop=reference.stop - length)
        for reference in piece.references
        if reference.stop <= start or reference.start >= stop
    )
    return Piece(piece.data[:start] + piece.data[stop:], kept)


def part_of(piece: Piece, start: int, stop: int) -> Piece:
    """The bytes from `start` to `stop` as a piece of their own."""
    inside = tuple(
        replace(reference, start=reference.start - start, stop=reference.stop - start)
        for reference in piece.references
        if start <= reference.start and reference.stop <= stop
    )
    return Piece(piece.data[start:stop], inside)


def join(pieces: Sequence[Piece]) -> Piece:
    """The pieces one after another."""
    offset = 0
    references: list[Reference] = []
    for piece in pieces:
        references += (
            replace(reference, start=reference.start + offset, stop=reference.stop + offset)
            for reference in piece.references
        )
        offset += len(piece.data)
    return Piece(b"".join(piece.data for piece in pieces), tuple(references))


def without_source_map(piece: Piece, kind: str) -> Piece:
    """The piece without its sourceMappingURL comments, which would be untrue of any other text.

    Also those whose URL is none of ours (`data:`, another host).
    """
    spoken = language(kind)
    assert spoken is not None
    while b"sourceMappingURL=" in piece.data:
        found = [one for one in spoken.find(piece.data) if one.kind == "source-map"]
        if not found:
            break
        start, stop = source_map_comment(kind, piece.data, found[-1])
        piece = _without_comment(piece, start, stop)
    return piece


def _without_comment(piece: Piece, start: int, stop: int) -> Piece:
    """Without the comment from `start` to `stop`; amid a text an empty one stays, as it may part tokens or lines."""
    comment = piece.data[start:stop]
    if not comment.startswith(b"/*") or not piece.data[stop:].strip():
        return cut(piece, start, stop)
    empty = b"/*\n*/" if _LINE_BREAK.search(comment) else b"/**/"
    return join([part_of(piece, 0, start), Piece(empty), part_of(piece, stop, len(piece.data))])
