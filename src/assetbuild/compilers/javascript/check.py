"""Whether a minified script still says what the text before it said.

`says_the_same` decides at the speed of the lexer; `javascript_difference` goes token by token, finds the place of the
first difference, and is what the other is tested against. Both accept nothing but other comments and other white space,
with the same line breaks wherever a semicolon may be inserted (ECMA-262, section 12.10).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import islice

from assetbuild.compilers.javascript.gaps import BRACED_ESCAPE, Skeleton, canonical, skeleton_within, without_comments
from assetbuild.compilers.javascript.windows import windows_around
from assetbuild.dataclass import dataclass
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
    Lexer,
)
from assetbuild.references.javascript_pieces import SLASH_PIECE

_LINE_BREAK = rb"(?:[\r\n]|\xe2\x80[\xa8\xa9])"
# A number swallows the name after it, which no grammar allows: "3 in x" and "3in x" must not look alike.
_JAVASCRIPT_TOKEN = re.compile(
    rb"(?P<space>" + SPACE + SPACES + rb")"
    rb"|(?:[0-9][0-9_]*+(?:\.[0-9_]*+)?(?:[eE][+-]?[0-9])?|\.[0-9])" + NAME_PARTS +
    rb"|[#@]?" + NAME_PART + NAME_PARTS +
    rb"|" + STRING + rb"|" + TEMPLATE +
    rb"|>>>=|\.\.\.|===|!==|/=|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|[-+*%&|^<>=!]=|&&|\|\||\?\?|\?\.(?![0-9])|\+\+|--"
    rb"|\*\*|<<|>>|[\s\S]"
)  # fmt: skip
_BREAKS = re.compile(_LINE_BREAK)
_BREAK = b"\n"
_MARGIN = 4
# Some of the line breaks that `canonical` takes away.
_AFTER_OPERATOR = re.compile(rb"\n(?<=[^-+][-+]\n)(?=[\w$('\"])")

# Where a line break cannot end a statement or a class field: after these no statement is complete, ...
_OPEN_ENDED = frozenset(
    b"( [ { , ; : ? . ?. => = + - * / % & | ^ ! ~ < > += -= *= /= %= &= |= ^= == != <= >= === !== **= <<= >>= >>> >>>= "
    b"&&= ||= ??= && || ?? ** << >> ...".split()
)
# ... and with these none begins. `*` begins a generator in a class; `++`, `--` and `=>` want no break before them.
# A slash by itself divides: regular expressions are tokens of their own.
_CONTINUING = frozenset(
    b"/ ) ] } , ; : ? . ?. = % & | ^ < > += -= *= /= %= &= |= ^= == != <= >= === !== **= <<= >>= >>> >>>= &&= ||= ??= "
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


def says_the_same(script: Skeleton, after: bytes, stripped: bytes | None = None) -> bool:
    """Whether `after` has the tokens and the licence comments of the script, and its line breaks where they count.

    A "no" means only that this was not shown. `stripped` is the script's canonical skeleton, if that is at hand.
    """
    stripped = canonical(script.code) if stripped is None else stripped
    expected = canonical(without_comments(stripped)) if script.licences() else stripped
    if b"<!--" in expected or _ARROW.search(expected):
        return False
    code = skeleton_within(script, after, expected)
    if code is None:
        return False
    # With such a name in it the expected text has all its gaps, and nobody else's may go to make the same of it.
    if code == expected or BRACED_ESCAPE in expected:
        return code == expected
    code = without_comments(code)
    # What rjsmin leaves mostly: line breaks after operators. To take these away takes less than a canonical skeleton.
    return _AFTER_OPERATOR.sub(b"", code) == expected or canonical(code) == expected


def javascript_difference(before: bytes, after: bytes) -> Difference | None:
    """The first token in which two scripts differ, or the first line break lost that may end a statement; else None.

    A difference that is none costs nothing but time; one overlooked would be a broken script.
    """
    lexer, other = javascript_lexer.lexer_of(before), javascript_lexer.lexer_of(after)
    lexer.read(len(before))
    other.read(len(after))
    tokens, starts = tokens_of(lexer, 0, len(before))
    if not lexer.whole or BROKEN_PIECE in lexer.kinds or not _is_balanced(tokens):
        return Difference("it has a bracket, string, template or regular expression that does not end", 0, 0)
    return _first_difference(tokens, starts, tokens_of(other, 0, len(after))[0], len(before))


def located_difference(before: bytes, after: bytes) -> Difference | None:
    """As `javascript_difference`, sooner, if the first text has a skeleton.

    Where the pieces or the canonical skeletons of the two part is found at the speed of the lexer; what is read token
    by token is a window around that place. Where that shows nothing, all is read.
    """
    lexers = [javascript_lexer.lexer_of(text, gaps=True) for text in (before, after)]
    for lexer in lexers:
        lexer.read(len(lexer.data))
    windows = windows_around(lexers[0], lexers[1])
    if windows is not None:
        (start, stop), (other_start, other_stop) = windows
        tokens, starts = tokens_of(lexers[0], start, stop)
        kept, _ = tokens_of(lexers[1], other_start, other_stop)
        # The last tokens of a window may be cut, and are not judged.
        found = _first_difference(tokens, starts, kept, stop)
        if found is not None and min(len(tokens), len(kept)) > _MARGIN and found.start < starts[-_MARGIN]:
            return found
    return javascript_difference(before, after)


def _first_difference(tokens: list[bytes], starts: list[int], kept: list[bytes], end: int) -> Difference | None:
    """The first difference of two lists of tokens; `starts` are the places of the first, which ends at `end`."""
    if tokens == kept:
        return None
    ours, theirs = _Reader(tokens), _Reader(kept)
    former = b""
    while True:
        broken, one = ours.read()
        still_broken, other = theirs.read()
        start = starts[ours.index - 1] if one is not None else end
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


def tokens_of(lexer: Lexer, start: int, stop: int) -> tuple[list[bytes], list[int]]:
    """The tokens between two places, with a newline for all white space and comments that hold a line break; where they
    start."""
    data = lexer.data
    tokens: list[bytes] = []
    places: list[int] = []
    first, last = bisect_left(lexer.starts, start), bisect_left(lexer.starts, stop)
    for piece, end, kind in islice(zip(lexer.starts, lexer.stops, lexer.kinds, strict=True), first, last):
        # An empty piece is a place where the lexer drew breath, maybe amid a token.
        if piece == end:
            continue
        _split(data, start, piece, tokens, places)
        if kind == SLASH_PIECE and data[end : end + 1] == b"=":
            end += 1  # a division is assigned
        if kind != COMMENT_PIECE:
            tokens.append(data[piece:end])
            places.append(piece)
        elif _BREAKS.search(data, piece, end):
            _add_break(tokens, places)
        start = end
    _split(data, start, max(start, stop), tokens, places)
    return tokens, places


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
