"""What a parser says of a script in which our own rules find nothing: tree-sitter, if it is installed.

Its grammar is not that of ECMA-262 to the letter, so its word is a suspicion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_SHOWN = 30
_TOKEN = re.compile(rb"[\w$\x80-\xff]+|\S")
# What tree-sitter-javascript 0.25 takes for a keyword wherever it stands, and control characters, at which it stops.
_MISREAD = re.compile(rb"\busing\b|[\x00-\x08\x0e-\x1f]")


def unparsed(data: bytes) -> list[tuple[str, int, int]]:
    """Where the parser stumbles: words, start and length in bytes, in their order; empty without a parser.

    Nothing is said of a script with what the parser is known to misread.
    """
    try:
        import tree_sitter
        import tree_sitter_javascript
    except ImportError:
        return []
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))
    root = parser.parse(data).root_node
    if not root.has_error or _MISREAD.search(data):
        return []
    return [_words(data, node) for node in _errors(root)]


def _errors(root: Node) -> Iterator[Node]:
    """The outermost nodes that are errors or missing, in the order of the text; without recursion."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_missing or node.is_error:
            yield node
        elif node.has_error:
            pending += reversed(node.children)


def _words(data: bytes, node: Node) -> tuple[str, int, int]:
    start = min(node.start_byte, max(len(data) - 1, 0))
    if node.is_missing:
        return f"{node.type!r} is missing", start, 1
    token = _TOKEN.match(data, start)
    length = len(token[0]) if token else 1
    shown = data[start : start + min(length, _SHOWN)].decode("utf-8", "replace")
    return f"cannot be read as JavaScript from '{shown}' on", start, length
