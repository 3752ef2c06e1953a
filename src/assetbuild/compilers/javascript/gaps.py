"""Which white space between the tokens of a script counts, told over the whole text by expressions that run in C.

A *skeleton* is a script without comments, in which one byte, a mark, stands for each literal that may hold white space,
quotes or brackets. `canonical` takes from a skeleton every gap that does not count, and changes no token: two scripts
with the same literals and the same canonical skeleton have the same tokens and the same line breaks where a semicolon
may be inserted. Why, is argued in docs/minifying.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assetbuild.dataclass import dataclass
from assetbuild.references import javascript_lexer
from assetbuild.references.javascript_lexer import (
    COMMENT_PIECE,
    SPACE,
    Lexer,
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

# In a name: its brace would be taken for one that ends a block, with no need for a blank behind it.
BRACED_ESCAPE = b"\\u{"

ONE_MARK = bytes.maketrans(REGEX + HEAD + MIDDLE + TAIL + COMMENT + LINE_COMMENT, LITERAL * 6)
_ALL_MARKS = bytes(range(1, 9)) + LINE_COMMENT + bytes(range(0x10, 0x20))
_NOT_TELLING = bytes(byte for byte in range(256) if byte not in _ALL_MARKS + b"()[]{}")
_COMMENTS = bytes.maketrans(COMMENT + LINE_COMMENT, b"  ")

LINE_BREAK = re.compile(rb"[\r\n]|\xe2\x80[\xa8\xa9]")
_WIDE_SPACE = re.compile(rb"(?=[\x80-\xff])" + SPACE)
_BLANKS = re.compile(rb"  ++")
_ASCII = bytes(range(0x80))
_WIDE = (b"\xc2\xa0", b"\xe2\x80", b"\xe2\x81", b"\xe3\x80", b"\xe1\x9a", b"\xef\xbb")
_TO_BLANKS = bytes.maketrans(b"\t\v\f\r", b"   \n")
_TO_GAPS = bytes.maketrans(_BLANK + _BREAK, b" \n")

# Characters of names, keywords and numbers. A regular expression ends with its flags, a name.
_NAME = rb"\w$\\\x80-\xff"
_NAME_END = _NAME + REGEX
# Two characters that stand side by side in some token or comment opener: where none of these pairs meet, no two tokens
# become one. By the second of them, after a look at the first, which has the gap behind it.
_FUSING = (
    rb"(?=[-+*/&|<>=?!." + REGEX + COMMENT + LINE_COMMENT + rb"])(?<=[-+*%&|^<>=!?/.0-9].)"
    rb"(?:(?==)(?<=[-+*%&|^<>=!?/].)(?<![^+]\+\+.)(?<![^-]--.)|(?=\+)(?<=\+.)|(?=-)(?<=[-!].)|(?=\*)(?<=[*/].)"
    rb"|(?=[/" + REGEX + COMMENT + LINE_COMMENT + rb"])(?<=/.)|(?=&)(?<=&.)|(?=\|)(?<=\|.)"
    rb"|(?=<)(?<=<.)|(?=>)(?<=[>=-].)(?<![\w$)\]]--.)(?<![\w$)\]] --.)"
    rb"|(?=\?)(?<=\?.)|(?=!)(?<=<.)"
    rb"|(?=\.)(?:(?<=\..)|(?<=[0-9].)(?<![A-Za-z$][0-9].)(?<![A-Za-z$][0-9][0-9].))|(?=\.(?![0-9]))(?<=\?.))"
    rb"|(?<=[.#@].)(?:(?=[0-9#@])|(?=[" + _NAME + rb"])(?:(?<=[0-9.]\..)(?<!\.\.\..)|(?<=[#@].)))"
)  # fmt: skip
# After these no statement is complete, and with these none begins: see check.py.
_OPEN_ENDED = (
    rb"(?<!\A"
    + COMMENT
    + rb"\n)(?<![({\[,;:?=*/%&|^!~<>"
    + HEAD
    + MIDDLE
    + rb"]\n)(?<![^+]\+\n)(?<![^-]-\n)(?<![^0-9.]\.\n)"
)
_CONTINUING = rb"(?![)}\],;:?%&|^></" + MIDDLE + TAIL + rb"]|=(?!>)|\.(?![.0-9])|[-+*!]=|\*\*)(?!(?<=[)}]\n)\*)"
_BLANK_THAT_COUNTS = re.compile(rb" (?:" + _FUSING + rb")", re.DOTALL)
_BREAK_THAT_COUNTS = re.compile(rb"\n(?:" + _OPEN_ENDED + _CONTINUING + rb"|" + _FUSING + rb")", re.DOTALL)
# Which bits of _sifted a byte has: names are beside each other, these characters may fuse, there a statement may end.
_NAMES, _FUSES, _ENDS = 1, 2, 4


def _bits(names: bytes, fuses: bytes, no_end: bytes) -> bytes:
    """The table of a side of the gap: what belongs to names, what may fuse, and where no statement ends or begins."""
    name = re.compile(rb"[" + names + rb"]")
    return bytes(
        (_NAMES if name.match(byte) else 0) | (_FUSES if byte in fuses else 0) | (0 if byte in no_end else _ENDS)
        for byte in (bytes([number]) for number in range(256))
    )


_BEFORE = _bits(_NAME_END + rb".#@", b"-+*%&|^<>=!?/.0123456789#@", b"({[,;:?=*/%&|^!~<" + HEAD + MIDDLE)
_AFTER = _bits(_NAME, b"-+*/&|<>=!?.#@" + REGEX + COMMENT + LINE_COMMENT, b")}],;:%&|^></" + MIDDLE + TAIL)
_BITS = bytes(before | after << 4 for before, after in zip(_BEFORE, _AFTER, strict=True))
# A gap that keeps no bit goes; a blank has no use for _ENDS, nor a break for _NAMES.
_NO_BLANK, _NO_BREAK = b"\x10", b"\x18"
_BITS_OF_GAPS = bytes({0x20: _NAMES | _FUSES, 0x0A: _FUSES | _ENDS}.get(byte, 0) for byte in range(256))
_EMPTY_GAPS = bytes.maketrans(b" \n", _NO_BLANK + _NO_BREAK)
_SIFTED = bytes.maketrans(b"\x11\x12\x13\x1a\x1c\x1e", _BLANK + b" " + _BLANK + b"\n\n\n")
_DOT_BEFORE_NAME = re.compile(rb"\." + _BLANK + rb"(?![0-9])(?:(?<![0-9.]\..)|(?<=\.\.\..))", re.DOTALL)
# Where one part may end and another begin: a gap after a semicolon never counts, and no expression above looks from
# behind a letter to what stands before it.
_SEAM = re.compile(rb";\r?\n[ \t]*+(?=[A-Za-z_$])")
_PART = 1 << 16
_SOLID = re.compile(rb"[^'\"`]*+(?:(?:" + SOLID_LITERAL + rb")[^'\"`]*+|)*+")
_LICENCE_WORDS = (re.compile(rb"/\*!"), re.compile(rb"@(?i:license|preserve|cc_on)"))
_KEPT = 2_000_000
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
    lexer = javascript_lexer.read_whole(data, gaps=True)
    if not lexer.whole or lexer.pieces.patience <= 0 < len(data):
        return None
    script = _skeleton(data, lexer)
    code = script.code
    if not _is_sound(code, script.marks) or code.lstrip().startswith(b"#!"):
        return None
    return script


def read_script(data: bytes) -> tuple[Skeleton, bytes] | None:
    """A script's skeleton and the canonical one; None as `skeleton_of`. Kept for the next who asks if it is small."""
    return _read_once(data) if len(data) <= _KEPT else _read(data)


