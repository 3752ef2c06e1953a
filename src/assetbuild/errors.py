"""What goes wrong, as data and as exceptions.

AssetbuildError            carries diagnostics; the command line turns it into an exit code
├── UsageError      (2)    the configuration or the command line is at fault
├── BuildError      (1)    the assets are at fault
└── ReleaseError    (1)    the release on disk is at fault, or cannot be written
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from assetbuild.dataclass import dataclass

Severity = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to tell the user, with its place where it has one.

    `file` is a POSIX path relative to the configuration file's directory. `line` and `column` count
    from 1, `column` and `length` in characters. `source` is the text of that line, for the picture
    below the message: of a long line, what stands around the column, from the column `source_start` on. `hint` says
    what to do. `tally`, where there is one, is what a summary counts such diagnostics as: a noun in the singular, and
    what became of it ("script left as it is").
    """

    text: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    length: int = 1
    source: str | None = None
    hint: str | None = None
    severity: Severity = "error"
    source_start: int = 1
    tally: str | None = None


class AssetbuildError(Exception):
    """Base of every error a user can cause; never raised itself."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("\n".join(diagnostic.text for diagnostic in diagnostics))
        self.diagnostics = diagnostics


class UsageError(AssetbuildError):
    """The configuration or the command line is at fault."""

    exit_code = 2


class BuildError(AssetbuildError):
    """The assets are at fault: a broken reference, a syntax error, an unreadable source."""


class ReleaseError(AssetbuildError):
    """The release on disk is at fault, or it cannot be written."""


def errors_of(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Those of severity "error", in their order."""
    return tuple(diagnostic for diagnostic in diagnostics if diagnostic.severity == "error")
