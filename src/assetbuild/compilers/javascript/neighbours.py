"""Tokens that cannot stand side by side in any script or module: syntax errors that need no parser.

Each rule says that no production of ECMA-262 (2026, with Annex B) has the two in a row, whatever stands around them;
the table, and why it holds, is in docs/syntax.md. What is said is therefore sure; that nothing is said means little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assetbuild.compilers.javascript.check import tokens_of
from assetbuild.dataclass import dataclass
from assetbuild.references.javascript_lexer import COMMENT_PIECE, Lexer

_BREAK = b"\n"
# A dot that is a token of its own, `/`, `*`, `++` and `--` have rules of their own, or none.
_ASSIGNING = frozenset(b"= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??=".split())
_BINARY = frozenset(b"% ** & | ^ << >> >>> && || ?? == != === !== < > <= >= ? =>".split()) | _ASSIGNING
_PREFIX = frozenset(b"+ - ! ~".split())
_WANTS_OPERAND = _BINARY | _PREFIX | {b"...", b"*"}
_CLOSES = frozenset(b") ] } ; , :".split())
_BEGINS_NOTHING = _BINARY | {b"."}

BEFORE_WORD = frozenset(
    b"accessor as async await break case catch class const continue default defer delete do else export extends "
    b"finally for from function get if import in instanceof let new of return set source static switch throw try "
    b"typeof using var void while with yield".split()
)
"""Words after which a word, a number or a string can stand on the same line; generous."""
AFTER_OPERAND = frozenset(b"as assert extends from in instanceof of with".split())
"""Words that can stand behind an operand on the same line; generous."""
_STATEMENT_WORDS = frozenset(
    b"break case catch const continue debugger do else extends finally for if in instanceof return switch throw try "
    b"var while".split()
)
_OPERAND_WANTED = _STATEMENT_WORDS | frozenset(b"delete new typeof void".split())
_HEADS = frozenset(b"for if switch while".split())
_BINDERS = frozenset(b"const let var".split())
_BINDERS_OF_FOR = frozenset(b"var const".split())
_NO_WORD = b"a"
_OPENS = frozenset(b"( [ {".split())
# A brace after one of these begins an object, a pattern, or a list of imports.
_BEFORE_OBJECT = (
    (_BINARY - {b"=>"})
    | _PREFIX
    | frozenset(b"( [ , ... const default delete let return throw typeof var void".split())
)
_NUMBER = re.compile(
    rb"(?:0[xX][0-9a-fA-F_]+n?|0[oO][0-7_]+n?|0[bB][01_]+n?|[0-9][0-9_]*n|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]+)?)"
)
_NAME = re.compile(rb"[\w$\\\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Unexpected:
    """A token that cannot stand where it does, as bytes `start` and `length` of the text."""

    text: str
    start: int
    length: int


def unexpected_tokens(lexer: Lexer) -> list[Unexpected]:
    """What no script or module can hold, in the order of the text; of several on one line the first.

    The lexer has read all of a text whose literals end and whose brackets are balanced.
    """
    data = lexer.data
    kinds = zip(lexer.starts, lexer.kinds, strict=True)
    if any(kind == COMMENT_PIECE and data[start : start + 1] in (b"<", b"-") for start, kind in kinds):
        return []  # A script; in a module `<!--` is three operators, and which of the two it is nobody knows here.
    found: list[Unexpected] = []
    for one in _unexpected(*tokens_of(lexer, 0, len(data))):
        if not found or b"\n" in data[found[-1].start : one.start] or b"\r" in data[found[-1].start : one.start]:
            found.append(one)
    return found


def _unexpected(tokens: list[bytes], starts: list[int]) -> Iterator[Unexpected]:
    reader = _Reader()
    for token, start in zip(tokens, starts, strict=True):
        if token == _BREAK:
            reader.broken = True
            continue
        reason = reader.reason(token)
        if reason is not None:
            yield Unexpected(reason, start, len(token))
        reader.take(token, start)
    if reader.last in _WANTS_OPERAND or reader.last in (b",", b".", b"?."):
        yield Unexpected(f"the file ends after {_shown(reader.last)}", reader.start, len(reader.last))


class _Reader:
    """What has been read: the last tokens, the brackets that are open, and what stood before each of these."""

    __slots__ = ("before", "broken", "empty_at", "heads", "last", "open", "start")

    def __init__(self) -> None:
        self.last, self.before = b";", b";"
        self.broken = False
        self.start = 0
        self.open: list[bytes] = []
        self.heads: list[bytes] = []
        self.empty_at = False  # After `()` where it is no call and no list of parameters but an arrow's.

    def take(self, token: bytes, start: int) -> None:
        """Goes past a token."""
        opened, closes = _brackets(token)
        self.empty_at = token == b")" and self.last == b"(" and bool(self.heads) and _wants_value(self.heads[-1])
        if closes and self.open:
            self.open.pop()
            self.heads.pop()
        if opened:
            self.open.append(opened)
            property_name = self.before in (b".", b"?.")
            ended = self.broken and self.last == b"return"
            self.heads.append(_NO_WORD if property_name else b";" if ended else self.last)
        self.last, self.before, self.start, self.broken = token, self.last, start, False

    def reason(self, token: bytes) -> str | None:
        """Why a token cannot come next; None if it may."""
        last = self.last
        if self._is_wrong_pair(last, token) or self._is_wrong_word(last, token) or self._is_wrong_place(token):
            return f"unexpected {_shown(token)} after {_shown(last)}"
        if (not self.broken or self._is_in_list()) and _ends_operand(last) and _begins_operand(token):
            return f"unexpected {_shown(token)} after {_shown(last)}"
        if token[:1].isdigit() and not _NUMBER.fullmatch(token):
            return f"{_shown(token)} is no number"
        return None

    def _is_wrong_pair(self, last: bytes, token: bytes) -> bool:
        if last in _WANTS_OPERAND:
            return token in _CLOSES or token in _BEGINS_NOTHING or token == b"*" or _resumes_template(token)
        if last == b".":
            return not (_is_word(token) or token[:1] in b"#@" or token[:1].isdigit())
        if last == b"?.":
            return not (_is_word(token) or token[:1] in b"#@([`")
        if last == b"(" or last.endswith(b"${"):
            return token in _BEGINS_NOTHING or token in (b"*", b",", b":") or _resumes_template(token)
        if last == b"[":
            return token in _BEGINS_NOTHING or token in (b"*", b";", b":")
        if last == b"{":
            return token in _BEGINS_NOTHING or token in (b",", b":")
        if last == b",":
            return token in _BEGINS_NOTHING or token in (b";", b":")
        if last == b";":
            return token in _BEGINS_NOTHING or token in (b"]", b",", b":")
        if last == b":" and token == b"}":
            return self._is_in_list()
        return last == b":" and (token in _BEGINS_NOTHING or token in (b"*", b")", b"]", b",", b":"))

    def _is_wrong_word(self, last: bytes, token: bytes) -> bool:
        if token in _STATEMENT_WORDS:
            if last == b"(":
                return token not in _BINDERS_OF_FOR
            return last in _BINARY or last in _PREFIX or last == b"..."
        if last in _OPERAND_WANTED and self.before not in (b".", b"?."):
            return token in (b")", b"]") or (token == b"{" and last in _HEADS)
        return False

    def _is_in_list(self) -> bool:
        """Whether no statement can end here, so that no line break is a semicolon."""
        if not self.open:
            return False
        return self.open[-1] != b"{" or self.heads[-1] in _BEFORE_OBJECT

    def _is_wrong_place(self, token: bytes) -> bool:
        if self.empty_at and token != b"=>":
            return True
        inner = self.open[-1] if self.open else b""
        if token == b":" and self.before in _BINDERS and _is_word(self.last):
            return True
        if token == b";":
            return inner == b"[" or inner == b"${" or (inner == b"(" and self.heads[-1] not in (b"for", b"await"))
        return token == b"," and self.last == b"," and inner != b"["


def _brackets(token: bytes) -> tuple[bytes, bool]:
    """The bracket that a token opens, empty for none, and whether it closes one; pieces of templates do both."""
    if token in _OPENS:
        return token, False
    if len(token) == 1:
        return b"", token in b")]}"
    piece = token[:1] in b"`}"
    return (b"${" if piece and token.endswith(b"${") else b""), token[:1] == b"}"


def _wants_value(token: bytes) -> bool:
    """Whether a parenthesis after this token holds an expression, or an arrow's parameters."""
    return token in _BINARY or token in _PREFIX or token in (b"(", b"[", b"{", b",", b";", b":", b"...")


def _resumes_template(token: bytes) -> bool:
    return len(token) > 1 and token[:1] == b"}"


def _ends_operand(token: bytes) -> bool:
    if token[:1] in b"'\"" or token == b"]":
        return True
    return (_is_word(token) or token[:1].isdigit()) and token not in BEFORE_WORD


def _begins_operand(token: bytes) -> bool:
    if token.startswith(b"!="):
        return False
    if token[:1] in b"'\"!~" or token[:1].isdigit() or (token[:1] == b"." and token[1:2].isdigit()):
        return True
    return _is_word(token) and token not in AFTER_OPERAND


def _is_word(token: bytes) -> bool:
    return not token[:1].isdigit() and _NAME.match(token) is not None


def _shown(token: bytes) -> str:
    text = token[:40].decode(errors="replace")
    return f'"{text}"' if "'" in text else f"'{text}'"
