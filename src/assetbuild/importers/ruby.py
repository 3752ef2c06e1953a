"""The Ruby of Rails' configuration files, read as data: calls, assignments and lists of things written out.

Nothing is run. What is more than that (conditions, blocks, computed values) is handed on unread, with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.model import Place

Kind = Literal["text", "symbol", "number", "name", "path", "list", "computed"]

# Blocks whose content counts as if it stood outside.
_TRANSPARENT: Final = frozenset({"Rails.application.configure"})
_OPENING: Final = frozenset({"if", "unless", "case", "while", "until", "for", "def", "class", "module", "begin"})
_MODIFIERS: Final = frozenset({"if", "unless", "while", "until", "rescue", "and", "or"})
_CLOSERS: Final = {"(": ")", "[": "]", "{": "}", "<": ">"}
_OPERATORS: Final = ("||=", "+=", "<<", "=")
_DEEPEST: Final = 50

_TOKEN = re.compile(
    r"""(?P<space>[ \t\f\v]++|\\\n)
      | (?P<comment>\#[^\n]*+)
      | (?P<newline>\n)
      | (?P<heredoc><<[~-](?P<mark>["'`]?)(?P<tag>\w++)(?P=mark))
      | (?P<words>%[wWiI](?P<open>[^\s\w]))
      | (?P<quote>["'`]|%[qQ]?(?P<brace>[(\[{<|!]))
      | (?P<symbol>:(?:[A-Za-z_]\w*+[?!]?|"[^"\n]*+"))
      | (?P<number>\d[\d_.]*+)
      | (?P<key>[A-Za-z_]\w*+[?!]?:(?!:))
      | (?P<name>@{0,2}[A-Za-z_]\w*+(?:[?!](?!=))?)
      | (?P<operator>\|\|=|<<|\+=|=>|->|::|&\.|&&|\|\||[=!]=|=~|[-+*/%=<>.,;()\[\]{}|&?!:^~])
    """,
    re.VERBOSE,
)


_REGEX = re.compile(
    r"/(?![/*\n])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.|)*+\]|)*+/[a-z]*+"
    r"|%r(?:\{[^{}\n]*+\}|\([^()\n]*+\)|\|[^|\n]*+\|)[a-z]*+"
)


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


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    stop: int
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Lines:
    file: str
    text: str

    def place(self, start: int, stop: int) -> Place:
        line = self.text.count("\n", 0, start) + 1
        begin = self.text.rfind("\n", 0, start) + 1
        end = self.text.find("\n", start)
        source = self.text[begin : end if end >= 0 else len(self.text)]
        length = max(min(stop, begin + len(source)) - start, 1)
        return Place(self.file, line, start - begin + 1, length, source)


def read_ruby(file: str, text: str) -> list[Statement | Unread]:
    """The statements of a file, in their order. Raises UsageError for what is no Ruby: an open string or bracket."""
    lines = _Lines(file, text)
    tokens = list(_tokens(lines))
    found: list[Statement | Unread] = []
    blocks: list[_Token] = []
    statements = _statements(tokens, lines)
    for statement in statements:
        first = statement[0]
        if first.kind == "name" and first.text == "end" and blocks:
            blocks.pop()
        elif _opens_transparent(statement):
            blocks.append(first)
        elif (depth := _opened(statement)) > 0 or first.text in _OPENING:
            _skip_block(statement, statements, max(depth, 1), lines)
            what = f"`{first.text}`" if first.text in _OPENING else "a block"
            found.append(Unread(f"{what} is Ruby code, and is not run", lines.place(first.start, statement[-1].stop)))
        else:
            found.append(_Parser(statement, lines).statement())
    if blocks:
        raise UsageError(_broken(lines, blocks[-1], "this block has no `end`"))
    return found


def _broken(lines: _Lines, token: _Token, text: str) -> Diagnostic:
    return lines.place(token.start, token.stop).diagnostic(f"Ruby syntax error: {text}", None, "error")


def _tokens(lines: _Lines) -> Iterator[_Token]:
    text, at = lines.text, 0
    heredocs: list[str] = []
    last: _Token | None = None
    while at < len(text):
        if text.startswith("=begin", at) and text[at - 1 : at] in ("", "\n"):
            end = re.compile(r"^=end\b[^\n]*\n?", re.MULTILINE).search(text, at)
            at = end.end() if end else len(text)
            continue
        if re.compile(r"^__END__$", re.MULTILINE).match(text, at):
            return
        if (match := _REGEX.match(text, at)) and _may_begin_regex(last):
            last = _Token("computed", match[0], at, match.end())
            at = match.end()
            yield last
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            last = _Token("operator", text[at], at, at + 1)
            yield last
            at += 1
            continue
        at = match.end()
        kind = next(name for name in _GROUPS if match[name] is not None)
        if kind in ("space", "comment"):
            continue
        if kind == "heredoc":
            heredocs.append(match["tag"])
        elif kind == "newline":
            for tag in heredocs:
                end = re.compile(rf"^[ \t]*{re.escape(tag)}[ \t]*$\n?", re.MULTILINE).search(text, at)
                if end is None:
                    raise UsageError(_broken(lines, _Token("", "", at - 1, at), f"the text up to '{tag}' has no end"))
                at = end.end()
            heredocs = []
        if kind in ("words", "quote"):
            last = _quoted(lines, match, kind)
            at = last.stop
        else:
            last = _Token(kind, match[0], match.start(), match.end())
        yield last


def _may_begin_regex(last: _Token | None) -> bool:
    """Whether a slash begins a regular expression: where a value is expected."""
    return last is None or last.kind in ("newline", "key") or (last.kind == "operator" and last.text not in ")]}")


_GROUPS: Final = (
    "space", "comment", "newline", "heredoc", "words", "quote", "symbol", "number", "key", "name", "operator"
)  # fmt: skip


def _quoted(lines: _Lines, match: re.Match[str], kind: str) -> _Token:
    """A string or a list of words, from its opening quote on."""
    opener = match["open"] or match["brace"] or match["quote"]
    closer = _CLOSERS.get(opener, opener)
    at, depth, text = match.end(), 1, lines.text
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == closer:
            depth -= 1
            if depth == 0:
                break
        elif text[at] == opener:
            depth += 1
        at += 1
    else:
        raise UsageError(_broken(lines, _Token("", "", match.start(), match.end()), "this string has no end"))
    inner = text[match.end() : at]
    if kind == "words":
        return _Token("words", inner, match.start(), at + 1, tuple(inner.split()))
    single = match["quote"] == "'" or match["quote"].startswith("%q")
    if match["quote"] == "`" or (not single and "#{" in inner.replace("#{Rails.root}", "", 1)):
        return _Token("computed", text[match.start() : at + 1], match.start(), at + 1)
    if not single and inner.startswith("#{Rails.root}"):
        return _Token("path", inner.removeprefix("#{Rails.root}").strip("/"), match.start(), at + 1)
    if not single and "#{" in inner:
        return _Token("computed", text[match.start() : at + 1], match.start(), at + 1)
    return _Token("text", re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL), match.start(), at + 1)


def _statements(tokens: Sequence[_Token], lines: _Lines) -> Iterator[list[_Token]]:
    """The tokens of each statement; brackets and operators carry one on over the ends of lines."""
    statement: list[_Token] = []
    brackets: list[_Token] = []
    after: list[_Token | None] = [None] * len(tokens)
    for number in range(len(tokens) - 2, -1, -1):
        after[number] = after[number + 1] if tokens[number + 1].kind == "newline" else tokens[number + 1]
    for number, token in enumerate(tokens):
        if token.kind == "newline" or (token.kind == "operator" and token.text == ";"):
            following = after[number]
            goes_on = following is not None and following.text in (".", "&.") and token.kind == "newline"
            if brackets or not statement or goes_on or _continues(statement[-1]):
                continue
            yield statement
            statement = []
            continue
        if token.kind == "operator" and token.text in "([{":
            brackets.append(token)
        elif token.kind == "operator" and token.text in ")]}":
            if not brackets or _CLOSERS[brackets[-1].text] != token.text:
                raise UsageError(_broken(lines, token, f"'{token.text}' closes nothing"))
            brackets.pop()
        statement.append(token)
    if brackets:
        raise UsageError(_broken(lines, brackets[-1], f"'{brackets[-1].text}' is not closed"))
    if statement:
        yield statement


def _continues(token: _Token) -> bool:
    return token.kind == "operator" and token.text in (",", ".", "=", "+", "+=", "<<", "||", "&&", "=>", "||=", "-")


def _opens_transparent(statement: Sequence[_Token]) -> bool:
    words = "".join(token.text for token in statement)
    return words.endswith("do") and words.removesuffix("do") in _TRANSPARENT


def _opened(statement: Sequence[_Token]) -> int:
    """How many blocks a statement opens and leaves open."""
    depth = 0
    for number, token in enumerate(statement):
        if token.kind != "name":
            continue
        before = statement[number - 1] if number else None
        if before is not None and before.text in (".", "&.", "::"):
            continue
        starts = before is None or before.text in ("=", "(", "do", "then", "else")
        if token.text == "do" or (token.text in _OPENING and starts):
            depth += 1
        elif token.text == "end":
            depth -= 1
    return depth


def _skip_block(statement: Sequence[_Token], statements: Iterator[list[_Token]], depth: int, lines: _Lines) -> None:
    """Passes the statements up to the `end` of what one opened."""
    if _opened(statement) <= 0:  # `if x then y end` on one line
        return
    for inner in statements:
        depth += _opened(inner)
        if depth <= 0:
            return
    raise UsageError(_broken(lines, statement[0], "this has no `end`"))


class _NotData(Exception):
    """What stands there is no data."""


@dataclass(slots=True)
class _Parser:
    """One statement, token by token."""

    tokens: Sequence[_Token]
    lines: _Lines
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

    def _name(self, token: _Token, place: Place) -> Value:
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

    def _peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _take(self, text: str) -> bool:
        token = self._peek()
        if token is None or token.kind != "operator" or token.text != text:
            return False
        self.at += 1
        return True
