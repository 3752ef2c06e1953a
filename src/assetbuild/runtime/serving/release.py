"""What of a release is served: the files that its manifests name, as they are when the process starts."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from assetbuild.runtime.errors import ManifestError
from assetbuild.runtime.location import read
from assetbuild.runtime.manifest import PATH_VARIABLE, Entry, Manifest

ReleasePath = str | os.PathLike[str] | None

log = logging.getLogger("assetbuild.runtime")

# Variants with other names would be for browsers that say more than Accept-Encoding can.
ENCODINGS = frozenset({"br", "gzip", "zstd"})

_is_kept = re.compile(r"[0-9a-f]{64}\.json").fullmatch


@dataclass(frozen=True, slots=True)
class Variant:
    """A file below public/ that holds another one encoded; `size` in bytes."""

    encoding: str
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Served:
    """A file below public/ as its manifest has it: `size` in bytes, `integrity` "sha384-…"."""

    file: str
    type: str
    size: int
    integrity: str
    immutable: bool
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class ServedRelease:
    """`public` is the directory's path in the file system's bytes; `base_path` begins and ends in a slash, and is
    not percent-encoded; `files` by their POSIX paths below public/."""

    public: bytes
    base_path: str
    files: Mapping[str, Served]


def read_release(release: ReleasePath = None, base_url: str | None = None) -> ServedRelease:
    """The release at `release`, a path of its directory or its manifest.json (None: $ASSETBUILD_MANIFEST), with the
    files of the earlier releases kept in it; `base_url` as for `Manifest.load`.

    Raises ManifestError if the manifest is missing or damaged, or a file that it names is missing, has another size,
    or is reached through a symbolic link. What earlier releases lack is logged and left out.
    """
    manifest_path = _manifest_path(release)
    # Resolved once: a link to the current release may be changed under a running process.
    directory = os.path.realpath(os.path.dirname(manifest_path))
    manifest = Manifest.load(os.path.join(directory, os.path.basename(manifest_path)), base_url)
    current = {served.file: served for served in map(_served, manifest.values())}
    named = dict(current)
    for served in _earlier_files(directory, manifest.release, base_url):
        named.setdefault(served.file, served)
    # As UTF-8 whatever the locale: so the build has written them.
    public = os.path.join(os.fsencode(directory), b"public")
    sizes = _sizes_of_regular_files(public, {name for served in named.values() for name in _names(served)})
    _expect_whole(current.values(), sizes, directory)
    return ServedRelease(public, _base_path(manifest.base_url), dict(_present(named.values(), sizes)))


def _manifest_path(release: ReleasePath) -> str:
    path = os.fspath(release) if release is not None else os.environ.get(PATH_VARIABLE, "")
    if not path:
        raise ManifestError(f"no release given: pass its directory, or set {PATH_VARIABLE} to its manifest.json")
    return os.path.join(path, "manifest.json") if os.path.isdir(path) else path


def _served(entry: Entry) -> Served:
    variants = tuple(Variant(name, it.file, it.size) for name, it in entry.encodings.items() if name in ENCODINGS)
    return Served(entry.file, entry.type, entry.size, entry.integrity, entry.immutable, variants)


def _names(served: Served) -> Iterator[str]:
    yield served.file
    for variant in served.variants:
        yield variant.file


def _earlier_files(directory: str, current: str, base_url: str | None) -> Iterator[Served]:
    """Of the manifests kept beside the current one, the newest first; one that cannot be used is logged."""
    for release in _kept_releases(os.path.join(directory, "releases")):
        if release != current:
            try:
                manifest = Manifest.load(os.path.join(directory, "releases", f"{release}.json"), base_url)
                files = [*map(_served, manifest.values())]
            except ManifestError as error:
                log.warning("the files of an earlier release are not served: %s", error)
            else:
                yield from files


def _kept_releases(folder: str) -> list[str]:
    try:
        kept = {name.removesuffix(".json") for name in os.listdir(folder) if _is_kept(name)}
    except OSError:
        return []
    try:
        lines = read(os.path.join(folder, "history")).decode("ascii", "replace").splitlines()
        place = {line: number for number, line in enumerate(lines)}
    except ManifestError:
        place = {}
    return sorted(kept, key=lambda release: (-place.get(release, -1), release))


def _sizes_of_regular_files(public: bytes, wanted: set[str]) -> dict[str, int]:
    """The sizes of those of the files that are there. Found by listing directories, so that whatever
    a manifest says, nothing outside of public/ and nothing behind a symbolic link can be among them."""
    directories = {path for folder in {name.rpartition("/")[0] for name in wanted} for path in _with_parents(folder)}
    sizes: dict[str, int] = {}
    pending = [(public, "")]
    while pending:
        folder, prefix = pending.pop()
        try:
            entries = os.scandir(folder)
        except OSError:
            continue
        with entries:
            for entry in entries:
                name = prefix + entry.name.decode("utf-8", "surrogateescape")
                if name in wanted:
                    if entry.is_file(follow_symlinks=False):
                        sizes[name] = entry.stat(follow_symlinks=False).st_size
                elif name in directories and entry.is_dir(follow_symlinks=False):
                    pending.append((entry.path, f"{name}/"))
    return sizes


def _with_parents(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _expect_whole(current: Iterable[Served], sizes: Mapping[str, int], directory: str) -> None:
    for served in current:
        for name, size in ((served.file, served.size), *((it.file, it.size) for it in served.variants)):
            if sizes.get(name) != size:
                found = f"has {sizes[name]} bytes, not {size}" if name in sizes else "is not there as a regular file"
                raise ManifestError(
                    f"the release in {directory!r} is not whole: public/{name} {found} (symbolic links are not "
                    "served); deploy it whole, or run `assetbuild verify` to see all that differs"
                )


def _present(named: Iterable[Served], sizes: Mapping[str, int]) -> Iterator[tuple[str, Served]]:
    for served in named:
        if sizes.get(served.file) == served.size:
            variants = tuple(it for it in served.variants if sizes.get(it.file) == it.size)
            yield served.file, served if variants == served.variants else replace(served, variants=variants)
        else:
            log.warning("public/%s of an earlier release is missing or has another size: it is not served", served.file)


def _base_path(base_url: str) -> str:
    """The path of a base URL, which may be a path, //host/path/ or scheme://host/path/."""
    is_path = base_url.startswith("/") and not base_url.startswith("//")
    return unquote(base_url if is_path else "/" + base_url.partition("//")[2].partition("/")[2])
