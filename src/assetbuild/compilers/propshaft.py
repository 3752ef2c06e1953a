"""Names of assets as Propshaft reads them, spelled as ours: `RAILS_ASSET_URL("/x.png")`, and `url("/x.png")` in CSS."""

from __future__ import annotations

import json
import posixpath
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, Final

from assetbuild import media
from assetbuild.compilers.base import Origins, Result, Tools
from assetbuild.dataclass import replace
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content, Origin
from assetbuild.origins import SHOWN, line_and_column
from assetbuild.references import css
from assetbuild.references.javascript_lexer import lexer_of
from assetbuild.references.urls import ASSET_SCHEME, encode, resolve

_FUNCTION: Final = b"RAILS_ASSET_URL"
# lib/propshaft/compiler/js_asset_urls.rb; here the name has to be a whole one, and the quotes have to match.
_CALL: Final = re.compile(
    rb"(?<![\w$.])RAILS_ASSET_URL\(\s*+(?:(?P<quote>[\"'])(?P<quoted>[^\"'\\\n]*+)(?P=quote)|(?P<bare>[^\"'`\s()]++))\s*+\)"
)
_ANY_CALL: Final = re.compile(rb"(?<![\w$.])RAILS_ASSET_URL\b")
_FOREIGN: Final = re.compile(r"#|%23|data:|https?:|//", re.IGNORECASE)


def name_assets(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """A script or style sheet with `asset:` URLs in place of what Propshaft alone resolves.

    A rooted URL in a style sheet that names no source stays as it is, with a warning, as Propshaft leaves it.
    """
    asset = assets[0]
    data = asset.content.read()
    diagnostics: list[Diagnostic] = []
    if asset.type == media.JAVASCRIPT:
        changes = _calls(asset, data, tools, diagnostics) if _FUNCTION in data else []
    else:
        changes = _rooted(asset, data, tools, diagnostics)
    if any(one.severity == "error" for one in diagnostics):
        return Result((), tuple(diagnostics))
    if not changes:
        return Result((asset,), tuple(diagnostics))
    content = Content.of(_applied(data, changes))
    return Result((replace(asset, content=content),), tuple(diagnostics), _origins(asset, changes))


_Change = tuple[int, int, bytes]
"""From where to where in the text something is replaced, and by what."""


def _calls(asset: Asset, data: bytes, tools: Tools, diagnostics: list[Diagnostic]) -> list[_Change]:
    changes = []
    lexer = lexer_of(data)
    for word in _ANY_CALL.finditer(data):
        lexer.read(word.start())
        if not lexer.pieces.is_code(word.start()):
            continue
        call = _CALL.match(data, word.start())
        if call is None:
            text = "RAILS_ASSET_URL takes one string that is written out"
            hint = "Propshaft replaces it in the text, and computes nothing either"
            diagnostics.append(_diagnostic(asset, data, word.start(), word.end(), text, hint))
            continue
        written = (call["quoted"] if call["quote"] else call["bare"]).decode(errors="replace").strip()
        if _FOREIGN.match(written):
            changes.append((call.start(), call.end(), json.dumps(written).encode()))
        else:
            changes.append((call.start(), call.end(), f'"{_asset_url(written, asset.path)}"'.encode()))
    return changes


def _rooted(asset: Asset, data: bytes, tools: Tools, diagnostics: list[Diagnostic]) -> list[_Change]:
    changes: list[_Change] = []
    for found in css.find(data):
        written = found.written
        if not written.startswith("/") or written.startswith("//") or found.kind == "source-map":
            continue
        if resolve(written, asset.path, tools.world.base_url) is not None and tools.world.base_url != "/":
            continue
        url = _asset_url(written, asset.path)
        target = resolve(url, asset.path, tools.world.base_url)
        if target is None or tools.source(target.path) is None:
            text = f"left as it is: no source '{written.lstrip('/').partition('?')[0]}' in any load path"
            one = _diagnostic(asset, data, found.start, found.stop, text)
            diagnostics.append(replace(one, severity="warning"))
            continue
        changes.append((found.start, found.stop, css.write(data, found.start, found.stop, url)))
    return changes


def _asset_url(written: str, path: str) -> str:
    """The `asset:` URL of a name in the asset at `path`: from the load paths if it is rooted, else beside the asset."""
    cut = min((at for at in (written.find("?"), written.find("#")) if at >= 0), default=len(written))
    name, suffix = written[:cut], written[cut:]
    location = name[1:] if name.startswith("/") else posixpath.join(posixpath.dirname(path), name)
    return ASSET_SCHEME + encode(posixpath.normpath(location)).replace("%25", "%") + suffix


def _diagnostic(asset: Asset, data: bytes, start: int, stop: int, text: str, hint: str | None = None) -> Diagnostic:
    """A diagnostic at a place in the text that the step was given, which a compiler may have made."""
    line, column = line_and_column(data, start)
    whole = data[data.rfind(b"\n", 0, start) + 1 :].partition(b"\n")[0].decode(errors="replace")
    source = whole if len(whole) <= SHOWN else None
    return Diagnostic(text, asset.file, line, column, max(stop - start, 1), source, hint)


def _applied(data: bytes, changes: Sequence[_Change]) -> bytes:
    pieces: list[bytes] = []
    done = 0
    for start, stop, new in changes:
        pieces += (data[done:start], new)
        done = stop
    return b"".join((*pieces, data[done:]))


def _origins(asset: Asset, changes: Sequence[_Change]) -> Origins:
    """Places in the new text as those in the old one."""
    starts: list[int] = []
    shift = 0
    shifts = []
    for start, stop, new in changes:
        starts.append(start + shift)
        shift += len(new) - (stop - start)
        shifts.append(shift)

    def origin_of(offset: int, written: bytes) -> Origin:
        at = bisect_right(starts, offset) - 1
        if at < 0:
            return Origin(asset.file, offset, len(written))
        start, stop, new = changes[at]
        if offset < starts[at] + len(new):
            return Origin(asset.file, start, stop - start)
        return Origin(asset.file, offset - shifts[at], len(written))

    return origin_of
