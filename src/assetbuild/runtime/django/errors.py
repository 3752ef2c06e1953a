"""What looking a static file up can raise."""

from __future__ import annotations

from assetbuild.runtime.errors import AssetNotFound


class StaticFileNotFound(AssetNotFound, ValueError):
    """An AssetNotFound that is also the ValueError which Django's ManifestStaticFilesStorage raises for a missing name:
    what is written for that storage catches it."""
