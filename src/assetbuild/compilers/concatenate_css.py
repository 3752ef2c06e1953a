"""Style sheets one after another in one file, local imports inlined, so that the cascade stays what it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.compilers.rebase import Piece, join, part_of, rebase, without_source_map
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content, Reference
from assetbuild.origins import diagnostic_at
from assetbuild.references.css_import import ImportRule, parse_import
from assetbuild.references.css_lexer import Statement, closers, top_level

_CHARSET = b'@charset "UTF-8";\n'
_UTF_8 = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_SUPPORTS_CONDITIONS = (b"(", b"not", b"selector(", b"font-tech(", b"font-format(")


def concatenate(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """The first options["entries"] sheets as one at options["path"]; the others are what these may import.

    A local `@import` is replaced by the sheet it names, within its media, supports and layer conditions. One that stays
    an import must come before all rules: where it does not, it is refused, as hoisting it would change the cascade.
    """
    entries = assets[: options["entries"]]
    joiner = _Joiner(options["path"], {asset.path: asset for asset in reversed(assets)}, tools, alone=len(assets) == 1)
    pieces = []
    for asset in entries:
        pieces += joiner.sheet(asset, (), conditional=False)
    if joiner.diagnostics:
        return Result((), tuple(dict.fromkeys(joiner.diagnostics)))
    whole = join([Piece(_CHARSET), *pieces] if joiner.charset else pieces)
    return Result((Asset(options["path"], media.CSS, Content.of(whole.data), whole.references),))


@dataclass(slots=True)
class _Joiner:
    """`preceded`: whether a rule has been written already, after which no import may come."""

    path: str
    sheets: Mapping[str, Asset]
    tools: Tools
    alone: bool
    charset: bool = False
    preceded: bool = False
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def sheet(self, asset: Asset, within: tuple[str, ...], *, conditional: bool) -> list[Piece]:
        """The pieces of one sheet; `within` are the sheets that import it, `conditional` whether one does so in a block."""
        base_url = self.tools.world.base_url
        piece = without_source_map(Piece(asset.content.read(), asset.references), media.CSS)
        piece = rebase(piece, media.CSS, asset.path, self.path, base_url)
        pieces: list[Piece] = []
        kept = 3 if piece.data.startswith(b"\xef\xbb\xbf") else 0
        imports_allowed = True
        for statement in top_level(piece.data):
            replacement: list[Piece] | None = None
            if statement.name == "charset" and statement.kind == "at-rule":
                self._note_charset(asset, piece.data[statement.start : statement.stop])
                replacement = []
            elif statement.name == "import" and imports_allowed:
                replacement = self._import(asset, piece, statement, within, conditional)
            elif statement.name == "namespace" and not self.alone:
                self._refuse_namespace(asset)
            elif statement.kind in ("at-rule", "qualified-rule") and not _is_layer_statement(statement):
                imports_allowed = False
                self.preceded = True
            if replacement is not None:
                pieces += (part_of(piece, kept, statement.start), *replacement)
                kept = statement.stop
        pieces.append(part_of(piece, kept, len(piece.data)))
        pieces.append(Piece(closers(piece.data) + b"\n"))
        return pieces

    def _import(
        self, asset: Asset, piece: Piece, statement: Statement, within: tuple[str, ...], conditional: bool
    ) -> list[Piece] | None:
        """What stands for an import; None if it stays as it is."""
        reference = _reference_in(piece, statement)
        imported = self.sheets.get(reference.target) if reference else None
        if imported is None:
            if self.preceded or conditional:
                self._refuse_import(asset, piece, statement, reference)
            return None
        if imported.path == asset.path or imported.path in within:
            return []
        rule = parse_import(piece.data, statement)
        opening = _conditions(rule) if rule else b""
        inner = self.sheet(imported, (*within, asset.path), conditional=conditional or bool(opening))
        if opening:
            self.preceded = True
            return [Piece(opening + b"\n"), *inner, Piece(b"}" * opening.count(b"{") + b"\n")]
        return inner

    def _note_charset(self, asset: Asset, statement: bytes) -> None:
        self.charset = True
        name = statement[len("@charset") :].strip(b" \t\r\n\f\"';").lower()
        if name not in _UTF_8 and not asset.content.read().isascii():
            text = f"declares the character set '{name.decode(errors='replace')}': only UTF-8 can be joined into '{self.path}'"
            self.diagnostics.append(Diagnostic(text, file=asset.file, line=1, hint="save it as UTF-8"))

    def _refuse_import(self, asset: Asset, piece: Piece, statement: Statement, reference: Reference | None) -> None:
        written = piece.data[statement.start : statement.stop].decode(errors="replace")
        text = f"{written} cannot stay an import in '{self.path}': rules come before it, and moving it would change the cascade"
        hint = "put it first in the bundle, make it a file of your own, or link it from the page"
        if reference:
            self.diagnostics.append(diagnostic_at(self.tools.world.root, reference.origin, text, hint))
        else:
            self.diagnostics.append(Diagnostic(text, file=asset.file, hint=hint))

    def _refuse_namespace(self, asset: Asset) -> None:
        text = f"@namespace would hold for all sheets of '{self.path}'"
        self.diagnostics.append(Diagnostic(text, file=asset.file, hint="leave this sheet out of the bundle"))


def _conditions(rule: ImportRule) -> bytes:
    """The openings of the blocks that hold for what an import brings, outermost first."""
    opening = b""
    if rule.media:
        opening += b"@media " + rule.media + b"{"
    if rule.supports is not None:
        given = rule.supports
        condition = given if given.lower().startswith(_SUPPORTS_CONDITIONS) else b"(" + given + b")"
        opening += b"@supports " + condition + b"{"
    if rule.layer is not None:
        opening += b"@layer " + rule.layer + b"{" if rule.layer else b"@layer{"
    return opening


def _reference_in(piece: Piece, statement: Statement) -> Reference | None:
    for reference in piece.references:
        if reference.kind == "import" and statement.start <= reference.start < statement.stop:
            return reference
    return None


def _is_layer_statement(statement: Statement) -> bool:
    return statement.name == "layer" and statement.block is None
