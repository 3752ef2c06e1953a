"""The old project on disk, as importers look at it: they read files, and run none but what they are told to trust."""

from __future__ import annotations

import os
import posixpath
from codecs import BOM_UTF8

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.model import Place

_PASSED_OVER = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Project:
    """`root` is the absolute directory the command runs in, `file` the configuration to read (POSIX, relative to it).

    `environment` is which of the old system's sections counts, where it has any. `trust`: a configuration that is a
    program may be run; without it importers run nothing.
    """

    root: str
    file: str
    environment: str = "production"
    trust: bool = False

    def text(self, path: str | None = None) -> str:
        """The text of a file (POSIX, relative to the root), of the configuration if none is named; "\\n" line ends.

        Raises UsageError if it cannot be read or is not UTF-8.
        """
        path = self.file if path is None else path
        try:
            with open(self.absolute(path), "rb") as stream:
                data = stream.read().removeprefix(BOM_UTF8)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            hint = "run the command in the old project's root directory"
            raise UsageError(Diagnostic(f"cannot be read: {reason}", path, hint=hint)) from None
        try:
            return data.decode().replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise UsageError(Diagnostic("the file is not UTF-8", path, line, hint="save it as UTF-8")) from None

    def absolute(self, path: str) -> str:
        """The absolute file path of a POSIX path relative to the root."""
        return os.path.normpath(os.path.join(self.root, *path.split("/")))

    def is_file(self, path: str) -> bool:
        """Whether there is a file at this POSIX path relative to the root."""
        return os.path.isfile(self.absolute(path))

    def is_directory(self, path: str) -> bool:
        """Whether there is a directory at this POSIX path relative to the root."""
        return os.path.isdir(self.absolute(path))

    def files(self, directory: str = "") -> list[str]:
        """All files below a directory, POSIX and relative to the root, sorted; hidden ones and installed packages not.

        Links to directories are not followed.
        """
        found = []
        top = self.absolute(directory) if directory else self.root
        for folder, names, files in os.walk(top):
            names[:] = [name for name in names if not name.startswith(".") and name not in _PASSED_OVER]
            below = os.path.relpath(folder, self.root).replace(os.sep, "/")
            lead = "" if below == "." else f"{below}/"
            found += [lead + name for name in files if not name.startswith(".")]
        return sorted(found)

    def size(self, path: str) -> int:
        """The size of a file in bytes. Raises OSError."""
        return os.path.getsize(self.absolute(path))

    def below_root(self, path: str) -> str | None:
        """A path or glob as a POSIX path relative to the root, None if it leads out of it. It may be absolute."""
        slashed = path.replace(os.sep, "/")
        if slashed.startswith("/"):
            root = self.root.replace(os.sep, "/").rstrip("/") + "/"
            if not (slashed + "/").startswith(root):
                return None
            slashed = slashed[len(root) :]
        normal = posixpath.normpath(slashed or ".")
        return None if normal == ".." or normal.startswith("../") else normal

    def place(self, line: int, column: int = 1, length: int = 1, source: str = "") -> Place:
        """A place in the configuration."""
        return Place(self.file, line, column, length, source)
