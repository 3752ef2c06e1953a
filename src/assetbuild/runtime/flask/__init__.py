"""Flask: the tags in its templates, the release served, `flask assets build`.

assets = AssetBuild(app, "build/release/manifest.json")

Every option may also stand in `app.config`, in capitals: ASSETBUILD_MANIFEST, ASSETBUILD_BASE_URL, ASSETBUILD_SERVE, …
docs/flask.md tells more.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Flask, current_app

from assetbuild.runtime.errors import ManifestError
from assetbuild.runtime.flask.commands import assets_command
from assetbuild.runtime.flask.static import rewrite_static
from assetbuild.runtime.jinja import AssetExtension, install
from assetbuild.runtime.location import served_from
from assetbuild.runtime.manifest import Manifest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = ["AssetBuild"]

_EXTENSION = "assetbuild"


@dataclass(frozen=True, slots=True)
class _Options:
    """As AssetBuild takes them; None where neither it nor the application's configuration says anything."""

    manifest: Any = None
    base_url: str | None = None
    serve: bool | None = None
    auto_reload: bool | None = None
    rewrite_static: bool | None = None
    bundles: Mapping[str, object] | None = None

    def of(self, app: Flask) -> _Options:
        """Completed from the configuration of an application."""
        named = {name: app.config.get(f"ASSETBUILD_{name.upper()}") for name in _NAMES if getattr(self, name) is None}
        return replace(self, **{name: value for name, value in named.items() if value is not None})


_NAMES = tuple(_Options.__dataclass_fields__)


class AssetBuild:
    """The extension. Give it an application, or call `init_app` for each."""

    def __init__(
        self,
        app: Flask | None = None,
        manifest: Any = None,
        *,
        base_url: str | None = None,
        serve: bool | None = None,
        auto_reload: bool | None = None,
        rewrite_static: bool | None = None,
        bundles: Mapping[str, object] | None = None,
    ) -> None:
        """`manifest` and `base_url` as for `Manifest.load`.

        serve            serve the release below its base URL, before the application's own routes (default: yes)
        auto_reload      look at each use whether the manifest is another one, for development (default: no)
        rewrite_static   `url_for("static", filename=…)` gives the URLs of the release (default: no)
        bundles          what names in {% assets %} stand for that are no logical paths

        Raises ManifestError where the manifest is missing or damaged. Under Flask's own command, which may be about to
        build one, that is a warning (nothing under `flask assets`), and the error comes with the first request.
        """
        self._options = _Options(manifest, base_url, serve, auto_reload, rewrite_static, bundles)
        self._app = app
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Equip an application. Raises ManifestError, as said above."""
        app.cli.add_command(assets_command(app.root_path))
        app.jinja_env.add_extension(AssetExtension)
        options = self._options.of(app)
        try:
            _open(app, options)
        except ManifestError as error:
            if os.environ.get("FLASK_RUN_FROM_CLI") != "true":
                raise
            if "assets" not in sys.argv[1:]:  # which says itself what is wrong, or mends it
                app.logger.warning("%s", error)
            app.before_request(lambda: _open_late(app, options))

    @property
    def manifest(self) -> Manifest:
        """That of the application given, or of the current one. Raises RuntimeError where there is none."""
        app = self._app or current_app
        manifest: Manifest | None = app.extensions.get(_EXTENSION)
        if manifest is None:
            raise RuntimeError("this application has no assets yet: call init_app(app), and build the release")
        return manifest


def _open_late(app: Flask, options: _Options) -> None:
    """By now the release may have been built. Raises ManifestError."""
    if _EXTENSION not in app.extensions:
        _open(app, options)


def _open(app: Flask, options: _Options) -> None:
    manifest = Manifest.load(options.manifest, options.base_url, auto_reload=bool(options.auto_reload))
    install(app.jinja_env, manifest, options.bundles)
    if options.serve is not False:
        _serve(app, manifest, options)
    if options.rewrite_static:
        rewrite_static(app, manifest)
    app.extensions[_EXTENSION] = manifest


def _serve(app: Flask, manifest: Manifest, options: _Options) -> None:
    from assetbuild.runtime.wsgi import ReleaseMiddleware

    inner, release = app.wsgi_app, served_from(options.manifest)

    def make() -> ReleaseMiddleware:
        return ReleaseMiddleware(inner, release, options.base_url)

    if not options.auto_reload:
        app.wsgi_app = make()  # type: ignore[method-assign]  # the way that Flask documents
        return
    from assetbuild.runtime.serving.newest import Newest

    newest = Newest(manifest, make)

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        return newest.app()(environ, start_response)

    app.wsgi_app = serve  # type: ignore[method-assign]
