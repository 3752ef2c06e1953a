"""The minifiers of a list, one after another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.compilers.minifiers import own, rewriting
from assetbuild.compilers.minifiers.refused import Refused
from assetbuild.compilers.minifiers_table import SVG
from assetbuild.compilers.minify import BOM, checked, placed
from assetbuild.dataclass import dataclass, replace
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset

OWN = "our own stripping"
_NOUNS = {media.JAVASCRIPT: "script", media.CSS: "stylesheet", SVG: "drawing"}


@dataclass(frozen=True, slots=True)
class _Fall:
    """A minifier that was passed over, and why."""

    name: str
    reason: Refused


def minify(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """What the first minifier makes whose result is accepted, else our own stripping, else the asset as it was.

    Options: `tools` (names of minifiers, in order), `versions` (of them and of who judges them; only for the cache's
    key), `esbuild` (the program as `esbuild.find` tells it). A result that depends on how a tool broke, or on
    how long it took, is not traced.
    """
    asset = assets[0]
    data = asset.content.read().removeprefix(BOM)
    if asset.type == media.JAVASCRIPT and own.stripped(asset, data) is None:
        from assetbuild.compilers.javascript.faults import javascript_fault

        problem = placed(asset, "left unminified", javascript_fault(data), data, "warning", tools)
        problem = replace(problem, tally="script left as it is")
        return Result((asset,), (problem,))
    falls: list[_Fall] = []
    output: bytes | None = None
    by = OWN
    names = options["tools"]
    for name in names:
        try:
            output = _made_by(name, asset, data, options, tools, last=name == names[-1])
            by = name
            break
        except Refused as reason:
            falls.append(_Fall(name, reason))
    if output is None:
        output = own.stripped(asset, data)
    traced = not any(fall.reason.broke for fall in falls)
    words = [_words(fall, by if output is not None else None, asset, data, tools) for fall in falls]
    # The summary counts assets, and says what stands in for the tool that was to minify them.
    words[1:] = [replace(word, tally=None) for word in words[1:]]
    if output is None:
        return Result((asset,), tuple(words), traced=traced)
    result = checked(asset, lambda _: output, lambda before, after: None, tools)
    return replace(result, diagnostics=(*words, *result.diagnostics), traced=traced)


def _made_by(name: str, asset: Asset, data: bytes, options: Mapping[str, Any], tools: Tools, last: bool) -> bytes:
    """Raises Refused with the reason why the next one is to be asked; `last` if there is none."""
    if name == "rjsmin":
        return own.by_rjsmin(data, last)
    if name == "rcssmin":
        return own.by_rcssmin(data)
    return rewriting.by(name, asset, data, options, tools)


def _words(fall: _Fall, by: str | None, asset: Asset, data: bytes, tools: Tools) -> Diagnostic:
    """Who minified an asset instead of the tool that was passed over: a warning if that tool broke."""
    noun = _NOUNS.get(asset.type, "file")
    done = "left as it is" if by is None else f"minified by {by}"
    tally = f"{noun} {done}" if by in (None, OWN) else f"{noun} {done} instead of {fall.name}"
    start, length = fall.reason.start, fall.reason.length
    from assetbuild.compilers.javascript.check import Difference

    reason = Difference(f"{fall.name}: {fall.reason.text}", start or 0, 0 if start is None else length)
    noted = placed(asset, done, reason, data, "warning" if fall.reason.broke else "notice", tools)
    return replace(noted, tally=tally)
