"""From places in the CSS that Sass made to what the author wrote: for one reference, and as a source map.

Columns are counted in characters; a source map counts UTF-16 code units.
"""

from __future__ import annotations

import json
import posixpath
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cached_property

from assetbuild.compilers.sass.scan import COMMENT, STRING, URL, Sheet
from assetbuild.dataclass import dataclass
from assetbuild.expression import expression
from assetbuild.model import Origin
from assetbuild.references.source_map import Place, Positions, Segment, encode

STATEMENT_END = expression(rf"(?:{COMMENT}|{STRING}|{URL}|[^;{{}}])*")
WRITTEN = expression(rf"{STRING}|{URL}|[^\s;{{}},]+")
INSIDE = expression(r"""(?:url\(\s*)?["']?(?P<inner>.+?)["']?(?:\s*\))?""", re.DOTALL)
ASSET_SCHEME = expression(r"asset(?:-data)?:")


@dataclass(frozen=True)
class Mapped:
    """CSS and where it comes from.

    `mappings` gives the compiler's own, of its own text; `sources` are the sheets behind the numbers in them. The
    first `lines` lines of its text are not in `css`; `prefix` (characters) stands before its first line instead.
    """

    css: str
    mappings: Callable[[], Sequence[Sequence[Segment]]]
    sources: tuple[Sheet | None, ...]
    sheets: tuple[Sheet, ...]
    lines: int
    prefix: str

    @cached_property
    def positions(self) -> Positions:
        """For the lines of the compiler's text, in characters."""
        return Positions(self.mappings())

    @cached_property
    def body(self) -> bytes:
        return self.css.removeprefix(self.prefix).encode()

    def origin(self, offset: int, written: bytes) -> Origin | None:
        """What the author wrote for the bytes `written` at `offset` of the CSS: see `Result.origins`."""
        offset -= len(self.prefix.encode())
        if offset < 0:
            return None
        start = self.body.rfind(b"\n", 0, offset) + 1
        column = len(self.body[start:offset].decode("utf-8", "replace"))
        place = self.positions.find(self.lines + self.body.count(b"\n", 0, offset), column)
        text = written.decode("utf-8", "replace")
        sheet = self.sources[place.source] if place and place.source < len(self.sources) else None
        if place is None or sheet is None:
            return self._anywhere(self.sheets, text) or Origin(self.sheets[0].name, 0, 0)
        return self._at(sheet, place, text) or self._anywhere((sheet, *self.sheets), text) or self._near(sheet, place)

    def _at(self, sheet: Sheet, place: Place, text: str) -> Origin | None:
        """In the statement at the place, first from the place on, then from its line's start; then in its line.

        Dart Sass gives one place for all that comes from one line.
        """
        start = sheet.at(place.line, place.column)
        match = STATEMENT_END.match(sheet.text, start)
        stop = match.end() if match else start
        line = sheet.at(place.line, 0)
        for begin, end in ((start, stop), (line, stop), (start, line + len(sheet.line(place.line)))):
            for one in _spellings(text):
                if one and (found := sheet.text.find(one, begin, end)) >= 0:
                    return self._origin(sheet, found, len(one))
        return None

    def _anywhere(self, sheets: Sequence[Sheet], text: str) -> Origin | None:
        """A text made elsewhere (given to a mixin, say) is still the author's where it is written only once."""
        different = {id(sheet): sheet for sheet in sheets}.values()
        for one in filter(None, _spellings(text)):
            # To look for a text is a hundred times as fast as to look for a pattern.
            for sheet in [sheet for sheet in different if one in sheet.text]:
                pattern = re.compile(rf"(?<![\w./-]){re.escape(one)}(?![\w./-])")
                found = [match.start() for match in pattern.finditer(sheet.text)]
                if len(found) == 1:
                    return self._origin(sheet, found[0], len(one))
        return None

    def _near(self, sheet: Sheet, place: Place) -> Origin:
        """What stands at the place: the expression that made the text, without `url(` and quotes."""
        start = sheet.at(place.line, place.column)
        match = WRITTEN.match(sheet.text, start)
        inner = INSIDE.fullmatch(match[0]) if match else None
        if inner:
            return self._origin(sheet, start + inner.start("inner"), len(inner["inner"]))
        return self._origin(sheet, start, len(match[0]) if match else 1)

    def _origin(self, sheet: Sheet, start: int, length: int) -> Origin:
        before = sheet.mark + len(sheet.text[:start].encode())
        return Origin(sheet.name, before, len(sheet.text[start : start + length].encode()))


def _spellings(text: str) -> tuple[str, ...]:
    """How an author may have written a URL: as it is, or without the scheme and the encoding of Rails' functions."""
    name = ASSET_SCHEME.sub("", text)
    if name == text:
        return (text,)
    from urllib.parse import unquote

    return (text, name, unquote(name))


def source_map(mapped: Mapped, path: str, name_of: Callable[[Sheet], str]) -> bytes:
    """The source map (JSON) of the CSS at the logical path `path`; `name_of` gives a sheet's path from the root.

    `sources` are relative to the map, which lies beside the CSS, and hold their content.
    """
    numbers: dict[int, int] = {}
    sheets: list[Sheet] = []
    for sheet in mapped.sources:
        if sheet is not None and id(sheet) not in numbers:
            numbers[id(sheet)] = len(sheets)
            sheets.append(sheet)
    lines: list[list[Segment]] = []
    texts = mapped.css.removeprefix(mapped.prefix).split("\n")
    for text, segments in zip(texts, mapped.positions.lines[mapped.lines :], strict=False):
        wide = _wide(text)
        lines.append([one for segment in segments if (one := _standard(segment, wide, mapped.sources, numbers))])
    if lines and mapped.prefix.endswith("\n"):
        lines.insert(0, [])
    elif lines:
        lines[0] = [(segment[0] + len(mapped.prefix), *segment[1:]) for segment in lines[0]]
    here = posixpath.dirname(path) or "."
    document = {
        "version": 3,
        "file": posixpath.basename(path),
        "sources": [posixpath.relpath(name_of(sheet), here) for sheet in sheets],
        "sourcesContent": [sheet.text for sheet in sheets],
        "names": [],
        "mappings": encode(lines),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _standard(
    segment: Segment, wide: Sequence[int], sources: Sequence[Sheet | None], numbers: dict[int, int]
) -> Segment | None:
    """A segment in UTF-16 code units, its source renumbered; None where nobody wrote it."""
    if len(segment) < 4 or segment[1] >= len(sources) or (sheet := sources[segment[1]]) is None:
        return None
    line = min(segment[2], len(sheet.starts) - 1)
    written = sheet.line(line)
    column = min(segment[3], len(written))
    return (
        segment[0] + bisect_left(wide, segment[0]),
        numbers[id(sheet)],
        line,
        column + bisect_left(_wide(written), column),
    )


def _wide(text: str) -> Sequence[int]:
    """The columns of characters that are two UTF-16 code units."""
    return () if text.isascii() else [column for column, character in enumerate(text) if character > "\uffff"]
