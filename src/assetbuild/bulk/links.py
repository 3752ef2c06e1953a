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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

from assetbuild import media
from assetbuild.bulk.arena import KEPT_TOGETHER, LARGEST_KEPT, Arena
from assetbuild.bulk.reading import Texts
from assetbuild.bulk.texts import Found
from assetbuild.linking.resolve import Bound, Node
from assetbuild.model import Asset, Content, Linked, Origin, Publication, Reference, ReferenceKind
from assetbuild.paths import fingerprinted_name
from assetbuild.references import language
from assetbuild.references.urls import relative

_is_spelled_as_it_is = re.compile(r"[A-Za-z0-9_./~-]+").fullmatch
_SPELLED_AS_IT_IS = (media.CSS, media.JAVASCRIPT)
_FINGERPRINT = 16


@dataclass(frozen=True, slots=True)
class Held(Content):
    """A content whose bytes are in the arena at `place`; its `data` stays None."""

    arena: Arena | None = None
    place: int = 0

    def read(self) -> bytes:
        assert self.arena is not None
        return self.arena.read(self.place, self.size)

    def chunks(self) -> Iterator[bytes]:
        yield self.read()


class Links:
    """Links what can be linked alone: `linked` by logical path, and `left` to the station, in the order of paths.

    `publications` tells how each of the texts is published. Raises OSError and ContentChanged as Content.read.
    """

    def __init__(self, texts: Texts, publications: Mapping[str, Publication]) -> None:
        self._texts = texts
        self._publications = publications
        self._room = KEPT_TOGETHER
        self._files: dict[str, str] = {}
        self._left: set[str] = set()
        self.linked: dict[str, Linked] = {}
        self._run()
        self.left = [path for path in publications if path in self._left]

    def node(self, path: str) -> Node:
        """One that is linked, for those that are linked by the station and refer to it.

        Nobody writes it, so nobody asks how its references are spelled.
        """
        linked, text = self.linked[path], self._texts.texts[path]
        file = self._texts.shown(path)
        references = tuple(
            Reference(start, stop, cast(ReferenceKind, kind), target, target, suffix, Origin(file, start, stop - start))
            for start, stop, kind, target, suffix in text.references
        )
        asset = Asset(path, linked.type, self._content(path), references, file)
        return Node(asset, linked.publication, tuple(Bound(one, one.target) for one in references))

    def _run(self) -> None:
        texts, publications = self._texts.texts, self._publications
        referring = []
        for path, publication in publications.items():
            text = texts[path]
            if text.references:
                referring.append(path)
                if publication != "fingerprinted":
                    self._left.add(path)
            else:
                self._finish(path, publication, self._content(path), text.integrity)
        for path in referring:
            self._follow(path)

    def _follow(self, root: str) -> None:
        """Links a file after all that it refers to: depth first, the way from the root on the stack."""
        done, left, texts = self.linked, self._left, self._texts.texts
        stack = [root]
        on_the_way: set[str] = set()
        while stack:
            path = stack[-1]
            if path in done or path in left:
                stack.pop()
                continue
            references = texts[path].references
            waiting = [one[3] for one in references if one[3] not in done]
            if path not in on_the_way:
                on_the_way.add(path)
                if not self._is_simple(path, references) or not on_the_way.isdisjoint(waiting):
                    left.add(path)
                elif waiting:
                    stack += waiting
                    continue
            if path in left or waiting:
                left.add(path)
            else:
                self._write(path)
            stack.pop()

    def _is_simple(self, path: str, references: Iterable[Found]) -> bool:
        publications, left = self._publications, self._left
        scripted = media.media_type(path) == media.JAVASCRIPT
        for _, _, kind, target, _ in references:
            if publications.get(target) != "fingerprinted" or target in left:
                return False
            if scripted and kind == "asset" and media.media_type(target) == media.JAVASCRIPT:
                return False
        return True

    def _write(self, path: str) -> None:
        data = self._text(path)
        content = Content(hashlib.sha256(data).hexdigest(), len(data), data, self._texts.file(path))
        if len(data) > min(self._room, LARGEST_KEPT):
            again = partial(self._text, path)
            content = Content(content.digest, content.size, None, self._texts.file(path), again)
        else:
            self._room -= len(data)
        imports: set[str] = set()
        dynamic: set[str] = set()
        assets: set[str] = set()
        for _, _, kind, target, _ in self._texts.texts[path].references:
            (imports if kind == "import" else assets if kind == "asset" else dynamic).add(target)
        integrity = hashlib.sha384(data).digest()
        self._finish(
            path,
            "fingerprinted",
            content,
            integrity,
            tuple(sorted(imports)),
            tuple(sorted(dynamic)),
            tuple(sorted(assets)),
        )

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
        file = fingerprinted_name(path, content.digest[:_FINGERPRINT]) if publication == "fingerprinted" else path
        self._files[path] = file
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

    def _content(self, path: str) -> Content:
        """The content of a file as it was read."""
        text, file = self._texts.texts[path], self._texts.file(path)
        digest = text.digest.hex()
        if text.place < 0:
            return Content(digest, text.size, None, file)
        return Held(digest, text.size, None, file, None, self._texts.arena, text.place)

    def _text(self, path: str) -> bytes:
        """The file with the names of the release in it."""
        data = self._content(path).read()
        kind_of = media.media_type(path)
        pieces: list[bytes] = []
        done = 0
        for start, stop, kind, target, suffix in self._texts.texts[path].references:
            url = self._url(path, self._files[target])
            if kind != "asset" and not url.startswith("."):
                url = "./" + url
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

    def _url(self, path: str, file: str) -> str:
        """`urls.relative`."""
        if not _is_spelled_as_it_is(file):
            return relative(path, file)
        here, there = path.split("/"), file.split("/")
        shared = 0
        most = min(len(here), len(there)) - 1
        while shared < most and here[shared] == there[shared]:
            shared += 1
        return "../" * (len(here) - 1 - shared) + "/".join(there[shared:])
