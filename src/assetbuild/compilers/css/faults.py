"""Where a style sheet is not what its author can have meant, though every browser goes on reading it.

The grammar is that of CSS Syntax Module Level 3 (sections 5.4 and 5.5) with nesting. Told is only a parse error by
which something is lost: a declaration, a rule, all that follows. Hacks by which old browsers are told apart lose
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assetbuild.dataclass import dataclass
from assetbuild.references import css_lexer
from assetbuild.references.css_lexer import Token

_COMMENT = rb"/\*[^*]*+\*++(?:[^/*][^*]*+\*++|)*+/"
_BLANK = rb"[ \t\n\r\f]"
_STRING = rb"\"(?:[^\"\\\n\r\f]++|\\[^\n\r\f]|)*+\"|'(?:[^'\\\n\r\f]++|\\[^\n\r\f]|)*+'"
_ESCAPE = rb"\\[^\n\r\f]"
_URL = (
    rb"[uU][rR][lL]\(" + _BLANK + rb"*+(?:[^\"'()\\ \t\n\r\f\x00-\x08\x0b\x0e-\x1f\x7f]++|" + _STRING + rb")"
    + _BLANK + rb"*+\)"
)  # fmt: skip


def _nested(depth: int) -> bytes:
    """Parentheses without anything that needs a closer look, so many of them in one another."""
    inner = rb"|" + _nested(depth - 1) if depth else b""
    return (
        rb"\((?<![rR][lL]\()(?:[^\"'()\\{}\[\];/@]++|" + _STRING + rb"|" + _ESCAPE + rb"|/(?![*/])" + inner + rb"|)*+\)"
    )


_PARENTHESES = _URL + rb"|" + _nested(3)
_BRACKETS = rb"\[(?:[^\"'()\\{}\[\];/]++|" + _STRING + rb"|" + _ESCAPE + rb"|)*+\]"
_IN_VALUE = (
    rb"[^\"'()\\{}\[\];:/@uU]++|" + _PARENTHESES + rb"|[uU]|" + _BRACKETS + rb"|" + _STRING + rb"|" + _ESCAPE
    + rb"|" + _COMMENT + rb"|/(?![*/])"
)  # fmt: skip
_DECLARATION = rb"[*_]?+-{0,2}+[a-zA-Z_][-\w]*+" + _BLANK + rb"*+:(?:" + _IN_VALUE + rb"|)*+(?:;|(?=\}))"
_IN_PRELUDE = (
    rb"[^\"'()\\{}\[\];/@<]++|" + _PARENTHESES + rb"|" + _BRACKETS + rb"|" + _ESCAPE + rb"|" + _COMMENT
)  # fmt: skip
_IN_BLOCK = _BLANK + rb"++|;|" + _COMMENT + rb"|" + _DECLARATION
_HEAD = rb"(?=[-.#*&:>+~%|a-zA-Z0-9_\[\\\x80-\xff])(?:" + _IN_PRELUDE + rb"|)*+\{"
_AT_HEAD = rb"@[-\w]++(?:" + _IN_PRELUDE + rb"|)*+\{"
_FLAT = rb"(?:" + _HEAD + rb"|" + _AT_HEAD + rb")(?:" + _IN_BLOCK + rb"|)*+\}"
_RULE = _HEAD + rb"(?:" + _IN_BLOCK + rb"|" + _FLAT + rb"|)*+\}"
# Whole rules and declarations in which nothing can be wrong, at the top level and in a block.
_PLAIN = re.compile(rb"(?:" + _BLANK + rb"++|" + _COMMENT + rb"|<!--|-->|" + _RULE + rb"|)*+")
_PLAIN_IN_BLOCK = re.compile(rb"(?:" + _IN_BLOCK + rb"|" + _RULE + rb"|" + _FLAT + rb"|)*+")
_NEXT_PROPERTY = re.compile(rb"[\n\r\f]" + _BLANK + rb"*+(-?[a-zA-Z][-\w]*+)" + _BLANK + rb"*+\Z")
_WITH_BLOCK = frozenset(
    ["container", "font-face", "keyframes", "media", "page", "property", "scope", "starting-style", "supports"]
)
_PAIRS = {"(": ")", "function": ")", "[": "]", "{": "}"}
_WORDS = {"(": "'('", "function": "'('", "[": "'['", "{": "'{'"}


@dataclass(frozen=True, slots=True)
class CssFault:
    """What is lost and why, in words, at bytes `start` and `length` of the sheet."""

    text: str
    start: int
    length: int


def css_faults(data: bytes) -> list[CssFault]:
    """The faults of a sheet in the order of their places."""
    return sorted(_Reader(data).faults(), key=lambda fault: fault.start)


@dataclass(slots=True)
class _Statement:
    """What stands up to a `;`, a `{`, the `}` of the block around it, or the end, as `end` tells; "" is the end."""

    first: Token | None
    second: Token | None
    stop: int
    end: str
    last: int = 0
    colon: int = -1
    colons: int = 0
    semicolon: int = -1


class _Reader:
    """Goes through the statements of a sheet; `open` are the places of the braces that are open."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[int] = []
        self._found: list[CssFault] = []

    def faults(self) -> Iterator[CssFault]:
        data, position = self._data, 0
        if data.startswith(b"\xef\xbb\xbf"):
            position = 3
        while True:
            plain = (_PLAIN_IN_BLOCK if self._open else _PLAIN).match(data, position)
            assert plain is not None
            position = plain.end()
            if position >= len(data):
                break
            if data[position] == 0x7D:
                self._close(position)
                position += 1
            else:
                position = self._statement(position)
        for place in self._open[:1]:
            self._tell("'{' is not closed", place, 1)
        yield from self._found

    def _tell(self, text: str, start: int, length: int) -> None:
        self._found.append(CssFault(text, start, length))

    def _close(self, place: int) -> None:
        if self._open:
            self._open.pop()
        else:
            self._tell("'}' closes nothing: the rule after it is lost", place, 1)

    def _statement(self, start: int) -> int:
        """Reads a statement, says what is wrong with it, and gives the place after it."""
        known = len(self._found)
        read = self._read(start)
        if len(self._found) == known:
            self._judge(read, start)
        if read.end == "{":
            self._open.append(read.stop - 1)
        return read.stop

    def _read(self, start: int) -> _Statement:
        """One statement. Brackets in it, strings and comments that do not end are told here."""
        data = self._data
        opened: list[Token] = []
        read = _Statement(None, None, len(data), "")
        custom = data.startswith(b"--", start)
        rule = not custom
        for token in css_lexer.tokens(data, start):
            kind, begin, stop = token
            if kind in ("whitespace", "comment"):
                self._judge_token(token)
                continue
            if not opened and self._ends(kind, read, rule and not (custom and read.colon >= 0)):
                read.end = kind
                read.stop = begin if kind == "}" else stop
                return read
            if read.first is None:
                read.first = token
            elif read.second is None:
                read.second = token
            self._judge_token(token)
            if kind in _PAIRS:
                opened.append(token)
            elif kind in (")", "]", "}"):
                if opened and _PAIRS[opened[-1][0]] == kind:
                    opened.pop()
                elif not opened:
                    self._tell(f"'{kind}' closes nothing: what it stands in is lost", begin, 1)
                else:
                    return self._broken(opened, token, read)
            elif kind == ":" and not opened:
                read.colons += 1
                if read.colon < 0:
                    read.colon = begin
                elif self._open and not custom:
                    self._judge_colon(start, read.last, begin)
                read.last = stop
            elif kind == ";" and not opened and read.semicolon < 0:
                read.semicolon = begin
        if opened:
            kind, begin, stop = opened[0]
            self._tell(f"{_WORDS[kind]} is not closed: all that follows is lost", stop - 1, 1)
        return read

    def _ends(self, kind: str, read: _Statement, rule: bool) -> bool:
        """Whether a token of this kind outside of brackets ends the statement."""
        if kind == "{":
            return rule
        if kind == ";":
            # At the top level a semicolon ends at-rules only (section 5.4.3).
            return bool(self._open) or (read.first is not None and read.first[0] == "at-keyword")
        return kind == "}" and bool(self._open)

    def _broken(self, opened: list[Token], token: Token, read: _Statement) -> _Statement:
        """What is told, and where reading goes on, at a bracket that closes another kind."""
        kind, _, stop = opened[-1]
        self._tell(f"{_WORDS[kind]} is not closed before '{token[0]}': what follows is lost", stop - 1, 1)
        read.end, read.stop = ("}", token[1]) if token[0] == "}" and self._open else (";", token[2])
        return read

    def _judge_token(self, token: Token) -> None:
        kind, start, stop = token
        if kind == "bad-string":
            self._tell("a string that does not end on its line: what it stands in is lost", start, stop - start)
        elif kind == "bad-url":
            self._tell(
                "a URL with a blank, a quote or a parenthesis in it: what it stands in is lost", start, stop - start
            )
        elif kind == "comment" and css_lexer.missing(self._data, token):
            self._tell("a comment that does not end", start, 2)
        elif kind in ("string", "url") and stop == len(self._data) and css_lexer.missing(self._data, token):
            self._tell(f"a {'string' if kind == 'string' else 'URL'} that does not end", start, 1)

    def _judge_colon(self, start: int, floor: int, colon: int) -> None:
        """A second colon in a declaration: with a name on a line of its own before it, a semicolon is missing."""
        found = _NEXT_PROPERTY.search(self._data, floor, colon)
        if found is not None:
            name = found[1].decode()
            self._tell(
                f"no ';' before '{name}': this declaration and the one before it are lost", found.start(1), len(name)
            )

    def _judge(self, read: _Statement, start: int) -> None:
        """What is wrong with a statement whose tokens are all right."""
        first = read.first
        if self._data.startswith(b"//", start):
            what = "declaration" if self._open and read.end != "{" else "rule"
            self._tell(f"'//' begins no comment in CSS: the {what} after it is lost", start, 2)
        elif first is None:
            if read.end == "{":
                self._tell("a block without a selector is lost", read.stop - 1, 1)
        else:
            self._judge_kind(read, first)

    def _judge_kind(self, read: _Statement, first: Token) -> None:
        place, length = first[1], first[2] - first[1]
        if first[0] == "at-keyword":
            name = css_lexer.name_of(self._data, first)
            if name in _WITH_BLOCK and read.end != "{":
                self._tell(f"'@{name}' without a block", place, length)
        elif read.end != "{":
            self._judge_without_block(read, place, length)
        elif not self._open and read.semicolon >= 0:
            self._tell("';' ends nothing here: all up to the next block is lost", read.semicolon, 1)

    def _judge_without_block(self, read: _Statement, place: int, length: int) -> None:
        if not self._open:
            if read.semicolon >= 0:
                self._tell("';' ends nothing here: all up to the next block is lost", read.semicolon, 1)
            else:
                self._tell("a selector without a block: the file ends", place, length)
        elif read.colon < 0:
            self._tell("a declaration without ':' is lost", place, length)
        elif read.colon == place:
            second = read.second
            if second is None or second[0] != "ident":
                self._tell("a declaration without a property is lost", place, 1)
