"""Syntax errors in scripts and style sheets: found before any filter, told at the author's place.

What no engine can run is an error, if the level says so; what a browser reads on after is a warning. A script with a
fault is not minified.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assetbuild import media
from assetbuild.compilers.authored import Places
from assetbuild.errors import Diagnostic, Severity
from assetbuild.model import Asset, Syntax
from assetbuild.origins import diagnostic_at

MOST = 10
"""How many faults of one file are told one by one."""
_BOM = b"\xef\xbb\xbf"
_ERROR_HINT = 'no browser runs this file: correct or exclude it, or set syntax = "warn" in a rule for it'
_WARNING_HINT = 'no browser runs this file: correct or exclude it, or set syntax = "off" in a rule for it'


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in words, at bytes `start` and `length` of a text."""

    text: str
    start: int
    length: int


def is_checked(kind: str) -> bool:
    """Whether texts of this media type are looked at."""
    return kind in (media.JAVASCRIPT, media.CSS)


def faults(kind: str, data: bytes) -> list[Fault]:
    """The faults in a text of a type that is checked, in their order."""
    start = len(_BOM) if data.startswith(_BOM) else 0
    found = _script_faults(data[start:]) if kind == media.JAVASCRIPT else _sheet_faults(data[start:])
    return [Fault(text, start + place, length) for text, place, length in found]


def _script_faults(data: bytes) -> Iterator[tuple[str, int, int]]:
    from assetbuild.compilers.javascript_faults import javascript_fault
    from assetbuild.compilers.javascript_gaps import read_script
    from assetbuild.compilers.javascript_neighbours import unexpected_tokens
    from assetbuild.compilers.javascript_sieve import may_be_broken
    from assetbuild.references import javascript_lexer

    read = read_script(data)
    if read is None:
        fault = javascript_fault(data)
        # Without a place it is no more than a script that we do not understand.
        if fault.length:
            yield fault.text, fault.start, fault.length
    elif may_be_broken(*read):
        lexer = javascript_lexer.lexer_of(data)
        lexer.read(len(data))
        yield from ((one.text, one.start, one.length) for one in unexpected_tokens(lexer))


def _sheet_faults(data: bytes) -> Iterator[tuple[str, int, int]]:
    from assetbuild.compilers.css_faults import css_faults

    yield from ((one.text, one.start, one.length) for one in css_faults(data))


def syntax_diagnostics(asset: Asset, level: Syntax, places: Places, root: str) -> tuple[Diagnostic, ...]:
    """What is told of the faults of an asset; `places` leads from its text to the author's. `root` is absolute."""
    if level == "off" or not is_checked(asset.type):
        return ()
    data = asset.content.read()
    found = faults(asset.type, data)
    script = asset.type == media.JAVASCRIPT
    severity: Severity = "error" if script and level == "error" else "warning"
    told = [
        diagnostic_at(root, places(one.start, data[one.start : one.start + one.length]), f"syntax error: {one.text}",
                      severity=severity)
        for one in found[:MOST]
    ]  # fmt: skip
    return tuple(_with_words(told, len(found), script, severity))


def _with_words(told: list[Diagnostic], count: int, script: bool, severity: Severity) -> Iterator[Diagnostic]:
    """The diagnostics: the first of a script says what to do, the last one how many there are besides."""
    for number, one in enumerate(told):
        if script and not number and severity == "error":
            yield replace(one, hint=_ERROR_HINT)
        elif script and not number:
            yield replace(one, hint=_WARNING_HINT, tally="script left as it is")
        elif number == len(told) - 1 and count > len(told):
            yield replace(one, hint=f"and {count - len(told)} more in this file")
        else:
            yield one
