"""What stands in a release directory where the files of a new release are to go."""

from __future__ import annotations

import os
import stat as status
from collections.abc import Callable, Iterable

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.paths import read_as_utf8
from assetbuild.release.document import Wanted
from assetbuild.release.layout import RELEASES, directories_above, place

DigestOf = Callable[[str, os.stat_result], str | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """`missing` are not there, `differing` there with bytes of the SHA-256 beside them, the rest as wanted.

    `blocked`: something that is no file stands in a file's place, or no directory in a directory's.
    """

    missing: tuple[Wanted, ...]
    differing: tuple[tuple[Wanted, str], ...]
    blocked: tuple[Diagnostic, ...]


def compare(output: str, wanted: Iterable[Wanted], digest_of: DigestOf) -> Standing:
    """Compare the files wanted with those there. `digest_of` gives a file's SHA-256 in hex, None if there is none; it
    is told what lstat says of the file.

    Symbolic links are not followed. Raises OSError.
    """
    wanted = list(wanted)
    paths = [file.path for file in wanted]
    directories = directories_above(paths) | {RELEASES}
    # A file beside manifest.json has no directory above it.
    there, blocked = _look(output, directories if all("/" in path for path in paths) else directories | {""})
    missing: list[Wanted] = []
    differing: list[tuple[Wanted, str]] = []
    for file in wanted:
        entry = there.get(file.path)
        if entry is None:
            missing.append(file)
        elif not entry.is_file(follow_symlinks=False):
            blocked.append(_blocked(output, file.path, "a file"))
        elif (digest := digest_of(entry.path, entry.stat(follow_symlinks=False))) is None:
            missing.append(file)
        elif digest != file.content.digest:
            differing.append((file, digest))
    return Standing(tuple(missing), tuple(differing), tuple(blocked))


def _look(output: str, directories: Iterable[str]) -> tuple[dict[str, os.DirEntry[str]], list[Diagnostic]]:
    """What is in these directories, by path."""
    there: dict[str, os.DirEntry[str]] = {}
    blocked: list[Diagnostic] = []
    for directory in sorted(directories):
        try:
            mode = os.lstat(place(output, directory)).st_mode
        except (FileNotFoundError, NotADirectoryError):
            continue
        if not status.S_ISDIR(mode):
            blocked.append(_blocked(output, directory, "a directory"))
            continue
        with os.scandir(place(output, directory)) as entries:
            for entry in entries:
                name = read_as_utf8(entry.name)
                there[f"{directory}/{name}" if directory else name] = entry
    return there, blocked


def _blocked(output: str, path: str, needed: str) -> Diagnostic:
    return Diagnostic(
        f"{place(output, path)} stands where the release needs {needed}", hint="remove it, and build again"
    )
