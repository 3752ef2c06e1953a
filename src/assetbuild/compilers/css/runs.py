"""A style sheet cut into runs: what stands between two of the marks `{`, `}` and `;` outside of brackets.

Two readings of the same cut. `quick` is made of a few steps over the whole text, each one call into C. `placed` and
`kept` walk from mark to mark, read everything, and give offsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from assetbuild.compilers.css.hiding import KEPT_BLANK, hidden
from assetbuild.dataclass import dataclass
from assetbuild.named_tuple import NamedTuple
from assetbuild.references import css_lexer

_NO_BRACKETS = bytes(set(range(256)) - set(b"()[]{};"))
_DEEPEST = 32
LARGEST_ODD = 1 << 22
"""A larger sheet that only `placed` reads is left as it is: each of its runs takes microseconds."""
_BOM = b"\xef\xbb\xbf"

_COMMENT_REST = rb"\*[^*]*+\*++(?:[^/*][^*]*+\*++|)*+/"
EMPTY_VALUE = re.compile(rb": ++(?=[{};])")
_EMPTY = re.compile(rb"(?:[ \t\n\r\f]++|/" + _COMMENT_REST + rb"|/\*[\s\S]*+|)*+\Z")


class PlacedRun(NamedTuple):
    """The bytes before a mark, and the mark; empty for what the end of the file ends.

    One that `closes` a block is without text, and a semicolon before it says nothing.
    """

    start: int
    stop: int
    mark: bytes
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Quick:
    """The runs of a sheet, and the texts of its licence comments, in order.

    A run ends with its mark, but what stands before a `}` has none, and `}` is a run of its own. Runs without text
    are left out, but for semicolons outside of blocks. The white space in a run is not more than it was.
    """

    runs: list[bytes]
    licences: list[bytes]


def quick(data: bytes) -> Quick | None:
    """The runs of a sheet; None if it is one that only `placed` reads: malformed, or with control codes."""
    read = hidden(data)
    if read is None or not is_regular(read.text):
        return None
    text = EMPTY_VALUE.sub(b":" + KEPT_BLANK, read.text)
    text = text.replace(b"}", b"\n}\n").replace(b"{", b"{\n").replace(b";", b";\n")
    runs = list(filter(None, map(bytes.strip, text.split(b"\n"))))
    if b";" in runs:
        runs = _without_semicolons(runs)
    return Quick(runs, read.licences)


def placed(data: bytes, position: int = 0) -> Iterator[PlacedRun]:
    """All runs of a sheet from where one begins, with their offsets, empty ones too (CSS Syntax, section 5.4)."""
    if position == 0 and data.startswith(_BOM):
        position = 3
    while position < len(data):
        stop = position if data[position] in b"{};" else css_lexer.seek(data, position, b"{};")[0]
        yield PlacedRun(position, stop, data[stop : stop + 1])
        position = stop + 1


def kept(data: bytes) -> Iterator[PlacedRun]:
    """The runs that `quick` gives, with their offsets; what stands before a `}` has a semicolon for its mark.

    After a run in which another parser may see several, all semicolons count: how deep it leaves us is not certain.
    """
    depth = 0
    certain = True
    former = b""
    held: PlacedRun | None = None
    for run in placed(data):
        start, stop, mark, _ = run
        empty = is_empty(data, start, stop)
        certain = certain and (empty or not is_torn(data[start:stop]))
        inside = depth > 0 and certain
        depth = max(0, depth + (mark == b"{") - (mark == b"}"))
        if empty and inside and mark == b";":
            held = run if former == b"}" else None
            continue
        if held and not (empty and mark == b"}"):
            yield held
        held = None
        former = mark
        if inside and mark == b"}":
            if not empty:
                yield PlacedRun(start, stop, b";")
            yield PlacedRun(stop, stop, mark, closes=True)
        elif mark or not empty:
            yield run
    if held:
        yield held


def is_empty(data: bytes, start: int, stop: int) -> bool:
    """Whether there is nothing but white space and comments."""
    return start == stop or _EMPTY.match(data[start:stop]) is not None


def is_torn(text: bytes) -> bool:
    """Whether a run holds a mark that ends it if closing brackets are counted without looking which bracket they close.

    Brackets that do not match are an error of the author's; such a run is best left as it is.
    """
    if text.translate(None, b"{};") == text:
        return False
    depth = 0
    for kind, _, _ in css_lexer.tokens(text, part=True):
        if kind in ("(", "[", "function"):
            depth += 1
        elif depth and kind in (")", "]"):
            depth -= 1
        elif not depth and kind in ("{", "}", ";"):
            return True
    return False


def is_regular(text: bytes) -> bool:
    """Whether all brackets match, no mark stands in any, and no block is closed that was not opened."""
    brackets = text.translate(None, _NO_BRACKETS)
    braces = _emptied(brackets, b"()", b"[]").replace(b";", b"")
    return not braces.translate(None, b"{}") and b"}" not in _emptied(braces, b"{}", b"{}")


def _emptied(brackets: bytes, one: bytes, other: bytes) -> bytes:
    for _ in range(_DEEPEST):
        size = len(brackets)
        brackets = brackets.replace(one, b"").replace(other, b"")
        if len(brackets) == size:
            break
    return brackets


def _without_semicolons(runs: list[bytes]) -> list[bytes]:
    """In blocks without those that end nothing: all but one after a `}`. Outside of blocks all of them count."""
    some: list[bytes] = []
    depth = 0
    for run, following in zip_longest(runs, runs[1:]):
        if run == b";" and depth and (some[-1] != b"}" or following in (b";", b"}")):
            continue
        some.append(run)
        depth += (run[-1:] == b"{") - (run == b"}")
    return some
