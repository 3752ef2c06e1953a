"""From byte offsets in a file, read as UTF-8, to what a person calls a place: line, column, the text of the line."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate

from assetbuild.dataclass import dataclass
from assetbuild.encodings import as_author_wrote
from assetbuild.errors import Diagnostic, Severity
from assetbuild.expression import expression
from assetbuild.media import media_type
from assetbuild.model import Origin

# A minified file has one line of a megabyte: of a longer line than this, so many bytes around the place are shown.
SHOWN = 400
_LINE_END = expression(rb"\r\n|[\r\n]")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Text:
    """The bytes of a file, and where its lines start."""

    data: bytes
    starts: tuple[int, ...]
    ascii: bool


def diagnostic_at(
    root: str, origin: Origin, text: str, hint: str | None = None, severity: Severity = "error"
) -> Diagnostic:
    """A diagnostic pointing at `origin`, whose file is relative to `root`.

    It is without line and column if the file is unreadable, and if `origin` is the file as such: no bytes at offset 0.
    """
    read = _text(root, origin.file) if origin.length or origin.start else None
    if read is None:
        return Diagnostic(text, file=origin.file, hint=hint, severity=severity)
    line, column = _place(read, origin.start)
    written = read.data[origin.start : origin.start + min(origin.length, SHOWN)]
    length = len(_decode(_LINE_END.split(written, 1)[0]))
    source, start = _line(read, line, column, origin.start)
    return Diagnostic(text, origin.file, line, column, max(length, 1), source, hint, severity, start)


def diagnostic_at_line(root: str, file: str, line: int, text: str, hint: str | None = None) -> Diagnostic:
    """A diagnostic pointing at the first word of a line; `file` is relative to `root`."""
    read = _text(root, file)
    lines = _decode(read.data).splitlines() if read else []
    source = lines[line - 1] if 0 < line <= len(lines) else None
    column = len(source) - len(source.lstrip()) + 1 if source else 1
    length = len(source.strip()) if source else 1
    return Diagnostic(text, file, line, column, max(length, 1), source, hint)


def line_and_column(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column, from 1, in characters, of a byte offset. Line ends are LF, CRLF and CR."""
    # With the byte there: it may be the second of a line's end.
    return _place(_split(data[: offset + 1]), offset)


def extents(data: bytes) -> Callable[[int, int, int], tuple[int, int]]:
    """What gives the byte offsets of a line, a column and a length in characters, not beyond the line.

    For a line that is not there, the end.
    """
    text = _split(data)

    def extent(line: int, column: int, length: int) -> tuple[int, int]:
        if not 0 < line <= len(text.starts):
            return len(data), len(data)
        start = text.starts[line - 1]
        whole = data[start : text.starts[line] if line < len(text.starts) else None].rstrip(b"\r\n")
        if not start and whole.startswith(_BOM):
            start += len(_BOM)
        characters = _decode(whole)
        start += len(characters[: column - 1].encode())
        return start, start + len(characters[column - 1 : column - 1 + length].encode())

    return extent


def _place(text: _Text, offset: int) -> tuple[int, int]:
    from bisect import bisect_right

    line = bisect_right(text.starts, offset)
    start = text.starts[line - 1]
    if text.ascii:
        return line, offset - start + 1
    return line, len(_decode(text.data[start:offset])) + 1


def _line(text: _Text, line: int, column: int, offset: int) -> tuple[str, int]:
    """What to show of a line, and the column at which that begins."""
    data, start = text.data, text.starts[line - 1]
    stop = text.starts[line] if line < len(text.starts) else len(data)
    while stop > start and data[stop - 1] in b"\r\n":
        stop -= 1
    if stop - start <= SHOWN:
        return _decode(data[start:stop]), 1
    before = data[max(start, offset - SHOWN // 2) : offset].decode(errors="ignore").removeprefix("\ufeff")
    after = data[offset : min(stop, offset + SHOWN // 2)].decode(errors="ignore")
    return before + after, column - len(before)


def _text(root: str, file: str) -> _Text | None:
    """A file, read once as long as it stays as it is: a sheet may have a hundred thousand faults."""
    path = os.path.join(root, file)
    try:
        stat = os.stat(path)
        return _read_once(path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    except OSError:
        return None


@lru_cache(maxsize=4)
def _read_once(path: str, size: int, modified: int, changed: int, inode: int) -> _Text:
    with open(path, "rb") as stream:
        return _split(as_author_wrote(stream.read(), media_type(path)))


def _split(data: bytes) -> _Text:
    starts = (0, *accumulate(map(len, data.splitlines(keepends=True))))
    return _Text(data, starts if data.endswith((b"\n", b"\r")) else starts[:-1] or (0,), data.isascii())


def _decode(data: bytes) -> str:
    return data.removeprefix(_BOM).decode(errors="replace")
