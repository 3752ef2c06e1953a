"""Why a script cannot be read with certainty, and where: for the warning that it was left as it is."""

from __future__ import annotations

import re

from assetbuild.compilers.javascript.check import Difference, tokens_of
from assetbuild.references import javascript_lexer
from assetbuild.references.javascript_lexer import BROKEN_PIECE, COMMENT_PIECE, Lexer
from assetbuild.references.javascript_pieces import SLASH_PIECE, line_end
from assetbuild.references.javascript_slash import operand_before

_CLOSING = {b")": b"(", b"]": b"[", b"}": b"{"}
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def javascript_fault(data: bytes) -> Difference:
    """What is to blame in a script that has no skeleton, in words; start and length are 0 where that is not known."""
    lexer = javascript_lexer.lexer_of(data)
    lexer.read(len(data))
    fault = _open_piece(lexer) or _unbalanced(lexer) or _control_character(lexer)
    return fault or Difference("it cannot be read with certainty", 0, 0)


def _open_piece(lexer: Lexer) -> Difference | None:
    """A string, template, comment or regular expression that does not end."""
    data = lexer.data
    for start, stop, kind in zip(lexer.starts, lexer.stops, lexer.kinds, strict=True):
        if kind == BROKEN_PIECE:
            # Where a template goes on after a substitution, a brace begins it.
            what = "string" if data[start] in b"'\"" else "template"
            return Difference(f"a {what} that does not end", start, 1)
        if kind == COMMENT_PIECE and data.startswith(b"/*", start) and not data.endswith(b"*/", start + 2, stop):
            return Difference("a comment that does not end", start, 2)
        if not lexer.whole and kind == SLASH_PIECE and not operand_before(lexer.pieces, start):
            length = line_end(data, start) - start
            return Difference("a regular expression that does not end on its line", start, length)
    return None


def _unbalanced(lexer: Lexer) -> Difference | None:
    """A bracket that closes another one than was opened last, or none, or the last that is not closed."""
    opened: list[tuple[bytes, int]] = []
    for token, start in zip(*tokens_of(lexer, 0, len(lexer.data)), strict=True):
        # The pieces of a template: "`a${", "}b${", "}c`".
        closing, opening = token[:1], token[-1:]
        chunk = len(token) > 1 and (token.endswith(b"${") or (closing == b"}" and opening == b"`"))
        if closing in _CLOSING and (chunk or len(token) == 1):
            if not opened:
                return Difference(f"{_shown(closing)} closes no bracket", start, 1)
            bracket, _ = opened.pop()
            if bracket != _CLOSING[closing]:
                return Difference(f"{_shown(closing)} where {_shown(bracket)} is open", start, 1)
        if token in (b"(", b"[", b"{") or (chunk and opening == b"{"):
            opened.append((opening, start + len(token) - 1))
    if opened:
        bracket, start = opened[-1]
        return Difference(f"{_shown(bracket)} is not closed", start, 1)
    return None


def _control_character(lexer: Lexer) -> Difference | None:
    for floor, stop in lexer.pieces.stretches():
        found = _CONTROL.search(lexer.data, floor, stop)
        if found:
            return Difference(f"a control character, U+{found[0][0]:04X}", found.start(), 1)
    place = lexer.data.find(b"#!")
    if place > 0 and not lexer.data[:place].strip():
        return Difference("'#!' that does not begin the file", place, 2)
    return None


def _shown(bracket: bytes) -> str:
    return f"'{bracket.decode()}'"
