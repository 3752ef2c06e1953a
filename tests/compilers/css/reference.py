"""What `css_difference` decides, said slowly: both sheets token by token, from one end to the other.

Only what white space means in a run of tokens is the module's own; how a sheet is cut into runs, which semicolons count
and what is compared with what is written here once more.
"""

from __future__ import annotations

from collections.abc import Iterator

from assetbuild.compilers.css.blanks import Token, run_tokens
from assetbuild.references import css_lexer

OPENERS = ("(", "[", "function")
MARKS = ("{", "}", ";")


def same(before: bytes, after: bytes) -> bool:
    return list(significant(before)) == list(significant(after))


def significant(data: bytes) -> Iterator[Token]:
    """The tokens that count, without the last semicolons of blocks; outside of blocks all semicolons count."""
    held: list[Token] = []
    depth = 0
    former = ""
    for token in (token for run in runs(data) for token in run_tokens(*run)):
        kind = token[0]
        if held:
            yield from held[kind in ("}", ";") :]
            held = []
        if kind == ";" and depth and former != "{":
            held.append(token)
        elif kind != ";" or not depth:
            yield token
        depth = max(0, depth + (kind == "{") - (kind == "}"))
        if kind != ";":
            former = kind
    yield from held


def runs(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What stands between marks outside of brackets, and its mark."""
    begin = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    depth = 0
    for kind, start, stop in css_lexer.tokens(data):
        if kind in OPENERS:
            depth += 1
        elif depth and kind in (")", "]"):
            depth -= 1
        elif not depth and kind in MARKS:
            yield data[begin:start], data[start:stop]
            begin = stop
    if begin < len(data):
        yield data[begin:], b""
