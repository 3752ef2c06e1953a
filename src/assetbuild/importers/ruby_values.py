"""One statement of Ruby as data: a call or an assignment of things written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from assetbuild.dataclass import dataclass, field
from assetbuild.importers.model import Place
from assetbuild.importers.ruby_tokens import Lines, Token

Kind = Literal["text", "symbol", "number", "name", "path", "list", "computed"]

_MODIFIERS: Final = frozenset({"if", "unless", "while", "until", "rescue", "and", "or"})
_OPERATORS: Final = ("||=", "+=", "<<", "=")
_DEEPEST: Final = 50


@dataclass(frozen=True, slots=True)
class Value:
    """Something written out: `text` is a string's, a symbol's or a name's; a path is relative to Rails.root, POSIX.

    "computed" is what only Ruby knows; `text` is then what is written.
    """

    kind: Kind
    text: str
    place: Place
    items: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """`target` is a dotted name; `operator` "=", "+=", "||=", "<<", or "" for a call with arguments."""

    target: str
    operator: str
    values: tuple[Value, ...]
    keywords: Mapping[str, Value]
    place: Place


@dataclass(frozen=True, slots=True)
class Unread:
    """A statement that is no such thing; `reason` says why."""

    reason: str
    place: Place


class _NotData(Exception):
    """What stands there is no data."""


@dataclass(slots=True)
class Parser:
    """One statement, token by token."""

    tokens: Sequence[Token]
    lines: Lines
    at: int = 0
    depth: int = field(default=0)

    def statement(self) -> Statement | Unread:
        first, last = self.tokens[0], self.tokens[-1]
        place = self.lines.place(first.start, last.stop)
        for before, token in zip((None, *self.tokens), self.tokens, strict=False):
            if token.kind == "name" and token.text in _MODIFIERS and (before is None or before.text not in (".", "&.")):
                return Unread(f"a condition (`{token.text}`) is Ruby code, and is not run", place)
        try:
            return self._read(place)
        except _NotData:
            return Unread("this is Ruby code, and is not run", place)

    def _read(self, place: Place) -> Statement:
        target = self._dotted()
        operator = ""
        token = self._peek()
        if token is not None and token.kind == "operator" and token.text in _OPERATORS:
            operator = token.text
            self.at += 1
        in_brackets = not operator and self._take("(")
        values, keywords = self._arguments(")" if in_brackets else None)
        if in_brackets and not self._take(")"):
            raise _NotData
        while operator == "<<" and self._take("<<"):
            values.append(self._expression())
        if self._peek() is not None:
            raise _NotData
        return Statement(target, operator, tuple(values), keywords, place)

    def _dotted(self) -> str:
        names = []
        while (token := self._peek()) is not None and token.kind == "name":
            names.append(token.text)
            self.at += 1
            if not (self._take(".") or self._take("::") or self._take("&.")):
                break
        if not names:
            raise _NotData
        return ".".join(names)

    def _arguments(self, closer: str | None) -> tuple[list[Value], dict[str, Value]]:
        values: list[Value] = []
        keywords: dict[str, Value] = {}
        while (token := self._peek()) is not None and token.text != closer:
            if token.kind == "key":
                self.at += 1
                keywords[token.text[:-1]] = self._expression()
            else:
                value = self._expression()
                if value.kind in ("symbol", "text") and self._take("=>"):
                    keywords[value.text] = self._expression()
                else:
                    values.append(value)
            if not self._take(","):
                break
        return values, keywords

    def _expression(self) -> Value:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _NotData
        value = self._primary()
        while (token := self._peek()) is not None and token.kind == "operator":
            if token.text in (".", "&."):
                self.at += 1
                value = self._method(value)
            elif token.text == "+":
                self.at += 1
                value = self._sum(value, self._expression())
            elif token.text in (",", ")", "]", "=>", "<<"):
                break
            else:
                raise _NotData
        self.depth -= 1
        return value

    def _primary(self) -> Value:
        token = self._peek()
        if token is None:
            raise _NotData
        self.at += 1
        place = self.lines.place(token.start, token.stop)
        if token.kind in ("text", "path", "computed"):
            return Value(
                "text" if token.kind == "text" else "path" if token.kind == "path" else "computed", token.text, place
            )
        if token.kind == "words":
            return Value("list", "", place, tuple(Value("text", word, place) for word in token.items))
        if token.kind == "symbol":
            return Value("symbol", token.text[1:].strip('"'), place)
        if token.kind == "number":
            return Value("number", token.text, place)
        if token.kind == "name":
            return self._name(token, place)
        if token.text == "[":
            items, keywords = self._arguments("]")
            if keywords or not self._take("]"):
                raise _NotData
            return Value("list", "", place, tuple(items))
        if token.text == "(":
            value = self._expression()
            if not self._take(")"):
                raise _NotData
            return value
        raise _NotData

    def _name(self, token: Token, place: Place) -> Value:
        names = [token.text]
        while (here := self._peek()) is not None and here.text in ("::", "."):
            following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None
            if following is None or following.kind != "name":
                raise _NotData
            if names == ["Rails", "root"] or following.text in ("join", "to_s", "expand_path", "freeze"):
                break
            names.append(following.text)
            self.at += 2
        if names == ["Rails", "root"]:
            return Value("path", "", place)
        if names == ["File"] and self._calls_join():
            return self._method(Value("path", "", place))
        if (here := self._peek()) is not None and here.text == "(":
            raise _NotData
        return Value("name", ".".join(names), place)

    def _calls_join(self) -> bool:
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None
        return self._take(".") and following is not None and following.text == "join"

    def _method(self, value: Value) -> Value:
        """`.join("a", "b")` and `.to_s` of a path; `.freeze` of anything."""
        token = self._peek()
        if token is None or token.kind != "name":
            raise _NotData
        self.at += 1
        arguments: list[Value] = []
        if self._take("("):
            arguments, keywords = self._arguments(")")
            if keywords or not self._take(")"):
                raise _NotData
        if token.text == "join" and value.kind == "path" and all(one.kind in ("text", "path") for one in arguments):
            parts = [part for part in (value.text, *(one.text.strip("/") for one in arguments)) if part]
            return Value("path", "/".join(parts), value.place)
        if token.text in ("to_s", "to_path", "freeze", "expand_path") and not arguments:
            return value
        raise _NotData

    def _sum(self, left: Value, right: Value) -> Value:
        if left.kind == right.kind == "list":
            return Value("list", "", left.place, (*left.items, *right.items))
        if left.kind == "path" and right.kind == "text":
            return Value("path", "/".join(filter(None, (left.text, right.text.strip("/")))), left.place)
        raise _NotData

    def _peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _take(self, text: str) -> bool:
        token = self._peek()
        if token is None or token.kind != "operator" or token.text != text:
            return False
        self.at += 1
        return True
