"""What `@import` names, decided here and not by LibSass: every file probed or read goes through `Tools`.

The order is that of Sass: beside the importing file, then the load paths. Here the load paths are first the
logical paths (from the importing file's place, then from the root), then the directories of `[sass] load_paths`.
"""

from __future__ import annotations

import difflib
import os
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from assetbuild.compilers.base import Tools, World
from assetbuild.compilers.sass.scan import Import, Sheet, scan
from assetbuild.errors import Diagnostic
from assetbuild.paths import normal_form, read_as_utf8, written_as_utf8

DEPTH = 200
NAME = "assetbuild-import-{}"
NAMED = re.compile(r"assetbuild-import-(\d+)\.s[ac]ss\Z")
MODULE_HINT = "rewrite it with @import; the Sass module system needs Dart Sass"


def is_css_import(path: str) -> bool:
    """Whether `@import` of this stays in the CSS: `x.css`, `http://…`, `//host/…`."""
    return bool(re.match(r"[A-Za-z_-][\w-]*://|//", path)) or (path.endswith(".css") and len(path) > 4)


def candidates(path: str) -> tuple[tuple[str, ...], ...]:
    """The relative file names `@import "path"` may mean: the first group with one counts, two in it are ambiguous."""
    path = path.rstrip("/")
    head, name = posixpath.split(path)
    if not name:
        return ()

    def variants(stem: str, *extensions: str) -> tuple[str, ...]:
        return tuple(posixpath.join(head, under + stem + end) for end in extensions for under in ("", "_"))

    if name.endswith((".scss", ".sass")):
        return (variants(name, ""),)
    index = tuple(posixpath.join(path, under + "index" + end) for end in (".scss", ".sass") for under in ("_", ""))
    return (variants(name, ".scss", ".sass"), variants(name, ".css"), index)


def unreadable(sheet_name: str, data: bytes) -> Diagnostic | None:
    """Why these bytes are no stylesheet: not UTF-8, or a NUL in them."""
    try:
        at = data.decode("utf-8").find("\0")
        if at < 0:
            return None
        before, reason = data.decode("utf-8")[:at], "there is a NUL character in it"
    except UnicodeDecodeError as error:
        before, reason = data[: error.start].decode("utf-8"), f"it is not UTF-8: {error.reason}"
    start = before.rfind("\n") + 1
    line = data.split(b"\n")[before.count("\n")].decode("utf-8", "replace").replace("\0", "\ufffd").rstrip("\r")
    text = f"cannot read the stylesheet: {reason}"
    return Diagnostic(text, sheet_name, before.count("\n") + 1, len(before) - start + 1, source=line)


@dataclass(slots=True)
class Refused(Exception):
    """An import that is not followed; the importer adds the place."""

    text: str
    hint: str | None = None


@dataclass(frozen=True)
class Directories:
    """Where imports may lead: the roots of all load paths with their prefixes, and the directories of [sass]."""

    world: World
    extra: tuple[str, ...]

    @cached_property
    def roots(self) -> dict[str, str]:
        """Root directory to logical prefix ("" or "fa/"), longest root first."""
        found: dict[str, str] = {}
        for source in self.world.sources.values():
            if source.root not in found:
                below = normal_form(_relative(source.file, source.root))
                found[source.root] = source.path[: len(source.path) - len(below)]
        return dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))

    def allow(self, file: str) -> bool:
        return any(file.startswith(os.path.join(root, "")) for root in (*self.roots, *self.extra))

    def logical(self, file: str) -> str | None:
        """The logical path at which a file below a load path lies (another file may be first there)."""
        for root, prefix in self.roots.items():
            if file.startswith(os.path.join(root, "")):
                return normal_form(prefix + _relative(file, root))
        return None

    def stable_name(self, file: str) -> str:
        """A name for a file that is the same on every machine: logical, else from the load path's own name on."""
        logical = self.logical(file)
        if logical is not None:
            return logical
        inside = read_as_utf8(self.world.display(file))
        if not inside.startswith("../"):
            return inside
        for directory in self.extra:
            if file.startswith(os.path.join(directory, "")):
                return _relative(file, os.path.dirname(directory))
        return read_as_utf8(os.path.basename(file))


