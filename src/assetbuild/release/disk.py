"""Writing and removing files: fixed modes whatever the umask, OSErrors as words."""

from __future__ import annotations

import errno
import os
import stat as status
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

from assetbuild.errors import Diagnostic, ReleaseError
from assetbuild.reading import open_regular
from assetbuild.release.layout import PRIVATE, PUBLIC, RELEASES, parents, place

# A web server that runs as another user reads the release.
FILE_MODE = 0o644
DIRECTORY_MODE = 0o755

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
Copy = Callable[[int], bool]
_ANEW = _NEW & ~os.O_EXCL | os.O_TRUNC


def make_directory(path: str) -> None:
    """Make the directory at this file path and those above it that are missing. Raises OSError."""
    if os.path.isdir(path):
        return
    above = os.path.dirname(path)
    if above and above != path:
        make_directory(above)
    try:
        os.mkdir(path, DIRECTORY_MODE)
    except FileExistsError:
        if not os.path.isdir(path):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from None
    else:
        os.chmod(path, DIRECTORY_MODE)


def write_new(
    file: str,
    pieces: Iterable[bytes],
    set_mode: bool = True,
    *,
    anew: bool = False,
    copy: Copy | None = None,
    durable: bool = False,
) -> os.stat_result:
    """Write a file that is not there yet, or `anew`; gives its stat. Raises OSError, FileExistsError too, and what
    `pieces` raises.

    `copy`, if there is one, is asked first whether it can fill the file of a descriptor in the place of `pieces`.
    Without `set_mode` the file system is known to give new files their mode here. The data is forced to the disk only
    if the file is to be `durable`: a process that dies loses nothing, a machine that loses power may.
    """
    descriptor = os.open(file, _ANEW if anew else _NEW, FILE_MODE)
    try:
        for piece in pieces if copy is None or not copy(descriptor) else ():
            written = os.write(descriptor, piece) if piece else 0
            if written < len(piece):
                view = memoryview(piece)[written:]
                while view:
                    view = view[os.write(descriptor, view) :]
        if set_mode and hasattr(os, "fchmod"):
            os.fchmod(descriptor, FILE_MODE)
        if durable:
            os.fsync(descriptor)
        return os.fstat(descriptor)
    except OSError as error:
        # Errors of a descriptor know no name; one of `pieces` may have its own.
        error.filename = error.filename or file
        raise
    finally:
        os.close(descriptor)


def sync_directories(output: str, paths: Iterable[str]) -> None:
    """Force the entries of these directories below the release to the disk, "" for its own. Raises OSError.

    One that is gone needs nothing. Windows has no such call: there, metadata is written in order.
    """
    if sys.platform == "win32":
        return
    for path in sorted(set(paths)):
        try:
            descriptor = os.open(place(output, path) if path else output, os.O_RDONLY | os.O_DIRECTORY)
        except (FileNotFoundError, NotADirectoryError):
            continue
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_above(path: str) -> None:
    """Force the name of this file path to the disk, and those of all directories above it, which may be new, too.

    What may not be looked at was not made by this process. Raises OSError.
    """
    above = os.path.dirname(os.path.abspath(path))
    with suppress(PermissionError):
        sync_directories(above, [""])
    if os.path.dirname(above) != above:
        sync_above(above)


def gives_mode(file: str) -> bool:
    """Whether new files beside this one, which is not there yet, get their mode without being told: no umask, no ACL
    takes any of it away. Raises OSError.
    """
    os.close(os.open(file, _NEW, FILE_MODE))
    mode = status.S_IMODE(os.stat(file).st_mode)
    os.unlink(file)
    return mode == FILE_MODE


def is_there(file: str) -> bool:
    """Whether something has this name, even a link that leads nowhere. Raises OSError if that cannot be told."""
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def read_if_there(file: str) -> bytes | None:
    """The bytes of a small file, None if there is none. Raises OSError, also if it is no regular file."""
    try:
        with open_regular(file) as stream:
            return stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def remove_tree(directory: str) -> None:
    """Remove a directory and all that is in it, following no symbolic link. Raises OSError."""
    with os.scandir(directory) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                remove_tree(entry.path)
            else:
                os.unlink(entry.path)
    os.rmdir(directory)


def remove_file(file: str) -> None:
    """Remove a file, or a symbolic link itself; no error if there is none. Raises OSError."""
    try:
        os.unlink(file)
    except (FileNotFoundError, NotADirectoryError):
        pass


def prune_directories(output: str, paths: Iterable[str]) -> None:
    """Remove the directories above these paths that are empty now, but those that every release has."""
    directories = {above for path in paths for above in parents(path)} - {PUBLIC, PRIVATE, RELEASES}
    for directory in sorted(directories, key=len, reverse=True):
        try:
            os.rmdir(place(output, directory))
        except OSError:
            # Not empty, or already gone: both are as they should be.
            continue


def cannot_write(error: OSError, path: str | None = None) -> ReleaseError:
    """The error in words. `path` is a file path; without it, the error's own last one."""
    path = path or error.filename2 or error.filename or "the release"
    return ReleaseError(Diagnostic(f"cannot write {path}: {error.strerror or error}"))
