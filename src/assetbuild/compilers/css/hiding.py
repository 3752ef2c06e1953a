"""A style sheet in which every sign is what it looks like: strings, URLs, escapes and comments are hidden.

What stands in them is written in control codes, which CSS text does not hold. Then a brace is a brace wherever it
stands, and a few steps over the whole text, each one call into C, can do what else takes a walk from token to token.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from assetbuild.dataclass import dataclass

COMMENT = b"\x01"
"""Comments without white space around them, which may keep two tokens apart."""
KEPT_BLANK = b"\x02"
"""White space that has to stay, such as that between a colon and the mark, the value of a custom property."""
LICENCE_START = b"\x03"
LICENCE_END = b"\x04"
COLON = b"\x7f"
"""A colon: for those who change hidden text to write one that they have looked at."""

# The characters that mean something, and the control codes that stand for them in strings, URLs and escapes.
_SIGNS = b" \t\n\r\f{};,()[]:>~+!<@"
_CODES = bytes((*range(0x05, 0x09), *range(0x0E, 0x20)))[: len(_SIGNS)]
HIDE = bytes.maketrans(_SIGNS, _CODES)
_SHOW = bytes.maketrans(_CODES + KEPT_BLANK + COLON, _SIGNS + b" :")
_CONTROLS = bytes((*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F))
_BOM = b"\xef\xbb\xbf"

# Written before whatever may begin something opaque, so that the expression begins with one byte: `re` looks for that
# at memory speed, and for a class of bytes ten times slower.
_FLAG = b"\x01"
_URL_PARENTHESIS = re.compile(rb"l\(")
_URL_PARENTHESIS_IN_CAPITALS = re.compile(rb"L\(")
_ESCAPED = rb"\x01?+(?:[0-9a-fA-F]{1,6}+(?>\r\n|[ \t\n\r\f]|)|[^\n\r\f0-9a-fA-F])"
# Whole strings, comments, insides of unquoted URLs, and names from an escape on; the one byte of what begins as such
# but is none; and nothing where the flag was for nothing. All with the flags in them. Strings without an escape, or
# with one at their start, as icons have, come first.
_OPAQUE = re.compile(
    rb"\x01("
    rb'"(?:(?:\x01\\(?=[0-9a-zA-Z])|)[^"\\\n\r\f]*+"|[^"\\\n\r\f]*+(?:\\\x01?+(?>\r\n|[\s\S])[^"\\\n\r\f]*+|)*+"|)'
    rb"|'(?:[^'\\\n\r\f]*+(?:\\\x01?+(?>\r\n|[\s\S])[^'\\\n\r\f]*+|)*+'|)"
    rb"|/\*(?:[^*]*+\*++(?:(?!\x01/)[^*]++\*++|)*+\x01/|[\s\S]*+)"
    rb"|\((?<=[uU][rR][lL]\x01\()(?<![-a-zA-Z0-9_\x80-\xff\\#@][uU][rR][lL]\x01\()(?:"
    rb"[ \t\n\r\f]*+(?:[^\"'()\\ \t\n\r\f]++|\\\x01?+[^\n\r\f0-9a-fA-F]|)*+[ \t\n\r\f]*+\)"
    rb"|(?![ \t\n\r\f]*+\x01[\"']))"
    rb"|\\(?:" + _ESCAPED + rb"(?:[-a-zA-Z0-9_\x80-\xff]++|\x01\\" + _ESCAPED + rb"|)*+(?:\x01?\(|)|)"
    rb"|)"
)
_BEFORE_COMMENT = frozenset(b" \t\n\r\f{};,:([)]")
_AFTER_COMMENT = frozenset(b" \t\n\r\f{};,:)]")
_COMMENTS = re.compile(COMMENT + rb"++")
_SPACED_COMMENT = re.compile(rb"\x01(?:(?= )|(?<= \x01))")
_IDLE_COMMENT = re.compile(rb"\x01(?:(?=[{};,:)\]])|(?<=[{};,:(\[)\]]\x01))")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A sheet in which all signs outside of codes mean what they are, and the texts of its licence comments, in order.

    White space is one blank each, and none at the ends; a byte order mark is left out.
    """

    text: bytes
    licences: list[bytes]


def is_licence(comment: bytes) -> bool:
    """Whether a comment must outlive minifying."""
    return comment.startswith(b"/*!") or b"@license" in comment or b"@preserve" in comment


