"""Plain files linked: names made of bytes, and the texts that carry them.

Equal to what `linking.writer` makes, because a file stays in this lane only if all that it refers to does, has a
fingerprint, and is not reached back from it: then its references mean those files and no other, and its text is written
when they have their names. Whoever is part of a circle, or refers to something else, to what is not published, or
starts a worker, is left to the station, and so are all that refer to it. Of a first release most are linked already,
by those who have read them (`share.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

from assetbuild import media
from assetbuild.bulk.ahead import Ahead
from assetbuild.bulk.arena import LARGEST_KEPT, kept_together
from assetbuild.bulk.entries import lists_of
from assetbuild.bulk.finals import Finals, Text
from assetbuild.bulk.gathered import Texts
from assetbuild.bulk.memory import Final, Memory
from assetbuild.bulk.table import FinalsOf, Table, Together
from assetbuild.bulk.texts import Found, fingerprinted, starts_worker
from assetbuild.integrity import integrity_of
from assetbuild.linking.resolve import Bound, Node
from assetbuild.model import Asset, Content, Linked, Origin, Publication, Reference, ReferenceKind


class Links:
    """Links what can be linked alone: `linked` by logical path, and `left` to the station, in the order of paths.

    `publications` tells how each of the texts is published, `memory` what became of it in the latest build; `finals` is
    what became of those with references in this one; `lines` are what is to be remembered, where that is known already.
    What is linked is staged `ahead`. Raises OSError and ContentChanged as Content.read.
    """

    def __init__(
        self,
        texts: Texts,
        publications: Mapping[str, Publication],
        memory: Memory,
        ahead: Ahead | None = None,
    ) -> None:
        self._texts = texts
        self._publications = publications
        self._room = kept_together(len(texts)) // 3
        self._files: dict[str, str] = {}
        self._finals = Finals(texts, self._files)
        self._memory = memory if memory.files else None
        self._ahead = ahead if ahead is not None and ahead.works else None
        # Those that are published with the bytes and the name that the memory has of them.
        self._same: set[str] = set()
        self._made_finals: dict[str, Final] = {}
        self.finals: Mapping[str, Final] = self._made_finals
        self.lines: Sequence[bytes] | None = None
        self._each: dict[str, Linked] = {}
        self.linked: Mapping[str, Linked] = self._each
        self._run()
        linked = self.linked
        self.left = [path for path in publications if path not in linked] if len(linked) < len(publications) else []

    def together_with(self, others: Sequence[Linked]) -> Sequence[Linked]:
        """These and others, sorted."""
        if isinstance(self.linked, Table):
            return Together(others, self.linked)
        return tuple(sorted([*others, *self.linked.values()]))

    def node(self, path: str) -> Node:
        """One that is linked, for those that are linked by the station and refer to it.

        Nobody writes it, so nobody asks how its references are spelled.
        """
        linked = self.linked[path]
        file = self._texts.shown(path)
        references = tuple(
            Reference(start, stop, cast(ReferenceKind, kind), target, target, suffix, Origin(file, start, stop - start))
            for start, stop, kind, target, suffix in self._texts.references_of(path)
        )
        asset = Asset(path, linked.type, self._finals.content(path), references, file)
        return Node(asset, linked.publication, tuple(Bound(one, one.target) for one in references))

    def _run(self) -> None:
        if self._ahead is not None and self._staged(self._ahead):
            return
        self._files.clear()
        texts = self._texts
        for path, publication in self._publications.items():
            if path not in texts.references:
                self._finish(path, publication, self._finals.content(path), texts.integrity(path))
        for path in self._order(texts.references):
            self._write(path)

    def _order(self, references: Mapping[str, tuple[Found, ...]]) -> list[str]:
        """Those of these that can be linked, each after all that it refers to; all others are linked by then."""
        order: list[str] = []
        waiting: dict[str, int] = {}
        waited_for: dict[str, list[str]] = {}
        for path, found in references.items():
            targets = self._waits_for(path, found, references)
            if targets is None:
                continue
            if not targets:
                order.append(path)
                continue
            waiting[path] = len(targets)
            for target in targets:
                waited_for.setdefault(target, []).append(path)
        # What is appended is looked at too.
        for path in order:
            for other in waited_for.get(path, ()):
                waiting[other] -= 1
                if not waiting[other]:
                    order.append(other)
        return order

    def _waits_for(
        self, path: str, found: tuple[Found, ...], references: Mapping[str, tuple[Found, ...]]
    ) -> set[str] | None:
        """What a file refers to among these; None if it refers to what has no fingerprint, or may start a worker."""
        published = self._publications.get
        if published(path) != "fingerprinted" or starts_worker(media.media_type(path), found):
            return None
        if any(published(one[3]) != "fingerprinted" for one in found):
            return None
        return {one[3] for one in found if one[3] in references}

    def _staged(self, ahead: Ahead) -> bool:
        """Whether all that can be linked is staged: most when it was read, the rest now."""
        texts, files = self._texts, self._files
        made: dict[str, Text] = {}
        try:
            undone = self._undone(ahead)
            if undone or len(self._publications) < len(texts):
                named = zip(texts, texts.names, strict=True)
                files.update((path, name) for path, name in named if path in self._publications and path not in undone)
            else:
                files.update(zip(texts, texts.names, strict=True))
            for path in self._order({path: texts.references[path] for path in undone}) if undone else ():
                text = made[path] = self._finals.made(path, ahead)
                files[path] = fingerprinted(path, text.digest.hex())
        except OSError:
            # What cannot be read is told by whoever tries again, and what cannot be written by the commit.
            ahead.fail()
            return False
        self.linked = table = Table(texts, self._publications, self._finals, files, made)
        self.finals = FinalsOf(texts, files, made)
        if not made and len(self._publications) == len(texts):
            self.lines = texts.lines
        ahead.staged = table.staged()
        return True

    def _undone(self, ahead: Ahead) -> set[str]:
        """Those with references that were not linked when they were read, or not rightly. Raises OSError.

        What is only part of something else was staged for nothing, and so was what refers to that.
        """
        texts = self._texts
        undone = {texts.path(number) for number in texts.unmade}
        if len(self._publications) == len(texts):
            return undone
        referring: dict[str, list[str]] = {}
        for path, found in texts.references.items():
            for one in found:
                referring.setdefault(one[3], []).append(path)
        dropped = [path for path in texts if path not in self._publications]
        reached = set(dropped)
        # What is appended is looked at too.
        for path in dropped:
            for other in referring.get(path, ()):
                if other not in reached:
                    reached.add(other)
                    dropped.append(other)
        names = dict(zip(texts, texts.names, strict=True))
        ahead.drop(names[path] for path in dropped if texts.is_staged(path))
        return undone.union(path for path in dropped if path in texts.references)

    def _write(self, path: str) -> None:
        """Links a file of which all that it refers to is linked."""
        final, content = self._made(path)
        self._refer(path, final, content)

    def _refer(self, path: str, final: Final, content: Content) -> None:
        """Links a file with references, of which this is the final text."""
        self._made_finals[path] = final
        lists = lists_of(self._texts.references[path])
        self._finish(path, "fingerprinted", content, final.integrity, *lists)

    def _made(self, path: str) -> tuple[Final, Content]:
        """The final text: if neither the file nor a name in it is another than before, it need not be made."""
        file, again = self._texts.file(path), partial(self._finals.text, path)
        if self._memory is not None and (final := self._memory.finals.get(path)) is not None:
            targets = {one[3] for one in self._texts.references[path]}
            if self._memory.files[path].digest == self._texts.digest(path) and targets <= self._same:
                return final, Content(final.digest, final.size, None, file, again)
        data = again()
        final = Final(hashlib.sha256(data).hexdigest(), len(data), hashlib.sha384(data).digest())
        if final.size > LARGEST_KEPT or final.size > self._room:
            return final, Content(final.digest, final.size, None, file, again)
        self._room -= final.size
        return final, Content(final.digest, final.size, data, file)

    def _finish(
        self,
        path: str,
        publication: Publication,
        content: Content,
        integrity: bytes,
        imports: tuple[str, ...] = (),
        dynamic_imports: tuple[str, ...] = (),
        assets: tuple[str, ...] = (),
    ) -> None:
        file = fingerprinted(path, content.digest) if publication == "fingerprinted" else path
        self._files[path] = file
        if self._memory is not None and self._memory.digest(path) == content.digest:
            self._same.add(path)
        self._each[path] = Linked(
            path,
            file,
            media.media_type(path),
            content,
            integrity_of(integrity),
            publication,
            imports,
            dynamic_imports,
            assets,
        )
