"""The manifest of a release, read once and looked up in: no stat, no write, no lock."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from assetbuild.runtime.document import SCHEMA, dump_manifest, parse_manifest, release_id
from assetbuild.runtime.entry import Encoding, Entry
from assetbuild.runtime.errors import AssetNotFound, ManifestError
from assetbuild.runtime.urls import normal_base_url, quoted_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from typing import Any

__all__ = [
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

PATH_VARIABLE = "ASSETBUILD_MANIFEST"
BASE_URL_VARIABLE = "ASSETBUILD_BASE_URL"


class Manifest(Mapping[str, Entry]):
    """The assets of a release by logical path, and their URLs under one base URL.

    Never changes once made, but for URLs and entries made at first use and kept: both are pure and the dict
    that keeps them is safe under threads. It holds no file and no lock, so that a fork may share it.
    """

    __slots__ = ("_assets", "_base_url", "_document", "_entries", "_importmap", "_urls")

    def __init__(self, document: Mapping[str, Any], base_url: str | None = None) -> None:
        """`document` as `parse_manifest` returns it; `base_url` None means the document's own.

        Raises ManifestError for an impossible base URL, or one that a bound asset was not built for.
        """
        self._document = document
        self._assets: Mapping[str, Mapping[str, Any]] = document["assets"]
        self._base_url = _deployed_base_url(document, base_url)
        self._importmap: Mapping[str, Mapping[str, Any]] = _frozen(document.get("importmap", {}))
        self._urls: dict[str, str] = {}
        self._entries: dict[str, Entry] = {}

    @classmethod
    def load(cls, path: str | os.PathLike[str] | Traversable | None = None, base_url: str | None = None) -> Manifest:
        """Read the manifest at `path`, or at $ASSETBUILD_MANIFEST. The file is read once, and never again.

        `path` may also be a Traversable of importlib.resources. `base_url` None means $ASSETBUILD_BASE_URL, else
        the manifest's. An empty variable counts as none. Raises ManifestError.
        """
        if path is None:
            path = os.environ.get(PATH_VARIABLE) or None
        if path is None:
            raise ManifestError(
                f"no manifest given: set {PATH_VARIABLE} to the path of the release's manifest.json, "
                "or pass the path to Manifest.load()"
            )
        document = parse_manifest(_read(path), str(path))
        return cls(document, base_url if base_url is not None else os.environ.get(BASE_URL_VARIABLE) or None)

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

    def url(self, name: str) -> str:
        """The URL of the asset at the logical path `name`, percent-encoded. Raises AssetNotFound."""
        url = self._urls.get(name)
        if url is None:
            url = self._urls[name] = self._base_url + quoted_path(self._record(name)["file"])
        return url

    def __getitem__(self, name: str) -> Entry:
        """The entry of the asset at the logical path `name`. Raises AssetNotFound."""
        entry = self._entries.get(name)
        if entry is None:
            entry = self._entries.setdefault(name, Entry(self._record(name)))
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
        return type(self), (self._document, self._base_url)

    def _record(self, name: str) -> Mapping[str, Any]:
        record = self._assets.get(name)
        if record is None:
            from assetbuild.runtime.nearest import nearest_names

            raise AssetNotFound(name, nearest_names(name, self._assets))
        return record


def _read(path: str | os.PathLike[str] | Traversable) -> bytes:
    try:
        if isinstance(path, str | os.PathLike):
            with open(path, "rb") as stream:
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


def _deployed_base_url(document: Mapping[str, Any], base_url: str | None) -> str:
    built = normal_base_url(document["base_url"])
    if base_url is None:
        return built
    try:
        deployed = normal_base_url(base_url)
    except ValueError as error:
        raise ManifestError(f"{error}; it comes from {BASE_URL_VARIABLE} or from the argument base_url") from None
    bound = [name for name, record in document["assets"].items() if record.get("bound")]
    if bound and deployed != built:
        others = f" and {len(bound) - 1} more" if len(bound) > 1 else ""
        raise ManifestError(
            f"asset {min(bound)!r}{others} was built for the base URL {built!r} and holds paths under it, but this "
            f'deploy uses {deployed!r}: build with base_url = "{deployed}", or deploy under {built!r}'
        )
    return deployed


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(inner) for key, inner in value.items()})
    return value