@dataclass(slots=True)
class Importer:
    """LibSass' importer callback for one compilation, and what it read.

    `sheets[0]` is the entry, `sheets[n]` is known to LibSass as "assetbuild-import-n". What is the author's
    fault goes to `diagnostics` and compiling goes on with an empty sheet, so that one run shows all of it;
    any other exception is kept in `failure` and ends the compilation.
    """

    tools: Tools
    directories: Directories
    write: Callable[[str, bytes], str]
    sheets: list[Sheet]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    failure: BaseException | None = None
    stack: list[int] = field(default_factory=lambda: [0])
    cursors: dict[int, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.sheets[0].file is not None:
            self.known[self.sheets[0].file] = 0

    def __call__(self, path: str, importing: str) -> list[tuple[str, ...]] | None:
        """What LibSass shall read for `@import "path"`; None leaves the import in the CSS."""
        try:
            return self._import(path, importing)
        except BaseException as error:
            self.failure = error
            raise

    def _import(self, path: str, importing: str) -> list[tuple[str, ...]] | None:
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
        file = self._resolve(path, importing)
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
        try:
            data = self.tools.read(file)
        except OSError as error:
            raise Refused(f"cannot read '{self.tools.world.display(file)}': {error.strerror or error}") from None
        logical = self.directories.logical(file)
        if logical is not None:
            self.tools.source(logical)
        number = len(self.sheets)
        sheet = scan(self.tools.world.display(file), file, logical, data, file.endswith(".sass"))
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

    def _resolve(self, path: str, importing: Sheet) -> str:
        """The file, absolute. Raises Refused where there is none, more than one, or it may not be read."""
        tools = self.tools
        groups = candidates(path)
        if importing.file is not None:
            beside = os.path.dirname(importing.file)
            if found := self._first(groups, partial(self._file, beside)):
                return found
        bases = dict.fromkeys([posixpath.dirname(importing.path or ""), ""])
        for base in bases:
            if found := self._first(groups, partial(self._source, base)):
                return found
        for directory in self.directories.extra:
            if found := self._first(groups, partial(self._file, directory)):
                return found
        beside_name = [tools.world.display(os.path.dirname(importing.file))] if importing.file else []
        others = sorted(tools.world.display(root) for root in self.directories.roots)
        searched = dict.fromkeys([*beside_name, *others, *(tools.world.display(top) for top in self.directories.extra)])
        hint = "searched " + ", ".join(f"'{directory}'" for directory in searched)
        if nearest := nearest_import(path, importing.path, tools.world.sources):
            hint = f"did you mean '{nearest}'? {hint}"
        raise Refused(f"nothing to import at '{path}'", hint)

    def _first(self, groups: Iterable[Sequence[str]], find: Callable[[str], str | None]) -> str | None:
        for group in groups:
            found = dict.fromkeys(file for name in group if (file := find(name)))
            if len(found) > 1:
                names = " and ".join(f"'{self.tools.world.display(file)}'" for file in found)
                raise Refused(f"it is not clear which file to import: {names}", "delete or rename all but one")
            for file in found:
                if not self.directories.allow(file):
                    name = self.tools.world.display(file)
                    raise Refused(f"'{name}' is outside the load paths", "add its directory to load_paths in [sass]")
                return file
        return None

    def _file(self, directory: str, name: str) -> str | None:
        file = os.path.normpath(os.path.join(directory, written_as_utf8(name)))
        return file if self.tools.exists(file) else None

    def _source(self, base: str, name: str) -> str | None:
        path = posixpath.normpath(posixpath.join(base, unicodedata.normalize("NFC", name)))
        if path.startswith(("../", "/")):
            return None
        source = self.tools.source(path)
        return source.file if source else None


def _relative(file: str, directory: str) -> str:
    return read_as_utf8(os.path.relpath(file, directory).replace(os.sep, "/"))


def faults_of(sheet: Sheet, data: bytes) -> list[Diagnostic]:
    """Why a sheet must not reach LibSass, which lets `@use` and `@forward` through as CSS without a word."""
    fault = unreadable(sheet.name, data)
    if fault is not None:
        return [fault]
    return [
        sheet.diagnostic(f"libsass does not know '{word}'", start, len(word), MODULE_HINT)
        for start, word in sheet.modules
    ]


def nearest_import(path: str, importing: str | None, sources: Iterable[str]) -> str | None:
    """The nearest thing that could be imported, written as an author would: no underscore, no extension."""
    names: dict[str, None] = {}
    for source in sorted(sources):
        stem, extension = posixpath.splitext(source)
        if extension not in (".scss", ".sass") or source == importing:
            continue
        head, name = posixpath.split(stem)
        plain = posixpath.join(head, name.removeprefix("_"))
        names[posixpath.relpath(plain, posixpath.dirname(importing or "") or ".")] = None
        names[plain] = None
    stem = posixpath.join(posixpath.dirname(path), posixpath.basename(path).removeprefix("_"))
    stem = re.sub(r"\.s[ac]ss\Z", "", stem)
    close = difflib.get_close_matches(stem, names, 1, 0.6)
    return close[0] if close else None
