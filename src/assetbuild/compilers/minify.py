"""Minifying, in one place: whichever tool does it, its result passes the check here before it counts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.dataclass import replace
from assetbuild.errors import Diagnostic, Severity
from assetbuild.model import Asset, Content, Origin
from assetbuild.origins import diagnostic_at, line_and_column

if TYPE_CHECKING:
    from assetbuild.compilers.css.check import Difference as CssDifference
    from assetbuild.compilers.javascript.check import Difference

_JSON_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+|)*+"|[ \t\r\n]++')
BOM = b"\xef\xbb\xbf"

Comparison = Callable[[bytes, bytes], str | None]


def minify_css(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """White space and comments out, by rcssmin; licence comments stay.

    rcssmin does not know newer CSS (nesting, layers): a sheet that it would damage is stripped by our own tokens.
    """
    from assetbuild.compilers.css.check import TOO_LARGE
    from assetbuild.compilers.css.strip import minified_sheet

    asset = assets[0]
    data = asset.content.read().removeprefix(BOM)
    # A second mark is a letter.
    made = minified_sheet(b"\n" + data if data.startswith(BOM) else data)
    if made is None:
        problem = Diagnostic(f"left unminified: {TOO_LARGE}", file=asset.file, severity="notice")
        return Result((asset,), (replace(problem, tally="stylesheet left as it is"),))
    result = checked(asset, lambda _: made.output, lambda before, after: None, tools)
    if made.difference is None or result.assets == assets:
        return result
    return replace(result, diagnostics=(_own_stripping(asset, made.difference, data, tools), *result.diagnostics))


def minify_javascript(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """White space and comments out; licence comments stay.

    It is our own stripping: what a minifier's result would be compared with, and no longer than one that is accepted.
    Where no other minifier is asked after it, there is nothing that rjsmin could add but the time it takes.
    """
    from assetbuild.compilers.javascript.strip import stripped_javascript

    asset = assets[0]
    data = asset.content.read().removeprefix(BOM)
    output = stripped_javascript(data)
    if output is None:
        from assetbuild.compilers.javascript.faults import javascript_fault

        problem = placed(asset, "left unminified", javascript_fault(data), data, "warning", tools)
        return Result((asset,), (replace(problem, tally="script left as it is"),))
    return checked(asset, lambda _: output, lambda before, after: None, tools)


def _own_stripping(asset: Asset, difference: CssDifference, data: bytes, tools: Tools) -> Diagnostic:
    """That a style sheet was stripped by our own tokens, and why."""
    noted = placed(asset, "minified by our own stripping", difference, data, "notice", tools)
    return replace(noted, tally="stylesheet minified by our own stripping")


def placed(
    asset: Asset, what: str, reason: Difference | CssDifference, data: bytes, severity: Severity, tools: Tools
) -> Diagnostic:
    """What became of a text, and why: at its place if the bytes are those of the source."""
    text = f"{what}: {reason.text}"
    if not reason.start and not reason.length:
        return Diagnostic(text, file=asset.file, severity=severity)
    if asset.content.file is None or asset.content.file != tools.world.absolute(asset.file):
        place = asset.content.size - len(data) + reason.start
        written = data[reason.start : reason.start + reason.length]
        origin = tools.origins(place, written) if tools.origins is not None else None
        if origin is not None and (origin.start or origin.length):
            return diagnostic_at(tools.world.root, origin, text, severity=severity)
        line, column = line_and_column(data, reason.start)
        text += f" (line {line}, column {column} of the text before minifying)"
        return Diagnostic(text, file=asset.file, severity=severity)
    start = asset.content.size - len(data) + reason.start
    return diagnostic_at(tools.world.root, Origin(asset.file, start, reason.length), text, severity=severity)


def minify_json(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """White space between tokens out; the spelling of numbers and strings stays."""
    return checked(assets[0], _compact_json, lambda before, after: None, tools)


def _compact_json(data: bytes) -> bytes:
    """Raises ValueError for what is not JSON (RFC 8259); Python's own reader is laxer and limits numbers."""
    try:
        json.loads(data.decode(), parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return _JSON_TOKEN.sub(lambda token: token[0] if token[0].startswith(b'"') else b"", data)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def checked(asset: Asset, minifier: Callable[[bytes], bytes], difference: Comparison, tools: Tools) -> Result:
    """The minified asset if it means the same and is smaller; else as it was, with a warning if its meaning is why.

    A byte order mark stays before text that is not ASCII, whose encoding it tells; in JSON it may not stand.
    """
    whole = asset.content.read()
    data = whole.removeprefix(BOM)
    try:
        output = bytes(minifier(data))
    except ValueError as error:
        return Result((asset,), (_unreadable(asset, error, whole, tools),))
    reason = difference(data, output)
    if reason is not None:
        return Result((asset,), (_unminified(asset, reason),))
    if asset.type in (media.CSS, media.JAVASCRIPT) and not output.isascii():
        output = whole[: len(whole) - len(data)] + output
    if len(output) >= len(whole):
        return Result((asset,))
    dropped = tuple(
        diagnostic_at(
            tools.world.root,
            reference.origin,
            f"source map '{reference.written}' describes the text before minifying: comment dropped",
            "name the file *.min.* or set minify = false for it, and it stays as it is with its map",
            "notice",
        )
        for reference in asset.references
        if reference.kind == "source-map"
    )
    return Result((replace(asset, content=Content.of(output), references=()),), dropped)


def _unreadable(asset: Asset, error: ValueError, whole: bytes, tools: Tools) -> Diagnostic:
    """What is wrong with an asset, at its place if JSON's reader knows it and the bytes are those of the source."""
    start = len(BOM) if whole.startswith(BOM) else 0
    if isinstance(error, json.JSONDecodeError):
        start += len(error.doc[: error.pos].encode())
        words = error.msg.removesuffix(" at").removesuffix(" starting")
        reason = f"not JSON: {words if error.doc.strip() else 'it is empty'}"
    elif isinstance(error, UnicodeDecodeError) and error.object == whole[start:]:
        start += error.start
        reason = f"not UTF-8: {error.reason}"
    else:
        return _unminified(asset, f"{error}")
    if asset.content.file is None or asset.content.file != tools.world.absolute(asset.file):
        return _unminified(asset, f"{error}")
    origin = Origin(asset.file, start, 1)
    return diagnostic_at(tools.world.root, origin, f"left unminified: {reason}", severity="warning")


def _unminified(asset: Asset, reason: str) -> Diagnostic:
    return Diagnostic(f"left unminified: {reason}", file=asset.file, severity="warning")
