"""The processes that run LibSass: apart from the compiler, so that one can be started while that is still imported."""

from __future__ import annotations

import os
from collections.abc import Mapping

from assetbuild.compilers.pool import Pool
from assetbuild.compilers.services import Services

KEY = "libsass"
_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sass", "worker.py")


def libsass_pool(services: Services, environment: Mapping[str, str]) -> Pool:
    """The processes of these services, or of those that outlive them. Raises ServicesClosed.

    `environment` are all variables of this process.
    """
    return services.lasting.get(KEY, lambda: Pool(_PROGRAM, environment))
