"""Which file an import of Sass names: every file probed goes through `Tools`, whichever compiler asks.

The order is that of Sass: beside the importing file, then the load paths. Here the load paths are first the
logical paths (from the importing file's place, then from the root), then the directories of `[sass] load_paths`.
"""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial

from assetbuild.compilers.base import Tools, World
from assetbuild.compilers.sass.scan import Sheet, scan
from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.expression import expression
from assetbuild.paths import normal_form, read_as_utf8, written_as_utf8

FOREIGN = expression(r"(?:^|/)(?:\.\.|node_modules|site-packages|vendor|third_party)/")
"""In the name, relative to the configuration, of a file that somebody else wrote."""

Candidates = tuple[tuple[str, ...], ...]
"""Relative file names in groups: the first group of which there is a file counts, two files in it are ambiguous."""


def candidates(path: str) -> Candidates:
    """What `@import "path"` may mean to LibSass."""
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


def module_candidates(path: str, from_import: bool) -> Candidates:
    """What `@use "path"`, or `@import "path"` with `from_import`, may mean to Dart Sass.

    `@import` prefers import-only files (`_x.import.scss`).
    """
    path = path.rstrip("/")
    stem, extension = posixpath.splitext(path)
    if not posixpath.basename(path):
        return ()

    def either(name: str) -> tuple[str, str]:
        head, last = posixpath.split(name)
        return posixpath.join(head, last), posixpath.join(head, "_" + last)

    def groups(stem: str) -> Candidates:
        return ((*either(stem + ".scss"), *either(stem + ".sass")), either(stem + ".css"))

    if extension in (".scss", ".sass", ".css"):
        return (*((either(f"{stem}.import{extension}"),) if from_import else ()), either(path))
    found: Candidates = ()
    for name in (path, posixpath.join(path, "index")):
        found = (*found, *(groups(name + ".import") if from_import else ()), *groups(name))
    return found


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
        for root, (path, file) in self._one_of_each().items():
            found[root] = path[: len(path) - len(normal_form(_relative(file, root)))]
        return dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))

    def _one_of_each(self) -> Mapping[str, tuple[str, str]]:
        if self.world.roots is not None:
            return self.world.roots
        return {source.root: (source.path, source.file) for source in self.world.sources.values()}

    def allow(self, file: str) -> bool:
        """Whether a file is below one of them, where its symbolic links lead included."""
        directory, name = os.path.split(file)
        if os.path.islink(file):
            directory, name = os.path.split(os.path.realpath(file))
        if directory not in self._reals:
            self._reals[directory] = os.path.realpath(directory)
        real = os.path.join(self._reals[directory], name)
        return any(file.startswith(root) for root in self._inside) and any(real.startswith(root) for root in self._real)

    @cached_property
    def _reals(self) -> dict[str, str]:
        """Where directories are that were looked at."""
        return {}

    @cached_property
    def _inside(self) -> tuple[str, ...]:
        return tuple(os.path.join(root, "") for root in (*self.roots, *self.extra))

    @cached_property
    def _real(self) -> tuple[str, ...]:
        return tuple(os.path.join(os.path.realpath(root), "") for root in (*self.roots, *self.extra))

    def logical(self, file: str) -> str | None:
        """The logical path at which a file below a load path lies (another file may be first there)."""
        for root, prefix in self.roots.items():
            if file.startswith(os.path.join(root, "")):
                return normal_form(prefix + _relative(file, root))
        return None

    def is_foreign(self, sheet: Sheet) -> bool:
        """Whether somebody else wrote a sheet: below load_paths of [sass], outside of the project, a vendored one."""
        if sheet.file is None:
            return False
        inside = any(sheet.file.startswith(os.path.join(directory, "")) for directory in self.extra)
        return inside or bool(FOREIGN.search(self.world.display(sheet.file)))

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


@dataclass(frozen=True, slots=True)
class Lookup:
    """Finds and reads what is imported, for one compilation."""

    tools: Tools
    directories: Directories

    def read(self, file: str) -> tuple[Sheet, bytes]:
        """The style sheet in an absolute file, and its bytes. Raises Refused, and ContentChanged as Content.read."""
        tools = self.tools
        try:
            data = tools.read(file)
        except OSError as error:
            raise Refused(f"cannot read '{tools.world.display(file)}': {error.strerror or error}") from None
        logical = self.directories.logical(file)
        if logical is not None:
            tools.source(logical)
        return scan(tools.world.display(file), file, logical, data, file.endswith(".sass")), data

    def resolve(self, path: str, importing: Sheet, groups: Candidates) -> str:
        """The file, absolute. Raises Refused where there is none, more than one, or it may not be read."""
        tools = self.tools
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


def nearest_import(path: str, importing: str | None, sources: Iterable[str]) -> str | None:
    """The nearest thing that could be imported, written as an author would: no underscore, no extension."""
    import difflib

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


def _relative(file: str, directory: str) -> str:
    return read_as_utf8(os.path.relpath(file, directory).replace(os.sep, "/"))
