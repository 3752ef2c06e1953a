"""For development: the application that serves a release, made again whenever the manifest is another one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from assetbuild.runtime.errors import ManifestError
from assetbuild.runtime.manifest import Manifest

App = TypeVar("App")

log = logging.getLogger("assetbuild.runtime")


class Newest(Generic[App]):
    """What `make` gives for the release that the manifest is of by now. Two threads may make it twice, which is all."""

    def __init__(self, manifest: Manifest, make: Callable[[], App]) -> None:
        """Raises ManifestError as `make` does; later such an error is logged, and the former application stays."""
        self._manifest, self._make = manifest, make
        self._made_of = manifest.current()
        self._app = make()

    def app(self) -> App:
        """The application for now."""
        current = self._manifest.current()
        if current is not self._made_of:
            try:
                self._app = self._make()
            except ManifestError as error:
                log.error("%s; the release served before is served on", error)
            self._made_of = current
        return self._app
