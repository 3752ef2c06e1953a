"""What lies below the load paths: every regular file with a usable name, looked at but not read.

What cannot be a source is told, never dropped in silence, and all of it in one run.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat as status
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from assetbuild.cache.records import IDENTITY_SIZE, identities_in, identity_of, sizes_in
from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.named_tuple import NamedTuple
from assetbuild.paths import escaped, normal_form, read_as_utf8, why_not_published
from assetbuild.private_names import why_leftover

if TYPE_CHECKING:
    from assetbuild.config import LoadPath

NEVER_ENTERED = frozenset(
    {".git", ".hg", ".svn", ".bzr", ".jj", ".assetbuild", "__pycache__", ".sass-cache", ".parcel-cache"}
    | {".mypy_cache", ".pytest_cache", ".ruff_cache"}
)

_NEVER_BELOW = {"node_modules": frozenset({".cache"})}
_MOST_LINKS = 32
_SPECIAL = {
    status.S_IFIFO: "a FIFO",
    status.S_IFSOCK: "a socket",
    status.S_IFCHR: "a character device",
    status.S_IFBLK: "a block device",
}
_HINTS = {
    errno.ENOENT: "it vanished while the build read its sources; build again",
    errno.ENAMETOOLONG: "move it to a shorter path",
    errno.EACCES: "give the user who builds the right to read it, or move it out of the load path",
    errno.EPERM: "give the user who builds the right to read it, or move it out of the load path",
}
_OTHER_HINT = "if the build does not need it, move it out of the load path"


class Place(NamedTuple):
    """The directory of a load path, and how it is shown."""

    directory: str
    shown: str


# A plain tuple: there is one for every file. The bytes are its identity, empty as long as nobody has looked at it.
Found = tuple[str, Place, bytes]


class _Directory(NamedTuple):
    file: str
    path: str
    real: str
    parent: _Directory | None


@dataclass(frozen=True)
class Survey:
    """The files by logical path, each with its load path and identity, and what is to be said of others.

    `diagnostics` are sorted. `roots` gives logical path and file of one file below each load path's directory.
    """

    table: dict[str, Found]
    diagnostics: tuple[Diagnostic, ...]
    roots: Mapping[str, tuple[str, str]]

    @cached_property
    def paths(self) -> list[str]:
        """The logical paths, sorted."""
        return sorted(self.table)

    @cached_property
    def files(self) -> list[str]:
        """The absolute file paths, in this order."""
        return [found[0] for found in map(self.table.__getitem__, self.paths)]

    @cached_property
    def names(self) -> str:
        """A digest of all that a build may see without a look at a file: names, and what there is to say."""
        words = [*self.paths, *self.files]
        if len(self.roots) == 1:
            words += *self.roots, str(len(self.paths))
        else:
            for place, files in groupby([self.table[path][1] for path in self.paths]):
                words += place.directory, str(len(list(files)))
        words += map(repr, self.diagnostics)
        return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()

    def sizes(self) -> Iterator[tuple[str, int]]:
        """The files by logical path, each with the number of its bytes."""
        return zip(self.paths, sizes_in(self.identities, IDENTITY_SIZE), strict=True)

    def look_at(self, paths: Iterable[str]) -> None:
        """Sets those identities of these files that are not known; that of one that cannot be looked at stays empty."""
        table = self.table
        for path in paths:
            file, place, identity = table[path]
            if not identity:
                with suppress(OSError):
                    table[path] = file, place, identity_of(os.stat(file))

    def know(self, numbers: Collection[int], records: bytes) -> None:
        """Takes the identities of the files with these numbers among the `paths` from a record of each of all."""
        identities = identities_in(records)
        if len(numbers) < len(self.paths):
            every = bytearray(identities)
            for number in set(range(len(self.paths))).difference(numbers):
                start = number * IDENTITY_SIZE
                every[start : start + IDENTITY_SIZE] = self.table[self.paths[number]][2] or bytes(IDENTITY_SIZE)
            identities = bytes(every)
        self.__dict__["identities"] = identities

    @cached_property
    def identities(self) -> bytes:
        """The identities of all files, in the order of `paths`; zeros for those that nobody could look at."""
        table, unknown = self.table, bytes(IDENTITY_SIZE)
        return b"".join([table[path][2] or unknown for path in self.paths])


def survey(load_paths: Sequence[LoadPath], root: str, *, looks: bool = True) -> Survey:
    """All files below the load paths, of which the first to have a logical path wins.

    If it does not look at each, most identities are empty, until `Survey.look_at` or whoever reads the files sets them.
    `root` is the configuration file's directory (absolute), which the paths in diagnostics are relative to.
    Raises nothing: whatever cannot be read is an error among the diagnostics.
    """
    table: dict[str, Found] = {}
    diagnostics: list[Diagnostic] = []
    roots: dict[str, tuple[str, str]] = {}
    for load_path in load_paths:
        walk = _Walk(load_path, root, looks)
        walk.run()
        diagnostics += walk.diagnostics
        for path, (file, place, _) in walk.found.items():
            roots[place.directory] = path, file
            break
        if not table:
            table = walk.found
            continue
        for path, found in walk.found.items():
            first = table.setdefault(path, found)
            if first is not found and first[0] != found[0]:
                diagnostics.append(_shadowed(path, first, found))
    return Survey(table, in_order(diagnostics), roots)


class _Walk:
    """One load path being read: `found` by logical path, and the diagnostics."""

    def __init__(self, load_path: LoadPath, root: str, looks: bool) -> None:
        self._looks = looks
        self.found: dict[str, Found] = {}
        self.diagnostics: list[Diagnostic] = []
        directory = load_path.directory.rstrip(os.sep) or os.sep
        self._place = Place(directory, _relative(directory, root))
        self._real = os.path.realpath(directory)
        self._prefix = normal_form(load_path.prefix)
        self._only = load_path.only
        self._stack: list[_Directory] = []
        self._times_linked: dict[str, int] = {}

    def run(self) -> None:
        """Read the whole tree: depth first, without recursion, so that no depth is too deep."""
        self._stack.append(
            _Directory(self._place.directory, f"{self._prefix}/" if self._prefix else "", self._real, None)
        )
        found, place, looks = self.found, self._place, self._looks
        while self._stack:
            directory = self._stack.pop()
            try:
                with os.scandir(directory.file) as listing:
                    entries = list(listing)
            except OSError as error:
                self._error(unreadable(self._name(directory.file), error))
                continue
            names = "".join([entry.name for entry in entries])
            if not names.isascii():
                entries = self._without_twins(entries)
            ordinary = _is_ordinary(names)
            first = len(self._stack)
            path = directory.path
            for entry in entries:
                try:
                    if ordinary and not looks and entry.is_file(follow_symlinks=False):
                        found[path + entry.name] = entry.path, place, b""
                    elif ordinary and entry.is_file(follow_symlinks=False):
                        stat = entry.stat(follow_symlinks=False)
                        # A Windows directory listing knows no inode and may be out of date.
                        found[path + entry.name] = (
                            entry.path,
                            place,
                            identity_of(stat if stat.st_ino else os.stat(entry.path)),
                        )
                    else:
                        self._entry(directory, entry)
                except OSError as error:
                    self._error(unreadable(self._name(entry.path), error))
            # The order decides which of very many links is the last to be followed.
            self._stack[first:] = sorted(self._stack[first:], key=_file_of, reverse=True)
        if self._only is not None:
            self._keep_only(self._only)

    def _keep_only(self, names: frozenset[str]) -> None:
        """Drops what is not meant; `names` are relative to the directory, POSIX."""
        before = f"{self._prefix}/" if self._prefix else ""
        wanted = {before + normal_form(name) for name in names}
        self.found = {path: found for path, found in self.found.items() if path in wanted}

    def _entry(self, directory: _Directory, entry: os.DirEntry[str]) -> None:
        name = read_as_utf8(entry.name)
        if not _is_ordinary(name):
            reason = why_not_published(directory.path + name)
            if reason is not None:
                self._warn(entry.path, f"'{escaped(name)}' is left out: {reason}", "rename it")
                return
            name = normal_form(name)
        if entry.is_file(follow_symlinks=False):
            self.found[directory.path + name] = entry.path, self._place, _identity(entry) if self._looks else b""
        elif _is_link(entry):
            self._link(directory, entry, directory.path + name)
        elif entry.is_dir(follow_symlinks=False):
            if not _is_never_entered(directory.file, name):
                real = f"{directory.real}{os.sep}{entry.name}"
                self._stack.append(_Directory(entry.path, f"{directory.path}{name}/", real, directory))
        else:
            self._special(entry.path, entry.stat(follow_symlinks=False))

    def _link(self, directory: _Directory, entry: os.DirEntry[str], path: str) -> None:
        try:
            target = os.path.realpath(entry.path, strict=True)
            stat = os.stat(target)
        except OSError as error:
            self._dead_link(entry, error)
            return
        if not _is_below(target, self._real):
            leads = escaped(read_as_utf8(os.readlink(entry.path)))
            text = f"a symbolic link out of its load path is not followed: it leads to '{leads}'"
            self._warn(entry.path, text, "name what it leads to as a load path of its own")
        elif not NEVER_ENTERED.isdisjoint(target[len(self._real) :].split(os.sep)):
            self._warn(entry.path, "a symbolic link into a directory that is never read is not followed")
        elif status.S_ISREG(stat.st_mode):
            self.found[path] = entry.path, self._place, identity_of(stat)
        elif not status.S_ISDIR(stat.st_mode):
            self._special(entry.path, stat)
        elif _leads_back(directory, target):
            self._warn(entry.path, "a symbolic link to a directory that it is in itself is not followed")
        elif not _is_never_entered(directory.file, entry.name):
            self._linked_directory(directory, entry, path, target)

    def _linked_directory(self, directory: _Directory, entry: os.DirEntry[str], path: str, target: str) -> None:
        times = self._times_linked[target] = self._times_linked.get(target, 0) + 1
        if times <= _MOST_LINKS:
            self._stack.append(_Directory(entry.path, f"{path}/", target, directory))
        elif times == _MOST_LINKS + 1:
            text = f"more than {_MOST_LINKS} paths of symbolic links lead to the same directory; no more are followed"
            self._warn(entry.path, text, "name fewer of them, or the directory itself")

    def _dead_link(self, entry: os.DirEntry[str], error: OSError) -> None:
        if why_leftover(entry.name):  # an editor's lock is a link to nowhere by design
            return
        if error.errno == errno.ELOOP:
            self._warn(entry.path, "a symbolic link that leads in a circle is left out")
        elif error.errno not in (errno.ENOENT, errno.ENOTDIR):
            raise error
        else:
            leads = escaped(read_as_utf8(os.readlink(entry.path)))
            self._warn(entry.path, f"a broken symbolic link is left out: '{leads}': {_strerror(error)}")

    def _special(self, file: str, stat: os.stat_result) -> None:
        what = _SPECIAL.get(status.S_IFMT(stat.st_mode), "no regular file")
        self._warn(file, f"left out: it is {what}")

    def _without_twins(self, entries: list[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        """The entries but for those whose name is another's in normal form C."""
        kept: dict[str, os.DirEntry[str]] = {}
        named = [(read_as_utf8(entry.name), entry) for entry in entries]
        for name, entry in sorted(named, key=lambda one: (normal_form(one[0]) != one[0], one[0])):
            twin = kept.setdefault(normal_form(name), entry)
            if twin is not entry:
                both = f"{read_as_utf8(twin.name)!a} and {name!a}"
                text = f"two names that differ only in Unicode normal form: {both}"
                self._error(Diagnostic(text, self._name(entry.path), hint="remove or rename one of them"))
        return list(kept.values())

    def _name(self, file: str) -> str:
        return shown_in(self._place, file)

    def _warn(self, file: str, text: str, hint: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(text, self._name(file), hint=hint, severity="warning"))

    def _error(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.append(diagnostic)


def _is_ordinary(name: str) -> bool:
    """Whether any system can have this name, and takes it for what it is."""
    return name.isascii() and name.isprintable() and "\\" not in name and ":" not in name


def _identity(entry: os.DirEntry[str]) -> bytes:
    stat = entry.stat(follow_symlinks=False)
    # A Windows directory listing knows no inode and may be out of date.
    return identity_of(stat if stat.st_ino else os.stat(entry.path))


def _is_link(entry: os.DirEntry[str]) -> bool:
    if entry.is_symlink():
        return True
    if sys.platform == "win32":  # a junction leads elsewhere too
        return entry.stat(follow_symlinks=False).st_reparse_tag == status.IO_REPARSE_TAG_MOUNT_POINT
    return False


def _is_never_entered(parent: str, name: str) -> bool:
    return name in NEVER_ENTERED or name in _NEVER_BELOW.get(os.path.basename(parent), ())


def _is_below(file: str, directory: str) -> bool:
    return file == directory or file.startswith(directory.rstrip(os.sep) + os.sep)


def _leads_back(directory: _Directory, target: str) -> bool:
    above: _Directory | None = directory
    while above is not None:
        if _is_below(above.real, target):
            return True
        above = above.parent
    return False


def _shadowed(path: str, first: Found, later: Found) -> Diagnostic:
    text = f"shadowed: '{path}' is {shown_in(first[1], first[0])}, from an earlier load path"
    return Diagnostic(text, shown_in(later[1], later[0]), severity="notice")


def unreadable(file: str, error: OSError) -> Diagnostic:
    return Diagnostic(f"cannot be read: {_strerror(error)}", file, hint=_HINTS.get(error.errno or 0, _OTHER_HINT))


def _strerror(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)


def _relative(directory: str, root: str) -> str:
    try:
        return os.path.relpath(directory, root)
    except ValueError:  # another drive, on Windows
        return directory


def shown_in(place: Place, file: str) -> str:
    """A file below the place as diagnostics show it: POSIX, fit for a terminal."""
    below = file[len(place.directory) :].lstrip(os.sep)
    shown = below if below and place.shown == os.curdir else os.path.join(place.shown, below).rstrip(os.sep)
    return escaped(read_as_utf8(shown.replace(os.sep, "/")))


def _file_of(directory: _Directory) -> str:
    return directory.file


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By file and text: the order in which a file system lists files decides nothing."""
    return tuple(sorted(diagnostics, key=_order))


def _order(diagnostic: Diagnostic) -> tuple[str, str]:
    return diagnostic.file or "", diagnostic.text
