"""What LibSass says in words, as diagnostics: its errors, and what it prints to standard error."""

from __future__ import annotations

import re
from collections.abc import Callable

from assetbuild.compilers.sass.scan import Sheet
from assetbuild.errors import Diagnostic, Severity

SheetOf = Callable[[str], Sheet | None]

WITHIN = r"(?:, in (?:mixin|function) `[^\n]*`)?"
PLACE = rf"on line (?P<line>\d+)(?:[:,] ?(?:column )?(?P<column>\d+))? of (?P<name>[^\n]*?){WITHIN}"
TRACE = r"(?P<trace>(?:\n +from line [^\n]*)*)"
ERROR = re.compile(
    rf"(?:Internal )?Error: (?:error in C function [\w-]+: )?(?P<text>.*?)\n +{PLACE}{TRACE}\n>> ", re.DOTALL
)
STEP = re.compile(rf"from line (\d+:\d+) of (.*?){WITHIN}$", re.MULTILINE)
WORD = re.compile(r"[$@%.#&]?[\w-]+|\"[^\"\n]*\"?|'[^'\n]*'?")

SPOKEN: tuple[tuple[Severity, re.Pattern[str]], ...] = tuple(
    (severity, re.compile(pattern, re.DOTALL))  # type: ignore[misc]
    for severity, pattern in (
        ("notice", rf"DEPRECATION WARNING {PLACE}:\n(?P<text>.*?)\n\n"),
        ("notice", r"DEPRECATION WARNING: (?P<text>Passing a string to call\(\).*?)\n\n"),
        ("notice", rf"DEPRECATION WARNING: (?P<text>.*?)\n +{PLACE}\n"),
        ("notice", rf"WARNING: (?P<text>[^\n]*)\n {{8}}{PLACE}\nThis will be an error in future versions of Sass\.\n"),
        ("warning", rf"WARNING {PLACE}:\n(?P<text>.*?)\n\n"),
        ("warning", rf"WARNING: (?P<text>.*?)\n {{9}}{PLACE}{TRACE}\n\n"),
        ("notice", r"(?P<name>[^\n]*):(?P<line>\d+) DEBUG: (?P<text>[^\n]*)\n"),
        ("warning", r"Warning: (?P<text>[^\n]*)\n"),
    )
)
"""LibSass' forms (error_handling.cpp, eval.cpp). What only "future versions" refuse is a notice: there are none."""

STEPS_SHOWN = 3


def read_error(message: str, sheet_of: SheetOf, entry: Sheet) -> Diagnostic:
    """The diagnostic of a `sass.CompileError`'s text."""
    match = ERROR.match(message)
    if match is None:
        return Diagnostic(f"libsass: {message.strip().removeprefix('Error: ')}", entry.name)
    return _diagnostic(match, "error", sheet_of)


def read_output(printed: str, sheet_of: SheetOf, entry: Sheet) -> list[Diagnostic]:
    """Warnings, debug values and deprecations that LibSass printed, each once; what has another form, by lines."""
    found: dict[Diagnostic, None] = {}
    position = 0
    while position < len(printed):
        for severity, pattern in SPOKEN:
            match = pattern.match(printed, position)
            if match and (not match.groupdict().get("name") or sheet_of(match["name"])):
                found[_diagnostic(match, severity, sheet_of)] = None
                position = match.end()
                break
        else:
            line, newline, _ = printed[position:].partition("\n")
            position += len(line + newline)
            if line.strip():
                found[Diagnostic(f"libsass: {line.strip()}", entry.name, severity="notice")] = None
    return list(found)


def took_too_long(entry: Sheet, limit: int) -> Diagnostic:
    """Whichever compiler it was."""
    hint = "look for a loop without an end, or raise time_limit"
    return Diagnostic(f"took longer than time_limit = {limit} seconds", entry.name, hint=hint)


def _diagnostic(match: re.Match[str], severity: Severity, sheet_of: SheetOf) -> Diagnostic:
    groups = match.groupdict()
    text, *more = [line.strip() for line in (groups["text"] or "").split("\n") if line.strip()] or ["(no message)"]
    hints = [" ".join(more)] if more else []
    if steps := _steps(groups.get("trace") or "", sheet_of):
        hints.append("used by " + ", ".join(steps))
    hint = "; ".join(hints) or None
    sheet = sheet_of(groups["name"]) if groups.get("name") else None
    if sheet is None:
        return Diagnostic(text, hint=hint, severity=severity)
    line = int(groups["line"])
    source = sheet.line(line - 1)
    # LibSass counts characters; in a sheet it converted from the indented syntax they may lie elsewhere.
    written = groups.get("column")
    column = min(int(written), len(source) + 1) if written else len(source) - len(source.lstrip()) + 1
    word = WORD.match(source, column - 1)
    return Diagnostic(text, sheet.name, line, column, len(word[0]) if word else 1, source, hint, severity)


def _steps(trace: str, sheet_of: SheetOf) -> list[str]:
    """Where the place was imported or included from, the nearest first."""
    steps = [f"{sheet.name}:{place}" for place, name in STEP.findall(trace) if (sheet := sheet_of(name))]
    return steps[:STEPS_SHOWN]
