"""Assets that no step makes: the source as it is, and the references in it, remembered by its digest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assetbuild import media
from assetbuild.cache import Cache
from assetbuild.cache.memo import Memo
from assetbuild.compilers.base import World
from assetbuild.encodings import UnreadableTextError, is_utf8
from assetbuild.model import Asset, Content, ContentChanged, Origin, Part, Reference
from assetbuild.references import find_references, language

if TYPE_CHECKING:
    from assetbuild.references.records import Finding

NOTHING_FOUND: Mapping[str, Finding] = {}


class Plain:
    """Makes such assets. `key` stands for all that references depend on besides a file and its logical path.

    `found` is what others have found already, by logical path.
    """

    def __init__(self, world: World, cache: Cache, key: str, found: Mapping[str, Finding] = NOTHING_FOUND) -> None:
        self._world = world
        self._memo = Memo(cache, f"references/{key}")
        self._already = found

    def asset(self, part: Part) -> Asset | None:
        """The asset of a part without steps; None if there is more to do or to say than to find its references."""
        source = part.source
        kind = media.media_type(part.path)
        file = self._world.display(source.file)
        content = source.content
        if language(kind) is None:
            return Asset(part.path, kind, content, (), file)
        checked, given = False, source.digest
        if part.syntax != "off":
            from assetbuild.compilers.syntax import is_checked, parser_version

            checked = is_checked(kind)
            if checked:
                given += f" checked by {parser_version()}" if part.parsed else " checked"
        record = self._memo.find(part.path, given)
        already = self._already.get(part.path)
        if record is None and already is not None and already.digest == given:
            record = already.references
            self._memo.put(part.path, given, record)
        if record is None:
            references = self._found(part, kind, content, file, checked)
            if references is None:
                return None
            self._memo.put(part.path, given, _records_of(references) if references else [])
            return Asset(part.path, kind, content, references, file)
        from assetbuild.references.records import restored

        try:
            references = tuple([restored(file, *values) for values in record])
        except TypeError:
            return None  # no record of ours
        return Asset(part.path, kind, content, references, file)

    def _found(self, part: Part, kind: str, content: Content, file: str, checked: bool) -> tuple[Reference, ...] | None:
        """The references in a text that can be read and is UTF-8, without syntax errors if these count; else None."""
        try:
            data = content.read()
            if not is_utf8(data, kind):
                return None
        except (UnreadableTextError, OSError, ContentChanged):
            return None
        if checked:
            from assetbuild.compilers.syntax import faults

            if faults(kind, data, part.parsed):
                return None

        def origin_of(start: int, stop: int) -> Origin:
            return Origin(file, start, stop - start)

        return find_references(part.path, kind, data, self._world.base_url, origin_of, self._world.pins)

    def save(self) -> None:
        """Remembers what was found for the next build."""
        self._memo.save()


def _records_of(references: tuple[Reference, ...]) -> list[list[Any]]:
    from assetbuild.references.records import record_of

    return list(map(record_of, references))
