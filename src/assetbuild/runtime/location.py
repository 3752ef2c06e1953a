"""Where a manifest lies: a file, or something in an installed Python package; and its bytes."""

from __future__ import annotations

import os
import stat

from assetbuild.runtime.errors import ManifestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    Location = str | os.PathLike[str] | Traversable

_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
PATH_VARIABLE = "ASSETBUILD_MANIFEST"


def located(path: Location | None) -> Location:
    """`path`, or what $ASSETBUILD_MANIFEST says, as something to read. Raises ManifestError.

    The text "shop:release/manifest.json" means that file in the package `shop`, which is imported. It is a file path
    if what stands before the colon could not be a package of more than one letter: "C:/release/manifest.json".
    """
    if path is None:
        path = os.environ.get(PATH_VARIABLE) or None
    if path is None:
        raise ManifestError(
            f"no manifest given: run `assetbuild build`, and set {PATH_VARIABLE} to the path of the release's "
            "manifest.json, or pass the path in the code"
        )
    if isinstance(path, str):
        package, colon, inside = path.partition(":")
        if colon and len(package) > 1 and package.replace(".", "").isidentifier():
            return _in_package(package, inside)
    return path


def served_from(path: Location | None) -> str:
    """The file path of a manifest whose release can be served. Raises ManifestError, also for one in a zip archive."""
    location = located(path)
    if isinstance(location, str | os.PathLike):
        return os.fspath(location)
    raise ManifestError(f"the release of {str(location)!r} is in an archive, and can only be served unpacked")


def read(path: Location) -> bytes:
    """The bytes of the manifest. Raises ManifestError."""
    try:
        if isinstance(path, str | os.PathLike):
            # Nobody waits for the writer of a FIFO.
            with open(path, "rb", opener=lambda file, flags: os.open(file, flags | _NONBLOCK)) as stream:
                if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    raise OSError("it is no regular file")
                return stream.read()
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, KeyError):  # KeyError: not in a zip archive
        raise ManifestError(
            f"no manifest at {str(path)!r}: run `assetbuild build`, or set {PATH_VARIABLE} to where the release is"
        ) from None
    except IsADirectoryError:
        raise ManifestError(f"{str(path)!r} is a directory: name the manifest.json in it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ManifestError(f"cannot read the manifest at {str(path)!r}: {reason}") from None


def _in_package(package: str, inside: str) -> Traversable:
    from importlib.resources import files

    try:
        found = files(package)
    except ImportError as error:
        raise ManifestError(
            f"no manifest at '{package}:{inside}': {error}; install the package {package!r}, "
            f"or write './{package}:{inside}' for a file of that name"
        ) from None
    return found.joinpath(*inside.split("/"))
