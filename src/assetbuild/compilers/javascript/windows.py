"""Where two scripts part, found by their skeletons: so that only a window of either has to be read token by token."""

from __future__ import annotations

from bisect import bisect_left

from assetbuild.compilers.javascript.gaps import LITERAL, ONE_MARK, canonical, skeleton_code
from assetbuild.references.javascript_lexer import COMMENT_PIECE, Lexer
from assetbuild.references.javascript_pieces import SLASH_PIECE

_WINDOW = 4096
# After these a token begins, whatever it is.
_BOUNDARIES = (b";", b"{", b"}", b"(", b")", b",", LITERAL)
_GAPS = b" \t\r\n\v\f"

Window = tuple[int, int]


def windows_around(one: Lexer, other: Lexer) -> tuple[Window, Window] | None:
    """Two windows, start and stop in bytes, that begin with the same token, before which all tokens are the same.

    The first difference lies in them, or they tell nothing. None where no such place is found. The lexers have read
    all, with gaps.
    """
    codes = [canonical(skeleton_code(lexer)).translate(ONE_MARK) for lexer in (one, other)]
    pieces = [_pieces(lexer) for lexer in (one, other)]
    texts = [[lexer.data[lexer.starts[piece] : lexer.stops[piece]] for piece in own]
             for lexer, own in zip((one, other), pieces, strict=True)]  # fmt: skip
    place = _common(codes[0], codes[1])
    number = codes[0].count(LITERAL, 0, place)
    if texts[0][:number] != texts[1][:number]:
        number = next(index for index in range(number) if texts[0][index] != texts[1][index])
        place = _index_of_mark(codes[0], number)
    # A boundary well before: the last token may be longer than what is equal of it.
    boundary = max(codes[0].rfind(mark, 0, place) for mark in _BOUNDARIES)
    boundary = max(codes[0].rfind(mark, 0, max(boundary, 0)) for mark in _BOUNDARIES) + 1
    if not boundary:
        return (0, _WINDOW), (0, _WINDOW)
    number = codes[0].count(LITERAL, 0, boundary)
    start = codes[0].rfind(LITERAL, 0, boundary) + 1
    count = len(codes[0][start:boundary].translate(None, _GAPS))
    found = [_place(lexer, own, number, count) for lexer, own in zip((one, other), pieces, strict=True)]
    if found[0] is None or found[1] is None:
        return None
    return (found[0], _stop(one, found[0])), (found[1], _stop(other, found[1]))


def _pieces(lexer: Lexer) -> list[int]:
    """The numbers of the pieces that have marks."""
    return [
        number
        for number, kind in enumerate(lexer.kinds)
        if kind not in (COMMENT_PIECE, SLASH_PIECE) and lexer.starts[number] != lexer.stops[number]
    ]


def _common(one: bytes, other: bytes) -> int:
    """The length of what two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _index_of_mark(code: bytes, number: int) -> int:
    index = -1
    for _ in range(number + 1):
        index = code.index(LITERAL, index + 1)
    return index


def _place(lexer: Lexer, marked: list[int], number: int, count: int) -> int | None:
    """Past the first `count` bytes of code, without gaps and comments, after so many marked pieces."""
    piece = marked[number - 1] + 1 if number else 0
    floor = lexer.stops[piece - 1] if piece else 0
    while True:
        last = piece == len(lexer.starts)
        stop = len(lexer.data) if last else lexer.starts[piece]
        text = lexer.data[floor:stop]
        if not last and lexer.kinds[piece] == SLASH_PIECE:
            stop += 1
            text += b"/"
        size = len(text.translate(None, _GAPS))
        if size >= count:
            low = bisect_left(range(len(text)), count, key=lambda end: len(text[:end].translate(None, _GAPS)))
            return floor + low
        if last or lexer.kinds[piece] not in (COMMENT_PIECE, SLASH_PIECE):
            return None
        count -= size
        floor = lexer.stops[piece]
        piece += 1


def _stop(lexer: Lexer, start: int) -> int:
    """Where a window ends: not within a piece."""
    stop = start + _WINDOW
    piece = bisect_left(lexer.starts, stop) - 1
    return max(stop, lexer.stops[piece] if piece >= 0 else 0)
