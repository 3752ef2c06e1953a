"""Where statements of Ruby begin and end, and the blocks that they open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from assetbuild.errors import UsageError
from assetbuild.importers.ruby_tokens import CLOSERS, Lines, Token, broken

# Blocks whose content counts as if it stood outside.
_TRANSPARENT: Final = frozenset({"Rails.application.configure"})
OPENING: Final = frozenset({"if", "unless", "case", "while", "until", "for", "def", "class", "module", "begin"})


def statements_of(tokens: Sequence[Token], lines: Lines) -> Iterator[list[Token]]:
    """The tokens of each statement; brackets and operators carry one on over the ends of lines."""
    statement: list[Token] = []
    brackets: list[Token] = []
    after: list[Token | None] = [None] * len(tokens)
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
            if not brackets or CLOSERS[brackets[-1].text] != token.text:
                raise UsageError(broken(lines, token, f"'{token.text}' closes nothing"))
            brackets.pop()
        statement.append(token)
    if brackets:
        raise UsageError(broken(lines, brackets[-1], f"'{brackets[-1].text}' is not closed"))
    if statement and _continues(statement[-1]):
        raise UsageError(broken(lines, statement[-1], f"nothing follows '{statement[-1].text}'"))
    if statement:
        yield statement


def _continues(token: Token) -> bool:
    return token.kind == "operator" and token.text in (",", ".", "=", "+", "+=", "<<", "||", "&&", "=>", "||=", "-")


def opens_transparent(statement: Sequence[Token]) -> bool:
    words = "".join(token.text for token in statement)
    return words.endswith("do") and words.removesuffix("do") in _TRANSPARENT


def opened(statement: Sequence[Token]) -> int:
    """How many blocks a statement opens and leaves open."""
    depth = 0
    for number, token in enumerate(statement):
        if token.kind != "name":
            continue
        before = statement[number - 1] if number else None
        if before is not None and before.text in (".", "&.", "::"):
            continue
        starts = before is None or before.text in ("=", "(", "do", "then", "else")
        if token.text == "do" or (token.text in OPENING and starts):
            depth += 1
        elif token.text == "end":
            depth -= 1
    return depth


def skip_block(statement: Sequence[Token], statements: Iterator[list[Token]], depth: int, lines: Lines) -> None:
    """Passes the statements up to the `end` of what one opened."""
    if opened(statement) <= 0:  # `if x then y end` on one line
        return
    for inner in statements:
        depth += opened(inner)
        if depth <= 0:
            return
    raise UsageError(broken(lines, statement[0], "this has no `end`"))
