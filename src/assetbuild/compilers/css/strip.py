"""Style sheets without comments and without white space that has no meaning: by rcssmin, and by ourselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assetbuild.compilers.css.blanks import run_tokens
from assetbuild.compilers.css.check import Difference, css_difference
from assetbuild.compilers.css.compact import compact
from assetbuild.compilers.css.compare import difference_beside
from assetbuild.compilers.css.hiding import is_licence, marked_licences, shown
from assetbuild.compilers.css.runs import LARGEST_ODD, is_torn, kept
from assetbuild.dataclass import dataclass
from assetbuild.references import css_lexer

_BOM = b"\xef\xbb\xbf"
_CHARSET = re.compile(rb'@charset "')
_MARK = b"\x01"
_LONGEST = 1 << 20


def minified_css(data: bytes) -> bytes:
    """What rcssmin makes of a sheet, with all its licence comments; it may be damaged: `css_difference` tells.

    A byte order mark goes; nothing else becomes one.
    """
    import rcssmin

    data = data.removeprefix(_BOM)
    marked = None
    if b"@license" in data or b"@preserve" in data:
        # rcssmin keeps those comments that begin with an exclamation mark.
        marked = marked_licences(data, lambda comment: b"/*!" + _MARK + comment[2:])
    output = bytes(rcssmin.cssmin(data if marked is None else marked, keep_bang_comments=True))
    if marked is not None:
        output = output.replace(b"/*!" + _MARK, b"/*")
    return b"\n" + output if output.startswith(_BOM) else output


@dataclass(frozen=True, slots=True)
class MinifiedSheet:
    """What a sheet became, and what rcssmin would have changed in it, if our own stripping had to take its place."""

    output: bytes
    difference: Difference | None


def minified_sheet(data: bytes) -> MinifiedSheet | None:
    """A sheet minified by rcssmin where it says the same, else by our own stripping; the shorter one of two right ones.

    None if it is malformed and too large to be read closely.
    """
    output = minified_css(data)
    text = compact(data)
    if text is None:
        difference = css_difference(data, output)
        if difference is None:
            return MinifiedSheet(output, None)
        if len(data) > LARGEST_ODD:
            return None
        stripped = stripped_css(data)
        # Each token was looked at by itself here: so this is looked at again.
        return MinifiedSheet(stripped if css_difference(data, stripped) is None else data, difference)
    stripped = _beginning_late(data, shown(text))
    if output == stripped:
        return MinifiedSheet(output, None)
    difference = difference_beside(data, text, output)
    return MinifiedSheet(stripped if difference or len(stripped) <= len(output) else output, difference)


def stripped_css(data: bytes) -> bytes:
    """The sheet without comments (but those with a licence) and white space without meaning; nothing else changes.

    It passes `css_difference`. A malformed sheet of more than four megabytes stays as it is.
    A licence stands before the declaration or selector it stood in.
    """
    text = compact(data)
    if text is not None:
        output = shown(text)
    elif len(data) <= LARGEST_ODD:
        output = b"".join(_stripped_runs(data))
    else:
        return data
    return _beginning_late(data, output)


def _beginning_late(data: bytes, output: bytes) -> bytes:
    """A line break before what has an effect only as the first bytes, where comments or blanks kept it from that.

    It is an `@charset`, or U+FEFF, here a letter of a name: `output` has no byte order mark.
    """
    late = output.startswith(_BOM) or (_CHARSET.match(output) and not _CHARSET.match(data))
    return b"\n" + output if late else output


def _stripped_runs(data: bytes) -> Iterator[bytes]:
    """The runs with their marks, as `runs.kept` gives them, and all licences before the runs they stand in."""
    known: dict[tuple[bytes, bytes], bytes] = {}
    floor = 0
    semicolon = b""
    for start, stop, mark, closes in kept(data):
        yield from _licences(data[floor:start])
        floor = stop
        if not closes:
            yield semicolon
        text = data[start:stop]
        if (text, mark) not in known:
            known[text, mark] = b"".join(_stripped_run(text, mark))
        yield known[text, mark]
        semicolon = mark if mark == b";" else b""
        yield b"" if semicolon else mark
    yield semicolon
    yield from _licences(data[floor:])


def _stripped_run(text: bytes, mark: bytes) -> Iterator[bytes]:
    """A run before its mark, token by token."""
    if len(text) > _LONGEST or is_torn(text):
        yield text
        return
    yield from _licences(text)
    former = b""
    tokens = run_tokens(text, mark)
    for kind, written, spaced in tokens[: len(tokens) - len(mark)]:
        if spaced:
            yield b" "
        elif former and not _stay_apart(former, written):
            yield b"/**/"
        yield written
        former = written
        if kind == "bad-string" or (kind == "delim" and written == b"\\"):
            # The line's end is what ended the string, or kept the backslash from being an escape.
            yield b"\n"
            former = b""


def _licences(text: bytes) -> Iterator[bytes]:
    if b"/*" not in text:
        return
    for kind, start, stop in css_lexer.tokens(text, part=True):
        comment = text[start:stop]
        if kind == "comment" and is_licence(comment):
            yield comment + css_lexer.missing(text, (kind, start, stop))


def _stay_apart(former: bytes, text: bytes) -> bool:
    """Whether two tokens are still these two when nothing stands between them (CSS Syntax, section 9)."""
    if text[:1] in b"{};,)]:\"'" or former[-1:] in b"{};,)]":
        return True
    return [(start, stop) for _, start, stop in css_lexer.tokens(former + text, part=True)] == [
        (0, len(former)),
        (len(former), len(former) + len(text)),
    ]
