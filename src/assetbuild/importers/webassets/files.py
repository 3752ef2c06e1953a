"""Which files webassets means by what a bundle lists (`Resolver` in its env.py, `FlaskResolver` in Flask-Assets)."""

from __future__ import annotations

import glob
import importlib.util
import os
import posixpath
import re
from collections.abc import Iterable

from assetbuild.dataclass import dataclass
from assetbuild.importers.nearest_file import nearest_file
from assetbuild.importers.project import Project
from assetbuild.importers.webassets.model import OldEnvironment, OldItem

_URL = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//")


@dataclass(frozen=True, slots=True)
class Found:
    """Files relative to the project (POSIX; ".." where they are outside of it), or what is wrong and what to do.

    `serious`: webassets refuses to build. `is_glob`: it is a pattern, which may match nothing.
    """

    files: tuple[str, ...] = ()
    problem: str = ""
    hint: str | None = None
    serious: bool = False
    is_glob: bool = False


@dataclass(frozen=True, slots=True)
class Files:
    """The files of an environment. `static` is the directory where nothing else says where they are."""

    project: Project
    environment: OldEnvironment
    static: str

    def find(self, item: OldItem) -> Found:
        """What one entry of a bundle's contents, or of `depends`, means."""
        text = item.text
        if _URL.match(text):
            hint = "download it into a load path, or write a tag for it of its own"
            return Found(problem=f"'{text}' is left out: a build asks no network", hint=hint)
        is_glob = glob.has_magic(text)
        if os.path.isabs(text):
            # Such a path is taken as it is, wildcards and all.
            below = self.project.below_root(text)
            if below is None:
                hint = "copy the file into the project"
                return Found(problem=f"'{text}' is outside of this project", hint=hint, serious=True)
            return self._literal(text, (posixpath.dirname(below),), posixpath.basename(below))
        directories, name = self._directories(text)
        if is_glob:
            files = [file for directory in directories for file in self._glob(directory, name)]
            return Found(tuple(dict.fromkeys(files)), is_glob=True)
        return self._literal(text, directories, name)

    def patterns(self, item: OldItem) -> tuple[str, ...]:
        """What a file or glob of `depends` is as globs relative to the project."""
        if _URL.match(item.text) or os.path.isabs(item.text):
            below = self.project.below_root(item.text) if os.path.isabs(item.text) else None
            return (below,) if below else ()
        directories, name = self._directories(item.text)
        patterns = tuple(_joined(directory, name) for directory in directories)
        # A file is in one directory of the load path, seldom in all: the build would warn of the others.
        return tuple(one for one in patterns if self._is_there(one)) or patterns

    def _is_there(self, pattern: str) -> bool:
        return any(glob.iglob(self.project.absolute(pattern), recursive=True))

    def _directories(self, text: str) -> tuple[tuple[str, ...], str]:
        """Where a name is looked for, relative to the project, and the name in there."""
        if self.environment.load_path:
            return tuple(self.load_path()), text
        first, _, rest = text.partition("/")
        if rest and first in self.environment.blueprints:
            return (self.environment.blueprints[first],), rest
        return (self.static,), text

    def load_path(self) -> dict[str, OldItem]:
        """The directories of the load path that are there, with the entries that name them, which may be globs."""
        found: dict[str, OldItem] = {}
        for item in self.environment.load_path:
            for path in sorted(glob.glob(self.project.absolute(item.text))):
                if os.path.isdir(path):
                    found.setdefault(self._relative(path), item)
        return found

    def output_file(self, output: str) -> str:
        """Where webassets writes an output, relative to the project; the place of a version is still in it."""
        if os.path.isabs(output):
            return self._relative(output)
        first, _, rest = output.partition("/")
        if first in self.environment.blueprints:
            return _joined(self.environment.blueprints[first], rest)
        return _joined(self.static, output)

    def _literal(self, text: str, directories: Iterable[str], name: str) -> Found:
        for directory in directories:
            path = self.project.absolute(_joined(directory, name))
            if os.path.isfile(path):
                return Found((self._relative(path),))
            if os.path.isdir(path):
                problem = f"'{text}' is a directory"
                return Found(problem=problem, hint=f"write '{text.rstrip('/')}/*'", serious=True)
        where = " or ".join(f"'{directory}'" for directory in directories) or "the load path, of which no part is there"
        near = None
        for directory in directories:
            near = near or nearest_file(_joined(directory, name), self.project.files(directory))
        hint = f"did you mean '{near}'?" if near else None
        return Found(problem=f"there is no file '{text}' in {where}", hint=hint, serious=True)

    def _glob(self, directory: str, name: str) -> list[str]:
        top = self.project.absolute(directory)
        # With glob2 installed, webassets' ** is any number of directories; else it is one, as *.
        recursive = importlib.util.find_spec("glob2") is not None
        found = glob.glob(os.path.join(glob.escape(top), *name.split("/")), recursive=recursive)
        return [self._relative(path) for path in sorted(map(os.path.normpath, found)) if not os.path.isdir(path)]

    def _relative(self, path: str) -> str:
        return os.path.relpath(path, self.project.root).replace(os.sep, "/")


def _joined(directory: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(directory, name))