@lru_cache(maxsize=4)
def _read_once(data: bytes) -> tuple[Skeleton, bytes] | None:
    return _read(data)


def _read(data: bytes) -> tuple[Skeleton, bytes] | None:
    script = skeleton_of(data)
    return None if script is None else (script, canonical(script.code))


def skeleton_code(lexer: Lexer) -> bytes:
    """The skeleton, as far as it can be told, of any text that has been read with gaps; no licence comments."""
    return without_comments(_skeleton(lexer.data, lexer).code)


def _skeleton(data: bytes, lexer: Lexer) -> Skeleton:
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
        if kind == COMMENT_PIECE:
            if data[start + 1] == 0x2F:
                # The line break after it stays.
                mark = LINE_COMMENT
            else:
                mark = COMMENT
                parts.append(b"\n" if _breaks(data, start, stop) else b" ")
            if not start and data.startswith(b"#"):
                hashbang = data[:stop]
                continue
            if licences.next >= stop or not licences.meet(start, stop):
                continue
            if data[start] != 0x2F:
                # An HTML-like comment depends on the line it stands on: one mark too many, and no skeleton is sound.
                parts.append(mark)
        elif kind == SLASH_PIECE:
            parts.append(b"/")
            continue
        else:
            mark = _MARK_OF.get(kind) or _chunk(data[start], data[stop - 1])
        marks.append(mark)
        pieces.append(data[start:stop])
        parts.append(mark)
    parts.append(data[floor:])
    return Skeleton(b"".join(parts), tuple(marks), tuple(pieces), hashbang)


