"""The tokens and the top-level statements of CSS (CSS Syntax Module Level 3, sections 4 and 5).

Offsets are byte offsets into the file as it is. Nothing is decoded first: what the preprocessing of section
3.3 would change (CR, CRLF, FF, NUL, a byte order mark) is read as what it would become, and any byte from
0x80 on is part of a name, whatever the encoding.

Two readings: `tokens` gives every token; `seek` runs over what holds no bracket, string, comment or escape in
one step, and is many times faster. Repeated groups are possessive, or counted where they can fail half way,
so that no input makes the matcher go back over what it has read, nor its stack grow with the input. The
possessive ones have an empty last alternative, for the reason given in `javascript_pieces`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from assetbuild.dataclass import dataclass

Token = tuple[str, int, int]
"""(kind, start, stop). Kinds: whitespace, comment, ident, function, at-keyword, hash, string, bad-string, url,
bad-url, number, percentage, dimension, CDO, CDC, delim, and `: ; , ( ) [ ] { }` as themselves."""

_NEWLINE_OR_BLANK = rb"(?>\r\n|[ \t\n\r\f]|)"
_HEX_ESCAPE = rb"\\[0-9a-fA-F]{1,6}+" + _NEWLINE_OR_BLANK
_ESCAPE = _HEX_ESCAPE + rb"|\\\Z|\\[^\n\r\f0-9a-fA-F]"
_IN_NAME = rb"[-a-zA-Z0-9_\x80-\xff\x00]++|" + _ESCAPE
_NAME = rb"(?:" + _IN_NAME + rb")"
_NAMES = rb"(?:" + _IN_NAME + rb"|)*+"
_IDENT = rb"(?:--|-?(?:[a-zA-Z_\x80-\xff\x00]|" + _ESCAPE + rb"))" + _NAMES
_NUMBER = rb"[+-]?(?:[0-9]*+\.[0-9]++|[0-9]++)(?:[eE][+-]?[0-9]++)?"
_IN_STRING = rb"|" + _HEX_ESCAPE + rb"|\\\r\n|\\\Z|\\[^0-9a-fA-F]|)*+"
_DOUBLE = rb'"(?:[^"\\\n\r\f]++' + _IN_STRING
_SINGLE = rb"'(?:[^'\\\n\r\f]++" + _IN_STRING
# NUL stands for U+FFFD and is no control character.
_IN_URL = rb"(?:[^\"'()\\ \t\n\r\f\x01-\x08\x0b\x0e-\x1f\x7f]++|" + _ESCAPE + rb"|)*+"


def _letter(spellings: bytes, codes: bytes) -> bytes:
    """A letter that is no hexadecimal digit: in either case, or as an escape."""
    whole = rb"\\(?:0{4}" + codes + rb"|0{0,3}" + codes + rb"(?![0-9a-fA-F]))" + _NEWLINE_OR_BLANK
    return rb"(?:\\?[" + spellings + rb"]|" + whole + rb")"


_URL_OPEN = (
    _letter(b"uU", b"[57]5")
    + _letter(b"rR", b"[57]2")
    + _letter(b"lL", b"[46][cC]")
    + rb"\([ \t\n\r\f]*+(?![\"' \t\n\r\f])"
)
_TOKEN = re.compile(
    rb"(?P<whitespace>[ \t\n\r\f]++)"
    rb"|(?P<url>" + _URL_OPEN + _IN_URL + rb"[ \t\n\r\f]*+(?:\)|\Z))"
    rb"|(?P<bad_url>" + _URL_OPEN + rb"(?:[^)\\]++|" + _ESCAPE + rb"|\\|)*+(?:\)|\Z))"
    rb"|(?P<mark>[:;,()\[\]{}])"
    rb"|" + _NUMBER + rb"(?:(?P<percentage>%)|(?P<dimension>" + _IDENT + rb")|(?P<number>))"
    rb"|(?P<CDC>-->)"
    rb"|" + _IDENT + rb"(?:(?P<function>\()|(?P<ident>))"
    rb"|(?P<comment>/\*[^*]*+\*++(?:[^/*][^*]*+\*++|)*+/|/\*[\s\S]*+)"
    rb"|(?P<string>" + _DOUBLE + rb"(?:\"|\Z)|" + _SINGLE + rb"(?:'|\Z))"
    rb"|(?P<bad_string>" + _DOUBLE + rb"|" + _SINGLE + rb")"
    rb"|(?P<hash>#" + _NAME + _NAMES + rb")"
    rb"|(?P<at_keyword>@" + _IDENT + rb")"
    rb"|(?P<CDO><!--)"
    rb"|(?P<delim>[\s\S])"
)
_KINDS = {name: name.replace("_", "-") for name in _TOKEN.groupindex}
_URL_BODY = re.compile(_URL_OPEN + rb"(" + _IN_URL + rb")")
_UNESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\n\r\f])?|(\r\n|[\n\r\f])|([\s\S])|\Z)")
_BOM = b"\xef\xbb\xbf"


def tokens(data: bytes, start: int = 0, stop: int | None = None, *, part: bool = False) -> Iterator[Token]:
    """The tokens of `data` from `start`, where a token must begin, to `stop`, in order and without gaps.

    A byte order mark is given as whitespace, but in a `part` of a sheet it is text. A `function` ends after its
    parenthesis, a `bad-string` before the newline that ends it.
    """
    if start == 0 and not part and data.startswith(_BOM):
        yield "whitespace", 0, 3
        start = 3
    for match in _TOKEN.finditer(data, start, len(data) if stop is None else stop):
        kind = match.lastgroup
        assert kind is not None
        yield match[0].decode() if kind == "mark" else _KINDS[kind], match.start(), match.end()


def token_at(data: bytes, position: int) -> Token:
    """The token that begins at `position`, which must be inside the data and the start of a token."""
    match = _TOKEN.match(data, position)
    assert match is not None
    kind = match.lastgroup
    assert kind is not None
    return match[0].decode() if kind == "mark" else _KINDS[kind], position, match.end()


_NAME_BYTES = bytes(code for code in range(256) if re.match(_NAME, bytes([code])) and code != 0x5C)
_LONGEST_NAME = 32


def token_around(data: bytes, position: int) -> Token:
    """The token that holds `position`: a backslash, or the parenthesis after a name.

    No string, comment or escape may end between the start of that token and `position`. A name that is longer
    than any of CSS's own may be cut short: its kind is that of a part of it.
    """
    before = data[max(0, position - _LONGEST_NAME) : position]
    start = position - len(before) + len(before.rstrip(_NAME_BYTES))
    if data[start - 1 : start] in (b"#", b"@"):
        start -= 1
    elif data.startswith(b"<!--", max(0, start - 2)) and start >= 2:
        start += 2
    elif start == 0 and data.startswith(_BOM):
        start = len(_BOM)
    token = token_at(data, start)
    return token if token[2] > position else token_at(data, position)


def unescape(value: bytes, *, string: bool) -> str:
    """The text that the inside of a string, or a name or unquoted URL, stands for. Invalid UTF-8 becomes U+FFFD."""
    text = value.decode("utf-8", "replace").replace("\0", "\ufffd")
    if "\\" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        digits, newline, other = match.groups()
        if digits:
            code = int(digits, 16)
            return "\ufffd" if code == 0 or 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code)
        return other or ("" if string or newline else "\ufffd")

    return _UNESCAPE.sub(character, text)


def name_of(data: bytes, token: Token) -> str:
    """The name of an ident, function, at-keyword or hash in lower case, without its `(`, `@` or `#`."""
    kind, start, stop = token
    start += kind in ("at-keyword", "hash")
    stop -= kind == "function"
    return unescape(data[start:stop], string=False).lower()


def inside(data: bytes, token: Token) -> tuple[int, int]:
    """The extent of what a string has between its quotes, or a url token between its parentheses and blanks."""
    kind, start, stop = token
    if kind == "url":
        match = _URL_BODY.match(data, start, stop)
        assert match is not None
        return match.span(1)
    return start + 1, stop - (missing(data, token) == b"")


def missing(data: bytes, token: Token) -> bytes:
    """What is to be appended to `token`, if it is the last one, so that nothing appended after that joins it."""
    kind, start, stop = token
    text = data[start:stop]
    escaped = _odd_backslashes(text[:-1])
    dangling = _odd_backslashes(text)
    if kind == "comment":
        return b"" if len(text) > 3 and text.endswith(b"*/") else b"*/"
    if kind == "string":
        closed = len(text) > 1 and text[-1] == text[0] and not escaped
        return b"" if closed else (b"\n" if dangling else b"") + text[:1]
    replacement = "\ufffd".encode() if dangling else b""
    if kind in ("url", "bad-url"):
        return b"" if text.endswith(b")") and not escaped else replacement + b")"
    return replacement


def _odd_backslashes(text: bytes) -> bool:
    return (len(text) - len(text.rstrip(b"\\"))) % 2 == 1


# What can be run over without looking: whole tokens and parts of names, in which nothing begins that matters.
# An escape is one only where it cannot belong to the name of a function.
SIMPLE_STRINGS = (
    rb'|"[^"\\\n\r\f]*+(?:\\(?:\r\n|[\s\S])[^"\\\n\r\f]*+){0,64}"'
    rb"|'[^'\\\n\r\f]*+(?:\\(?:\r\n|[\s\S])[^'\\\n\r\f]*+){0,64}'"
    rb"|[\"'](?:(?<=\")[^\"\\\n\r\f]*+|(?<=')[^'\\\n\r\f]*+)(?=[\n\r\f])"
)
SIMPLE_ESCAPES = (
    rb"|(?:\\(?:[0-9a-fA-F]{1,6}+[ \t\n\f]?+(?!\r)|[^\n\r\f0-9a-fA-F])[-a-zA-Z0-9_\x80-\xff\x00]*+){1,64}"
    rb"(?![(\\\-a-zA-Z0-9_\x80-\xff\x00])"
)
SIMPLE = rb"|\\(?=[\n\r\f])|/(?!\*)|/\*(?![#@])[^*]*+\*/" + SIMPLE_STRINGS + SIMPLE_ESCAPES + rb"){0,500}"
_LEAF = rb"|\((?<![rR][lL]\()[^\"'\\/()\[\]{}]*+\)"
_TO_BRACKET = re.compile(rb"(?:[^\"'\\/()\[\]{}]++|\{[^\"'\\/()\[\]{}]*+\}" + _LEAF + SIMPLE)
_TO_MARK = re.compile(rb"(?:[^\"'\\/()\[\]{};]++" + _LEAF + SIMPLE)
_CLOSERS = {ord("("): b")", ord("["): b"]", ord("{"): b"}"}
_RUNS = {opener: re.compile(re.escape(bytes([opener])) + b"++") for opener in _CLOSERS}


def seek(data: bytes, position: int, until: bytes) -> tuple[int, bytes]:
    """The offset of the first token among the marks `until` outside of all brackets that open after `position`.

    If there is none: the size of the data, and what has to be appended for all that is open at the end.
    """
    run = _TO_MARK if b"{" in until or b";" in until else _TO_BRACKET
    size = len(data)
    stack = bytearray()
    while True:
        run_match = run.match(data, position)
        assert run_match is not None
        position = run_match.end()
        if position >= size:
            return size, bytes(stack[::-1])
        code = data[position]
        if not stack and code in until:
            return position, b""
        if code in b")]}":
            if stack and stack[-1] == code:
                stack.pop()
            position += 1
        elif code in b"[{":
            opened = _RUNS[code].match(data, position)
            assert opened is not None
            stack += _CLOSERS[code] * (opened.end() - position)
            position = opened.end()
        elif code in b"\"'\\/(":
            token = token_around(data, position) if code in b"\\(" else token_at(data, position)
            position = token[2]
            if token[0] in ("function", "("):
                opened = _RUNS[40].match(data, position - 1)
                assert opened is not None
                stack += b")" * (opened.end() - position + 1)
                position = opened.end()
            elif position == size and (last := missing(data, token)):
                return size, last + bytes(stack[::-1])
        elif run_match.end() == run_match.start():
            position += 1


@dataclass(frozen=True, slots=True)
class Statement:
    """A rule, a comment, or a run of blanks at the top level of a sheet, at the bytes from `start` to `stop`.

    `name` is that of an at-rule in lower case, without escapes and `@`, else empty. `block` is the offset of the `{`
    of a rule that has one. `missing` is what has to be appended to a statement that the end of the file leaves open.
    """

    kind: Literal["at-rule", "qualified-rule", "comment", "whitespace"]
    name: str
    start: int
    stop: int
    block: int | None = None
    missing: bytes = b""


_BLANKS = re.compile(rb"(?:[ \t\n\r\f]++|<!--|-->|)*+")


def head(data: bytes, position: int) -> Statement:
    """The statement at `position`, which must be inside the data; if it has a block, it stops before its `{`.

    `<!--` and `-->` count as blanks here (section 5.4.1).
    """
    blanks = 3 if position == 0 and data.startswith(_BOM) else 0
    match = _BLANKS.match(data, position + blanks)
    assert match is not None
    if match.end() > position:
        return Statement("whitespace", "", position, match.end())
    token = token_at(data, position)
    kind, _, stop = token
    if kind == "comment":
        return Statement("comment", "", position, stop, None, missing(data, token))
    if kind == "at-keyword":
        stop, last = seek(data, position + 1, b"{;")
        if data[stop : stop + 1] == b"{":
            return Statement("at-rule", name_of(data, token), position, stop, stop)
        if stop == len(data):
            return Statement("at-rule", name_of(data, token), position, stop, None, last + b";")
        return Statement("at-rule", name_of(data, token), position, stop + 1)
    stop, last = seek(data, position, b"{")
    if stop == len(data):
        return Statement("qualified-rule", "", position, stop, None, last + b"{}")
    return Statement("qualified-rule", "", position, stop, stop)


def top_level(data: bytes) -> list[Statement]:
    """The statements of a sheet, in order and without gaps (CSS Syntax, sections 5.4.1 to 5.4.3)."""
    statements = []
    position = 0
    while position < len(data):
        statement = head(data, position)
        if statement.block is not None:
            end, last = seek(data, statement.block + 1, b"}")
            closed = end < len(data)
            statement = Statement(
                statement.kind,
                statement.name,
                position,
                end + closed,
                statement.block,
                b"" if closed else last + b"}",
            )
        statements.append(statement)
        position = statement.stop
    return statements


def closers(data: bytes) -> bytes:
    """What has to be appended to a sheet so that the next one can follow: empty for one that ends whole.

    Also closes a last `@import "a.css"` without its semicolon, and a selector without a block.
    """
    statements = top_level(data)
    return statements[-1].missing if statements else b""
