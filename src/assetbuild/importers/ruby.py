"""The Ruby of Rails' configuration files, read as data: calls, assignments and lists of things written out.

Nothing is run. What is more than that (conditions, blocks, computed values) is handed on unread, with its line.
ruby_tokens.py reads words, ruby_statements.py finds statements among them, ruby_values.py what one of these says.
"""

from __future__ import annotations

from assetbuild.errors import UsageError
from assetbuild.importers.ruby_statements import OPENING, opened, opens_transparent, skip_block, statements_of
from assetbuild.importers.ruby_tokens import Lines, Token, broken, tokens_of
from assetbuild.importers.ruby_values import Parser, Statement, Unread, Value

__all__ = ["Statement", "Unread", "Value", "read_ruby"]


def read_ruby(file: str, text: str) -> list[Statement | Unread]:
    """The statements of a file, in their order. Raises UsageError for what is no Ruby: an open string or bracket."""
    lines = Lines(file, text)
    tokens = list(tokens_of(lines))
    found: list[Statement | Unread] = []
    blocks: list[Token] = []
    statements = statements_of(tokens, lines)
    for statement in statements:
        first = statement[0]
        if first.kind == "name" and first.text == "end" and blocks:
            blocks.pop()
        elif opens_transparent(statement):
            blocks.append(first)
        elif (depth := opened(statement)) > 0 or first.text in OPENING:
            skip_block(statement, statements, max(depth, 1), lines)
            what = f"`{first.text}`" if first.text in OPENING else "a block"
            found.append(Unread(f"{what} is Ruby code, and is not run", lines.place(first.start, statement[-1].stop)))
        else:
            found.append(Parser(statement, lines).statement())
    if blocks:
        raise UsageError(broken(lines, blocks[-1], "this block has no `end`"))
    return found