def _is_sound(code: bytes, marks: Sequence[bytes]) -> bool:
    """Whether brackets are balanced, and all marks are ours."""
    telling = code.translate(None, _NOT_TELLING)
    brackets = telling.translate(None, _ALL_MARKS.replace(HEAD, b"").replace(MIDDLE, b"").replace(TAIL, b""))
    return len(telling) - len(telling.translate(None, _ALL_MARKS)) == len(marks) and balanced(_with_braces(brackets))


class _Licences:
    """Where the words stand that make a comment one to keep; asked in ascending order. `next` is not behind."""

    __slots__ = ("_places", "next")

    def __init__(self, data: bytes) -> None:
        found = {match.start() for words in _LICENCE_WORDS for match in words.finditer(data)}
        self._places = iter([*sorted(found), len(data)])
        self.next = next(self._places)

    def meet(self, start: int, stop: int) -> bool:
        """Whether one of them stands between these offsets."""
        while self.next < start:
            self.next = next(self._places)
        return self.next < stop


def _breaks(data: bytes, start: int, stop: int) -> bool:
    return data.find(b"\n", start, stop) >= 0 or LINE_BREAK.search(data, start, stop) is not None


def _chunk(first: int, last: int) -> bytes:
    if first == 0x60:
        return HEAD
    return MIDDLE if last == 0x7B else TAIL


def _with_braces(code: bytes) -> bytes:
    return code.replace(HEAD, b"{").replace(MIDDLE, b"}{").replace(TAIL, b"}") if HEAD in code else code


def canonical(code: bytes, size: int = _PART) -> bytes:
    """A skeleton with only those gaps that count: a blank between tokens that would fuse, a newline where one may end
    a statement.

    It is made in parts of more than `size` bytes: that makes no other text, and such parts stay in a processor's cache.
    All gaps count where names are written with escapes in braces, which hardly anybody does.
    """
    if BRACED_ESCAPE in code:
        return code
    parts: list[bytes] = []
    start = 0
    while len(code) - start > 2 * size and (seam := _SEAM.search(code, start + size)):
        parts.append(_canonical(code[start : seam.end()]))
        start = seam.end()
    parts.append(_canonical(code[start:] if start else code))
    return b"".join(parts)


