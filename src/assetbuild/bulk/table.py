"""Plain files of a first release, linked and staged: columns, of which a value is made where somebody asks for one."""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

from assetbuild import media
from assetbuild.bulk.finals import Finals, Text
from assetbuild.bulk.memory import Final
from assetbuild.bulk.reading import Texts
from assetbuild.bulk.texts import INTEGRITY, NOT_STAGED, Found
from assetbuild.model import Content, Linked, Publication
from assetbuild.release.layout import PUBLIC
from assetbuild.release.text import entries_of

_SPELLED = INTEGRITY * 4 // 3
# What JSON writes as it is, and no blank.
_are_simple = re.compile(r"[!#-\[\]-~]*+").fullmatch


class Table(Mapping[str, Linked]):
    """By logical path, sorted. `files` are the names below public/, `made` the final texts of those with references."""

    def __init__(
        self,
        texts: Texts,
        publications: Mapping[str, Publication],
        finals: Finals,
        files: Mapping[str, str],
        made: Mapping[str, Text],
    ) -> None:
        self._texts = texts
        self._publications = publications
        self._finals = finals
        self._made = made
        self.files = files

    def __getitem__(self, path: str) -> Linked:
        file, made = self.files[path], self._made.get(path)
        if made is None:
            content, integrity = self._finals.content(path), self._texts.integrity(path)
        else:
            again = partial(self._finals.text, path)
            content = Content(made.digest.hex(), made.size, None, self._texts.file(path), again)
            integrity = made.integrity
        spelled = f"sha384-{b2a_base64(integrity, newline=False).decode()}"
        lists = lists_of(self._texts.references.get(path, ()))
        return Linked(path, file, media.media_type(path), content, spelled, self._publications[path], *lists)

    def __contains__(self, path: object) -> bool:
        return path in self.files

    def __iter__(self) -> Iterator[str]:
        if len(self.files) == len(self._publications):
            return iter(self._publications)
        return (path for path in self._publications if path in self.files)

    def __len__(self) -> int:
        return len(self.files)

    @cached_property
    def published(self) -> Mapping[str, Publication]:
        """How each is published."""
        if len(self.files) == len(self._publications):
            return self._publications
        return {path: self._publications[path] for path in self}

    @cached_property
    def sizes(self) -> Sequence[int]:
        """Of each, the number of bytes that are published."""
        made, size = self._made, self._texts.size
        return [made[path].size if path in made else size(path) for path in self]

    @cached_property
    def _places(self) -> dict[str, str]:
        """The paths below the release directory, by logical path."""
        return {path: f"{PUBLIC}/{file}" for path, file in self.files.items()}

    def digests(self) -> dict[str, str]:
        """SHA-256 in hex, by path below the release directory."""
        texts, made, places = self._texts, self._made, self._places
        return {places[path]: (made[path].digest if path in made else texts.digest(path)).hex() for path in self}

    def staged(self) -> dict[str, bytes]:
        """The identities of those that are staged, by path below the release directory."""
        texts, made, found = self._texts, self._made, {}
        for path, place in self._places.items():
            identity = made[path].staged if path in made else texts.staged(path)
            if identity != NOT_STAGED:
                found[place] = identity
        return found

    def unstaged(self) -> list[Linked]:
        """Those that have yet to be written."""
        texts, made = self._texts, self._made
        return [self[path] for path in self if path not in made and not texts.is_staged(path)]

    def entries(self) -> Iterator[tuple[str, str, str]]:
        """Logical path, entry in the manifest with its name, and the same as it is hashed."""
        made, files, references = self._made, self.files, self._texts.references
        published, media_type, integrity_of = self.published, media.media_type, self._texts.integrity
        simple = _are_simple("".join(files)) is not None
        for path, size in zip(self, self.sizes, strict=True):
            found = references.get(path, ())
            if not simple and not _are_simple("".join((path, *[one[3] for one in found]))):
                ((entry, hashed),) = entries_of([self[path]], {})
                yield path, entry, hashed
                continue
            before, after = _members(found) if found else ("", "")
            if published[path] != "plain":
                after = f'"immutable": true, {after}'
            # Of so many bytes Base64 has no padding; what follows is a line break.
            integrity = b2a_base64(made[path].integrity if found else integrity_of(path))[:_SPELLED].decode()
            entry = (
                f'  "{path}": {{{before}"file": "{files[path]}", {after}"integrity": "sha384-{integrity}", '
                f'"size": {size}, "type": "{media_type(path)}"}}'
            )
            yield path, entry, entry.replace(" ", "")


class Together(Sequence[Linked]):
    """All that was linked: what the stations made, and the plain files of a table."""

    def __init__(self, others: Sequence[Linked], plain: Table) -> None:
        self.others = others
        self.plain = plain

    @cached_property
    def _every(self) -> list[Linked]:
        return sorted([*self.others, *self.plain.values()])

    def __getitem__(self, index: int) -> Linked:  # type: ignore[override]
        return self._every[index]

    def __iter__(self) -> Iterator[Linked]:
        return iter(self._every)

    def __len__(self) -> int:
        return len(self.others) + len(self.plain)


class FinalsOf(Mapping[str, Final]):
    """What is remembered of final texts."""

    def __init__(self, made: Mapping[str, Text]) -> None:
        self._made = made

    def __getitem__(self, path: str) -> Final:
        text = self._made[path]
        return Final(text.digest.hex(), text.size, text.integrity)

    def __contains__(self, path: object) -> bool:
        return path in self._made

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


Lists = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def lists_of(references: Sequence[Found]) -> Lists:
    """What is imported, dynamically imported, and referred to otherwise: logical paths, sorted."""
    if not references:
        return (), (), ()
    kinds = {one[2] for one in references}
    if len(kinds) == 1:
        paths = tuple(sorted({one[3] for one in references}))
        (kind,) = kinds
        return (paths, (), ()) if kind == "import" else ((), paths, ()) if kind == "dynamic-import" else ((), (), paths)
    imports, dynamic, assets = (
        tuple(sorted({one[3] for one in references if one[2] == kind}))
        for kind in ("import", "dynamic-import", "asset")
    )
    return imports, dynamic, assets


def _members(references: Sequence[Found]) -> tuple[str, str]:
    """The members of an entry that stand before its file, and after it."""
    imports, dynamic, assets = lists_of(references)
    before = _member("assets", assets) + _member("dynamicImports", dynamic)
    return before, _member("imports", imports)


def _member(key: str, paths: Sequence[str]) -> str:
    if not paths:
        return ""
    joined = '", "'.join(paths)
    return f'"{key}": ["{joined}"], '
