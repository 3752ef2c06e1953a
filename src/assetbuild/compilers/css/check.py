"""Whether a minified style sheet still says what the sheet before it said. What counts: docs/minifying.md."""

from __future__ import annotations

import re
from itertools import compress, islice, zip_longest
from operator import ne

from assetbuild.compilers.css.blanks import Token, run_tokens, tightened
from assetbuild.compilers.css.hiding import shown
from assetbuild.compilers.css.runs import LARGEST_ODD, PlacedRun, is_torn, kept, quick
from assetbuild.dataclass import dataclass
from assetbuild.references import css_lexer

_BOM = b"\xef\xbb\xbf"
_CHARSET = re.compile(rb'@charset "(?!(?i:utf-?8)")')
TOO_LARGE = "it is malformed or has control characters, and is too large to be read closely"
LONGEST = 1 << 20
"""A longer run is compared byte for byte: no author writes one, and its tokens would take long."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a minifier would have changed, in words, and the bytes of the sheet before where that begins."""

    text: str
    start: int
    length: int


def css_difference(before: bytes, after: bytes) -> Difference | None:
    """The first token in which two style sheets differ; None if they do not.

    Comments do not count but those with a licence, nor white space where CSS gives it no meaning, nor the last
    semicolon of a block.
    """
    if before == after:
        return None
    if found := charset_difference(before, after):
        return found
    ours, theirs = quick(before), quick(after)
    if ours is None or theirs is None:
        return _placed_difference(before, after)
    if ours.licences != theirs.licences:
        at = next(one for one, other in zip_longest(ours.licences, theirs.licences) if one != other)
        return Difference("the minifier would have changed a licence comment", before.find(at or b""), len(at or b"x"))
    if ours.runs == theirs.runs:
        return None
    index = _first_unlike(ours.runs, theirs.runs)
    return None if index is None else _difference_in(before, after, index)


def charset_difference(before: bytes, after: bytes) -> Difference | None:
    """Whether `@charset` comes to have effect: anything before it keeps it from that."""
    if _CHARSET.match(after) and not before.startswith(after[:10]):
        return Difference("the minifier would have put @charset first", before.find(b"@charset"), 8)
    return None


def _first_unlike(ours: list[bytes], theirs: list[bytes]) -> int | None:
    """The number of the first quick run that says something else than the other sheet's."""
    unequal = list(map(ne, ours, theirs))
    some, others = list(compress(ours, unequal)), list(compress(theirs, unequal))
    distinct = list(dict.fromkeys(some))
    table = dict(zip(distinct, tightened(distinct), strict=True))
    left = [
        (one, other)
        for one, tight, other in zip(some, map(table.__getitem__, some), others, strict=True)
        if tight != other and tight != other + b";" and tight + b";" != other
    ]
    left = list(dict.fromkeys(left))
    for pair, other in zip(left, tightened([other for _, other in left]), strict=True):
        if table[pair[0]].removesuffix(b";") != other.removesuffix(b";") and not _say_the_same(*pair):
            return list(zip(ours, theirs, strict=False)).index(pair)
    size = min(len(ours), len(theirs))
    if len(ours) != len(theirs):
        return size
    # Before a `}` a semicolon is nothing, before the end of the file it may be something.
    return None if not size or ours[-1][-1:] == theirs[-1][-1:] else size - 1


def _say_the_same(one: bytes, other: bytes) -> bool:
    return max(len(one), len(other)) <= LONGEST and _tokens_of(one) == _tokens_of(other)


def _tokens_of(run: bytes) -> list[Token]:
    text = shown(run)
    if text[-1:] == b"{":
        return run_tokens(text[:-1], b"{")
    return run_tokens(text.removesuffix(b";"), b";")


def _placed_difference(before: bytes, after: bytes) -> Difference | None:
    """As `css_difference`, for sheets that have to be read from mark to mark."""
    if len(before) > LARGEST_ODD:
        return Difference(TOO_LARGE, 0, 1)
    known = set()
    for index, (ours, theirs) in enumerate(zip_longest(kept(before), kept(after))):
        if ours is None or theirs is None:
            return _difference_in(before, after, index)
        pair = (before[ours[0] : ours[1]], after[theirs[0] : theirs[1]], ours[2], theirs[2])
        if pair in known:
            continue
        if not _same_placed(*pair):
            return _difference_in(before, after, index)
        known.add(pair)
    return None


def _same_placed(one: bytes, other: bytes, mark: bytes, other_mark: bytes) -> bool:
    if mark != other_mark or one == other:
        return mark == other_mark
    if max(len(one), len(other)) > LONGEST or is_torn(one) or is_torn(other):
        return False
    return run_tokens(one, mark) == run_tokens(other, mark)


def _difference_in(before: bytes, after: bytes, index: int) -> Difference:
    """The first difference in the run of this number."""
    return difference_of_runs(before, _run_at(before, index), after, _run_at(after, index))


def difference_of_runs(before: bytes, ours: PlacedRun, after: bytes, theirs: PlacedRun) -> Difference:
    """The first token in which these runs of two sheets differ."""
    start, stop, mark, _ = ours
    if max(stop - start, theirs.stop - theirs.start) > LONGEST:
        return Difference("the minifier would have changed a declaration of more than a megabyte", start, 1)
    one = run_tokens(before[start:stop], mark)
    other = run_tokens(after[theirs.start : theirs.stop], theirs.mark)
    at = next((number for number, (a, b) in enumerate(zip_longest(one, other)) if a != b), len(one))
    words = f"the minifier would have changed {_shown(one[at : at + 1])} to {_shown(other[at : at + 1])}"
    places = [
        token for token in css_lexer.tokens(before[start:stop], part=True) if token[0] not in ("whitespace", "comment")
    ]
    _, first, last = places[at] if at < len(places) else ("", stop - start, stop - start + 1)
    return Difference(words, start + first, last - first)


def _run_at(data: bytes, index: int) -> PlacedRun:
    return next(islice(kept(data), index, None), PlacedRun(len(data), len(data), b""))


def _shown(token: list[Token]) -> str:
    if not token:
        return "nothing"
    _, text, spaced = token[0]
    return repr((" " if spaced else "") + text[:40].decode(errors="replace"))
