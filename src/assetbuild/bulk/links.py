"""Plain files linked: names made of bytes, and the texts that carry them.

Equal to what `linking.writer` makes, because a file stays in this lane only if all that it refers to does, has a
fingerprint, and is not reached back from it: then its references mean those files and no other, and its text is written
when they have their names. Whoever is part of a circle, or refers to something else, to what is not published, or
starts a worker, is left to the station, and so are all that refer to it. A URL of letters, digits and a few
marks is spelled in style sheets and scripts as it is; for anything else the language is asked.
"""

from __future__ import annotations

import hashlib
import re
from binascii import b2a_base64
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import cast

from assetbuild import media
from assetbuild.bulk.arena import LARGEST_KEPT, kept_together
from assetbuild.bulk.contents import Held, Original
from assetbuild.bulk.memory import Final, Memory
from assetbuild.bulk.reading import Texts
from assetbuild.bulk.texts import Found
from assetbuild.linking.resolve import Bound, Node
from assetbuild.model import Asset, Content, Linked, Origin, Publication, Reference, ReferenceKind
from assetbuild.references import language
from assetbuild.references.urls import relative

_is_spelled_as_it_is = re.compile(r"[A-Za-z0-9_./~-]+").fullmatch
_SPELLED_AS_IT_IS = (media.CSS, media.JAVASCRIPT)
_FINGERPRINT = 16
_UP = tuple("../" * count for count in range(32))


class _Finals:
    """Final texts of plain files; `files` are the names of those that are linked by now.

    A content that is made once more when it is needed holds this, and so not what holds the content.
    """

    def __init__(self, texts: Texts, files: Mapping[str, str]) -> None:
        self._texts = texts
        self._files = files

    def content(self, path: str) -> Content:
        """The content of a file as it was read."""
        texts = self._texts
        digest, size, file = texts.digest(path).hex(), texts.size(path), texts.file(path)
        if texts.is_kept(path):
            return Held(digest, size, None, file, None, texts, path)
        identity = texts.settled_identity(path)
        return Original(digest, size, None, file, None, identity) if identity else Content(digest, size, None, file)

    def text(self, path: str) -> bytes:
        """The file with the names of the release in it."""
        data = self.content(path).read()
        kind_of = media.media_type(path)
        here = path.split("/")
        pieces: list[bytes] = []
        done = 0
        for start, stop, kind, target, suffix in self._texts.references[path]:
            url = _url(path, here, self._files[target])
            if kind != "asset" and url[0] != ".":
                url = "./" + url
            if suffix:
                url += suffix
            if kind_of in _SPELLED_AS_IT_IS and _is_spelled_as_it_is(url):
                text = url.encode()
            else:
                spoken = language(kind_of)
                assert spoken is not None
                text = spoken.write(data, start, stop, url)
            pieces += (data[done:start], text)
            done = stop
        pieces.append(data[done:])
        return b"".join(pieces)


