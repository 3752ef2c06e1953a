"""Places in a text that a step before made, carried on to what the author wrote."""

from __future__ import annotations

import re
from collections.abc import Callable

from assetbuild.compilers.base import Origins, Result
from assetbuild.dataclass import replace
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Origin
from assetbuild.origins import diagnostic_at, extents

Places = Callable[[int, bytes], Origin]
"""What the author wrote for these bytes at this offset; the file as such where that is not known."""
ByName = Callable[[bytes], Origin]
_SCHEMES = (b"asset:", b"asset-data:")


def authored(result: Result, given: Asset, origins: Origins, root: str) -> Result:
    """What a compiler made of `given`, its places in the text of that carried on through `origins`."""
    data = given.content.read()
    inner = result.origins

    def composed(offset: int, written: bytes) -> Origin | None:
        origin = inner(offset, written) if inner is not None else None
        if origin is None or origin.file != given.file or not (origin.start or origin.length):
            return origin
        return origins(origin.start, data[origin.start : origin.start + origin.length])

    return replace(
        result,
        diagnostics=_authored_diagnostics(result.diagnostics, given.file, data, origins, root),
        origins=composed if inner is not None else None,
    )


def _authored_diagnostics(
    diagnostics: tuple[Diagnostic, ...], file: str, data: bytes, origins: Origins, root: str
) -> tuple[Diagnostic, ...]:
    """The diagnostics, their places in `file` moved, and those that a hint spells file:line:column."""
    extent = extents(data) if diagnostics else None
    spelled = re.compile(rf"(?<![^\s,]){re.escape(file)}:(\d+):(\d+)")

    def origin_of(line: int, column: int, length: int) -> Origin:
        assert extent is not None
        start, stop = extent(line, column, max(length, 1))
        return origins(start, data[start:stop]) or Origin(file, 0, 0)

    def spell(match: re.Match[str]) -> str:
        place = diagnostic_at(root, origin_of(int(match[1]), int(match[2]), 1), "")
        return ":".join(str(part) for part in (place.file, place.line, place.column) if part is not None)

    def move(one: Diagnostic) -> Diagnostic:
        hint = one.hint and spelled.sub(spell, one.hint)
        if one.file != file or one.line is None or one.column is None:
            return replace(one, hint=hint)
        return diagnostic_at(root, origin_of(one.line, one.column, one.length), one.text, hint, one.severity)

    return tuple(map(move, diagnostics))


def names_in(asset: Asset) -> ByName:
    """Where a name stands in an asset's text: for references of which no map tells the place.

    They come in their order: the first of a name is where it stands first, and so on, and the last place serves for all
    that a loop repeats.
    """
    met: dict[bytes, int] = {}
    read: list[bytes] = []

    def origin_of(written: bytes) -> Origin:
        if not read:
            read.append(asset.content.read())
        data = read[0]
        name = next((written[len(one) :] for one in _SCHEMES if written.startswith(one)), written)
        from urllib.parse import unquote_to_bytes

        for text in (name, unquote_to_bytes(name)):
            places = [one.start() for one in re.finditer(rb"(?<![\w./-])" + re.escape(text) + rb"(?![\w./-])", data)]
            if places:
                number = met[text] = met.get(text, -1) + 1
                place = places[min(number, len(places) - 1)]
                scheme = next((one for one in _SCHEMES if data.endswith(one, 0, place)), b"")
                return Origin(asset.file, place - len(scheme), len(scheme) + len(text))
        return Origin(asset.file, 0, 0)

    return origin_of
