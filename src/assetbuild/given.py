"""What the stations are given of the configuration."""

from __future__ import annotations

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
    def paths() -> dict[str, str]:
        return {shown_path(seen.table[path][0], config.root): path for path in seen.paths}

    return Rules(
        config.root,
        config.base_url,
        matcher(config.external),
        lambda file: paths().get(file),
        pins,
        map_modules=config.modules == "importmap",
        hide_source_maps=config.source_maps == "hidden",
        inlined=matcher(config.inline.match) if config.inline else None,
        max_inlined=config.inline.max_bytes if config.inline else 0,
    )
