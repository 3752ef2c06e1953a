"""The imports at the head of a module, where nothing else in it can be a reference: found without reading the rest.

It gives what the readers of `javascript` give for these hints, or None. Equal, because up to each import there are only
blanks, comments, semicolons and the imports before it: so it begins a token of code, continues no name and is no
property, and the expressions that read it are the readers' own, or match no more than those. A hint in a comment before
it is no code. Any other hint, also one for a string in an import that is not its URL, makes it give up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from assetbuild.expression import expression
from assetbuild.references.found import Found
from assetbuild.references.javascript_pieces import COMMENT, SPACE

_GAP = expression(rb"(?:[\t-\r ;]++|" + SPACE + rb"|" + COMMENT + rb"|)*+")
_NAME = rb"[\w$]++(?: as [\w$]++|)"
# The most frequent form, for which the readers' own expression takes twice as long: there is one literal it can mean.
_SIMPLE = (
    rb"import (?:[\w$]++|\{ ?" + _NAME + rb"(?:, ?" + _NAME + rb"|)*+ ?\}|\* as [\w$]++) from "
    rb"('[^'\\\r\n]*+'|\"[^\"\\\r\n]*+\")"
)
_SIMPLE_IMPORT = expression(_SIMPLE)
_GAP_AND_IMPORT = expression(rb"(?:[\t-\r ;]++|" + COMMENT + rb"|)*+" + _SIMPLE)
# What a gap may begin with: right after a literal, the word is none that a search for declarations takes.
_GAP_BEGINS = (b"\n", b";", b" ", b"\r", b"/", b"\t", b"\v", b"\f")


def simple_imports(data: bytes) -> tuple[list[Found], int]:
    """The imports of the most frequent form at the head of a module, and where the last of them ends.

    If nothing after them is hinted at, they are all that the readers would find: a hint in one of them is in its
    literal, and gives nothing else.
    """
    found: list[Found] = []
    position = 0
    while match := _GAP_AND_IMPORT.match(data, position):
        start, stop = match.span(1)
        literal = data[start + 1 : stop - 1]
        try:
            written = literal.decode()
        except UnicodeDecodeError:
            written = literal.decode("latin-1")
        found.append(Found(start + 1, stop - 1, "import", written))
        position = stop
        if data[position : position + 1] not in _GAP_BEGINS:
            break
    return found, position


def declarations(
    data: bytes, hints: Iterable[tuple[int, int]], declaration: Callable[[bytes, int], re.Match[bytes] | None]
) -> list[re.Match[bytes]] | None:
    """A match for each import or export that the hints lead to; its first group is the literal.

    `hints` are those of `javascript_hints.hints`; `declaration` reads what begins at a place.
    """
    if b"<!--" in data or b"-->" in data:
        return None
    matches: list[re.Match[bytes]] = []
    position = literal = 0
    for start, _ in hints:
        if start < position:
            if start != literal:
                return None
            continue
        code = _GAP.match(data, position).end()  # type: ignore[union-attr]
        if start < code:
            continue
        if start != code:
            return None
        match = _SIMPLE_IMPORT.match(data, start) or declaration(data, start)
        if not match:
            return None
        matches.append(match)
        position, literal = match.end(), match.start(1)
    return matches
