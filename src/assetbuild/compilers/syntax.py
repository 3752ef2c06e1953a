"""Syntax errors in scripts and style sheets: found before any filter, told at the author's place.

What no engine can run is an error, if the level says so; what a browser reads on after is a warning. A script with a
fault is not minified.
"""

from __future__ import annotations

from collections.abc import Iterator

from assetbuild import media
from assetbuild.compilers import installed_version
from assetbuild.compilers.authored import Places
from assetbuild.dataclass import dataclass, replace
from assetbuild.errors import Diagnostic, Severity
from assetbuild.model import Asset, Syntax
from assetbuild.origins import diagnostic_at

LARGEST = 4_000_000
"""How many bytes of a script are read token by token, if they have to be."""
MOST = 10
"""How many faults of one file are told one by one."""
_BOM = b"\xef\xbb\xbf"
_ERROR_HINT = 'no browser runs this file: correct or exclude it, or set syntax = "warn" in a rule for it'
_WARNING_HINT = 'no browser runs this file: correct or exclude it, or set syntax = "off" in a rule for it'
_SUSPICION_HINT = 'left as it is: correct it, or set syntax = "off" in a rule for it if browsers run it'
_TALLY = "script left as it is"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in words, at bytes `start` and `length` of a text. `sure`: no engine runs it."""

    text: str
    start: int
    length: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """How a source is checked: at which level, by a parser too, and how many bytes it has been shifted by."""

    level: Syntax
    parsed: bool = False
    shift: int = 0


def is_checked(kind: str) -> bool:
    """Whether texts of this media type are looked at."""
    return kind in (media.JAVASCRIPT, media.CSS)


def faults(kind: str, data: bytes, parsed: bool = False) -> list[Fault]:
    """The faults in a text of a type that is checked, in their order. `parsed`: a parser is asked, too."""
    start = len(_BOM) if data.startswith(_BOM) else 0
    text = data[start:]
    if kind != media.JAVASCRIPT:
        return [Fault(words, start + place, length, False) for words, place, length in _sheet_faults(text)]
    found = [Fault(words, start + place, length) for words, place, length in _script_faults(text)]
    if found or not parsed:
        return found
    from assetbuild.compilers.javascript.parsed import unparsed

    return [Fault(words, start + place, length, False) for words, place, length in unparsed(text)]


def parser_version() -> str:
    """What the faults of a parsed text depend on besides the text."""
    return f"{installed_version('tree-sitter')} {installed_version('tree-sitter-javascript')}"


def _script_faults(data: bytes) -> Iterator[tuple[str, int, int]]:
    from assetbuild.compilers.javascript.faults import javascript_fault
    from assetbuild.compilers.javascript.gaps import read_script
    from assetbuild.compilers.javascript.neighbours import unexpected_tokens
    from assetbuild.compilers.javascript.sieve import may_be_broken
    from assetbuild.references import javascript_lexer

    read = read_script(data)
    if read is None:
        fault = javascript_fault(data)
        # Without a place it is no more than a script that we do not understand.
        if fault.length:
            yield fault.text, fault.start, fault.length
    elif len(data) <= LARGEST and may_be_broken(*read):
        lexer = javascript_lexer.lexer_of(data)
        lexer.read(len(data))
        yield from ((one.text, one.start, one.length) for one in unexpected_tokens(lexer))


def _sheet_faults(data: bytes) -> Iterator[tuple[str, int, int]]:
    from assetbuild.compilers.css.faults import css_faults

    yield from ((one.text, one.start, one.length) for one in css_faults(data))


def syntax_diagnostics(asset: Asset, check: Check, places: Places, root: str) -> tuple[Diagnostic, ...]:
    """What is told of the faults of an asset; `places` leads from its text to the author's. `root` is absolute."""
    if check.level == "off" or not is_checked(asset.type):
        return ()
    data = asset.content.read()
    found = faults(asset.type, data, check.parsed)
    severity: Severity = "error" if check.level == "error" and found and found[0].sure else "warning"
    told = []
    for number, one in enumerate(found[:MOST]):
        origin = places(one.start, data[one.start : one.start + one.length])
        last = number == MOST - 1 and len(found) > MOST
        hint = f"and {len(found) - MOST} more in this file" if last else None
        told.append(diagnostic_at(root, origin, f"syntax error: {one.text}", hint, severity))
    if told and asset.type == media.JAVASCRIPT:
        told[0] = replace(told[0], hint=_hint(found[0], severity), tally=_TALLY if severity == "warning" else None)
    return tuple(told)


def _hint(fault: Fault, severity: Severity) -> str:
    if not fault.sure:
        return _SUSPICION_HINT
    return _ERROR_HINT if severity == "error" else _WARNING_HINT
