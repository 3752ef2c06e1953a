"""What an importer has read, in our terms, with the place in the old file that each entry comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Union

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic, Severity

Value = Union[str, bool, int, float, Sequence["Value"], Mapping[str, "Value"]]  # noqa: UP007  (of itself)
"""A TOML value; a mapping is written as an inline table."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file of the old project.

    `file` is POSIX, relative to the project's root; `line` and `column` count from 1, `column` and `length` in
    characters; `source` is the text of the line, "" where it is not known.
    """

    file: str
    line: int
    column: int = 1
    length: int = 1
    source: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    def diagnostic(self, text: str, hint: str | None = None, severity: Severity = "warning") -> Diagnostic:
        """Something to say of this place.

        "error": nothing can be written. "warning": it is left out or differs. "notice": it differs, and need not worry.
        """
        if not self.source:
            return Diagnostic(text, self.file, self.line, hint=hint, severity=severity)
        return Diagnostic(text, self.file, self.line, self.column, self.length, self.source, hint, severity)


@dataclass(frozen=True, slots=True)
class Item:
    """One element of a list. `why` is a comment: why it is there, if that is not plain."""

    value: Value
    place: Place | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A key that is neither `sources` nor of a bundle or rule: ("base_url",), ("inline", "match").

    A tuple of Items is written one element a line.
    """

    key: tuple[str, ...]
    value: Value | tuple[Item, ...]
    place: Place | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class ImportedBundle:
    """`path` is logical, `contents` are globs, `filters` None for those of its type.

    `expected`, if it is not None, are the logical paths of the sources that the old system puts into it, in order: what
    our own rules make of `contents` is compared with that, and a difference is told.
    """

    path: str
    contents: tuple[Item, ...]
    filters: tuple[str, ...] | None = None
    place: Place | None = None
    why: str = ""
    expected: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ImportedRule:
    """One of [[rules]]: `settings` are its keys but `match` ("minify", "filters", "external", "options", "depends")."""

    match: tuple[str, ...]
    settings: Mapping[str, Value]
    place: Place | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Generated:
    """New source files that bundles need: texts by their names in `directory`, which is a load path of its own.

    Both are POSIX, the directory relative to the project. A file of the same name and text may be there already.
    """

    directory: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Imported:
    """A whole configuration. `sources` are load paths as the key of that name takes them.

    `diagnostics` say what could not be carried over; with an error among them nothing is written. `converted` holds
    texts of new source files (POSIX, relative to the project), which `--convert` writes; `generated` always are.
    """

    sources: tuple[Item, ...]
    settings: tuple[Setting, ...] = ()
    bundles: tuple[ImportedBundle, ...] = ()
    rules: tuple[ImportedRule, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    converted: Mapping[str, str] = field(default_factory=dict)
    generated: Generated | None = None
