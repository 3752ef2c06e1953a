"""A storage for static files that knows their URLs from a release, and whose collectstatic copies that release."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from types import MappingProxyType
from urllib.parse import unquote

from django.contrib.staticfiles.storage import StaticFilesStorage

from assetbuild.runtime.django.errors import StaticFileNotFound
from assetbuild.runtime.django.lenient import within_block
from assetbuild.runtime.location import served_from
from assetbuild.runtime.manifest import BASE_URL_VARIABLE, Manifest
from assetbuild.runtime.urls import quoted_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from assetbuild.runtime.location import Location


class ReleaseStorage(StaticFilesStorage):
    """Looks static files up in the manifest of a release. Files are only read from the release, and only where
    collectstatic copies it to `location`."""

    # As subclasses of ManifestStaticFilesStorage set it.
    manifest_strict = True

    def __init__(
        self,
        location: Any = None,
        base_url: str | None = None,
        *,
        manifest: Location | None = None,
        strict: bool | None = None,
        auto_reload: bool = False,
        **options: Any,
    ) -> None:
        """The OPTIONS of the storage.

        location      where collectstatic copies the release to; None: STATIC_ROOT, which may be unset
        base_url      where the files are served; None: $ASSETBUILD_BASE_URL, else STATIC_URL
        manifest      as for `Manifest.load`: a path, "package:release/manifest.json"; None: $ASSETBUILD_MANIFEST
        strict        whether a name that is not in the release is an error (default); else it gets its plain URL
        auto_reload   look at each use whether the manifest is another one, for development

        Others are those of Django's FileSystemStorage. The manifest is read at the first look-up.
        """
        super().__init__(location, base_url or os.environ.get(BASE_URL_VARIABLE) or None, **options)
        self.manifest_location = manifest
        if strict is not None:
            self.manifest_strict = strict
        self._auto_reload = auto_reload
        self._loaded: Manifest | None = None
        self._lock = Lock()

    @property
    def manifest(self) -> Manifest:
        """The manifest of the release, read once. Raises ManifestError."""
        if self._loaded is None:
            with self._lock:  # of threads that begin together one reads it
                if self._loaded is None:
                    location, base_url = self.manifest_location, self.base_url
                    self._loaded = Manifest.load(location, base_url, auto_reload=self._auto_reload)
        return self._loaded

    @property
    def release_directory(self) -> str:
        """The file path of the release's directory, links resolved. Raises ManifestError."""
        return os.path.realpath(os.path.dirname(served_from(self.manifest_location)))

    def url(self, name: str, force: bool = False) -> str:
        """The URL of a file of the release: `name` is a logical path, or a relative URL of one, percent-encoded and
        with ?query#fragment, which stay.

        What ends in a slash, or is empty, is the beginning of URLs, and is put behind the base URL as it is. `force` is
        of no meaning. Raises StaticFileNotFound for what is not in the release (unless the storage is not strict),
        ManifestError.
        """
        manifest = self.manifest.current()
        if name and name in manifest:
            return manifest.url(name)
        path, suffix = _split(str(name))
        asset = self._asset(manifest, path)
        return (manifest.base_url + quoted_path(path) if asset is None else manifest.url(asset)) + suffix

    def stored_name(self, name: str) -> str:
        """The published file below public/ for a name as `url` takes it, ?query#fragment kept. Raises as `url`."""
        manifest = self.manifest.current()
        path, suffix = _split(str(name))
        asset = self._asset(manifest, path)
        return (path if asset is None else manifest[asset].file) + suffix

    def _asset(self, manifest: Manifest, path: str) -> str | None:
        """The logical path meant; None for what stays as it is."""
        if not path or path.endswith("/"):
            return None
        for candidate in (path, unquote(path).strip().replace("\\", "/")):
            if candidate in manifest:
                return candidate
        if not self.manifest_strict or within_block.get():
            return None
        from assetbuild.runtime.nearest import nearest_names

        raise StaticFileNotFound(path, nearest_names(path, manifest))

    @property
    def hashed_files(self) -> Mapping[str, str]:
        """The published file below public/ of each logical path, as ManifestStaticFilesStorage has it; read-only."""
        return self.manifest.current().once(_hashed_files)

    @property
    def manifest_hash(self) -> str:
        """The name of the release: 64 hexadecimal digits."""
        return self.manifest.release

    def save(self, name: str, content: Any, max_length: int | None = None) -> str:
        """Saves nothing and returns `name`: what is published is in the release. Django's own collectstatic calls it
        with the sources that the finders find."""
        return name

    def delete(self, name: str) -> None:
        """Deletes a file of `location`, but nothing in the release, should it be collected into itself."""
        if not os.path.realpath(self.path(name)).startswith(os.path.join(self.release_directory, "")):
            super().delete(name)

    def post_process(
        self, paths: Mapping[str, tuple[Any, str]], dry_run: bool = False, **options: Any
    ) -> Iterable[tuple[str, str, bool]]:
        """Copies the release: Django's own collectstatic calls it in the end. Nothing is processed.

        `paths` are the sources that were found; links to them, which --link has made, are removed.
        Raises ManifestError.
        """
        return iter(()) if dry_run else self._collected(paths)

    def _collected(self, paths: Mapping[str, tuple[Any, str]]) -> Iterator[tuple[str, str, bool]]:
        from assetbuild.runtime.django.collecting import collect_release, drop_links

        drop_links(self, paths)
        for file in collect_release(self):
            yield file.name, file.name, False


def _hashed_files(manifest: Manifest) -> Mapping[str, str]:
    return MappingProxyType({name: entry.file for name, entry in manifest.items()})


def _split(url: str) -> tuple[str, str]:
    """The path of a relative URL, and its ?query#fragment."""
    end = min((at for at in (url.find("?"), url.find("#")) if at != -1), default=len(url))
    return url[:end], url[end:]
