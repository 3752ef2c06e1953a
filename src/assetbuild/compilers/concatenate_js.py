"""Scripts one after another in one file, so that each still means what it meant alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.compilers.rebase import Piece, join, rebase, without_source_map
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content
from assetbuild.references import javascript_lexer

_BOM = b"\xef\xbb\xbf"
# The newline ends a last line comment, the semicolon a last statement.
_SEPARATOR = Piece(b"\n;\n")
_USES_STRICT = re.compile(
    rb"""(?:\xef\xbb\xbf)?(?:\#![^\n]*)?
         (?:(?:\s+|//[^\n]*|/\*.*?\*/)*(?!"use\ strict"|'use\ strict')(?:"[^"\\\n]*"|'[^'\\\n]*')\s*;?)*
         (?:\s+|//[^\n]*|/\*.*?\*/)*(?:"use\ strict"|'use\ strict')""",
    re.DOTALL | re.VERBOSE,
)


def concatenate(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """All scripts as one asset at options["path"]; each one's relative references are spelled from there.

    Refused: ES modules (their imports and scopes do not survive) and scripts with an open string, comment or bracket
    (they would swallow the next one).
    """
    path = options["path"]
    diagnostics = [problem for asset in assets if (problem := _problem(asset, path))]
    if diagnostics:
        return Result((), tuple(diagnostics))
    pieces: list[Piece] = []
    strict = [_USES_STRICT.match(asset.content.read()) is not None for asset in assets]
    if any(strict) and not all(strict):
        # The first script's "use strict" would otherwise hold for all of them: no longer first, it is a mere string.
        pieces.append(Piece(b";\n"))
    for asset in assets:
        if pieces and pieces[-1].data != b";\n":
            pieces.append(_SEPARATOR)
        pieces.append(_piece(asset, path, first=not pieces, base_url=tools.world.base_url))
    whole = join(pieces)
    if not whole.data.endswith(b"\n"):
        whole = replace(whole, data=whole.data + b"\n")
    joined = Asset(path, media.JAVASCRIPT, Content.of(whole.data), whole.references)
    return Result((joined,))


def _piece(asset: Asset, path: str, *, first: bool, base_url: str) -> Piece:
    piece = without_source_map(Piece(asset.content.read(), asset.references), media.JAVASCRIPT)
    skipped = len(_BOM) if piece.data.startswith(_BOM) else 0
    if piece.data.startswith(b"#!", skipped) and not first:
        end = piece.data.find(b"\n", skipped)
        skipped = end if end >= 0 else len(piece.data)
    if skipped:
        moved = tuple(
            replace(reference, start=reference.start - skipped, stop=reference.stop - skipped)
            for reference in piece.references
        )
        piece = Piece(piece.data[skipped:], moved)
    return rebase(piece, media.JAVASCRIPT, asset.path, path, base_url)


def _problem(asset: Asset, path: str) -> Diagnostic | None:
    data = asset.content.read()
    if javascript_lexer.is_module(data):
        return Diagnostic(
            f"an ES module cannot be concatenated into '{path}'",
            file=asset.file,
            hint="leave it out of the bundle and load it with type=\"module\"; its imports are followed as references",
        )
    _, whole = javascript_lexer.literals(data)
    if not whole:
        return Diagnostic(
            f"a string, comment, template or bracket is left open: it would swallow the next script of '{path}'",
            file=asset.file,
            hint="close it, or leave the file out of the bundle",
        )
    return None
