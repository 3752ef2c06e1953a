"""The manifest of a release, read once and looked up in: no stat, no write, no lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from assetbuild.runtime.document import SCHEMA, dump_manifest, entry_of, parse_manifest, read_outline, release_id
from assetbuild.runtime.entry import Encoding, Entry
from assetbuild.runtime.errors import AssetNotFound, ManifestError
from assetbuild.runtime.location import PATH_VARIABLE, located, read
from assetbuild.runtime.urls import normal_base_url, quoted_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from assetbuild.runtime.location import Location

    Made = TypeVar("Made")

__all__ = [
    "PATH_VARIABLE",
    "SCHEMA",
    "AssetNotFound",
    "Encoding",
    "Entry",
    "Manifest",
    "ManifestError",
    "dump_manifest",
    "normal_base_url",
    "parse_manifest",
    "release_id",
]

BASE_URL_VARIABLE = "ASSETBUILD_BASE_URL"


class Manifest(Mapping[str, Entry]):
    """The assets of a release by logical path, and their URLs under one base URL.

    Never changes once made, but for what is made at first use and kept: all that is pure, and the dicts
    that keep it are safe under threads. It holds no file and no lock, so that a fork may share it.

    Each entry is checked when it is first asked for: whatever gives one, or its URL, raises ManifestError if that
    entry is damaged.
    """

    __slots__ = ("_assets", "_base_url", "_document", "_entries", "_importmap", "_made", "_name", "_urls")

    def __init__(self, document: Mapping[str, Any], base_url: str | None = None, name: str = "manifest.json") -> None:
        """`document` as `parse_manifest` or `read_outline` gives it; `base_url` None means the document's own; `name`
        is what messages call the file.

        Raises ManifestError for an impossible base URL, or one that a bound asset was not built for.
        """
        self._document = document
        self._name = name
        self._assets: Mapping[str, Any] = document["assets"]
        self._base_url = _deployed_base_url(document, base_url, name)
        self._importmap: Mapping[str, Mapping[str, Any]] = _frozen(document.get("importmap", {}))
        self._urls: dict[str, str] = {}
        self._entries: dict[str, Entry] = {}
        self._made: dict[object, Any] = {}

    @classmethod
    def load(cls, path: Location | None = None, base_url: str | None = None, *, auto_reload: bool = False) -> Manifest:
        """Read the manifest at `path`, or at $ASSETBUILD_MANIFEST. The file is read once, and never again.

        `path` may also be a Traversable of importlib.resources, or text such as "shop:release/manifest.json": in the
        package `shop`. `base_url` None means $ASSETBUILD_BASE_URL, else the manifest's. An empty variable counts as
        none. `auto_reload`, for development, looks at each use whether the file is another one, and then reads it.
        Raises ManifestError.
        """
        location = located(path)
        base_url = base_url if base_url is not None else os.environ.get(BASE_URL_VARIABLE) or None
        if auto_reload:
            from assetbuild.runtime.reloading import ReloadingManifest

            return ReloadingManifest(location, base_url)
        name = str(location)
        return cls(read_outline(read(location), name), base_url, name)

    def current(self) -> Manifest:
        """The manifest as it is now, which stays the same: itself, unless it reloads. One for each page."""
        return self

    @property
    def name(self) -> str:
        """What messages call the manifest: its file path, if it was loaded from one."""
        return self._name

    @property
    def release(self) -> str:
        """The name of the release: 64 hexadecimal digits."""
        return str(self._document["release"])

    @property
    def base_url(self) -> str:
        """What every URL begins with; ends in one slash."""
        return self._base_url

    @property
    def importmap(self) -> Mapping[str, Mapping[str, Any]]:
        """`imports` and `scopes` as in the manifest, specifiers to logical paths; empty if it has none."""
        return self._importmap

    @property
    def names(self) -> Mapping[str, Mapping[str, Any]]:
        """What else templates call assets: `assets`, logical paths, and `extra`, by name; as in the manifest."""
        names: Mapping[str, Mapping[str, Any]] = self._document.get("names", {})
        return MappingProxyType(names)

    @property
    def contents(self) -> Mapping[str, Sequence[str]]:
        """The logical paths of the sources that a bundle was made of, by its own, in order."""
        contents: Mapping[str, Sequence[str]] = self._document.get("contents", {})
        return MappingProxyType(contents)

    def url(self, name: str) -> str:
        """The URL of the asset at the logical path `name`, percent-encoded. Raises AssetNotFound."""
        url = self._urls.get(name)
        if url is None:
            url = self._urls[name] = self._base_url + quoted_path(self[name].file)
        return url

    def __getitem__(self, name: str) -> Entry:
        """The entry of the asset at the logical path `name`. Raises AssetNotFound."""
        entry = self._entries.get(name)
        if entry is None:
            if name not in self._assets:
                from assetbuild.runtime.nearest import nearest_names

                raise AssetNotFound(name, nearest_names(name, self._assets))
            entry = self._entries.setdefault(name, Entry(entry_of(self._assets, name, self._name)))
        return entry

    def get(self, name: str, default: Any = None) -> Any:
        """The entry, or `default`. Asking for what is not there costs no search for similar names."""
        return self[name] if name in self._assets else default

    def __contains__(self, name: object) -> bool:
        return name in self._assets

    def __len__(self) -> int:
        return len(self._assets)

    def __iter__(self) -> Iterator[str]:
        """The logical paths, sorted by code point."""
        return iter(sorted(self._assets))

    def __repr__(self) -> str:
        return f"<Manifest {self.release[:16]}: {len(self)} assets under {self._base_url!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Manifest, (self._document, self._base_url, self._name)

    def once(self, make: Callable[[Manifest], Made]) -> Made:
        """What `make(self)` gives, made at the first call and kept. It must follow from the manifest alone."""
        made: Made | None = self._made.get(make)
        return made if made is not None else self._made.setdefault(make, make(self))

    def check(self) -> None:
        """Look at every entry now, a few µs each. Raises ManifestError for the first that is damaged."""
        for name in self:
            entry_of(self._assets, name, self._name)


def _deployed_base_url(document: Mapping[str, Any], base_url: str | None, name: str) -> str:
    built = normal_base_url(document["base_url"])
    if base_url is None:
        return built
    try:
        deployed = normal_base_url(base_url)
    except ValueError as error:
        raise ManifestError(f"{error}; it comes from {BASE_URL_VARIABLE} or from the argument base_url") from None
    bound = _bound(document["assets"], name) if deployed != built else []
    if bound:
        others = f" and {len(bound) - 1} more" if len(bound) > 1 else ""
        raise ManifestError(
            f"asset {min(bound)!r}{others} was built for the base URL {built!r} and holds paths under it, but this "
            f'deploy uses {deployed!r}: build with base_url = "{deployed}", or deploy under {built!r}'
        )
    return deployed


def _bound(assets: Mapping[str, Any], name: str) -> list[str]:
    """Those bound to the base URL of the build. Only what says so at all is parsed; it is rare."""
    likely = [path for path, entry in assets.items() if "bound" in entry]
    return [path for path in likely if entry_of(assets, path, name).get("bound")]


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(inner) for key, inner in value.items()})
    return value
