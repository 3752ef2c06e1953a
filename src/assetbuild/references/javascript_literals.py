"""Literals of JavaScript: what is written in their quotes, and what that means."""

from __future__ import annotations

import re

from assetbuild.expression import expression
from assetbuild.model import ReferenceKind
from assetbuild.references.found import Found

_ESCAPE = expression(
    r"\\(?:u\{0*(?P<point>[0-9a-fA-F]{1,6})\}|u(?P<unit>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2})"
    r"|(?P<line>\r\n|[\r\n\u2028\u2029])|(?P<zero>0(?![0-9]))|(?P<bad>[xu0-9])|(?P<other>.)|(?P<end>\Z))",
    re.DOTALL,
)
_NAMED_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


def found_in(match: re.Match[bytes] | None, kind: ReferenceKind) -> list[Found]:
    """The URL inside the quotes of the match's first group; none for a match that is none."""
    if match is None:
        return []
    start, stop = match.start(1) + 1, match.end(1) - 1
    written = unescape(match.string[start:stop], template=match.string[start - 1] == 0x60)
    return [] if written is None else [Found(start, stop, kind, written)]


def unescape(raw: bytes, template: bool) -> str | None:
    """The value of a literal (ECMA-262, SV and TV), or None for an escape that modules and templates forbid.

    Text that is not UTF-8 is read as Latin-1; half a surrogate pair becomes U+FFFD, as in a URL.
    """
    text = decode(raw)
    if template:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\\" not in text:
        return text
    try:
        text = _ESCAPE.sub(_escaped, text)
    except ValueError:
        return None
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def decode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _escaped(match: re.Match[str]) -> str:
    """What an escape stands for. Raises ValueError for an invalid one."""
    kind = match.lastgroup
    if kind in ("bad", "end"):
        raise ValueError(match[0])
    if kind in ("point", "unit", "byte"):
        return chr(int(match[kind], 16))
    if kind == "line":
        return ""
    return "\0" if kind == "zero" else _NAMED_ESCAPES.get(match["other"], match["other"])
