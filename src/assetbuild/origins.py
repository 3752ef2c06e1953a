"""From byte offsets in a file to what a person calls a place: line, column, the text of the line."""

from __future__ import annotations

import os

from assetbuild.errors import Diagnostic, Severity
from assetbuild.model import Origin

# A minified file has one line of a megabyte: what is shown of it ends here.
SHOWN = 400


def diagnostic_at(
    root: str, origin: Origin, text: str, hint: str | None = None, severity: Severity = "error"
) -> Diagnostic:
    """A diagnostic pointing at `origin`, whose file is relative to `root`.

    It is without line and column if the file is unreadable, and if `origin` is the file as such: no bytes at offset 0.
    """
    data = _read(root, origin.file) if origin.length or origin.start else None
    if data is None:
        return Diagnostic(text, file=origin.file, hint=hint, severity=severity)
    line, column = line_and_column(data, origin.start)
    length = len(_decode(data[origin.start : origin.start + origin.length]))
    return Diagnostic(text, origin.file, line, column, max(length, 1), _line(data, origin.start), hint, severity)


def diagnostic_at_line(root: str, file: str, line: int, text: str, hint: str | None = None) -> Diagnostic:
    """A diagnostic pointing at the first word of a line; `file` is relative to `root`."""
    data = _read(root, file) or b""
    lines = _decode(data).splitlines()
    source = lines[line - 1] if 0 < line <= len(lines) else None
    column = len(source) - len(source.lstrip()) + 1 if source else 1
    length = len(source.strip()) if source else 1
    return Diagnostic(text, file, line, column, max(length, 1), source, hint)


def line_and_column(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column, from 1, in characters, of a byte offset. Line ends are LF, CRLF and CR."""
    before = data[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(_decode(before[start:])) + 1


def _line(data: bytes, offset: int) -> str:
    start = max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1
    ends = [end for end in (data.find(b"\n", offset), data.find(b"\r", offset)) if end >= 0]
    stop = min(ends, default=len(data))
    return _decode(data[start:stop])


def _read(root: str, file: str) -> bytes | None:
    try:
        with open(os.path.join(root, file), "rb") as stream:
            return stream.read()
    except OSError:
        return None


def _decode(data: bytes) -> str:
    return data.removeprefix(b"\xef\xbb\xbf").decode(errors="replace")
