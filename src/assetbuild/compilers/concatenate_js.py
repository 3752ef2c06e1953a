"""Scripts one after another in one file, so that each still means what it meant alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.compilers.joined_places import Authored, places_in
from assetbuild.compilers.rebase import Piece, join, part_of, rebase, without_source_map
from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content
from assetbuild.references import javascript_lexer
from assetbuild.references.javascript_lexer import COMMENT, GAP, LINE, LINE_REST, NAME_PART, SPACE, STRING

_BOM = b"\xef\xbb\xbf"
_STRICT = (b'"use strict"', b"'use strict'")
_LEADING = re.compile(rb"(?:" + _BOM + rb")?(?:#!" + LINE_REST + rb")?" + GAP)
_NOTHING = re.compile(rb"(?:;|<!--" + LINE_REST + rb"|-->" + LINE_REST + rb"|" + SPACE + rb"|" + COMMENT + rb"|)*+\Z")
_DIRECTIVE = re.compile(rb"(" + STRING + rb")(" + GAP + rb")(;" + GAP + rb")?")
_LINE_BREAK = re.compile(rb"[\r\n]|\xe2\x80[\xa8\xa9]")
# What makes more than a directive of a string, even on the next line (ECMA-262, section 11.2.1).
_GOES_ON = re.compile(rb"[.,(\[`?*/%&|^<>=]|!=|\+(?!\+)|-(?!-)|(?:in|instanceof)(?!" + NAME_PART + rb")")


def concatenate(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """All scripts as one asset at options["path"]; each one's relative references are spelled from there.

    Refused: ES modules (their imports and scopes do not survive) and scripts with an open string, comment or bracket
    (they would swallow the next one).
    """
    path = options["path"]
    parts = [_Script(asset, asset.content.read()) for asset in assets]
    diagnostics = [problem for part in parts if (problem := _problem(part, path))]
    if diagnostics:
        return Result((), tuple(diagnostics))
    programs = [part for part in parts if not part.is_empty]
    strict = [part for part in programs if part.is_strict]
    mixed = 0 < len(strict) < len(programs)
    # The first script's "use strict" would otherwise hold for all of them: no longer first, it is a mere string.
    pieces = [Piece(b";\n")] if mixed else []
    after_program = False
    for part in parts:
        if pieces and not (mixed and len(pieces) == 1):
            # The newline ends a last line comment, the semicolon a last statement.
            pieces.append(Piece(b"\n;\n" if after_program else b"\n"))
        pieces.append(_piece(part, path, first=not pieces, base_url=tools.world.base_url))
        after_program = after_program or not part.is_empty
    if pieces and not pieces[-1].data.endswith(b"\n"):
        pieces.append(Piece(b"\n"))
    whole = join(pieces)
    joined = Asset(path, media.JAVASCRIPT, Content.of(whole.data), whole.references)
    notes = tuple(_not_strict(part, path) for part in strict) if mixed else ()
    return Result((joined,), notes, origins=places_in(pieces, tools.world))


@dataclass(frozen=True, slots=True)
class _Script:
    asset: Asset
    data: bytes

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but comments and empty statements in it."""
        leading = _LEADING.match(self.data)
        assert leading is not None
        return _NOTHING.match(self.data, leading.end()) is not None

    @property
    def is_strict(self) -> bool:
        """Whether "use strict" is among the directives that it begins with."""
        leading = _LEADING.match(self.data)
        assert leading is not None
        position = leading.end()
        while match := _DIRECTIVE.match(self.data, position):
            literal, gap, semicolon = match.groups()
            position = match.end()
            ended = semicolon is not None or position == len(self.data) or self.data[position : position + 1] == b"}"
            if not ended and (not _LINE_BREAK.search(gap) or _GOES_ON.match(self.data, position)):
                return False
            if literal in _STRICT:
                return True
        return False


def _piece(part: _Script, path: str, *, first: bool, base_url: str) -> Piece:
    piece = Piece(part.data, part.asset.references)
    skipped = len(_BOM) if piece.data.startswith(_BOM) else 0
    if piece.data.startswith(b"#!", skipped) and not first:
        line = LINE.match(piece.data, skipped)
        assert line is not None
        skipped = line.end()
    before = part_of(piece, skipped, len(piece.data))
    piece = without_source_map(before, media.JAVASCRIPT)
    made = rebase(piece, media.JAVASCRIPT, part.asset.path, path, base_url)
    return Authored(made.data, made.references, part.asset, before, skipped)


def _problem(part: _Script, path: str) -> Diagnostic | None:
    if part.asset.path.endswith(".mjs") or javascript_lexer.is_module(part.data):
        return Diagnostic(
            f"an ES module cannot be concatenated into '{path}'",
            file=part.asset.file,
            hint='leave it out of the bundle and load it with type="module"; its imports are followed as references',
        )
    _, whole = javascript_lexer.literals(part.data)
    if not whole:
        return Diagnostic(
            f"a string, comment, template or bracket is left open: it would swallow the next script of '{path}'",
            file=part.asset.file,
            hint="close it, or leave the file out of the bundle",
        )
    return None


def _not_strict(part: _Script, path: str) -> Diagnostic:
    return Diagnostic(
        f"\"use strict\" does not hold in '{path}': other scripts of the bundle are without it",
        file=part.asset.file,
        hint="write it in all of them, or inside the function that needs it",
        severity="notice",
    )
