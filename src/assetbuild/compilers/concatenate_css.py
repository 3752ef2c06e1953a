"""Style sheets one after another in one file, local imports inlined, so that the cascade stays what it was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.compilers.joined_places import Authored, places_in
from assetbuild.compilers.rebase import Piece, join, part_of, rebase, without_source_map
from assetbuild.dataclass import dataclass, field, replace
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content, Origin
from assetbuild.origins import diagnostic_at
from assetbuild.references.css_import import ImportRule, declares_layers, leading_imports
from assetbuild.references.css_lexer import Statement, closers, tokens, top_level

_CHARSET = b'@charset "UTF-8";\n'
_BOM = b"\xef\xbb\xbf"
# Only this spelling at the very start declares anything (CSS Syntax, section 3.2).
_DECLARED = re.compile(rb'@charset "([^"]*)";')
# What `closers` puts after a last backslash.
_ESCAPABLE = ("\ufffd".encode(), b"\n")
_DEEPEST = 100
_MOST = 10_000


def concatenate(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """The first options["entries"] sheets as one at options["path"]; the others are what these may import.

    A local `@import` is replaced by the sheet it names, within its media, supports and layer conditions. One that stays
    an import must come before all rules: where it does not, it is refused, as hoisting it would change the cascade.
    """
    entries = assets[: options["entries"]]
    sheets = {asset.path: asset for asset in reversed(assets) if asset.type == media.CSS}
    joiner = _Joiner(options["path"], sheets, tools, alone=len(assets) == 1)
    pieces: list[Piece] = []
    for asset in entries:
        pieces += joiner.sheet(asset, (), conditional=False)
    if joiner.diagnostics:
        return Result((), tuple(dict.fromkeys(joiner.diagnostics)))
    pieces = [Piece(_CHARSET), *pieces] if joiner.charset else pieces
    whole = join(pieces)
    made = Asset(options["path"], media.CSS, Content.of(whole.data), whole.references)
    return Result((made,), origins=places_in(pieces, tools.world))


@dataclass(slots=True)
class _Joiner:
    """`preceded`: whether something has been written already after which no import may come.

    `imported`: whether an import has been written; a `@layer` statement may stand before imports, not between them
    (CSS Cascade 5, section 6.4.4.2). `count` is the number of sheets written.
    """

    path: str
    sheets: Mapping[str, Asset]
    tools: Tools
    alone: bool
    charset: bool = False
    preceded: bool = False
    imported: bool = False
    count: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def sheet(self, asset: Asset, within: tuple[str, ...], *, conditional: bool) -> list[Piece]:
        """The pieces of one sheet; `within` are those that import it, `conditional` whether one does so in a block."""
        data = asset.content.read()
        self._note_charset(data)
        self.count += 1
        whole = _closed(Piece(data, asset.references))
        data = whole.data
        rules = {statement.start: rule for statement, rule in leading_imports(data)}
        pieces: list[Piece] = []
        kept = len(_BOM) if data.startswith(_BOM) else 0
        ended = False
        for statement in top_level(data):
            replacement: list[Piece] | None = None
            if statement.kind not in ("at-rule", "qualified-rule"):
                continue
            if statement.name == "charset":
                replacement = []
            elif statement.name == "import" and statement.block is None:
                rule = rules.get(statement.start)
                if rule and (rule.url or _is_data(data, statement)):
                    replacement = self._import(asset, data, statement, rule, within, conditional)
                elif not ended:
                    # Browsers ignore it: it is invalid, imports nothing, or follows a layer statement that follows an
                    # import. Once that is inlined, nothing would say so any more.
                    replacement = []
            else:
                ended = self._pass(asset, data, statement) or ended
            if replacement is not None:
                pieces += (self._own(asset, whole, kept, statement.start), *replacement)
                kept = statement.stop
        return [*pieces, self._own(asset, whole, kept, len(data)), Piece(b"\n")]

    def _own(self, asset: Asset, whole: Piece, start: int, stop: int) -> Piece:
        before = part_of(whole, start, stop)
        piece = without_source_map(before, media.CSS)
        made = rebase(piece, media.CSS, asset.path, self.path, self.tools.world.base_url)
        return Authored(made.data, made.references, asset, before, start)

    def _pass(self, asset: Asset, data: bytes, statement: Statement) -> bool:
        """Note what a statement that stays does to the imports after it: whether they are no imports any more."""
        if statement.name == "namespace" and not self.alone:
            text = f"@namespace would hold for all sheets of '{self.path}'"
            self._refuse(asset, data, statement, text, "leave this sheet out of the bundle")
        if statement.kind == "at-rule" and statement.block is None and statement.name != "namespace":
            self.preceded = self.preceded or (self.imported and declares_layers(data, statement))
            return False
        self.preceded = True
        return True

    def _import(
        self,
        asset: Asset,
        data: bytes,
        statement: Statement,
        rule: ImportRule,
        within: tuple[str, ...],
        conditional: bool,
    ) -> list[Piece] | None:
        """What stands for an import; None if it stays as it is."""
        imported = self._imported(asset, rule)
        if imported is None:
            self.imported = True
            if self.preceded or conditional:
                written = data[statement.start : statement.stop].decode(errors="replace")
                text = f"{written} cannot stay an import in '{self.path}': it would come after rules and be ignored"
                hint = "put it first in the bundle, make it a file of your own, or link it from the page"
                self._refuse(asset, data, statement, text, hint)
            return None
        if imported.path == asset.path or imported.path in within:
            return []
        if len(within) >= _DEEPEST or self.count >= _MOST:
            text = f"imports are nested too deeply, or bring more than {_MOST} sheets into '{self.path}'"
            self._refuse(asset, data, statement, text, "import each sheet once")
            return []
        opening = _conditions(rule)
        inner = self.sheet(imported, (*within, asset.path), conditional=conditional or bool(opening))
        if opening:
            self.preceded = True
            return [Piece(opening + b"\n"), *inner, Piece(b"}" * opening.count(b"{") + b"\n")]
        return inner

    def _imported(self, asset: Asset, rule: ImportRule) -> Asset | None:
        """The sheet that can stand in place of an import; none for a scope, which no block spells in all browsers."""
        for reference in asset.references:
            if rule.url and reference.kind == "import" and reference.start == rule.url.start:
                scoped = rule.media.lower().startswith(b"scope(")
                return None if scoped else self.sheets.get(reference.target)
        return None

    def _note_charset(self, data: bytes) -> None:
        """The joined sheet says that it is UTF-8 if one of its parts does, or if it matters."""
        self.charset = self.charset or _DECLARED.match(data) is not None or _is_wide(data)

    def _refuse(self, asset: Asset, data: bytes, statement: Statement, text: str, hint: str) -> None:
        """With the statement's place, if the author's file holds it as it is here."""
        written = data[statement.start : statement.stop].rstrip(b";")
        try:
            source = self.tools.read(self.tools.world.absolute(asset.file))
        except OSError:
            source = b""
        place = statement.start if source.startswith(written, statement.start) else source.find(written)
        if place < 0:
            self.diagnostics.append(Diagnostic(text, file=asset.file, hint=hint))
        else:
            origin = Origin(asset.file, place, len(written))
            self.diagnostics.append(diagnostic_at(self.tools.world.root, origin, text, hint))


def _closed(piece: Piece) -> Piece:
    """The sheet with all that its end leaves open closed. What completes an escape lengthens the URL that it is in."""
    ending = closers(piece.data)
    size = len(piece.data)
    escape = next((text for text in _ESCAPABLE if ending.startswith(text)), b"")
    references = tuple(
        replace(reference, stop=size + len(escape)) if reference.stop == size else reference
        for reference in piece.references
    )
    return Piece(piece.data + ending, references)


def _conditions(rule: ImportRule) -> bytes:
    """The openings of the blocks that hold for what an import brings, outermost first."""
    opening = b""
    if rule.media:
        opening += b"@media " + rule.media + b"{"
    if rule.supports is not None:
        # In parentheses of its own, a declaration is one as well as a condition.
        opening += b"@supports (" + rule.supports + b"){"
    if rule.layer is not None:
        opening += b"@layer " + rule.layer + b"{" if rule.layer else b"@layer{"
    return opening


def _is_wide(data: bytes) -> bool:
    """Whether there is UTF-8 text beyond ASCII in it."""
    try:
        return not data.decode().isascii()
    except UnicodeDecodeError:
        return False


def _is_data(data: bytes, statement: Statement) -> bool:
    """Whether an import that names no file names a `data:` URI."""
    return any(
        kind in ("url", "string") and b"data:" in data[start:stop].lower()
        for kind, start, stop in tokens(data, statement.start, statement.stop)
    )
