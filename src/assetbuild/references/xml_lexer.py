"""The tags and texts of XML 1.0, by byte offsets. Entities are never expanded, and nothing is fetched.

What is not well-formed is left out (a tag without its `>`, with a value without quotes or with `<` in one) and
reading goes on at the next `<`; a comment, CDATA section, instruction or document type that does not end goes to the
end of the file. Any byte from 0x80 on is part of a name. UTF-16 is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from assetbuild.named_tuple import NamedTuple
from assetbuild.references.markup import Attribute

_NAME = rb"[A-Za-z_:\x80-\xff][-A-Za-z0-9._:\x80-\xff]*+"
_BLANKS = rb"[ \t\r\n]*+"
_ATTRIBUTE = (
    _BLANKS + rb"(?P<name>" + _NAME + rb")" + _BLANKS + rb"=" + _BLANKS
    + rb"(?:\"(?P<double>[^\"<]*+)\"|'(?P<single>[^'<]*+)')"
)  # fmt: skip
_ANY_ATTRIBUTE = re.sub(rb"\?P<[a-z]+>", b"?:", _ATTRIBUTE)
_OPEN = re.compile(
    rb"<(?P<name>" + _NAME + rb")(?P<attributes>(?:" + _ANY_ATTRIBUTE + rb"|)*+)" + _BLANKS + rb"(?P<empty>/?)>"
)
_CLOSE = re.compile(rb"</(?P<name>" + _NAME + rb")" + _BLANKS + rb">")
# Any other `<` is an error, and read as text.
_MARKUP = re.compile(rb"<[A-Za-z_:\x80-\xff/!?]")
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_DECLARATION = re.compile(
    rb"(?P<comment><!--(?:[^-]++|-(?!->)|)*+(?:-->|\Z))|(?P<instruction><\?(?:[^?]++|\?(?!>)|)*+(?:\?>|\Z))"
    rb"|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|(?P<open>\[)|(?P<close>\])|(?P<end>>)|<|[^\"'<>\[\]]++"
)


class Node(NamedTuple):
    """`name` is a tag's, `start` and `stop` the extent of its attributes, or of what a text, CDATA or `<? ?>` holds."""

    kind: Literal["open", "empty", "close", "text", "cdata", "instruction"]
    name: bytes
    start: int
    stop: int


def nodes(data: bytes) -> Iterator[Node]:
    """The nodes of a file in their order, without comments and document type. Whatever the bytes, nothing is raised."""
    text = position = 0
    while found := _MARKUP.search(data, position):
        start = found.start()
        node, position = _node(data, start)
        if node == "error":
            continue
        if start > text:
            yield Node("text", b"", text, start)
        if isinstance(node, Node):
            yield node
        text = position
    if text < len(data):
        yield Node("text", b"", text, len(data))


def _node(data: bytes, start: int) -> tuple[Node | Literal["passed", "error"], int]:
    """What begins at the `<` at `start`, and where to go on; "passed" for what is no node."""
    match = _OPEN.match(data, start)
    if match:
        kind: Literal["open", "empty"] = "empty" if match["empty"] else "open"
        return Node(kind, match["name"], *match.span("attributes")), match.end()
    if match := _CLOSE.match(data, start):
        return Node("close", match["name"], start, match.end()), match.end()
    if data.startswith(b"<!--", start):
        return "passed", _end(data, start + 4, b"-->")[1]
    if data.startswith(b"<![CDATA[", start):
        stop, position = _end(data, start + 9, b"]]>")
        return Node("cdata", b"", start + 9, stop), position
    if data.startswith(b"<?", start):
        stop, position = _end(data, start + 2, b"?>")
        return Node("instruction", b"", start + 2, stop), position
    if data.startswith(b"<!DOCTYPE", start):
        return "passed", _after_document_type(data, start + 9)
    return "error", start + 1


def attributes(data: bytes, start: int, stop: int) -> list[Attribute]:
    """The attributes, or pseudo-attributes, from `start` to `stop`; the first of each name."""
    found: dict[bytes, Attribute] = {}
    position = start
    while match := _ATTRIBUTES.match(data, position, stop):
        group = "double" if match["double"] is not None else "single"
        position = match.end()
        found.setdefault(match["name"], Attribute(match["name"], *match.span(group), data[position - 1 : position]))
    return list(found.values())


def _end(data: bytes, start: int, closer: bytes) -> tuple[int, int]:
    """Where what began at `start` ends, without its closer and with it."""
    stop = data.find(closer, start)
    return (stop, stop + len(closer)) if stop >= 0 else (len(data), len(data))


def _after_document_type(data: bytes, position: int) -> int:
    """The offset after a document type with its internal subset: quotes and comments in there count."""
    inside = False
    for match in _DECLARATION.finditer(data, position):
        kind = match.lastgroup
        if kind in ("open", "close"):
            inside = kind == "open"
        elif kind == "end" and not inside:
            return match.end()
    return len(data)
