"""Files of a first release, staged before the commit: as they are read and linked, by whichever process does that.

Only where no release stands yet, and under its lock, which is held from here to the end of the commit. Nothing is
promised about them: whatever goes wrong, all of them are dropped, and the commit writes every file itself, with the
errors that belong to it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

from assetbuild.cache.records import identity_of
from assetbuild.errors import ReleaseError
from assetbuild.release.disk import FILE_MODE, gives_mode, make_directory, remove_file, remove_tree
from assetbuild.release.layout import LOCK, MANIFEST, PUBLIC, STAGING, place
from assetbuild.release.lock import locked

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_NEW |= getattr(os, "O_CLOEXEC", 0)


class Ahead:
    """A staged public/ directory. `staged` are identity and SHA-256 of the files in it that belong to the release, by
    path below the release directory. `works` until something has gone wrong. `close` it whatever happens.
    """

    def __init__(self, output: str) -> None:
        self.staged: Mapping[str, bytes] = {}
        self.works = True
        self._output = output
        self._root = place(output, f"{STAGING}/{PUBLIC}/")
        self._made = _missing(output)
        self._held = ExitStack()
        self._set_mode = True
        self._begun = False

    @classmethod
    def begin(cls, output: str) -> Ahead | None:
        """None if this is no first release, or it cannot be locked or written to now."""
        if os.path.lexists(place(output, MANIFEST)):
            return None
        ahead = cls(output)
        try:
            ahead._held.enter_context(locked(output, patience=0))
            if set(os.listdir(output)) == {LOCK}:
                ahead._begun = True
                make_directory(place(output, f"{STAGING}/{PUBLIC}"))
                ahead._set_mode = not gives_mode(place(output, f"{STAGING}/mode"))
                return ahead
        except (OSError, ReleaseError):
            pass
        ahead.close()
        return None

    def write(self, file: str, data: bytes) -> bytes:
        """Writes a file, named below public/, and gives its identity. Raises OSError, also if it is there already."""
        place_of = self._root + file
        try:
            descriptor = os.open(place_of, _NEW, FILE_MODE)
        except FileNotFoundError:
            make_directory(os.path.dirname(place_of))
            descriptor = os.open(place_of, _NEW, FILE_MODE)
        try:
            written = os.write(descriptor, data)
            while written < len(data):
                written += os.write(descriptor, memoryview(data)[written:])
            if self._set_mode and hasattr(os, "fchmod"):
                os.fchmod(descriptor, FILE_MODE)
            return identity_of(os.fstat(descriptor))
        finally:
            os.close(descriptor)

    def drop(self, files: Iterable[str]) -> None:
        """Removes files that are not to be published, and directories that are empty then. Raises OSError."""
        above = set()
        for file in files:
            remove_file(self._root + file)
            above.add(file.rpartition("/")[0])
        for directory in sorted(above, key=len, reverse=True):
            while directory:
                try:
                    os.rmdir(self._root + directory)
                except OSError:
                    break
                directory = directory.rpartition("/")[0]

    def fail(self) -> None:
        """Gives up, and leaves an empty staging directory to the commit."""
        self.works = False
        self.staged = {}
        with suppress(OSError):
            remove_tree(self._root)

    @contextmanager
    def held(self) -> Iterator[None]:
        """The lock for the commit, which gives it back if all went well."""
        yield
        self._begun = False
        self.staged = {}
        self._held.close()

    def close(self) -> None:
        """Leaves nothing of what no commit has put in place."""
        with self._held, suppress(OSError):
            there = set(os.listdir(self._output)) if self._begun else set()
            if there == {LOCK, STAGING}:
                remove_tree(place(self._output, STAGING))
                there.discard(STAGING)
            if self._made and there == {LOCK}:
                os.unlink(place(self._output, LOCK))
                for directory in self._made:
                    os.rmdir(directory)
        self._begun = False


def _missing(directory: str) -> list[str]:
    """The directories that have to be made for this one to be there, the innermost first."""
    missing = []
    while directory and not os.path.lexists(directory):
        missing.append(directory)
        directory = os.path.dirname(directory)
    return missing