def hidden(data: bytes, *, licences: bool = False) -> Hidden | None:
    """The sheet with what is opaque in it hidden; None for one with control codes, or in which something does not end.

    With `licences` each licence comment stays, between LICENCE_START and LICENCE_END.
    """
    data = data.removeprefix(_BOM)
    pieces = _pieces(data)
    if pieces is None:
        return None
    opaque = pieces[1::2]
    table = {b"": b""}
    comments = set()
    for piece in set(opaque) - {b""}:
        first = piece[0]
        if len(piece) == 1:
            return None
        if first == 0x22 or first == 0x27:
            table[piece] = piece.translate(HIDE, _FLAG)
        elif _is_odd(piece):
            return None
        elif first == 0x2F:
            comments.add(piece)
            stays = licences and is_licence(piece.replace(_FLAG, b""))
            table[piece] = LICENCE_START + piece.translate(HIDE, _FLAG) + LICENCE_END if stays else COMMENT
        elif first == 0x28:
            table[piece] = b"(" + piece[1:-1].strip(b" \t\n\r\f").translate(HIDE, _FLAG) + b")"
        else:
            table[piece] = piece.translate(HIDE, _FLAG)
    found = []
    if comments:
        places = [index for index, piece in enumerate(opaque) if piece in comments]
        found = [text for index in places if is_licence(text := opaque[index].replace(_FLAG, b""))]
        _join_over(pieces, (2 * index + 1 for index in places if table[opaque[index]] == COMMENT))
    pieces[1::2] = map(table.__getitem__, pieces[1::2])
    text = b" ".join(b"".join(pieces).split())
    if COMMENT in text:
        text = _SPACED_COMMENT.sub(b" ", _COMMENTS.sub(COMMENT, text))
        text = b" ".join(_IDLE_COMMENT.sub(b"", text).strip(b" \x01").split())
    return Hidden(text, found)


def shown(text: bytes) -> bytes:
    """CSS again, of hidden text."""
    return text.translate(_SHOW, LICENCE_START + LICENCE_END).replace(COMMENT, b"/**/")


def masked(data: bytes) -> bytes | None:
    """The sheet with what is opaque in it hidden and comments too, byte for byte in its place; None as for `hidden`."""
    pieces = _pieces(data)
    if pieces is None or any(map(_is_odd, set(pieces[1::2]))):
        return None
    pieces[1::2] = [piece.translate(HIDE, _FLAG) for piece in pieces[1::2]]
    return b"".join(pieces)


def marked_licences(data: bytes, mark: Callable[[bytes], bytes]) -> bytes | None:
    """The sheet with `mark` applied to each licence comment; None if that takes more than a quick look."""
    pieces = _pieces(data)
    if pieces is None or any(map(_is_odd, set(pieces[1::2]))):
        return None
    pieces = [piece.replace(_FLAG, b"") for piece in pieces]
    pieces[1::2] = [mark(piece) if piece[:2] == b"/*" and is_licence(piece) else piece for piece in pieces[1::2]]
    return b"".join(pieces)


def _pieces(data: bytes) -> list[bytes] | None:
    """The text, in turns: what is plain, and what is opaque, with flags in it; None if there are control codes."""
    if len(data.translate(None, _CONTROLS)) != len(data):
        return None
    for sign in (b'"', b"'", b"/", b"\\"):
        data = data.replace(sign, _FLAG + sign)
    data = _URL_PARENTHESIS.sub(b"l\x01(", data)
    data = _URL_PARENTHESIS_IN_CAPITALS.sub(b"L\x01(", data)
    return _OPAQUE.split(data)


def _is_odd(piece: bytes) -> bool:
    """Whether this is an opening without its end, or an escape in the name of a function, which may be `url`."""
    if piece[:1] == b"/":
        return len(piece) < 5 or piece[-3:] != b"*\x01/"
    return len(piece) == 1 or (piece[:1] == b"\\" and piece[-1:] == b"(")


def _join_over(pieces: list[bytes], comments: Iterable[int]) -> None:
    """Takes out of the pieces those comments beside which white space or a sign keeps the tokens apart."""
    last = len(pieces) - 2
    for index in comments:
        before, after = pieces[index - 1], pieces[index + 1]
        if (before[-1] in _BEFORE_COMMENT if before else index == 1) or (
            after[0] in _AFTER_COMMENT if after else index == last
        ):
            pieces[index] = b""
