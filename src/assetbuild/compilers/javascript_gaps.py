"""Which white space between the tokens of a script counts, told over the whole text by expressions that run in C.

A *skeleton* is a script without comments, in which one byte, a mark, stands for each literal that may hold white space,
quotes or brackets. `canonical` takes from a skeleton every gap that does not count, and changes no token: two scripts
with the same literals and the same canonical skeleton have the same tokens and the same line breaks where a semicolon
may be inserted. Why, is argued in docs/minifying.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assetbuild.references import javascript_lexer
from assetbuild.references.javascript_lexer import (
    COMMENT_PIECE,
    SPACE,
    balanced,
)
from assetbuild.references.javascript_pieces import LITERAL_PIECE, REGEX_PIECE, SLASH_PIECE, SOLID_LITERAL

_BLANK, _BREAK = b"\x01", b"\x02"
LITERAL, REGEX, HEAD, MIDDLE, TAIL, COMMENT, LINE_COMMENT = (
    b"\x03",
    b"\x04",
    b"\x05",
    b"\x06",
    b"\x07",
    b"\x08",
    b"\x0e",
)
"""The marks: a string or whole template; a regular expression; "`a${", "}b${" and "}c`"; licence comments."""

MARK = re.compile(rb"[\x03-\x08\x0e]")
_ALL_MARKS = bytes(range(1, 9)) + LINE_COMMENT
_COMMENTS = bytes.maketrans(COMMENT + LINE_COMMENT, b"  ")

LINE_BREAK = re.compile(rb"[\r\n]|\xe2\x80[\xa8\xa9]")
_WIDE_SPACE = re.compile(rb"(?=[\x80-\xff])" + SPACE)
_WIDE = (b"\xc2\xa0", b"\xe2\x80", b"\xe2\x81", b"\xe3\x80", b"\xe1\x9a", b"\xef\xbb")
_TO_BLANKS = bytes.maketrans(b"\t\v\f\r", b"   \n")
_TO_GAPS = bytes.maketrans(_BLANK + _BREAK, b" \n")

# Characters of names, keywords and numbers. A regular expression ends with its flags, a name.
_NAME = rb"\w$\\\x80-\xff"
_NAME_END = _NAME + REGEX
# Two characters that stand side by side in some token or comment opener: where none of these pairs meet, no two tokens
# become one. By the second of them, after a look at the first, which has the gap behind it.
_FUSING = (
    rb"(?=[-+*/&|<>=?!." + REGEX + rb"])(?<=[-+*%&|^<>=!?/.0-9].)"
    rb"(?:(?==)(?<=[-+*%&|^<>=!?/].)(?<![^+]\+\+.)(?<![^-]--.)|(?=\+)(?<=\+.)|(?=-)(?<=[-!].)|(?=\*)(?<=[*/].)"
    rb"|(?=[/" + REGEX + rb"])(?<=/.)|(?=&)(?<=&.)|(?=\|)(?<=\|.)|(?=<)(?<=<.)|(?=>)(?<=[>=-].)(?<![\w$)\]]--.)"
    rb"|(?=\?)(?<=\?.)|(?=!)(?<=<.)"
    rb"|(?=\.)(?:(?<=\..)|(?<=[0-9].)(?<![A-Za-z$][0-9].)(?<![A-Za-z$][0-9][0-9].))|(?=\.(?![0-9]))(?<=\?.))"
    rb"|(?<=[.#@].)(?:(?=[0-9#@])|(?=[" + _NAME + rb"])(?:(?<=[0-9.]\..)(?<!\.\.\..)|(?<=[#@].)))"
)  # fmt: skip
# After these no statement is complete, and with these none begins: see check_javascript.
_OPEN_ENDED = (
    rb"(?<!\A"
    + COMMENT
    + rb"\n)(?<![({\[,;:?=*/%&|^!~<>"
    + HEAD
    + MIDDLE
    + rb"]\n)(?<![^+]\+\n)(?<![^-]-\n)(?<![^0-9.]\.\n)"
)
_CONTINUING = rb"(?![)}\],;:?%&|^></" + MIDDLE + TAIL + rb"]|=(?!>)|\.(?![.0-9])|[-+*!]=|\*\*)(?!(?<=[)}]\n)\*)"
_BLANK_THAT_COUNTS = re.compile(rb" (?:(?<=[" + _NAME_END + rb"] )(?=[" + _NAME + rb"])|" + _FUSING + rb")", re.DOTALL)
_BREAK_THAT_COUNTS = re.compile(
    rb"\n(?:" + _OPEN_ENDED + _CONTINUING + rb"|(?<=" + LINE_COMMENT + rb"\n)|" + _FUSING + rb")", re.DOTALL
)
_SOLID = re.compile(rb"[^'\"`]*+(?:(?:" + SOLID_LITERAL + rb")[^'\"`]*+|)*+")
_LICENCE_WORDS = (re.compile(rb"/\*!"), re.compile(rb"@(?i:license|preserve|cc_on)"))
_MARK_OF = {REGEX_PIECE: REGEX, SLASH_PIECE: b"/", LITERAL_PIECE: LITERAL}


@dataclass(frozen=True, slots=True)
class Skeleton:
    """`code` with marks, and what these stand for in their order; `hashbang`, the first line if it is one."""

    code: bytes
    marks: tuple[bytes, ...]
    pieces: tuple[bytes, ...]
    hashbang: bytes = b""

    def licences(self) -> list[bytes]:
        """The licence comments among the pieces."""
        pairs = zip(self.marks, self.pieces, strict=True)
        return [piece for mark, piece in pairs if mark in (COMMENT, LINE_COMMENT)]


def skeleton_of(data: bytes) -> Skeleton | None:
    """The skeleton of a script, licence comments among its pieces.

    None for what is not lexed with certainty: anything unterminated, unbalanced or too entangled, the bytes of marks.
    """
    lexer = javascript_lexer.lexer_of(data, gaps=True)
    lexer.read(len(data))
    if not lexer.whole or lexer.pieces.patience <= 0 < len(data):
        return None
    parts: list[bytes] = []
    marks: list[bytes] = []
    pieces: list[bytes] = []
    licences = _Licences(data)
    hashbang = b""
    floor = 0
    for start, stop, kind in zip(lexer.starts, lexer.stops, lexer.kinds, strict=True):
        if start == stop:
            continue
        parts.append(data[floor:start])
        floor = stop
        if kind == SLASH_PIECE:
            parts.append(b"/")
            continue
        if kind == COMMENT_PIECE:
            line = data[start + 1] == 0x2F
            parts.append(b" " if line or not _breaks(data, start, stop) else b"\n")
            if data[start] == 0x23 and not start:
                hashbang = data[:stop]
                continue
            if not licences.meet(start, stop):
                continue
            mark = LINE_COMMENT if line else COMMENT
        else:
            mark = _MARK_OF.get(kind) or _chunk(data[start], data[stop - 1])
        marks.append(mark)
        pieces.append(data[start:stop])
        parts.append(mark)
    parts.append(data[floor:])
    code = b"".join(parts)
    if len(code) - len(code.translate(None, _ALL_MARKS)) != len(marks) or not balanced(_with_braces(code)):
        return None
    return None if code.lstrip().startswith(b"#!") else Skeleton(code, tuple(marks), tuple(pieces), hashbang)


class _Licences:
    """Where the words stand that make a comment one to keep; asked in ascending order."""

    def __init__(self, data: bytes) -> None:
        self._places = sorted(match.start() for words in _LICENCE_WORDS for match in words.finditer(data))
        self._next = 0

    def meet(self, start: int, stop: int) -> bool:
        """Whether one of them stands between these offsets."""
        places = self._places
        while self._next < len(places) and places[self._next] < start:
            self._next += 1
        return self._next < len(places) and places[self._next] < stop


def _breaks(data: bytes, start: int, stop: int) -> bool:
    return data.find(b"\n", start, stop) >= 0 or LINE_BREAK.search(data, start, stop) is not None


def _chunk(first: int, last: int) -> bytes:
    if first == 0x60:
        return HEAD
    return MIDDLE if last == 0x7B else TAIL


def _with_braces(code: bytes) -> bytes:
    return code.replace(HEAD, b"{").replace(MIDDLE, b"}{").replace(TAIL, b"}") if HEAD in code else code


def canonical(code: bytes) -> bytes:
    """A skeleton with only those gaps that count: a blank between tokens that would fuse, a newline where one may end
    a statement."""
    if not code.isascii() and any(space in code for space in _WIDE):
        code = _WIDE_SPACE.sub(lambda space: b"\n" if LINE_BREAK.match(space[0]) else b" ", code)
    code = b"\n".join(filter(None, map(bytes.strip, code.split(b"\n"))))
    if b"\t" in code or b"\r" in code or b"\v" in code or b"\f" in code:
        code = code.translate(_TO_BLANKS)
        code = b"\n".join(filter(None, map(bytes.strip, code.split(b"\n"))))
    while b"  " in code:
        code = code.replace(b"  ", b" ")
    code = _BLANK_THAT_COUNTS.sub(_BLANK, code)
    code = _BREAK_THAT_COUNTS.sub(_BREAK, code)
    return code.translate(_TO_GAPS, b" \n")


def without_comments(code: bytes) -> bytes:
    """A skeleton with blanks for the marks of comments."""
    return code.translate(_COMMENTS)


def with_pieces(canonical_code: bytes, script: Skeleton) -> bytes:
    """The text of a script of which `canonical_code` is the skeleton: every mark's piece put back."""
    texts = MARK.split(canonical_code)
    parts = [b""] * (2 * len(texts) - 1)
    parts[::2] = texts
    parts[1::2] = script.pieces
    if script.hashbang:
        parts.insert(0, script.hashbang + b"\n")
    return b"".join(parts)


def skeleton_within(script: Skeleton, text: bytes) -> bytes | None:
    """The skeleton of `text`, if it has the very pieces of the other; else None.

    It is read as the other was, without a lexer: a piece stands where it is found first after the one before it. That
    may be the wrong place, but then what is left between the pieces is not what it should be.
    """
    parts: list[bytes] = []
    place = 0
    if text.startswith(b"#!"):
        place = len(script.hashbang)
        if not (place and text.startswith(script.hashbang) and text[place : place + 1] in (b"\n", b"\r", b"")):
            return None
    for mark, piece in zip(script.marks, script.pieces, strict=True):
        found = text.find(piece, place)
        if found < 0:
            return None
        parts.append(text[place:found])
        if mark == COMMENT and LINE_BREAK.search(piece):
            parts.append(b"\n")
        parts.append(mark)
        place = found + len(piece)
        if mark == LINE_COMMENT and text[place : place + 1] not in (b"\n", b"\r", b""):
            return None
    parts.append(text[place:])
    code = b"".join(parts)
    if len(code) - len(code.translate(None, _ALL_MARKS)) != len(script.marks) or _SOLID.fullmatch(code) is None:
        return None
    return code
