"""Whether a minified script still says what the text before it said.

`says_the_same` decides at the speed of the lexer; `javascript_difference` goes token by token, finds the place of the
first difference, and is what the other is tested against. Both accept nothing but other comments and other white space,
with the same line breaks wherever a semicolon may be inserted (ECMA-262, section 12.10).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assetbuild.compilers.javascript_gaps import Skeleton, canonical, skeleton_within, without_comments
from assetbuild.references import javascript_lexer
from assetbuild.references.javascript_lexer import (
    BROKEN_PIECE,
    COMMENT_PIECE,
    NAME_PART,
    NAME_PARTS,
    SPACE,
    SPACES,
    STRING,
    TEMPLATE,
)

_LINE_BREAK = rb"(?:[\r\n]|\xe2\x80[\xa8\xa9])"
# A number swallows the name after it, which no grammar allows: "3 in x" and "3in x" must not look alike.
_JAVASCRIPT_TOKEN = re.compile(
    rb"(?P<space>" + SPACE + SPACES + rb")"
    rb"|(?:[0-9][0-9_]*+(?:\.[0-9_]*+)?(?:[eE][+-]?[0-9])?|\.[0-9])" + NAME_PARTS +
    rb"|[#@]?" + NAME_PART + NAME_PARTS +
    rb"|" + STRING + rb"|" + TEMPLATE +
    rb"|>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|[-+*%&|^<>=!]=|&&|\|\||\?\?|\?\.(?![0-9])|\+\+|--"
    rb"|\*\*|<<|>>|[\s\S]"
)  # fmt: skip
_BREAKS = re.compile(_LINE_BREAK)
_BREAK = b"\n"

# Where a line break cannot end a statement or a class field: after these no statement is complete, ...
_OPEN_ENDED = frozenset(
    b"( [ { , ; : ? . ?. => = + - * / % & | ^ ! ~ < > += -= *= %= &= |= ^= == != <= >= === !== **= <<= >>= >>> >>>= "
    b"&&= ||= ??= && || ?? ** << >> ...".split()
)
# ... and with these none begins. `*` begins a generator in a class; `++`, `--` and `=>` want no break before them.
# A slash by itself divides: regular expressions are tokens of their own.
_CONTINUING = frozenset(
    b"/ ) ] } , ; : ? . ?. = % & | ^ < > += -= *= %= &= |= ^= == != <= >= === !== **= <<= >>= >>> >>>= &&= ||= ??= "
    b"&& || ?? ** << >>".split()
)
_CLOSING = {b")": b"(", b"]": b"[", b"}": b"{"}
# What begins an HTML-like comment in a script, if it stands at the start of a line: not after an operand.
_ARROW = re.compile(rb"(?<![\w$)\]])-->")


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not the same any more, in words; `start` and `length` in bytes of the text before."""

    text: str
    start: int
    length: int


def says_the_same(script: Skeleton, after: bytes) -> bool:
    """Whether `after` has the tokens and the licence comments of the script, and its line breaks where they count.

    A "no" means only that this was not shown.
    """
    code = skeleton_within(script, after)
    if code is None:
        return False
    expected = canonical(without_comments(script.code))
    if b"<!--" in expected or _ARROW.search(expected):
        return False
    return canonical(without_comments(code)) == expected


def javascript_difference(before: bytes, after: bytes) -> Difference | None:
    """The first token in which two scripts differ, or the first line break lost that may end a statement; else None.

    A difference that is none costs nothing but time; one overlooked would be a broken script.
    """
    tokens, starts, whole = _javascript_tokens(before)
    if not whole:
        return Difference("it has a bracket, string, template or regular expression that does not end", 0, 0)
    kept, _, _ = _javascript_tokens(after)
    if tokens == kept:
        return None
    ours, theirs = _Reader(tokens), _Reader(kept)
    former = b""
    while True:
        broken, one = ours.read()
        still_broken, other = theirs.read()
        start = starts[ours.index - 1] if one is not None else len(before)
        if one != other:
            text = f"the minifier would have changed {_shown(one)} to {_shown(other)}"
            return Difference(text, start, len(one or b""))
        if one is None:
            return None
        if broken != still_broken and former and not _goes_on(former, one):
            verb = "dropped" if broken else "added"
            text = f"the minifier would have {verb} a line break between {_shown(former)} and {_shown(one)}"
            return Difference(text, start, len(one))
        former = one


class _Reader:
    """Goes through tokens, telling the line breaks by their place before a token."""

    def __init__(self, tokens: list[bytes]) -> None:
        self._tokens = tokens
        self.index = 0

    def read(self) -> tuple[bool, bytes | None]:
        """Whether a line break stands before the next token, and that token; None at the end."""
        tokens = self._tokens
        broken = tokens[self.index : self.index + 1] == [_BREAK]
        self.index += broken
        if self.index == len(tokens):
            return broken, None
        self.index += 1
        return broken, tokens[self.index - 1]


def _goes_on(former: bytes, token: bytes) -> bool:
    """Whether no semicolon is ever inserted between these two, on one line or on two."""
    if former in _OPEN_ENDED or token in _CONTINUING or (token == b"*" and former in (b"}", b")")):
        return True
    # The pieces of a template around its substitutions, which hold expressions.
    return (former[:1] in b"`}" and former.endswith(b"${")) or (token[:1] == b"}" and token[-1:] in b"{`")


def _javascript_tokens(data: bytes) -> tuple[list[bytes], list[int], bool]:
    """The tokens, with a newline for all white space and comments that hold a line break; where they start; whether all
    of them end."""
    lexer = javascript_lexer.lexer_of(data)
    lexer.read(len(data))
    tokens: list[bytes] = []
    places: list[int] = []
    floor = 0
    for start, stop, kind in zip(lexer.starts, lexer.stops, lexer.kinds, strict=True):
        # An empty piece is a place where the lexer drew breath, maybe amid a token.
        if start == stop:
            continue
        _split(data, floor, start, tokens, places)
        if kind != COMMENT_PIECE:
            tokens.append(data[start:stop])
            places.append(start)
        elif _BREAKS.search(data, start, stop):
            _add_break(tokens, places)
        floor = stop
    _split(data, floor, len(data), tokens, places)
    return tokens, places, lexer.whole and BROKEN_PIECE not in lexer.kinds and _is_balanced(tokens)


def _split(data: bytes, start: int, stop: int, tokens: list[bytes], places: list[int]) -> None:
    for match in _JAVASCRIPT_TOKEN.finditer(data, start, stop):
        if match.lastgroup is None:
            tokens.append(match[0])
            places.append(match.start())
        elif _BREAKS.search(match[0]):
            _add_break(tokens, places)


def _add_break(tokens: list[bytes], places: list[int]) -> None:
    if not tokens or tokens[-1] != _BREAK:
        tokens.append(_BREAK)
        places.append(-1)


def _is_balanced(tokens: list[bytes]) -> bool:
    opened: list[bytes] = []
    for token in tokens:
        if token in (b"(", b"[", b"{"):
            opened.append(token)
        elif token in _CLOSING and (not opened or opened.pop() != _CLOSING[token]):
            return False
    return not opened


def _shown(token: bytes | None) -> str:
    return "nothing" if token is None else repr(token[:40].decode(errors="replace"))
