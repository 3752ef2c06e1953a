"""Starlette and FastAPI: the tags in Jinja2Templates, and the release mounted.

AssetBuild(app, templates, "build/release/manifest.json")

or, where routes are given in a list: `assets = AssetBuild(None, templates, "…")` and `routes=[assets.mount()]`.
docs/fastapi.md tells more.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from starlette.applications import Starlette
from starlette.datastructures import URLPath
from starlette.routing import Mount
from starlette.templating import Jinja2Templates

from assetbuild.runtime.asgi import ReleaseApp
from assetbuild.runtime.jinja import install
from assetbuild.runtime.location import served_from
from assetbuild.runtime.manifest import Manifest
from assetbuild.runtime.serving.newest import Newest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["AssetBuild", "ReleaseMount"]


class AssetBuild:
    """The release of an application: `manifest` to look names up in, `mount()` to serve it."""

    def __init__(
        self,
        app: Starlette | None = None,
        templates: Jinja2Templates | None = None,
        manifest: Any = None,
        *,
        base_url: str | None = None,
        serve: bool = True,
        auto_reload: bool = False,
        bundles: Mapping[str, object] | None = None,
    ) -> None:
        """`manifest` and `base_url` as for `Manifest.load`.

        app          mounts the release in it, before its other routes, unless `serve` is False
        templates    get the tags of `assetbuild.runtime.jinja`
        auto_reload  look at each use whether the manifest is another one, for development
        bundles      what names in {% assets %} stand for that are no logical paths

        Raises ManifestError where the release is missing or damaged.
        """
        self._location = manifest
        self._base_url = base_url
        self._auto_reload = auto_reload
        self.manifest = Manifest.load(manifest, base_url, auto_reload=auto_reload)
        if templates is not None:
            install(templates.env, self.manifest, bundles)
        if app is not None and serve:
            app.router.routes.insert(0, self.mount())

    def mount(self, name: str = "static") -> ReleaseMount:
        """A route that serves the release at the path of its base URL.

        `url_for(name, path=…)` gives the URLs of assets there. Raises ManifestError if the release is not whole, or
        lies in a zip archive.
        """
        release = served_from(self._location)

        def make() -> ReleaseApp:
            return ReleaseApp(release, self._base_url)

        if not self._auto_reload:
            return ReleaseMount(self.manifest, make(), name)
        newest = Newest(self.manifest, make)

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            await newest.app()(scope, receive, send)

        return ReleaseMount(self.manifest, serve, name)


class ReleaseMount(Mount):
    """A mount whose URLs are those of a release: `url_for("static", path="css/app.css")` has the fingerprint.

    A path that is no asset raises AssetNotFound.
    """

    def __init__(self, manifest: Manifest, app: ASGIApp, name: str = "static") -> None:
        super().__init__(unquote(urlsplit(manifest.base_url).path).rstrip("/"), app, name=name)
        self._manifest = manifest

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """As Mount does, for the published file. Raises NoMatchFound, AssetNotFound."""
        if name == self.name and "path" in path_params:
            asset = str(path_params["path"]).lstrip("/")
            path_params = {**path_params, "path": self._manifest[asset].file}
        return super().url_path_for(name, **path_params)
