"""Plain files of a first release, linked and staged: columns, of which a value is made where somebody asks for one."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

from assetbuild import media
from assetbuild.bulk.entries import lists_of
from assetbuild.bulk.finals import Finals, Text
from assetbuild.bulk.gathered import Texts
from assetbuild.bulk.memory import Final
from assetbuild.bulk.texts import IDENTITY
from assetbuild.cache.records import sizes_in
from assetbuild.integrity import integrity_of
from assetbuild.model import Content, Linked, Publication
from assetbuild.release.layout import PUBLIC
from assetbuild.release.text import entries_of

_BREAK = b",\n"


class Table(Mapping[str, Linked]):
    """By logical path, sorted. `files` are the names below public/, `made` the texts that were linked after reading."""

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
        texts, file, made = self._texts, self.files[path], self._made.get(path)
        references = texts.references_of(path)
        if not references:
            content, integrity = self._finals.content(path), texts.integrity(path)
        else:
            state = texts.state(path)
            digest, size = state[IDENTITY:], int.from_bytes(state[:8], "little")
            integrity = texts.integrity(path)
            if made is not None:
                digest, size, integrity = made.digest, made.size, made.integrity
            content = Content(digest.hex(), size, None, texts.file(path), partial(self._finals.text, path))
        lists = lists_of(references)
        return Linked(
            path, file, media.media_type(path), content, integrity_of(integrity), self._publications[path], *lists
        )

    def __contains__(self, path: object) -> bool:
        return path in self.files

    def __iter__(self) -> Iterator[str]:
        if len(self.files) == len(self._publications):
            return iter(self._publications)
        return (path for path in self._publications if path in self.files)

    def __len__(self) -> int:
        return len(self.files)

    @cached_property
    def _states(self) -> Mapping[str, bytes]:
        """Of each file, by its path below the release directory, the identity of what is staged, and SHA-256."""
        texts, files = self._texts, self.files
        if len(files) == len(texts) and not self._made:
            return dict(zip([f"{PUBLIC}/{file}" for file in files.values()], texts.states(), strict=True))
        made = {path: text.staged + text.digest for path, text in self._made.items()}
        return {f"{PUBLIC}/{files[path]}": made.get(path) or texts.state(path) for path in self}

    @cached_property
    def _not_staged(self) -> Mapping[str, str]:
        """The logical paths of those that are not staged, by path below the release directory."""
        texts, files, made = self._texts, self.files, self._made
        paths = map(texts.path, texts.unstaged)
        return {f"{PUBLIC}/{files[path]}": path for path in paths if path in files and path not in made}

    @cached_property
    def size(self) -> int:
        """The number of bytes that are published."""
        return sum(sizes_in(b"".join(self._states.values()))) + sum(one.content.size for one in self.unstaged())

    def digests(self) -> dict[str, str]:
        """SHA-256 in hex of what is not staged, by path below the release directory."""
        states = self._states
        return {place: states[place][IDENTITY:].hex() for place in self._not_staged}

    def staged(self) -> Mapping[str, bytes]:
        """Identity and SHA-256 of those that are staged, by path below the release directory."""
        states = self._states
        if not self._not_staged:
            return states
        return {place: state for place, state in states.items() if place not in self._not_staged}

    def unstaged(self) -> list[Linked]:
        """Those that have yet to be written."""
        return [self[path] for path in self._not_staged.values()]

    def unwritten(self) -> list[Linked] | None:
        """Those that have no entry of the manifest yet, because their names are unusual; None if there may be more."""
        texts = self._texts
        if self._made or len(self.files) < len(texts):
            return None
        paths = list(texts)
        found: list[Linked] = []
        done = 0
        for entries, count, is_complete in texts.entries:
            if not is_complete:
                lines = entries.split(_BREAK)
                found += [self[paths[done + place]] for place, line in enumerate(lines) if not line]
            done += count
        return found

    def blocks(self, cuts: Sequence[str]) -> list[list[bytes]]:
        """The entries of the manifest that are written, with their names, a line each and in order.

        They are in lists of such blocks: what comes before the first of these paths, which are sorted and have no entry
        here, what comes between it and the next one, and so on.
        """
        texts = self._texts
        paths = list(texts)
        places = [bisect(paths, cut) for cut in cuts]
        lists: list[list[bytes]] = [[]]
        done = 0
        for entries, count, _ in texts.entries:
            start, end = done, done + count
            cut = len(lists) - 1
            if cut == len(places) or places[cut] > end:
                lists[-1].append(entries)
                done = end
                continue
            lines = entries.split(_BREAK)
            while len(lists) <= len(places) and places[len(lists) - 1] <= end:
                place = places[len(lists) - 1]
                lists[-1] += _joined(lines[done - start : place - start])
                lists.append([])
                done = place
            lists[-1] += _joined(lines[done - start :])
            done = end
        return lists + [[] for _ in range(len(places) + 1 - len(lists))]

    def entries(self) -> Iterator[tuple[str, str, str]]:
        """Logical path, entry in the manifest with its name, and the same as it is hashed."""
        lines = [line for block in self._texts.entries for line in block.entries.decode().split(",\n")]
        ready = dict(zip(self._texts, lines, strict=True))
        for path in self:
            entry = ready[path] if path not in self._made else ""
            if entry:
                yield path, entry, entry.replace(" ", "")
            else:
                ((entry, hashed),) = entries_of([self[path]], {})
                yield path, entry, hashed


def _joined(lines: Sequence[bytes]) -> list[bytes]:
    """A block of those that are written, if there is any."""
    block = _BREAK.join(filter(None, lines))
    return [block] if block else []


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

    def __init__(self, texts: Texts, files: Mapping[str, str], made: Mapping[str, Text]) -> None:
        self._texts = texts
        self._made = made
        self._files = files

    def __getitem__(self, path: str) -> Final:
        if path not in self:
            raise KeyError(path)
        made = self._made.get(path)
        if made is not None:
            return Final(made.digest.hex(), made.size, made.integrity)
        state = self._texts.state(path)
        size = int.from_bytes(state[:8], "little")
        return Final(state[IDENTITY:].hex(), size, self._texts.integrity(path))

    def __contains__(self, path: object) -> bool:
        return path in self._files and path in self._texts.references

    def __iter__(self) -> Iterator[str]:
        return (path for path in self._texts.references if path in self._files)

    def __len__(self) -> int:
        return sum(1 for _ in self)
