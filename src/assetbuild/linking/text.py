"""The text an asset is served with: its references spelled as the names of the release."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from assetbuild.dataclass import dataclass
from assetbuild.linking.resolve import Bound, Node
from assetbuild.model import Content
from assetbuild.named_tuple import NamedTuple
from assetbuild.references import language, source_map_comment
from assetbuild.references.urls import encode, is_bare, is_rooted, relative

ZEROS = "0" * 16


class Edit(NamedTuple):
    """Bytes that stand in an asset's text instead of those from `start` to `stop`."""

    start: int
    stop: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Names:
    """How to spell what a reference means: `file_of` gives the published file name of a logical path."""

    base_url: str
    file_of: Callable[[str], str]
    data_url_of: Callable[[str], str]


def edits_of(node: Node, names: Names) -> list[Edit]:
    """What has to change in the node's text, sorted by place; empty if it can be served as it is."""
    if not node.bound:
        return []
    asset = node.asset
    spoken = language(asset.type)
    assert spoken is not None
    data = asset.content.read()
    edits = []
    for bound in node.bound:
        reference = bound.reference
        if bound.target is None:
            edits.append(Edit(*source_map_comment(asset.type, data, reference), b""))
            continue
        url = _url(node, bound, bound.target, names)
        if url is not None:
            text = spoken.write(data, reference.start, reference.stop, url)
            if text != data[reference.start : reference.stop]:
                edits.append(Edit(reference.start, reference.stop, text))
    return edits


def apply_edits(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The text with all edits made."""
    pieces: list[bytes] = []
    done = 0
    for edit in edits:
        pieces += (data[done : edit.start], edit.text)
        done = edit.stop
    pieces.append(data[done:])
    return b"".join(pieces)


def shifted_map(script: Content, edits: Sequence[Edit], mapping: Content) -> Content:
    """The source map of a script or style sheet after the edits to it: generated columns moved, all else as it was.

    A map that cannot be read is left as it is.
    """
    from assetbuild.references import source_map

    data = script.read()
    moves = []
    line = start = 0
    for edit in edits:
        line += data.count(b"\n", start, edit.start)
        start = edit.start
        column = _utf16_length(data[data.rfind(b"\n", 0, start) + 1 : start])
        moves.append((line, column, _utf16_length(data[start : edit.stop]), _utf16_length(edit.text)))
    try:
        return Content.of(source_map.shift(mapping.read(), moves))
    except ValueError:
        return mapping


def renamed_sources(mapping: Content, names: Mapping[str, str]) -> Content:
    """The source map with other URLs for its sources. A map that cannot be read is left as it is."""
    if not names:
        return mapping
    from assetbuild.references.source_names import rename_sources

    data = mapping.read()
    try:
        renamed = rename_sources(data, names)
    except ValueError:
        return mapping
    return mapping if renamed is data else Content.of(renamed)


def _utf16_length(data: bytes) -> int:
    return len(data) if data.isascii() else len(data.decode(errors="replace").encode("utf-16-le")) // 2


def _url(node: Node, bound: Bound, target: str, names: Names) -> str | None:
    """The URL to write; None where the author's own is right already."""
    reference = bound.reference
    if reference.kind == "inline":
        return names.data_url_of(target)
    file = target if bound.stable else names.file_of(target)
    if bound.stable and is_bare(reference.written):
        return None
    if reference.kind == "bound":
        return names.base_url + encode(file) + reference.suffix
    if (
        not bound.stable
        and file == target
        and not is_rooted(reference.written, names.base_url)
        and target == reference.target
    ):
        return None
    url = relative(node.asset.path, file)
    if reference.kind in ("import", "dynamic-import") and not url.startswith("."):
        url = "./" + url
    return url + reference.suffix
