"""What Dart Sass says, as diagnostics: errors, warnings, values of `@debug`, deprecations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from assetbuild.compilers.sass import protocol
from assetbuild.compilers.sass.lookup import Directories
from assetbuild.compilers.sass.protocol import Message
from assetbuild.compilers.sass.scan import Sheet, characters
from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic, Severity

FRAME = re.compile(r"^(\S+) (\d+):(\d+)(?: .*)?$", re.MULTILINE)
STEPS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Words:
    """Reads the messages of one compilation.

    `place_of` gives a sheet by its canonical URL, and after how many empty lines it began for Dart Sass.
    """

    place_of: Callable[[str], tuple[Sheet, int] | None]
    entry: Sheet
    directories: Directories

    def error(self, failure: Message) -> Diagnostic:
        """The diagnostic of a CompileFailure."""
        return self._diagnostic(failure.text(1), failure.message(2), failure.text(3), "error")

    def events(self, events: Iterable[Message]) -> list[Diagnostic]:
        """The diagnostics of LogEvents, each once.

        A deprecation is a warning where it first stands in the author's own style sheets and a notice at the other
        places; of style sheets that somebody else wrote, a notice where it first stands.
        """
        found: dict[Diagnostic, None] = {}
        met: set[tuple[str, bool]] = set()
        for event in events:
            text, span, trace = event.text(3), event.message(4), event.text(5)
            severity: Severity = "notice" if event.number(2) == protocol.DEBUG else "warning"
            if event.number(2) == protocol.DEPRECATION:
                name, foreign = event.text(7), self._is_foreign(event)
                if foreign and (name, foreign) in met:
                    continue
                severity = "notice" if foreign or (name, foreign) in met else "warning"
                met.add((name, foreign))
                # Who used it is left out, so that several entries with one library say the same.
                first, _, rest = text.partition("\n")
                text, trace = f"{first} [{name}]\n{rest}", ""
            found[self._diagnostic(text, span, trace, severity)] = None
        return list(found)

    def _is_foreign(self, event: Message) -> bool:
        span = event.message(4)
        place = self.place_of(span.text(4)) if span else None
        return place is not None and self.directories.is_foreign(place[0])

    def _diagnostic(self, message: str, span: Message | None, trace: str, severity: Severity) -> Diagnostic:
        text, *more = [line.strip() for line in message.split("\n") if line.strip()] or ["(no message)"]
        hints = [" ".join(more)] if more else []
        frames = [
            (place[0], int(line) - place[1], int(column))
            for url, line, column in FRAME.findall(trace)
            if (place := self.place_of(url)) is not None
        ]
        if steps := [f"{sheet.name}:{line}:{column}" for sheet, line, column in frames[1:]]:
            hints.append("used by " + ", ".join(steps[:STEPS_SHOWN]))
        hint = "; ".join(hints) or None
        if span is not None and (place := self.place_of(span.text(4))):
            sheet, shift = place
            start, stop = (_offset(sheet, shift, span.message(one)) for one in (2, 3))
            return sheet.diagnostic(text, start, stop - start, hint, severity)
        if frames:
            # The rule @warn has no place of its own, only a trace.
            sheet, line, column = frames[0]
            written = sheet.line(line - 1)
            start = sheet.at(line - 1, characters(written, column - 1))
            return sheet.diagnostic(text, start, len(written) - column + 1, hint, severity)
        return Diagnostic(text, self.entry.name if severity == "error" else None, hint=hint, severity=severity)


def _offset(sheet: Sheet, shift: int, location: Message | None) -> int:
    return characters(sheet.text, max(location.number(1) - shift, 0)) if location else 0
