"""What the stations are given of the configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache

from assetbuild.compilers.base import World
from assetbuild.compilers.services import Services
from assetbuild.config import Config
from assetbuild.globs import matcher
from assetbuild.linking.resolve import Rules
from assetbuild.model import Source
from assetbuild.paths import shown_path
from assetbuild.references.pins import Pins
from assetbuild.stage import Stage
from assetbuild.survey import Survey


def world_of(
    config: Config,
    stage: Stage,
    seen: Survey,
    sources: Mapping[str, Source],
    digest_of: Callable[[str], str | None],
    pins: Pins,
    services: Services,
) -> World:
    """What the compilers of a build see."""

    limit = config.time_limit
    return World(
        config.root, config.base_url, sources, digest_of, pins, limit, services, stage.system, config.env, seen.roots
    )


def rules_of(config: Config, seen: Survey, pins: Pins) -> Rules:
    """What the configuration says of linking."""

    @cache
    def by_file() -> dict[str, str]:
        return dict(zip(seen.files, seen.paths, strict=True))

    @cache
    def by_shown() -> dict[str, str]:
        return {shown_path(file, config.root): path for file, path in by_file().items()}

    def path_of(shown: str) -> str | None:
        file = os.path.normpath(os.path.join(config.root, shown))
        path = by_file().get(file)
        # How all files are shown takes a while to tell.
        return path if path is not None and shown_path(file, config.root) == shown else by_shown().get(shown)

    return Rules(
        config.root,
        config.base_url,
        matcher(config.external),
        path_of,
        pins,
        map_modules=config.modules == "importmap",
        hide_source_maps=config.source_maps == "hidden",
        inlined=matcher(config.inline.match) if config.inline else None,
        max_inlined=config.inline.max_bytes if config.inline else 0,
    )