def _canonical(code: bytes) -> bytes:
    if not code.isascii() and _may_hold_wide_space(code):
        code = _WIDE_SPACE.sub(lambda space: b"\n" if LINE_BREAK.match(space[0]) else b" ", code)
    code = b"\n".join(filter(None, map(bytes.strip, code.split(b"\n"))))
    if b"\t" in code or b"\r" in code or b"\v" in code or b"\f" in code:
        code = code.translate(_TO_BLANKS)
        code = b"\n".join(filter(None, map(bytes.strip, code.split(b"\n"))))
    if LINE_COMMENT in code:
        code = code.replace(LINE_COMMENT + b"\n", LINE_COMMENT + _BREAK)
    code = _sifted(_BLANKS.sub(b" ", code))
    if b"." + _BLANK in code:
        code = _DOT_BEFORE_NAME.sub(b".", code)
    code = _BLANK_THAT_COUNTS.sub(_BLANK, code)
    code = _BREAK_THAT_COUNTS.sub(_BREAK, code)
    return code.translate(_TO_GAPS, b" \n")


def _may_hold_wide_space(code: bytes) -> bool:
    # The few bytes above ASCII by themselves: a search in all of the code takes longer.
    wide = code.translate(None, _ASCII)
    return any(space in wide for space in _WIDE)


def _sifted(code: bytes) -> bytes:
    """The code without the gaps of which the bytes beside them tell that they do not count; _BLANK between two names.

    All gaps at once: each byte's number is a set of bits, and the whole text one integer. A gap keeps the bits that the
    byte before it and the byte after it have in common.
    """
    bits = int.from_bytes(code.translate(_BITS), "little")
    gaps = int.from_bytes(code.translate(_BITS_OF_GAPS), "little")
    # To the place of the gap: the lower half of the byte before it, the upper half of the byte after it.
    common = (bits << 8) & (bits >> 12) & gaps
    sifted = int.from_bytes(code.translate(_EMPTY_GAPS), "little") | common
    return sifted.to_bytes(len(code), "little").translate(_SIFTED, _NO_BLANK + _NO_BREAK)


def without_comments(code: bytes) -> bytes:
    """A skeleton with blanks for the marks of comments."""
    return code.translate(_COMMENTS)


def with_pieces(canonical_code: bytes, script: Skeleton) -> bytes:
    """The text of a script of which `canonical_code` is the skeleton: every mark's piece put back.

    A line break after a comment with another in it goes: the comment is one already (ECMA-262, section 12.4).
    """
    texts = canonical_code.translate(ONE_MARK).split(LITERAL)
    if COMMENT in script.marks:
        for number, (mark, piece) in enumerate(zip(script.marks, script.pieces, strict=True), 1):
            # Not before another piece or a slash, for the sake of those who read "*//" wrong.
            if mark == COMMENT and texts[number][1:2] not in (b"", b"/") and LINE_BREAK.search(piece):
                texts[number] = texts[number].removeprefix(b"\n")
    parts = [b""] * (2 * len(texts) - 1)
    parts[::2] = texts
    parts[1::2] = script.pieces
    if script.hashbang:
        parts.insert(0, script.hashbang + b"\n")
    return b"".join(parts)


def skeleton_within(script: Skeleton, text: bytes, expected: bytes) -> bytes | None:
    """The skeleton of `text`, if it has the very pieces of the other; else None. `expected`: the likely one.

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
        if mark in (COMMENT, LINE_COMMENT) and parts[-1].endswith(b"/"):
            return None
        if mark == COMMENT and LINE_BREAK.search(piece):
            parts.append(b"\n")
        parts.append(mark)
        place = found + len(piece)
        if mark == LINE_COMMENT and text[place : place + 1] not in (b"\n", b"\r", b""):
            return None
    parts.append(text[place:])
    code = b"".join(parts)
    if code == expected:
        return code
    if len(code) - len(code.translate(None, _ALL_MARKS)) != len(script.marks) or _SOLID.fullmatch(code) is None:
        return None
    return code
