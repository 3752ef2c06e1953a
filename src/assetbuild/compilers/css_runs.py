"""A style sheet cut into runs: what stands between two of the marks `{`, `}` and `;` outside of brackets.

Two readings of the same cut. `quick` is made of a few steps over the whole text, each one call into C. `placed` and
`kept` walk from mark to mark, read everything, and give offsets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from assetbuild.references import css_lexer

COMMENT = b"\x01"
"""In a quick run: comments without white space around them, which may keep two tokens apart."""
KEPT_BLANK = b"\x02"
"""In a quick run: white space between a colon and the mark, which is the value of a custom property."""
LICENCE_END = b"\x04"
"""At the end of a quick run that is a licence comment."""
_LICENCE_START = b"\x03"

# The characters that mean something, and the control codes that stand for them in strings, URLs and escapes.
_SIGNS = b" \t\n\r\f{};,()[]:>~+!<@"
_CODES = bytes((*range(0x05, 0x09), *range(0x0E, 0x20)))[: len(_SIGNS)]
_HIDE = bytes.maketrans(_SIGNS, _CODES)
_SHOW = bytes.maketrans(_CODES + KEPT_BLANK, _SIGNS + b" ")
_CONTROLS = bytes((*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F))
_BLANKS = bytes.maketrans(b"\t\n\r\f", b"    ")
_NO_BRACKETS = bytes(set(range(256)) - set(b"()[]{};"))
_DEEPEST = 32
LARGEST_ODD = 1 << 22
"""A larger sheet that only `placed` reads is left as it is: each of its runs takes microseconds."""
_BOM = b"\xef\xbb\xbf"

_COMMENT_REST = rb"\*[^*]*+\*++(?:[^/*][^*]*+\*++|)*+/"
_ESCAPE_REST = rb"(?:[0-9a-fA-F]{1,6}+(?>\r\n|[ \t\n\r\f]|)|[^\n\r\f0-9a-fA-F])"
# Whole strings, comments, insides of unquoted URLs, and names from an escape on; and what begins as such but is none.
# It begins with a class of characters because that is what `re` looks for fastest.
_OPAQUE = re.compile(
    rb"""(["'/(\\](?:"""
    rb'(?<=")[^"\\\n\r\f]*+(?:\\(?>\r\n|[\s\S])[^"\\\n\r\f]*+|)*+"'
    rb"|(?<=')[^'\\\n\r\f]*+(?:\\(?>\r\n|[\s\S])[^'\\\n\r\f]*+|)*+'"
    rb"|(?<=/)(?:" + _COMMENT_REST + rb"|\*[\s\S]*+)"
    rb"|(?<=[uU][rR][lL]\()(?<![-a-zA-Z0-9_\x80-\xff\\#@][uU][rR][lL]\()(?:"
    rb"[ \t\n\r\f]*+(?:[^\"'()\\ \t\n\r\f]++|\\[^\n\r\f0-9a-fA-F]|)*+[ \t\n\r\f]*+\)|(?![ \t\n\r\f]*+[\"']))"
    rb"|(?<=\\)" + _ESCAPE_REST + rb"(?:[-a-zA-Z0-9_\x80-\xff]++|\\" + _ESCAPE_REST + rb"|)*+\(?+"
    rb"|(?<=[\"'\\])))"
)  # fmt: skip
_COMMENTS = re.compile(COMMENT + rb"++")
_SPACED_COMMENT = re.compile(rb"\x01(?:(?= )|(?<= \x01))")
_IDLE_COMMENT = re.compile(rb"\x01(?:(?=[{};,:)\]])|(?<=[{};,:(\[)\]]\x01))")
_EMPTY_VALUE = re.compile(rb": ++(?=[{};])")
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


def is_licence(comment: bytes) -> bool:
    """Whether a comment must outlive minifying."""
    return comment.startswith(b"/*!") or b"@license" in comment or b"@preserve" in comment


def quick(data: bytes, *, licences: bool = False) -> Quick | None:
    """The runs of a sheet; None if it is one that only `placed` reads: malformed, or with control codes.

    With `licences` each licence comment that stands before a run is a run too. If one stands amid a run: None.
    """
    hidden = _hidden(data, licences)
    if hidden is None:
        return None
    text, found = hidden
    text = text.translate(_BLANKS)
    if COMMENT in text:
        if COMMENT + COMMENT in text:
            text = _COMMENTS.sub(COMMENT, text)
        text = _SPACED_COMMENT.sub(b" ", text)
        text = _IDLE_COMMENT.sub(b"", text).strip(b" \x01")
    if not _is_regular(text):
        return None
    text = _EMPTY_VALUE.sub(b":" + KEPT_BLANK, text)
    text = text.replace(b"}", b"\n}\n").replace(b"{", b"{\n").replace(b";", b";\n")
    if licences and found:
        if any(before.rstrip(b" ")[-1:] not in (b"\n", b"\x04", b"") for before in text.split(_LICENCE_START)[:-1]):
            return None
        text = text.replace(LICENCE_END, LICENCE_END + b"\n")
    runs = list(filter(None, map(bytes.strip, text.split(b"\n"))))
    if b";" in runs:
        runs = _without_semicolons(runs)
    return Quick(runs, found)


def shown(text: bytes) -> bytes:
    """CSS again, of one or more quick runs."""
    return text.translate(_SHOW, _LICENCE_START + LICENCE_END).replace(COMMENT, b"/**/")


def marked_licences(data: bytes, mark: Callable[[bytes], bytes]) -> bytes | None:
    """The sheet with `mark` applied to each licence comment; None if that takes more than a quick look."""
    pieces = _OPAQUE.split(data)
    if any(_is_odd(piece) for piece in set(pieces[1::2])):
        return None
    pieces[1::2] = [mark(piece) if piece[:2] == b"/*" and is_licence(piece) else piece for piece in pieces[1::2]]
    return b"".join(pieces)


def placed(data: bytes) -> Iterator[PlacedRun]:
    """All runs of a sheet with their offsets, empty ones too (CSS Syntax, section 5.4)."""
    position = 3 if data.startswith(_BOM) else 0
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
    for kind, _, _ in css_lexer.tokens(text):
        if kind in ("(", "[", "function"):
            depth += 1
        elif depth and kind in (")", "]"):
            depth -= 1
        elif not depth and kind in ("{", "}", ";"):
            return True
    return False


def _hidden(data: bytes, licences: bool) -> tuple[bytes, list[bytes]] | None:
    """The text with what it must not be read for hidden, and its licence comments."""
    data = data.removeprefix(_BOM)
    if len(data.translate(None, _CONTROLS)) != len(data):
        return None
    pieces = _OPAQUE.split(data)
    table = {}
    for piece in set(pieces[1::2]):
        if _is_odd(piece):
            return None
        if piece[:2] == b"/*":
            stays = licences and is_licence(piece)
            table[piece] = _LICENCE_START + piece.translate(_HIDE) + LICENCE_END if stays else COMMENT
        elif piece[:1] == b"(":
            table[piece] = b"(" + piece[1:-1].strip(b" \t\n\r\f").translate(_HIDE) + b")"
        else:
            table[piece] = piece.translate(_HIDE)
    found = [piece for piece in pieces[1::2] if piece[:2] == b"/*" and is_licence(piece)]
    pieces[1::2] = [table[piece] for piece in pieces[1::2]]
    return b"".join(pieces), found


def _is_odd(piece: bytes) -> bool:
    """Whether this is an opening without its end, or an escape in the name of a function, which may be `url`."""
    if piece[:2] == b"/*":
        return len(piece) < 4 or piece[-2:] != b"*/"
    return len(piece) == 1 or (piece[:1] == b"\\" and piece[-1:] == b"(")


def _is_regular(text: bytes) -> bool:
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
