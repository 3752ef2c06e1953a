"""Diagnostics as a person reads them on a terminal, as a pull request shows them, and as data."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from typing import Any

from assetbuild.errors import Diagnostic
from assetbuild.paths import shown_path

WIDTH = 100
_COLOURS = {"error": "31", "warning": "33", "notice": "36"}


def as_text(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """The message with its place, the line it points at, a caret under exactly the reference, and what to do."""
    place = ":".join(str(part) for part in (diagnostic.file, diagnostic.line, diagnostic.column) if part is not None)
    head = f"{diagnostic.severity}:"
    if colour:
        head = f"\x1b[1;{_COLOURS[diagnostic.severity]}m{head}\x1b[0m"
    lines = [" ".join(part for part in (head, place and printable(place) + ":", printable(diagnostic.text)) if part)]
    hint = printable(diagnostic.hint) if diagnostic.hint else ""
    if diagnostic.source is None or diagnostic.line is None or diagnostic.column is None:
        return "\n".join([*lines, *([f"  {hint}"] if hint else [])])
    lead = "…" if diagnostic.source_start > 1 else ""
    column = diagnostic.column - diagnostic.source_start + 1 + len(lead)
    source, column = _window(lead + diagnostic.source, column)
    before = printable(source[: column - 1])
    marked = printable(source[column - 1 : column - 1 + diagnostic.length])
    carets = "^" * max(_columns(marked), 1)
    if colour:
        carets = f"\x1b[1;{_COLOURS[diagnostic.severity]}m{carets}\x1b[0m"
    lines.append(f"{diagnostic.line:>5} | {printable(source)}")
    lines.append(f"      | {' ' * _columns(before)}{carets}{' ' + hint if hint else ''}".rstrip())
    return "\n".join(lines)


def as_annotation(diagnostic: Diagnostic, root: str) -> str:
    """A workflow command that GitHub shows beside the line in a pull request.

    `root` is what the diagnostic's file is relative to; GitHub wants it relative to the repository.
    """
    command = diagnostic.severity
    text = f"{diagnostic.text} ({diagnostic.hint})" if diagnostic.hint else diagnostic.text
    file = None
    if diagnostic.file is not None:
        repository = os.environ.get("GITHUB_WORKSPACE") or os.getcwd()
        file = shown_path(os.path.join(root, diagnostic.file), os.path.realpath(repository))
    fields = {"file": file, "line": diagnostic.line, "col": diagnostic.column}
    if diagnostic.column is not None:
        fields["endColumn"] = diagnostic.column + max(diagnostic.length, 1) - 1
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items() if value is not None)
    return f"::{command}{' ' + properties if properties else ''}::{_escape(text)}"


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By file, line and column; of those at one place, as they came."""
    return sorted(diagnostics, key=lambda one: (one.file or "", one.line or 0, one.column or 0))


def as_data(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """JSON values with the fields of Diagnostic."""
    from dataclasses import asdict

    return [asdict(diagnostic) for diagnostic in diagnostics]


def printable(text: str) -> str:
    """The text without what a terminal would obey: control and formatting characters as escapes, tabs as blanks."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\t":
        return "    "
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character.encode("unicode_escape").decode()
    return character


def _columns(text: str) -> int:
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _window(source: str, column: int) -> tuple[str, int]:
    """The part of a long line around a column, and the column in it."""
    if len(source) <= WIDTH + 20:
        return source, column
    start = max(0, column - 1 - WIDTH // 2)
    shown = source[start : start + WIDTH]
    lead = "…" if start else ""
    return lead + shown + ("…" if start + WIDTH < len(source) else ""), column - start + len(lead)


def _escape(text: str) -> str:
    return "%0A".join(printable(line).replace("%", "%25") for line in text.splitlines())


def _property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
