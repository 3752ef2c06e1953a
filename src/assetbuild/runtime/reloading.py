"""A manifest for development: when the file is another one, what is looked up comes from that."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence

from assetbuild.runtime.document import read_outline
from assetbuild.runtime.entry import Entry
from assetbuild.runtime.errors import ManifestError
from assetbuild.runtime.location import located, read
from assetbuild.runtime.manifest import Manifest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from assetbuild.runtime.location import Location

LOGGER = "assetbuild.runtime"


class ReloadingManifest(Manifest):
    """Each use looks at the file, and reads it if it is another one; `current()` is what was read last, and stays.

    The first manifest has to be a good one. Later, one that is missing or damaged is told to the log
    "assetbuild.runtime" as an error, once, and the last good one stays in use: a build may be under way.
    """

    __slots__ = ("_given_base_url", "_lock", "_manifest", "_path", "_seen")

    def __init__(self, path: Location, base_url: str | None = None) -> None:
        """`path` and `base_url` as for `Manifest.load`. Raises ManifestError, also where `path` is no file."""
        location = located(path)
        if not isinstance(location, str | os.PathLike):
            raise ManifestError(f"auto_reload needs a manifest that is a file of its own, and {str(location)!r} is not")
        self._path: str = os.fspath(location)
        self._given_base_url = base_url
        self._lock = threading.Lock()
        self._seen = _state(self._path)  # before it is read: what is written meanwhile is seen next time
        self._manifest = self._read()

    def current(self) -> Manifest:
        """The manifest as it is now; it stays the same."""
        if _state(self._path) != self._seen:
            with self._lock:
                self._reload()
        return self._manifest

    def _reload(self) -> None:
        state = _state(self._path)
        if state == self._seen:
            return  # another thread was first
        try:
            self._manifest = self._read()
        except ManifestError as error:
            import logging

            logging.getLogger(LOGGER).error("%s; the manifest read before stays in use", error)
        self._seen = state

    def _read(self) -> Manifest:
        return Manifest(read_outline(read(self._path), self._path), self._given_base_url, self._path)

    @property
    def release(self) -> str:
        """As of now."""
        return self.current().release

    @property
    def base_url(self) -> str:
        """As of now."""
        return self.current().base_url

    @property
    def importmap(self) -> Mapping[str, Mapping[str, Any]]:
        """As of now."""
        return self.current().importmap

    @property
    def names(self) -> Mapping[str, Mapping[str, Any]]:
        """As of now."""
        return self.current().names

    @property
    def contents(self) -> Mapping[str, Sequence[str]]:
        """As of now."""
        return self.current().contents

    def url(self, name: str) -> str:
        """As of now. Raises AssetNotFound."""
        return self.current().url(name)

    def once(self, make: Any) -> Any:
        """As of now."""
        return self.current().once(make)

    def check(self) -> None:
        """As of now."""
        self.current().check()

    def __getitem__(self, name: str) -> Entry:
        return self.current()[name]

    def get(self, name: str, default: Any = None) -> Any:
        """As of now."""
        return self.current().get(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self.current()

    def __len__(self) -> int:
        return len(self.current())

    def __iter__(self) -> Iterator[str]:
        return iter(self.current())

    def __repr__(self) -> str:
        return repr(self.current())

    def __reduce__(self) -> tuple[Any, ...]:
        return ReloadingManifest, (self._path, self._given_base_url)


def _state(path: str) -> tuple[int, ...] | None:
    """What tells one file from another that replaced it; None if there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev
