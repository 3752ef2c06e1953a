"""Where the code of a JavaScript text is, and where its comments, strings, templates and regular expressions.

Lexical grammar: ECMA-262, with hashbangs and, in scripts, Annex B's HTML-like comments. The text need not be
valid: an unterminated string ends with its line, and reading goes on. Offsets are bytes. Time is linear in the size.

One expression swallows code and strings in bulk. It stops only where that is not enough, and there a piece is recorded:
at a slash, at a template with substitutions (and, inside those, at braces), at an HTML-like comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from assetbuild.expression import expression
from assetbuild.references.javascript_pieces import (
    BROKEN_PIECE,
    CHUNK_PIECE,
    COMMENT,
    COMMENT_PIECE,
    GAP,
    LINE,
    LINE_END,
    LINE_REST,
    LITERAL,
    LITERAL_PIECE,
    NAME_PART,
    NAME_PARTS,
    REGEX_PIECE,
    SLASH_PIECE,
    SOLID_LITERAL,
    SPACE,
    SPACES,
    STRING,
    STRINGS,
    TEMPLATE,
    Pieces,
    continues_name,
    line_end,
    plain,
    without_blanks,
)
from assetbuild.references.javascript_slash import operand_before

__all__ = [
    "BROKEN_PIECE",
    "COMMENT",
    "COMMENT_PIECE",
    "GAP",
    "LINE",
    "LINE_REST",
    "NAME_PART",
    "NAME_PARTS",
    "SPACE",
    "SPACES",
    "STRING",
    "TEMPLATE",
    "Lexer",
    "is_module",
    "lexer_of",
    "literals",
    "read_whole",
]

_SPLIT_LITERALS = expression(rb"(" + STRINGS + rb"|" + TEMPLATE + rb")")
_SCRIPT_STOPS, _SCRIPT_FURTHER = rb"<-", rb"|<(?!!--)|-(?!->)"


def _plain(script: bool, gaps: bool, substitution: bool) -> re.Pattern[bytes]:
    """The expression that reads in bulk outside or inside a substitution."""
    stops, further = (_SCRIPT_STOPS, _SCRIPT_FURTHER) if script else (b"", b"")
    literal = SOLID_LITERAL if gaps else STRINGS + rb"|" + TEMPLATE
    code = plain((rb"{}" if substitution else b"") + stops, further, literal)
    # The groups are numbered as in _FREQUENT_PIECES.
    frequent = rb"(//" + LINE_REST + rb"|/\*[^*]*+(?:\*(?!/)[^*]*+|)*+\*/)"
    if gaps:
        frequent += rb"|(" + STRINGS + rb"|" + TEMPLATE + rb")"
    return expression(code + rb"(?:" + frequent + rb"|)")


_BOTH = (False, True)
_PLAIN = {key: _plain(*key) for key in product(_BOTH, _BOTH, _BOTH)}
_FREQUENT_PIECES = {1: COMMENT_PIECE, 2: LITERAL_PIECE}
_CHUNK = re.compile(rb"[`}](?:[^`\\$]++|\\[\s\S]|\$(?!\{)|)*+(?:`|\$\{)")
_REGEX = re.compile(
    rb"/(?!/)(?:[^/\\\[\r\n\xe2]++|\xe2(?!\x80[\xa8\xa9])|\\[^\r\n]"
    rb"|\[(?:[^\]\\\r\n\xe2]++|\xe2(?!\x80[\xa8\xa9])|\\[^\r\n]|)*+\]|)*+/" + NAME_PARTS
)
_LINE_COMMENT = re.compile(rb"//" + LINE_REST)
_HASHBANG = re.compile(rb"(?:\xef\xbb\xbf)?#!" + LINE_REST)
_OPENING_HTML_COMMENT = re.compile(rb"<!--")
# Not after a character of a token; what stands before blanks is looked at apart.
_CLOSING_HTML_COMMENT = re.compile(rb"-->(?<![!-.0-~]-->)")
_BLANKS_LOOKED_AT = 64
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")
_OPENER = {0x29: 0x28, 0x5D: 0x5B, 0x7D: 0x7B}
_STRIDE = 1 << 14


class Lexer:
    """Reads `data` from its start as far as asked. `script`: HTML-like comments are comments.

    `pieces` is what has been read, its lists also at hand as `starts`, `stops` and `kinds`. `whole` turns False at
    anything unterminated. With `gaps`, literals that hold more than visible ASCII characters, or brackets, are pieces,
    too. Never raises.
    """

    __slots__ = (
        "_depths",
        "_gaps",
        "_script",
        "data",
        "kinds",
        "pieces",
        "position",
        "starts",
        "stops",
        "whole",
    )

    def __init__(self, data: bytes, script: bool = False, gaps: bool = False) -> None:
        self.data = data
        self.pieces = Pieces(data)
        self.starts, self.stops, self.kinds = self.pieces.starts, self.pieces.stops, self.pieces.kinds
        self.whole = True
        self.position = 0
        self._script = script
        self._gaps = gaps
        self._depths: list[int] = []  # braces open inside each substitution that is being read
        hashbang = _HASHBANG.match(data)
        if hashbang:
            self._add(0, hashbang.end(), COMMENT_PIECE)

    def read(self, until: int) -> None:
        """Reads on until `position` is past `until` or the text ends."""
        data, size = self.data, len(self.data)
        starts, stops, kinds = self.starts, self.stops, self.kinds
        while self.position <= until and self.position < size:
            # A lookahead must not meet the end of a stride, so scripts are read without.
            end = size if self._script else min(self.position + _STRIDE, size)
            bulk = _PLAIN[self._script, self._gaps, bool(self._depths)].match
            position = self.position
            while True:
                match = bulk(data, position, end)
                frequent, position = match.lastindex, match.end()  # type: ignore[union-attr]
                # What reaches the end of the stride may go on behind it.
                if frequent is None or position == end:
                    break
                starts.append(match.start(frequent))  # type: ignore[union-attr]
                stops.append(position)
                kinds.append(_FREQUENT_PIECES[frequent])
            if frequent is not None:
                position = match.start(frequent)  # type: ignore[union-attr]
            elif position == end:
                self._add(position, position, COMMENT_PIECE)
                continue
            byte = data[position]
            if byte == 0x2F:
                self._slash(position)
            elif byte in b"'\"`":
                self._quote(position)
            elif byte == 0x7B:
                self._depths[-1] += 1
                self.position = position + 1
            elif byte == 0x7D:
                self._close_brace(position)
            else:
                self._html_comment(position)
        if self._depths and self.position >= size:
            self.whole = False

    def _add(self, start: int, stop: int, kind: int) -> None:
        self.starts.append(start)
        self.stops.append(stop)
        self.kinds.append(kind)
        self.position = stop

    def _slash(self, start: int) -> None:
        data = self.data
        after = data[start + 1 : start + 2]
        if after == b"/":
            self._add(start, _LINE_COMMENT.match(data, start).end(), COMMENT_PIECE)  # type: ignore[union-attr]
            return
        if after == b"*":
            stop = data.find(b"*/", start + 2)
            self.whole &= stop >= 0
            self._add(start, stop + 2 if stop >= 0 else len(data), COMMENT_PIECE)
            return
        if operand_before(self.pieces, start) or self.pieces.patience < 0:
            self._add(start, start + 1, SLASH_PIECE)
            return
        match = _REGEX.match(data, start)
        if match:
            self._add(start, match.end(), REGEX_PIECE)
            return
        self.whole = False
        self.pieces.patience -= line_end(data, start) - start
        self._add(start, start + 1, SLASH_PIECE)

    def _quote(self, start: int) -> None:
        """A template with substitutions; or a literal across the end of a stride, or one that does not end."""
        literal = LITERAL.match(self.data, start)
        if literal and self._gaps:
            self._add(start, literal.end(), LITERAL_PIECE)
        elif literal:
            self.position = literal.end()
        elif self.data[start] == 0x60:
            self._chunk(start)
        else:
            self.whole = False
            self._add(start, line_end(self.data, start), BROKEN_PIECE)

    def _chunk(self, start: int) -> None:
        """A template up to its first substitution, from one substitution to the next, or to its end."""
        match = _CHUNK.match(self.data, start)
        if match is None:
            self.whole = False
            self._add(start, len(self.data), BROKEN_PIECE)
            return
        opens = self.data[match.end() - 1] == 0x7B
        if self.data[start] == 0x60:
            if opens:
                self._depths.append(0)
        elif not opens:
            self._depths.pop()
        self._add(start, match.end(), CHUNK_PIECE)

    def _close_brace(self, start: int) -> None:
        if self._depths[-1]:
            self._depths[-1] -= 1
            self.position = start + 1
        else:
            self._chunk(start)

    def _html_comment(self, start: int) -> None:
        """ECMA-262 Annex B.1.1: `<!--` anywhere, `-->` after nothing but blanks and comments on its line."""
        if self.data[start] == 0x2D and not self._begins_line(start):
            self.position = start + 3
            return
        self._add(start, LINE.match(self.data, start).end(), COMMENT_PIECE)  # type: ignore[union-attr]

    def _begins_line(self, position: int) -> bool:
        piece, end = len(self.starts), position
        while True:
            floor = self.stops[piece - 1] if piece else 0
            blank = without_blanks(self.data, floor, end)
            if blank > floor or LINE_END.search(self.data, blank, end):
                return blank == 0 or LINE_END.search(self.data, blank, end) is not None
            if not piece or self.kinds[piece - 1] != COMMENT_PIECE:
                return not piece
            piece -= 1
            end = self.starts[piece]
            if LINE_END.search(self.data, end, self.stops[piece]):
                return True


_MODULE_SYNTAX = expression(
    rb"(?:import(?!" + NAME_PART + rb")" + GAP + rb"(?:['\"{*]|" + NAME_PART + rb"|\."
    + GAP + rb"meta(?!" + NAME_PART + rb"))"
    rb"|export(?!" + NAME_PART + rb")" + GAP + rb"(?:[{*]|(?:default|const|let|var|function|class|async)(?!"
    + NAME_PART + rb")))"
)  # fmt: skip
_IMPORT_HINT = re.compile(rb"import(?:[\x80-\xff]|\s++[\w$\\]|\s*+['\"{*./\x80-\xff])")
_EXPORT_HINT = re.compile(rb"export(?:[\x80-\xff]|\s++[dclvfa]|\s*+[{*/\x80-\xff])")


def is_module(data: bytes) -> bool:
    """Whether the text holds an import or export declaration or `import.meta`, which only modules may."""
    hints = sorted(match.start() for hint in (_IMPORT_HINT, _EXPORT_HINT) for match in hint.finditer(data))
    if not hints:
        return False
    lexer = Lexer(data)
    for hint in hints:
        lexer.read(hint)
        if not lexer.pieces.is_code(hint) or continues_name(data, hint) or lexer.pieces.is_property(hint):
            continue
        if _MODULE_SYNTAX.match(data, hint):
            return True
    return False


def lexer_of(data: bytes, gaps: bool = False) -> Lexer:
    """A lexer for the text's goal: HTML-like comments count only in what is not a module. `gaps`: see Lexer."""
    may_hold = next(_html_comments(data), None) is not None
    return Lexer(data, may_hold and not is_module(data), gaps)


