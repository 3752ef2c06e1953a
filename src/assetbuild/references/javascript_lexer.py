"""Where the code of a JavaScript text is, and where its comments, strings, templates and regular expressions.

Lexical grammar: ECMA-262, with hashbangs and, in scripts, Annex B's HTML-like comments. The text need not be
valid: an unterminated string ends with its line, and reading goes on. Texts are bytes, UTF-8 or any encoding
that keeps ASCII; offsets are bytes. Time is linear in the size.

One expression swallows code and strings in bulk. It stops only where that is not enough: at a slash, at a
template with substitutions (and, inside those, at braces), at an HTML-like comment. These stops are recorded as
*pieces*; what lies between two pieces is a *stretch* of code, strings and templates without substitution.
Brackets are looked at only where a slash after `)` or `}` needs them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

SPACE = (
    rb"(?:[\t-\r ]|\xc2\xa0|\xef\xbb\xbf|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]"
    rb"|\xe2\x81\x9f|\xe3\x80\x80|\xe1\x9a\x80)"
)
LINE_REST = rb"(?:[^\r\n\xe2]++|\xe2(?!\x80[\xa8\xa9]))*+"
COMMENT = rb"(?:/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/|//" + LINE_REST + rb")"
GAP = rb"(?:" + SPACE + rb"|" + COMMENT + rb")*+"
NAME_PART = rb"(?:[\w$]|\\u(?:[0-9a-fA-F]{4}|\{[0-9a-fA-F]+\})|(?!" + SPACE + rb")[\x80-\xff])"
_STRINGS = (
    rb"'(?:[^'\\\r\n]++|\\(?:\r\n|[\s\S]))*+'"
    rb'|"(?:[^"\\\r\n]++|\\(?:\r\n|[\s\S]))*+"'
)
STRING = rb"(?:" + _STRINGS + rb")"
TEMPLATE = rb"`(?:[^`\\$]++|\\[\s\S]|\$(?!\{))*+`"


def _plain(stops: bytes, further: bytes = b"") -> re.Pattern[bytes]:
    """Code and literals in bulk, up to one of the bytes `stops` (in the notation of a character class)."""
    code = rb"[^'\"`/" + stops + rb"]*+"
    return re.compile(code + rb"(?:(?:" + _STRINGS + rb"|" + TEMPLATE + further + rb")" + code + rb")*+")


# No group around the alternatives: the search is twice as fast where it sees each one's first byte.
_LITERAL = re.compile(_STRINGS + rb"|" + TEMPLATE)
_SPLIT_LITERALS = re.compile(rb"(" + _STRINGS + rb"|" + TEMPLATE + rb")")
_BRACKET = re.compile(rb"\(|\)|\[|\]|\{|\}|" + _STRINGS + rb"|" + TEMPLATE)
_PLAIN = _plain(b"")
_PLAIN_IN_TEMPLATE = _plain(rb"{}")
_PLAIN_SCRIPT = _plain(rb"<-", rb"|<(?!!--)|-(?!->)")
_PLAIN_SCRIPT_IN_TEMPLATE = _plain(rb"{}<-", rb"|<(?!!--)|-(?!->)")
LINE = re.compile(LINE_REST)
_CHUNK = re.compile(rb"[`}](?:[^`\\$]++|\\[\s\S]|\$(?!\{))*+(?:`|\$\{)")
_REGEX = re.compile(
    rb"/(?:[^/\\\[\r\n\xe2]++|\xe2(?!\x80[\xa8\xa9])|\\[^\r\n]"
    rb"|\[(?:[^\]\\\r\n\xe2]++|\xe2(?!\x80[\xa8\xa9])|\\[^\r\n])*+\])++/" + NAME_PART + rb"*+"
)
_HASHBANG = re.compile(rb"(?:\xef\xbb\xbf)?#!" + LINE_REST)
_CLOSING_HTML_COMMENT = re.compile(rb"(?:\A|[\r\n]|\xe2\x80[\xa8\xa9]|\*/)" + SPACE + rb"*+(?:/\*|-->)")
_WORD_TAIL = re.compile(rb"[\w$]++\Z")
_NUMBER_TAIL = re.compile(rb"(?<![\w$.\x80-\xff])\d[\d_]*+\.\Z")
_ESCAPED_NAME_PART = re.compile(rb"\\u\{[0-9a-fA-F]{1,6}\}\Z")
_LINE_END = re.compile(rb"[\r\n]|\xe2\x80[\xa8\xa9]")
_CLASS_HEAD = re.compile(rb"(?<![\w$.#])(class(?![\w$])[^{}();,=]*(?:(?<![\w$.#])extends(?![\w$])[^{}]*)?)\Z")
_CASE_HEAD = re.compile(rb"(?<![\w$.#])(?:case(?![\w$])[^;{}?]*|default\s*):\Z")
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")
_OPENER = {0x29: 0x28, 0x5D: 0x5B, 0x7D: 0x7B}
_LONG_SPACES = frozenset(
    [b"\xef\xbb\xbf", b"\xe2\x81\x9f", b"\xe3\x80\x80", b"\xe1\x9a\x80"]
    + [b"\xe2\x80" + bytes([byte]) for byte in (*range(0x80, 0x8B), 0xA8, 0xA9, 0xAF)]
)

# After these an expression begins, so a slash begins a regular expression.
_BEFORE_EXPRESSION = frozenset(
    b"await break case continue debugger default delete do else extends in instanceof new of return throw typeof "
    b"void yield".split()
)
_STATEMENT_HEADS = frozenset([b"if", b"while", b"for", b"with"])
_BLOCK_HEADS = frozenset([b"if", b"while", b"for", b"with", b"switch", b"catch", b"await"])
_BINDERS = frozenset([b"const", b"let", b"var"])
_BEFORE_BLOCK = frozenset([b"else", b"do", b"try", b"finally", b"static"])
_BEFORE_DECLARATION = frozenset([b"else", b"do", b"default", b"export"])
_LONGEST_WORD = 12
_WINDOW = 256
_STRIDE = 4096
_LABELS = 16

COMMENT_PIECE, CHUNK_PIECE, REGEX_PIECE, SLASH_PIECE, BROKEN_PIECE = range(5)


class Lexer:
    """Reads `data` from its start as far as asked. `script`: HTML-like comments are comments.

    Piece number i is `data[starts[i]:stops[i]]` and of kind `kinds[i]`. `whole` turns False at anything
    unterminated. Never raises.
    """

    __slots__ = (
        "_code_until",
        "_depths",
        "_patience",
        "_script",
        "data",
        "kinds",
        "position",
        "starts",
        "stops",
        "whole",
    )

    def __init__(self, data: bytes, script: bool = False) -> None:
        self.data = data
        self.starts: list[int] = []
        self.stops: list[int] = []
        self.kinds: list[int] = []
        self.whole = True
        self.position = 0
        self._script = script
        self._depths: list[int] = []  # braces open inside each substitution that is being read
        self._patience = 8 * len(data)  # bytes that may be read twice: bad expressions, ways back to a bracket
        self._code_until = 0
        hashbang = _HASHBANG.match(data)
        if hashbang:
            self._add(0, hashbang.end(), COMMENT_PIECE)

    def read(self, until: int) -> None:
        """Reads on until `position` is past `until` or the text ends."""
        data, size = self.data, len(self.data)
        while self.position <= until and self.position < size:
            # A lookahead must not meet the end of a stride, so scripts are read without.
            end = size if self._script else min(self.position + _STRIDE, size)
            position = self._plain().match(data, self.position, end).end()  # type: ignore[union-attr]
            if position == end:
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

    def _plain(self) -> re.Pattern[bytes]:
        if self._script:
            return _PLAIN_SCRIPT_IN_TEMPLATE if self._depths else _PLAIN_SCRIPT
        return _PLAIN_IN_TEMPLATE if self._depths else _PLAIN

    def _add(self, start: int, stop: int, kind: int) -> None:
        self.starts.append(start)
        self.stops.append(stop)
        self.kinds.append(kind)
        self.position = stop

    def _slash(self, start: int) -> None:
        data = self.data
        after = data[start + 1 : start + 2]
        if after == b"/":
            self._add(start, LINE.match(data, start).end(), COMMENT_PIECE)  # type: ignore[union-attr]
            return
        if after == b"*":
            stop = data.find(b"*/", start + 2)
            self.whole &= stop >= 0
            self._add(start, stop + 2 if stop >= 0 else len(data), COMMENT_PIECE)
            return
        if self.operand_before(start) or self._patience < 0:
            self._add(start, start + 1, SLASH_PIECE)
            return
        match = _REGEX.match(data, start)
        if match:
            self._add(start, match.end(), REGEX_PIECE)
            return
        self.whole = False
        self._patience -= _line_end(data, start) - start
        self._add(start, start + 1, SLASH_PIECE)

    def _quote(self, start: int) -> None:
        """A template with substitutions; or a literal across the end of a stride, or one that does not end."""
        literal = _LITERAL.match(self.data, start)
        if literal:
            self.position = literal.end()
        elif self.data[start] == 0x60:
            self._chunk(start)
        else:
            self.whole = False
            self._add(start, _line_end(self.data, start), BROKEN_PIECE)

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
            blank = _without_blanks(self.data, floor, end)
            if blank > floor or _LINE_END.search(self.data, blank, end):
                return blank == 0 or _LINE_END.search(self.data, blank, end) is not None
            if not piece or self.kinds[piece - 1] != COMMENT_PIECE:
                return not piece
            piece -= 1
            end = self.starts[piece]
            if _LINE_END.search(self.data, end, self.stops[piece]):
                return True

    def before(self, position: int) -> tuple[int, int]:
        """Past the last byte before `position` that is not blank nor comment; the piece it ends, or -1."""
        data = self.data
        piece = bisect_right(self.starts, position - 1)
        end = position
        while True:
            floor = self.stops[piece - 1] if piece else 0
            end = _without_blanks(data, floor, end)
            if end > floor or not piece:
                return end, -1
            if self.kinds[piece - 1] != COMMENT_PIECE:
                return end, piece - 1
            piece -= 1
            end = self.starts[piece]

    def word_before(self, position: int) -> tuple[bytes, int]:
        """The name or keyword that ends right before `position` (blanks and comments aside) and its start.

        An empty word if there is none, or a long one, which is no keyword.
        """
        end, piece = self.before(position)
        return (b"", end) if piece >= 0 else self._word_at(end)

    def _word_at(self, end: int) -> tuple[bytes, int]:
        match = _WORD_TAIL.search(self.data, max(0, end - _LONGEST_WORD), end)
        if match is None or len(match[0]) == _LONGEST_WORD or continues_name(self.data, match.start()):
            return b"", end
        return match[0], match.start()

    def is_property(self, start: int) -> bool:
        """Whether the word at `start` follows a dot or `#`, and so is no keyword."""
        if start and self.data[start - 1] == 0x23:
            return True
        end, piece = self.before(start)
        if piece >= 0 or self.data[end - 1 : end] != b"." or self.data[end - 3 : end] == b"...":
            return False
        return end == start or _NUMBER_TAIL.search(self.data, max(0, end - _WINDOW), end) is None

    def operand_before(self, position: int) -> bool:
        """Whether an operand ends before `position`, the farthest place read so far: then a slash divides."""
        end, piece = self.before(position)
        if piece >= 0:
            return self._piece_is_operand(piece)
        if end == 0:
            return False
        byte = self.data[end - 1]
        if byte in b"]'\"`":
            return True
        if byte == 0x29:
            return self._parenthesis_is_operand(end - 1)
        if byte == 0x7D:
            return self._brace_is_operand(end - 1)
        if byte in b"+-":
            return self._is_postfix(end)
        if byte == 0x2E:
            return self.data[end - 2 : end - 1].isdigit()
        if byte < 0x80 and not (byte in b"_$" or bytes([byte]).isalnum()):
            return False
        return self._is_operand_word(end)

    def _is_operand_word(self, end: int) -> bool:
        """Whether the word that ends at `end` is a name, a number or the like of `this`."""
        word, start = self._word_at(end)
        return word not in _BEFORE_EXPRESSION or self.is_property(start) or not self._is_operator(word, start)

    def _piece_is_operand(self, piece: int) -> bool:
        kind = self.kinds[piece]
        if kind == CHUNK_PIECE:
            return self.data[self.stops[piece] - 1] == 0x60
        return kind != SLASH_PIECE

    def _is_operator(self, word: bytes, start: int) -> bool:
        """`of` is a keyword only in the head of a `for`, where an operand stands before it."""
        if word != b"of":
            return True
        end, piece = self.before(start)
        if piece >= 0 or end == 0:
            return False
        if self.data[end - 1] in b"]}":
            return True
        if not _is_name_byte(self.data[end - 1]):
            return False
        word, operand = self._word_at(end)
        if _LINE_END.search(self.data, end, start):
            return self.word_before(operand)[0] in _BINDERS
        return word not in _BEFORE_EXPRESSION

    def _is_postfix(self, end: int) -> bool:
        """Whether `+` or `-` before `end` belongs to a postfix `++` or `--`."""
        data, first = self.data, end - 1
        while first and data[first - 1] == data[end - 1]:
            first -= 1
        if (end - first) % 2 or end - first > 2:
            return False
        operand, piece = self.before(first)
        if piece >= 0 or operand == 0 or _LINE_END.search(data, operand, first):
            return False
        if data[operand - 1] in b")]":
            return True
        return _is_name_byte(data[operand - 1]) and self._is_operand_word(operand)

    def _parenthesis_is_operand(self, close: int) -> bool:
        """`(a) / b` divides; after `if (a)` and its like a statement begins."""
        opener = self._opener(close)
        if opener < 0:
            return True
        word, start = self.word_before(opener)
        if word == b"await":
            word, start = self.word_before(start)
            return word != b"for"
        return word not in _STATEMENT_HEADS or self.is_property(start)

    def _opener(self, position: int) -> int:
        """The innermost bracket open before `position`, or -1."""
        piece = bisect_right(self.starts, position - 1)
        end, pending = position, 0
        while self._patience > 0:
            floor = self.stops[piece - 1] if piece else 0
            self._patience -= end - floor + 8
            for place in reversed([match.start() for match in _BRACKET.finditer(self.data, floor, end)]):
                byte = self.data[place]
                if byte in b")]}":
                    pending += 1
                elif byte in b"([{":
                    if not pending:
                        return place
                    pending -= 1
            if not piece:
                break
            piece -= 1
            end = self.starts[piece]
            if self.kinds[piece] == CHUNK_PIECE:
                if self.data[self.stops[piece] - 1] == 0x7B:
                    if not pending:
                        return self.stops[piece] - 1
                    pending -= 1
                pending += self.data[end] == 0x7D
        return -1

    def _brace_is_operand(self, close: int) -> bool:
        """Whether the `}` at `close` ends an object, a function expression or a class expression."""
        opener = self._opener(close)
        return opener >= 0 and self._opens_operand(opener, _LABELS)

    def _opens_operand(self, opener: int, labels: int) -> bool:
        """As `_brace_is_operand`, for the `{`; looks through at most `labels` blocks that begin with a label."""
        end, piece = self.before(opener)
        if piece >= 0:
            return not self._piece_is_operand(piece)
        if end == 0:
            return False
        byte = self.data[end - 1]
        if byte == 0x29:
            return self._is_function_expression(self._opener(end - 1))
        if byte == 0x3E:
            return self.data[end - 2 : end - 1] != b"="
        if byte in b";{}]'\"`":
            return False
        if byte == 0x3A:
            return self._is_value(opener, end, labels)
        if not _is_name_byte(byte):
            return True
        return self._word_begins_operand(opener, end)

    def _is_value(self, opener: int, colon: int, labels: int) -> bool:
        """Whether the brace at `opener`, after a colon, is a value and no labelled block or case."""
        enclosing = self._opener(opener)
        if enclosing < 0 or self._ends_case(colon):
            return False
        label, start = self.word_before(colon - 1)
        end, piece = self.before(start)
        if self.data[enclosing] != 0x7B or not label or piece >= 0 or self.data[end - 1] not in b"{;}":
            return True
        if end - 1 != enclosing or self._is_after_parenthesis(enclosing):
            return False
        return not labels or self._opens_operand(enclosing, labels - 1)

    def _is_after_parenthesis(self, position: int) -> bool:
        end, piece = self.before(position)
        return piece < 0 and self.data[end - 1 : end] == b")"

    def _word_begins_operand(self, opener: int, end: int) -> bool:
        """What the brace at `opener` opens when a word ends at `end` before it."""
        word, start = self._word_at(end)
        if word in _BEFORE_BLOCK:
            return False
        if word in _BEFORE_EXPRESSION and not self.is_property(start):
            return _LINE_END.search(self.data, end, opener) is None
        floor = max(0, end - _WINDOW)
        head = _CLASS_HEAD.search(self.data[floor:end])
        return head is not None and self._is_in_expression(floor + head.start())

    def _ends_case(self, end: int) -> bool:
        return _CASE_HEAD.search(self.data[max(0, end - _WINDOW) : end]) is not None

    def _is_function_expression(self, parameters: int) -> bool:
        """Whether the parenthesis at `parameters` belongs to a function that is not a declaration."""
        if parameters < 0:
            return False
        word, start = self.word_before(parameters)
        if word in _BLOCK_HEADS and not self.is_property(start):
            return False
        if word != b"function":
            end, piece = self._skip_star(start if word else self._long_name_start(start))
            word, start = (b"", end) if piece >= 0 else self._word_at(end)
        if word != b"function":
            return False
        word, before = self.word_before(start)
        return self._is_in_expression(before if word == b"async" else start)

    def _skip_star(self, position: int) -> tuple[int, int]:
        end, piece = self.before(position)
        return self.before(end - 1) if piece < 0 and self.data[end - 1 : end] == b"*" else (end, piece)

    def _long_name_start(self, end: int) -> int:
        while end and _is_name_byte(self.data[end - 1]):
            end -= 1
        return end

    def _is_in_expression(self, start: int) -> bool:
        """Whether `function` or `class` at `start` stands where an expression is wanted."""
        end, piece = self.before(start)
        if piece >= 0:
            return not self._piece_is_operand(piece)
        if end == 0 or self.data[end - 1] in b";{})]'\"`":
            return False
        if self.data[end - 1] == 0x3A:
            return not self._ends_case(end)
        if not _is_name_byte(self.data[end - 1]):
            return True
        word, _ = self._word_at(end)
        return word in _BEFORE_EXPRESSION and word not in _BEFORE_DECLARATION

    def is_code(self, position: int) -> bool:
        """Whether a token of code or a literal begins at `position`; ask in ascending order, after `read`."""
        data = self.data
        piece = bisect_right(self.starts, position) - 1
        floor = self.stops[piece] if piece >= 0 else 0
        if floor > position:
            return False
        place = max(floor, self._code_until)
        while place < position:
            place = _PLAIN.match(data, place, position).end()  # type: ignore[union-attr]
            if place < position:
                literal = _LITERAL.match(data, place)
                place = literal.end() if literal else position + 1
        self._code_until = place
        return place == position

    def is_tagged(self, position: int) -> bool:
        """Whether the template at `position` has a tag before it."""
        end, piece = self.before(position)
        if piece >= 0:
            return self._piece_is_operand(piece)
        if end == 0 or not _is_name_byte(self.data[end - 1]):
            return end > 0 and self.data[end - 1] in b")]'\"`"
        return self._is_operand_word(end)

    def stretches(self) -> Iterator[tuple[int, int]]:
        """The extents between the pieces, each followed by the piece of the same number; the last by none."""
        floor = 0
        for start, stop in zip(self.starts, self.stops, strict=True):
            yield floor, start
            floor = stop
        yield floor, len(self.data)


def _is_name_byte(byte: int) -> bool:
    return byte >= 0x80 or byte in b"_$" or 0x30 <= byte <= 0x39 or 0x41 <= byte & 0xDF <= 0x5A


def continues_name(data: bytes, start: int) -> bool:
    """Whether what stands right before `start` and what begins there are one name."""
    if not start:
        return False
    byte = data[start - 1]
    if byte >= 0x80:
        return _without_blanks(data, 0, start) == start
    if byte == 0x7D:
        return _ESCAPED_NAME_PART.search(data, max(0, start - 10), start) is not None
    return _is_name_byte(byte) or byte == 0x5C


def _line_end(data: bytes, start: int) -> int:
    return LINE.match(data, start).end()  # type: ignore[union-attr]


def _without_blanks(data: bytes, floor: int, end: int) -> int:
    """Past the last byte of `data[floor:end]` that is not white space."""
    while end > floor:
        byte = data[end - 1]
        if byte == 0x20 or 9 <= byte <= 13:
            end -= 1
        elif byte < 0x80:
            break
        elif data[end - 2 : end] == b"\xc2\xa0":
            end -= 2
        elif data[end - 3 : end] in _LONG_SPACES:
            end -= 3
        else:
            break
    return max(end, floor)


_MODULE_SYNTAX = re.compile(
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
        if not lexer.is_code(hint) or continues_name(data, hint) or lexer.is_property(hint):
            continue
        if _MODULE_SYNTAX.match(data, hint):
            return True
    return False


def lexer_of(data: bytes) -> Lexer:
    """A lexer for the text's goal: HTML-like comments count only in what is not a module."""
    may_hold = b"<!--" in data or (b"-->" in data and _CLOSING_HTML_COMMENT.search(data) is not None)
    return Lexer(data, script=may_hold and not is_module(data))


def literals(data: bytes) -> tuple[list[bytes], bool]:
    """Every string, template chunk and regular expression, as written, and whether the text is whole.

    A template with substitutions gives a chunk for each run of its text, delimiters included. Whole means that
    nothing is unterminated and the brackets are balanced. What a minifier takes and what it gives must agree.
    """
    lexer = lexer_of(data)
    lexer.read(len(data))
    found: list[bytes] = []
    code: list[bytes] = []
    for number, (start, stop) in enumerate(lexer.stretches()):
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
    return found, lexer.whole and _balanced(b"".join(code).translate(None, _NOT_BRACKETS))


def _balanced(brackets: bytes) -> bool:
    for _ in range(8):
        brackets = brackets.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
    opened = bytearray()
    for byte in brackets:
        if byte in b"([{":
            opened.append(byte)
        elif not opened or opened.pop() != _OPENER[byte]:
            return False
    return not opened
