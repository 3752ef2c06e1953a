"""webassets' filters, behind this one file: run in memory, without its configuration, cache or manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assetbuild.compilers.base import Result, Tools
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content


def apply_filter(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """The asset through the output side of one filter. Options: `filter` (webassets' name), `options` (its keywords)."""
    from webassets.bundle import Bundle, wrap
    from webassets.env import Environment
    from webassets.exceptions import FilterError
    from webassets.filter import get_filter
    from webassets.merge import FilterTool, MemoryHunk

    asset = assets[0]
    name = options["filter"]
    environment = Environment(
        directory=tools.world.root, cache=False, manifest=False, auto_build=False, updater=None, debug=False
    )
    context = wrap(environment, Bundle())
    try:
        chosen = get_filter(name, **options.get("options", {}))
        chosen.set_context(context)
        chosen.setup()
        text = asset.content.read().decode("utf-8-sig")
        hunk = FilterTool(cache=None).apply(MemoryHunk(text), [chosen], "output")
        output = hunk.data()
    except (FilterError, ValueError, TypeError, EnvironmentError, ImportError) as error:
        return Result((), (Diagnostic(f"filter 'webassets:{name}' failed: {error}", file=asset.file),))
    return Result((replace(asset, content=Content.of(output.encode()), references=()),))

