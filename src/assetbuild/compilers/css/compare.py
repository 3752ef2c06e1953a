"""Whether what a minifier made of a sheet says the same as our own stripping of it, and if not, where in the sheet.

Both texts have passed over the same sheet, so they are alike but for a few runs. Only those are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from assetbuild.compilers.css.blanks import run_tokens, tightened
from assetbuild.compilers.css.check import (
    LONGEST,
    Difference,
    charset_difference,
    css_difference,
    difference_of_runs,
)
from assetbuild.compilers.css.hiding import COMMENT, LICENCE_END, LICENCE_START, hidden, masked, shown
from assetbuild.compilers.css.runs import PlacedRun, is_empty, is_regular, placed
from assetbuild.references import css_lexer

_MARKS = bytes.maketrans(b"{}", b";;")
_BRACES = bytes.maketrans(b"}", b"{")
_BRACE = re.compile(rb"\{")
_WHITE_SPACE = b" \t\n\r\f"
_FIRST_STEP = 64
_MOST = 2000
"""Where more runs than so many are unlike, both texts are compared as wholes."""

Pair = tuple[PlacedRun, PlacedRun]


def difference_beside(before: bytes, stripped: bytes, after: bytes) -> Difference | None:
    """As `css_difference(before, after)`, where our own stripping of `before` is known, as `css_compact` hides it."""
    if found := charset_difference(before, after):
        return found
    # A lost licence is told before all else.
    if COMMENT in stripped or stripped.count(LICENCE_START) != after.count(b"/*"):
        return css_difference(before, after)
    stripped = stripped.translate(None, LICENCE_START + LICENCE_END)
    ours = shown(stripped)
    known = set()
    for number, (one, other) in enumerate(_unlike_runs(ours, stripped.translate(_MARKS), after)):
        texts = ours[one.start : one.stop], after[other.start : other.stop]
        if texts in known and one.mark == other.mark:
            continue
        if number == _MOST or not all(texts) or b"/*" in texts[0] + texts[1] or one.mark != other.mark:
            return css_difference(before, after)
        if not _say_the_same(*texts, one.mark):
            place = _place_of(before, texts[0], one, stripped)
            if place is None:
                return css_difference(before, after)
            return difference_of_runs(before, place, after, other._replace(mark=place.mark))
        known.add(texts)
    return None


def _unlike_runs(ours: bytes, ends: bytes, theirs: bytes) -> Iterator[Pair]:
    """Pairs of runs that are not the same byte for byte, in order; what stands between them is. `ends` marks ours.

    The caller stops at the first pair that says something else: what comes after that is without meaning.
    """
    here = there = 0
    while True:
        alike = _alike(ours, here, theirs, there)
        if here + alike >= len(ours) and there + alike >= len(theirs):
            return
        start = ends.rfind(b";", here, here + alike) + 1 or here
        stop = ends.find(b";", here + alike)
        stop = len(ours) if stop < 0 else stop
        begin = there + start - here
        end = begin
        if begin < len(theirs) and theirs[begin] not in b"{};":
            end = css_lexer.seek(theirs, begin, b"{};")[0]
        one = PlacedRun(start, stop, ours[stop : stop + 1])
        other = PlacedRun(begin, end, theirs[end : end + 1])
        here, there = stop + 1, end + 1
        if one.mark == b"}" and theirs[end : end + 2] == b";}":
            # The last semicolon of a block.
            other = PlacedRun(begin, end, b"}")
            there += 1
        yield one, other
        if stop == len(ours):
            return


def _alike(one: bytes, start: int, other: bytes, begin: int) -> int:
    """How many bytes are the same from there on."""
    size = min(len(one) - start, len(other) - begin)
    alike = 0
    step = _FIRST_STEP
    while step:
        if alike + step <= size and (
            one[start + alike : start + alike + step] == other[begin + alike : begin + alike + step]
        ):
            alike += step
            step *= 2
        else:
            step //= 2
    return alike


def _say_the_same(one: bytes, other: bytes, mark: bytes) -> bool:
    if max(len(one), len(other)) > LONGEST:
        return False
    read = hidden(other)
    end = b"" if mark == b"}" else mark
    if read and is_regular(read.text) and shown(b"".join(tightened([read.text + end]))) == one + end:
        return True
    return run_tokens(one, mark) == run_tokens(other, mark)


def _place_of(before: bytes, text: bytes, run: PlacedRun, stripped: bytes) -> PlacedRun | None:
    """Where in the sheet before the run stands of which our own stripping has this text: after as many braces."""
    hidden_before = masked(before)
    if hidden_before is None:
        return None
    last = max(stripped.rfind(b"{", 0, run.start), stripped.rfind(b"}", 0, run.start)) + 1
    braces = stripped.count(b"{", 0, last) + stripped.count(b"}", 0, last)
    others_like_it = stripped[last : run.start].split(b";").count(stripped[run.start : run.stop])
    position = 0
    if braces:
        found = next(islice(_BRACE.finditer(hidden_before.translate(_BRACES)), braces - 1, None), None)
        if found is None:
            return None
        position = found.end()
    # The last semicolon of a block may be gone.
    mark = b";" if run.mark == b"}" else run.mark
    wanted = run_tokens(text, mark)
    written = text.translate(None, _WHITE_SPACE)
    for start, stop, end, _ in placed(before, position):
        one = before[start:stop]
        may_be = (end == b"{") == (mark == b"{") and (b"/*" in one or one.translate(None, _WHITE_SPACE) == written)
        if may_be and not is_empty(before, start, stop) and run_tokens(one, mark) == wanted:
            if not others_like_it:
                return PlacedRun(start, stop, mark)
            others_like_it -= 1
        if end != b";":
            break
    return None
