"""The app: its checks, and a word in the log if it starts without a usable release."""

from __future__ import annotations

import logging
import sys

from django.apps import AppConfig
from django.core import checks

log = logging.getLogger("assetbuild.runtime")


class AssetBuildConfig(AppConfig):
    """INSTALLED_APPS = ["assetbuild.runtime.django", …]"""

    name = "assetbuild.runtime.django"
    label = "assetbuild"
    verbose_name = "assetbuild"

    def ready(self) -> None:
        """Register the checks, and read the manifest, so that a server which runs no checks says at its start what is
        wrong, and worker processes share what was read. A build is about to make one: then nothing is said."""
        from assetbuild.runtime.django.checks import check_release
        from assetbuild.runtime.django.current import release_storage
        from assetbuild.runtime.errors import ManifestError

        checks.register(check_release, checks.Tags.staticfiles)
        if _is_building():
            return
        storage = release_storage()
        try:
            if storage is not None:
                _ = storage.manifest
        except ManifestError as error:
            log.error("%s", error)


def _is_building() -> bool:
    """Whether this process runs a command of assetbuild, by `manage.py assetbuild` or by itself."""
    return sys.argv[1:2] == ["assetbuild"] or "assetbuild.cli" in sys.modules
