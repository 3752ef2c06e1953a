"""What LibSass gets for `@import`: decided by `Lookup`, not by LibSass; what it would misread is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

from assetbuild.compilers.sass.lookup import Lookup, Refused, candidates, unreadable
from assetbuild.compilers.sass.scan import Import, Sheet
from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.expression import expression

DEPTH = 200
NAME = "assetbuild-import-{}"
NAMED = expression(r"assetbuild-import-(\d+)\.s[ac]ss\Z")
MODULE_HINT = 'set implementation = "dart-sass" in [sass], or rewrite it with @import'


def is_css_import(path: str) -> bool:
    """Whether `@import` of this stays in the CSS: `x.css`, `http://…`, `//host/…`."""
    return bool(re.match(r"[A-Za-z_-][\w-]*://|//", path)) or (path.endswith(".css") and len(path) > 4)


@dataclass(slots=True)
class Importer:
    """LibSass' importer callback for one compilation, and what it read.

    `sheets[0]` is the entry, `sheets[n]` is known to LibSass as "assetbuild-import-n". What is the author's
    fault goes to `diagnostics` and compiling goes on with an empty sheet, so that one run shows all of it.
    """

    lookup: Lookup
    write: Callable[[str, bytes], str]
    sheets: list[Sheet]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    stack: list[int] = field(default_factory=lambda: [0])
    cursors: dict[int, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.sheets[0].file is not None:
            self.known[self.sheets[0].file] = 0

    def __call__(self, path: str, importing: str) -> list[tuple[str, ...]] | None:
        """What LibSass shall read for `@import "path"`; None leaves the import in the CSS.

        Raises OSError and ContentChanged as Content.read.
        """
        number = self.number(importing) or 0
        # LibSass parses depth first, so that whoever imports now is on the stack and what lies above is done.
        del self.stack[self.stack.index(number) + 1 :]
        place = self._next_place(number, path)
        if is_css_import(path) or (place is not None and place.conditional):
            return None
        sheet = self.sheets[number]
        try:
            return [self._load(path, sheet)]
        except Refused as refused:
            start = place.start if place else sheet.text.find(path) if path else -1
            length = place.stop - place.start if place else len(path)
            self.diagnostics.append(sheet.diagnostic(refused.text, start, length, refused.hint))
            return [("assetbuild-nothing.scss", "")]

    def number(self, name: str) -> int | None:
        """The sheet a name given to LibSass stands for; LibSass calls the entry "stdin"."""
        if name == "stdin":
            return 0
        match = NAMED.search(name)
        return int(match[1]) if match and int(match[1]) < len(self.sheets) else None

    def _next_place(self, number: int, path: str) -> Import | None:
        """The statement LibSass is reading: the next one of this sheet that names `path`."""
        imports = self.sheets[number].imports
        start = self.cursors.get(number, 0)
        for index in (*range(start, len(imports)), *range(min(start, len(imports)))):
            one: Import = imports[index]
            if one.path == path:
                self.cursors[number] = index + 1
                return one
        return None

    def _load(self, path: str, importing: Sheet) -> tuple[str, ...]:
        file = self.lookup.resolve(path, importing, candidates(path))
        number = self.known.get(file)
        if number is not None:
            if number in self.stack:
                loop = [self.sheets[one].name for one in self.stack[self.stack.index(number) :]]
                raise Refused("an @import loop: " + " imports ".join([*loop, self.sheets[number].name]))
            # LibSass keeps the first reading of a name; the text need not be parsed once more.
            return (self.names[number], "")
        if len(self.stack) >= DEPTH:
            raise Refused(f"imports are nested more than {DEPTH} deep")
        return self._read(file)

    def _read(self, file: str) -> tuple[str, ...]:
        sheet, data = self.lookup.read(file)
        number = len(self.sheets)
        faults = faults_of(sheet, data)
        name = NAME.format(number) + (".sass" if sheet.indented else ".scss")
        self.diagnostics += faults
        self.sheets.append(sheet)
        self.known[file] = number
        self.stack.append(number)
        if sheet.indented and not faults:
            # Only a file that LibSass opens itself goes through its converter from the indented syntax.
            self.names[number] = self.write(name, sheet.text.encode())
            return (self.names[number],)
        self.names[number] = name
        return (name, "" if faults else sheet.text)


def faults_of(sheet: Sheet, data: bytes) -> list[Diagnostic]:
    """Why a sheet must not reach LibSass, which lets `@use` and `@forward` through as CSS without a word."""
    fault = unreadable(sheet.name, data)
    if fault is not None:
        return [fault]
    return [
        sheet.diagnostic(f"libsass does not know '{word}'", start, len(word), MODULE_HINT)
        for start, word in sheet.modules
    ]