def read_whole(data: bytes, gaps: bool = False) -> Lexer:
    """As `lexer_of`, and it has read all.

    Where no code holds what may be an HTML-like comment, neither goal sees one; so nobody asks which it is.
    """
    lexer = Lexer(data, gaps=gaps)
    lexer.read(len(data))
    if any(map(lexer.pieces.is_code, sorted(_html_comments(data)))) and not is_module(data):
        lexer = Lexer(data, True, gaps)
        lexer.read(len(data))
    return lexer


def _html_comments(data: bytes) -> Iterator[int]:
    """Where `<!--` is, or `-->` after nothing but blanks and the start of a line or the end of a comment.

    What is after characters above ASCII, or many blanks, counts too: they may be line breaks.
    """
    yield from (match.start() for match in _OPENING_HTML_COMMENT.finditer(data))
    for match in _CLOSING_HTML_COMMENT.finditer(data):
        start = match.start()
        before = data[max(0, start - _BLANKS_LOOKED_AT) : start].rstrip(b" \t\v\f")
        if not before or before[-1] in b"\r\n" or before[-1] >= 0x80 or before.endswith(b"*/"):
            yield start


def literals(data: bytes) -> tuple[list[bytes], bool]:
    """Every string, template chunk and regular expression, as written, and whether the text is whole.

    A template with substitutions gives a chunk for each run of its text, delimiters included. Whole means that
    nothing is unterminated and the brackets are balanced. What a minifier takes and what it gives must agree.
    """
    lexer = lexer_of(data)
    lexer.read(len(data))
    found: list[bytes] = []
    code: list[bytes] = []
    for number, (start, stop) in enumerate(lexer.pieces.stretches()):
        parts = _SPLIT_LITERALS.split(data[start:stop])
        found += parts[1::2]
        code += parts[::2]
        if number == len(lexer.starts):
            break
        if lexer.kinds[number] in (CHUNK_PIECE, REGEX_PIECE, BROKEN_PIECE):
            piece = data[lexer.starts[number] : lexer.stops[number]]
            found.append(piece)
            if lexer.kinds[number] == CHUNK_PIECE:
                code.append(piece[:1] + piece[-1:])
    return found, lexer.whole and balanced(b"".join(code))


def balanced(code: bytes) -> bool:
    """Whether every bracket in code without literals has its like."""
    brackets = code.translate(None, _NOT_BRACKETS)
    size = 2 * len(brackets)
    # Round by round while that is quick: of something nested deep little goes in each.
    while len(brackets) < size - size // 8:
        size = len(brackets)
        brackets = brackets.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
    opened = bytearray()
    for byte in brackets:
        if byte in b"([{":
            opened.append(byte)
        elif not opened or opened.pop() != _OPENER[byte]:
            return False
    return not opened
