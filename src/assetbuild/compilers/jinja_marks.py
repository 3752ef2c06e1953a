"""A template whose output tells where each piece of it was written: marks stand around text and expressions.

The marks are noncharacters, which Unicode keeps for a program's own use (section 23.7). They are put in between the
tokens of the template, where Jinja2 takes them for text; so they go wherever that goes: through blocks, macros, loops.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from assetbuild.dataclass import dataclass, field

if TYPE_CHECKING:
    import jinja2
    from jinja2.ext import Extension

_DIGITS = "".join(map(chr, range(0xFDD0, 0xFDE0)))
_OPEN, CLOSE = "\ufde0", "\ufde1"
MARK = re.compile(f"{_OPEN}(?P<number>[{_DIGITS}]+)|{CLOSE}|{_OPEN}")
_ANY = re.compile("[\ufdd0-\ufdef]")
_TO_DIGITS = str.maketrans("0123456789abcdef", _DIGITS)
_FROM_DIGITS = str.maketrans(_DIGITS, "0123456789abcdef")
_LINE_END = re.compile(r"\r\n|\r")
_CHARACTER = re.compile(r"\r\n|.", re.DOTALL)


@dataclass(frozen=True)
class Template:
    """A template that was read: `written` is its text without a byte order mark, which took `mark` bytes.

    `file` is relative to the configuration's directory. Offsets of pieces count the characters of `text`.
    """

    file: str
    written: str
    mark: int

    @cached_property
    def text(self) -> str:
        """With the line ends that Jinja2 makes of all others."""
        return _LINE_END.sub("\n", self.written)

    @cached_property
    def bytes_before(self) -> Sequence[int]:
        """The byte offset in the file of each character of `text`, then that of the end."""
        if self.written.isascii() and "\r\n" not in self.written:
            return range(self.mark, self.mark + len(self.written) + 1)
        sizes = (len(one.encode()) for one in _CHARACTER.findall(self.written))
        return array("Q", accumulate(sizes, initial=self.mark))


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of a template, from `start` to `stop`: literal text, or an expression with its braces.

    `inner` is the extent of the expression without braces and blanks; of text, the piece's own. `strings` are the
    string literals of the expression: where each begins inside its quotes, and its text.
    """

    template: Template
    start: int
    stop: int
    inner: tuple[int, int]
    strings: tuple[tuple[int, str], ...] = ()
    is_text: bool = False


@dataclass(slots=True)
class Marks:
    """The pieces that marks number; `templates` are those that may be read, by name."""

    templates: Mapping[str, Template]
    pieces: list[Written] = field(default_factory=list)

    def extension(self) -> type[Extension]:
        """What puts the marks into all templates that an environment reads."""
        from jinja2.ext import Extension
        from jinja2.lexer import Token, TokenStream

        marks = self

        class Marking(Extension):
            def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
                pieces = pieces_of(self.environment, marks.templates[without_marks(stream.name or "")])
                for token in stream:
                    if token.type == "variable_begin" or (token.type == "data" and token.value.strip()):
                        yield Token(token.lineno, "data", marks.number(next(pieces)))
                    yield token
                    if token.type == "variable_end" or (token.type == "data" and token.value.strip()):
                        yield Token(token.lineno, "data", CLOSE)

        return Marking

    def number(self, piece: Written) -> str:
        """The mark that opens a piece."""
        self.pieces.append(piece)
        return _OPEN + f"{len(self.pieces) - 1:x}".translate(_TO_DIGITS)

    def piece(self, number: str) -> Written | None:
        """The piece whose number `MARK` found; None for one that no template has."""
        index = int(number.translate(_FROM_DIGITS), 16)
        return self.pieces[index] if index < len(self.pieces) else None


def without_marks(text: str) -> str:
    return MARK.sub("", text)


def has_marks(text: str) -> bool:
    """Whether a text holds what marks are made of."""
    return _ANY.search(text) is not None


def pieces_of(environment: jinja2.Environment, template: Template) -> Iterator[Written]:
    """The pieces of a template in their order, without text of blanks alone, where some tags allow no more.

    Raises jinja2.TemplateSyntaxError.
    """
    opened: int | None = None
    inside: list[tuple[int, str, str]] = []
    for start, kind, value in _tokens(environment, template):
        if kind == "variable_begin":
            opened, inside = start, []
        elif kind == "variable_end" and opened is not None:
            inner = (inside[0][0], inside[-1][0] + len(inside[-1][2])) if inside else (opened, start)
            strings = tuple((at + 1, text[1:-1]) for at, one, text in inside if one == "string")
            yield Written(template, opened, start + len(value.rstrip()), inner, strings)
            opened = None
        elif opened is not None and kind != "whitespace":
            inside.append((start, kind, value))
        elif kind == "data" and value.strip():
            yield Written(template, start, start + len(value), (start, start + len(value)), is_text=True)


def _tokens(environment: jinja2.Environment, template: Template) -> Iterable[tuple[int, str, str]]:
    """Where each token of the template begins, its type, its text."""
    text = template.text
    position = 0
    for _, kind, value in environment.lex(text):
        while not text.startswith(value, position) and text[position : position + 1].isspace():
            position += 1  # What a minus sign in the tag that follows takes away.
        yield position, kind, value
        position += len(value)