class Links:
    """Links what can be linked alone: `linked` by logical path, and `left` to the station, in the order of paths.

    `publications` tells how each of the texts is published, `memory` what became of it in the latest build; `finals` is
    what became of those with references in this one. Raises OSError and ContentChanged as Content.read.
    """

    def __init__(self, texts: Texts, publications: Mapping[str, Publication], memory: Memory) -> None:
        self._texts = texts
        self._publications = publications
        self._room = kept_together(len(texts)) // 3
        self._files: dict[str, str] = {}
        self._finals = _Finals(texts, self._files)
        self._left: set[str] = set()
        self._memory = memory if memory.files else None
        # Those that are published with the bytes and the name that the memory has of them.
        self._same: set[str] = set()
        self.finals: dict[str, Final] = {}
        self.linked: dict[str, Linked] = {}
        self._run()
        self.left = [path for path in publications if path in self._left]

    def node(self, path: str) -> Node:
        """One that is linked, for those that are linked by the station and refer to it.

        Nobody writes it, so nobody asks how its references are spelled.
        """
        linked = self.linked[path]
        file = self._texts.shown(path)
        references = tuple(
            Reference(start, stop, cast(ReferenceKind, kind), target, target, suffix, Origin(file, start, stop - start))
            for start, stop, kind, target, suffix in self._texts.references.get(path, ())
        )
        asset = Asset(path, linked.type, self._finals.content(path), references, file)
        return Node(asset, linked.publication, tuple(Bound(one, one.target) for one in references))

    def _run(self) -> None:
        referring = []
        texts = self._texts
        for path, publication in self._publications.items():
            if path not in texts.references:
                self._finish(path, publication, self._finals.content(path), texts.integrity(path))
            elif publication == "fingerprinted":
                referring.append(path)
            else:
                self._left.add(path)
        for path in referring:
            self._follow(path)

    def _follow(self, root: str) -> None:
        """Links a file after all that it refers to: depth first, the way from the root on the stack."""
        done, left = self._files, self._left
        stack = [root]
        on_the_way: set[str] = set()
        while stack:
            path = stack[-1]
            if path in done or path in left:
                stack.pop()
                continue
            waiting = [one[3] for one in self._texts.references[path] if one[3] not in done]
            if not waiting:
                self._write(path)
            elif path not in on_the_way:
                on_the_way.add(path)
                if self._may_follow(waiting, on_the_way):
                    stack += waiting
                    continue
                left.add(path)
            else:
                left.add(path)
            stack.pop()

    def _may_follow(self, waiting: Iterable[str], on_the_way: set[str]) -> bool:
        """Whether all of these may yet be linked, and none of them leads here."""
        texts, left = self._publications, self._left
        return all(target in texts and target not in left and target not in on_the_way for target in waiting)

    def _write(self, path: str) -> None:
        """Links a file of which all that it refers to is linked, unless that has no fingerprint, or is a worker."""
        linked, references = self.linked, self._texts.references[path]
        type_of = media.media_type(path)
        kinds = set()
        for _, _, kind, target, _ in references:
            one = linked[target]
            if one.publication != "fingerprinted" or (kind == "asset" and one.type == type_of == media.JAVASCRIPT):
                self._left.add(path)
                return
            kinds.add(kind)
        final, content = self._made(path)
        self.finals[path] = final
        self._finish(
            path,
            "fingerprinted",
            content,
            final.integrity,
            _named(references, "import") if "import" in kinds else (),
            _named(references, "dynamic-import") if "dynamic-import" in kinds else (),
            _named(references, "asset") if "asset" in kinds else (),
        )

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
        file = path
        if publication == "fingerprinted":
            # `paths.fingerprinted_name` of one with an extension, no leading dot, and no source map's.
            dot = path.rfind(".")
            file = f"{path[:dot]}-{content.digest[:_FINGERPRINT]}{path[dot:]}"
        self._files[path] = file
        if self._memory is not None and self._memory.digest(path) == content.digest:
            self._same.add(path)
        self.linked[path] = Linked(
            path,
            file,
            media.media_type(path),
            content,
            f"sha384-{b2a_base64(integrity, newline=False).decode()}",
            publication,
            imports,
            dynamic_imports,
            assets,
        )


def _url(path: str, here: Sequence[str], file: str) -> str:
    """`urls.relative`; `here` are the segments of `path`."""
    if not _is_spelled_as_it_is(file):
        return relative(path, file)
    there = file.split("/")
    above = len(here) - 1
    most = min(above, len(there) - 1)
    shared = 0
    while shared < most and here[shared] == there[shared]:
        shared += 1
    return _UP[above - shared] + "/".join(there[shared:]) if above - shared < len(_UP) else relative(path, file)


def _named(references: Iterable[Found], kind: str) -> tuple[str, ...]:
    """The logical paths that are referred to in this way, sorted."""
    return tuple(sorted({one[3] for one in references if one[2] == kind}))
