"""Sprockets' directives in the comments that begin a script or style sheet: `//= require x`, `*= require_tree .`."""

from __future__ import annotations

import re
import shlex
from typing import Final

from assetbuild.dataclass import dataclass

ARGUMENTS: Final = {
    "require": (1, 1),
    "require_self": (0, 0),
    "require_directory": (0, 1),
    "require_tree": (0, 1),
    "link": (1, 1),
    "link_directory": (0, 2),
    "link_tree": (0, 2),
    "depend_on": (1, 1),
    "depend_on_asset": (1, 1),
    "depend_on_directory": (0, 2),
    "stub": (1, 1),
}
"""How many arguments each directive takes: at least, at most."""

# lib/sprockets/directive_processor.rb: comments before the first line of code; in each line of them what follows "=".
_HEADER = re.compile(rb"(?:\s*+(?://[^\n]*+|/\*(?:[^*]++|\*(?!/)|)*+\*/)|)*+")
_FIRST_WORD = re.compile(rb"(?P<before>[^0-9A-Za-z_]*+)(?P<name>[0-9A-Za-z_]++)")
_BARE = re.compile(rb"\s*+(?://|/?\*)=\s*+\Z")
_BOM = b"\xef\xbb\xbf"
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive: `start` and `length` are the bytes to point at, its first argument or else its name.

    `problem` says what keeps it from being followed.
    """

    name: str
    arguments: tuple[str, ...]
    start: int
    length: int
    problem: str | None = None
    is_warning: bool = False


def directives_in(data: bytes) -> list[Directive]:
    """The directives of a file, in their order. Other words behind a "=" are text; one that is nearly a directive's
    name gives a warning."""
    if b"=" not in data:
        return []
    start = len(_BOM) if data.startswith(_BOM) else 0
    header = _HEADER.match(data, start)
    assert header is not None
    found = []
    for line in header[0].splitlines(keepends=True):
        first = _FIRST_WORD.match(line)
        if first is not None and first["before"].rstrip().endswith(b"="):
            directive = _read(first, line, start)
            if directive is not None:
                found.append(directive)
        start += len(line)
    return found


def _read(first: re.Match[bytes], line: bytes, start: int) -> Directive | None:
    """The directive in a line that begins with a "=" and this word; `start` is where the line does."""
    name = first["name"].decode()
    place = start + first.start("name"), len(first["name"])
    if name not in ARGUMENTS:
        from difflib import get_close_matches

        near = get_close_matches(name, ARGUMENTS, 1, _ALIKE)
        # Sprockets takes it for text; only in the usual spelling it is clearly no sentence.
        if near and _BARE.match(first["before"]):
            text = f"'{name}' is no directive, and stays a comment: did you mean '{near[0]}'?"
            return Directive(name, (), *place, text, is_warning=True)
        return None
    rest = line[first.end() :].rstrip().removesuffix(b"*/")
    try:
        arguments = shlex.split(rest.decode(errors="replace"))
    except ValueError:
        return Directive(name, (), *place, f"a quote in the arguments of '{name}' is not closed")
    least, most = ARGUMENTS[name]
    if arguments:
        place = start + first.end() + _offset(rest, arguments[0]), len(arguments[0].encode())
    if not least <= len(arguments) <= most:
        wanted = str(most) if least == most else f"{least} to {most}"
        return Directive(name, (), *place, f"'{name}' takes {wanted} argument{'s' * (wanted != '1')}")
    return Directive(name, tuple(arguments), *place)


def _offset(text: bytes, argument: str) -> int:
    """Where an argument is written in the text behind the name: inside its quotes."""
    at = text.find(argument.encode())
    return at if at >= 0 else len(text) - len(text.lstrip())
