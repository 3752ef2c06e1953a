"""webassets' filters, behind this one file: run in memory, without its configuration, cache or manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assetbuild.compilers.base import Result, Tools
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content

# Of the filters without an output side, those that work on nothing but the text they are given.
_PURE_INPUTS = frozenset({"autoprefixer", "autoprefixer6", "babel", "postcss"})
_HINT = "url(), asset-data: and our own compilers do what such filters do; others can be run before the build"
# Whatever a foreign filter makes of its options, of the text, or of a program that is not there.
_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


def apply_filter(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """The asset through one filter. Options: `filter` (webassets' name), `options` (its keywords).

    Refused is a filter that would leave the text as it is, or reads files by itself, of which a later build would not
    know that they changed (cssrewrite, datauri, sass without as_output).
    """
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
    try:
        chosen = get_filter(name, **options.get("options", {}))
        hook = "output" if getattr(chosen, "output", None) and name not in _PURE_INPUTS else "input"
        chosen.set_context(wrap(environment, Bundle()))
        chosen.setup()
        if hook == "output" and not getattr(chosen, "as_output", True):
            return _failed(asset, name, "it does nothing without its option as_output = true")
        if hook == "input" and name not in _PURE_INPUTS:
            return _failed(asset, name, "it works on files of its own choice, not on the text", _HINT)
        file = tools.world.absolute(asset.file)
        paths = {"source_path": file, "output_path": file}
        text = asset.content.read().decode("utf-8-sig")
        hunk = FilterTool(cache=None).apply(MemoryHunk(text), [chosen], hook, kwargs=paths)
        output = hunk.data().encode()
    except (FilterError, *_FAILURES) as error:
        return _failed(asset, name, str(error) or type(error).__name__)
    return Result((replace(asset, content=Content.of(output), references=()),))


def _failed(asset: Asset, name: str, text: str, hint: str | None = None) -> Result:
    return Result((), (Diagnostic(f"filter 'webassets:{name}' failed: {text}", file=asset.file, hint=hint),))
