"""What one process reads, links and stages of the plain files.

What refers to nothing has its name as soon as it is read. What refers to others is written as soon as all of these have
theirs, whoever has read them; until then it waits. So each is written once, by the process that has read it. Whatever
waits in the end for a name that nobody has given is left to others: it refers to what is not plain, or is in a circle.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from functools import cached_property
from hashlib import sha256, sha384

from assetbuild import media
from assetbuild.bulk.ahead import Ahead
from assetbuild.bulk.arena import LARGEST_KEPT, kept_together
from assetbuild.bulk.columns import NAMED, Left, Part, Row, part_of
from assetbuild.bulk.files import Files
from assetbuild.bulk.names import Names
from assetbuild.bulk.texts import (
    IDENTITY,
    NOT_STAGED,
    is_spelled_as_it_is,
    read_file,
    references_in,
    starts_worker,
    to_be_found,
)
from assetbuild.bulk.writing import final_text
from assetbuild.cache.records import identity_of
from assetbuild.encodings import UnreadableTextError
from assetbuild.model import Publication
from assetbuild.references import MODULES

# A file that refers to others, its bytes, if they are kept, and the names of the first of those that it has by now.
_Text = tuple[Row, bytes | None, list[str]]

_LONGEST_WAIT = 2.0
_PAUSE = 0.0005


class Share:
    """The share of the process of this number. Without `ahead`, and so without `names`, nothing is linked or staged."""

    def __init__(self, files: Files, ahead: Ahead | None, names: Names | None, process: int) -> None:
        self._files = files
        self._ahead = ahead
        self._names = names
        self._process = process
        self._parts: list[tuple[int, list[Row], dict[int, Publication], Left]] = []
        # By the number of the file whose name they wait for.
        self._waiting: dict[int, list[_Text]] = {}
        # Those of which it has the names by now.
        self._named: list[int] = []
        self._room = kept_together(len(files.paths)) // 4
        self._failed = False

    @cached_property
    def _are_spelled(self) -> bool:
        """Whether a URL spells all names as they are."""
        return is_spelled_as_it_is("".join(self._files.paths)) is not None

    def take(self, parts: Iterable[int]) -> None:
        """Reads these parts, links what can be linked, and waits for what others link."""
        for part in parts:
            self._read(part)
            if self._names is not None:
                self._names.step(self._process)
        self._wait()

    def first_changed(self) -> str | None:
        """The first of the files read that is not as it was; None if all are."""
        found, look = self._files.found, os.stat
        for _, rows, _, left in self._parts:
            looked_at = [(row.number, row.record) for row in rows]
            for number, record in looked_at + [(number, record) for number, (record, _) in left.items()]:
                file = found[number][0]
                try:
                    if not record.startswith(identity_of(look(file))):
                        return file
                except OSError:
                    return file
        return None

    def results(self) -> Iterator[Part]:
        """What was found, part by part; nothing is kept of what was given."""
        staged = self._names is not None
        if self._names is not None:
            self._names.clear()
        while self._parts:
            yield part_of(*self._parts.pop(), staged, self._failed)

    def _read(self, part: int) -> None:
        files, paths = self._files, self._files.paths
        every_found, known, numbers, base_url = files.found, files.known, files.numbers, files.base_url
        every = range(files.starts[part], files.starts[part + 1])
        publications = files.naming(paths[every.start : every.stop])
        rows: list[Row] = []
        others = {number: how for number in every if (how := publications.get(paths[number], NAMED)) != NAMED}
        left: Left = {}
        self._parts.append((part, rows, others, left))
        for number in every:
            path = paths[number]
            if path not in publications or number in known:
                continue
            file, _, identity = every_found[number]
            kind = media.media_type(path)
            refers = kind in MODULES
            try:
                found = read_file(file, identity, refers)
                if found is None:
                    continue
                identity, data, digest, integrity = found
                references = references_in(path, kind, data, base_url, numbers) if refers and data else ()
            except (OSError, ValueError, UnreadableTextError):
                continue
            if references is None:
                # What stations have to look at, they need not search, if that takes a while.
                is_large = data is not None and len(data) > LARGEST_KEPT
                left[number] = identity + digest, to_be_found(path, kind, data or b"", base_url) if is_large else None
                continue
            row = Row(number, path, kind, identity + digest, references)
            rows.append(row)
            if not references:
                row.integrity = integrity or sha384(data or b"").digest()
            if self._names is None:
                self._keep(number, data)
            elif not references:
                self._finish(row, others.get(number, NAMED), data)
            elif number not in others and not starts_worker(kind, references):
                self._link(row, data, [])
            if self._named:
                self._go_on()

    def _keep(self, number: int, data: bytes | None) -> None:
        """Keeps the bytes of a file for whoever publishes it, if there is a place for them."""
        arena = self._files.arena
        if arena is not None and data is not None and len(data) <= LARGEST_KEPT:
            arena.put(number, data)

    def _finish(self, row: Row, publication: Publication, data: bytes | None) -> None:
        """Names and stages a file that refers to nothing."""
        path, staged = row.path, NOT_STAGED
        row.name = path
        if publication == "fingerprinted" and self._names is not None:
            row.name = self._names.tell(row.number, path, row.record[IDENTITY:])
            if data is not None:
                staged = self._staged(row.name, data)
            if row.number in self._waiting:
                self._named.append(row.number)
        row.state = staged + row.record[IDENTITY:]

    def _link(self, row: Row, data: bytes | None, files: list[str]) -> None:
        """Links and stages a file if all that it refers to has a name, of which it has the first; else it waits, or
        is left.
        """
        names, path, references = self._names, row.path, row.references
        assert names is not None
        # Who refers to thousands may have waited for each of them.
        for place in range(len(files), len(references)):
            target = references[place][3]
            name = names.get(target)
            if name is None:
                other = names.numbers.get(target)
                if other is None:
                    return
                name = names.learn(other, target)
                if name is None:
                    self._wait_for(other, row, data, files)
                    return
            files.append(name)
        if data is None:
            data = self._read_again(row)
            if data is None:
                return
        final = final_text(path, row.kind, data, references, files, self._are_spelled)
        digest = sha256(final).digest()
        row.integrity = sha384(final).digest()
        row.name = name = names.tell(row.number, path, digest)
        row.state = self._staged(name, final) + digest
        if row.number in self._waiting:
            self._named.append(row.number)

    def _staged(self, name: str, data: bytes) -> bytes:
        """The identity of the file, if it could be staged."""
        if self._ahead is not None and not self._failed:
            try:
                return self._ahead.write(name, data)
            except OSError:
                self._failed = True
        return NOT_STAGED

    def _wait_for(self, number: int, row: Row, data: bytes | None, files: list[str]) -> None:
        if data is not None:
            if len(data) > self._room:
                data = None
            else:
                self._room -= len(data)
        self._waiting.setdefault(number, []).append((row, data, files))

    def _go_on(self) -> None:
        """Goes on with what waits for names that there are now."""
        while self._named:
            for row, data, files in self._waiting.pop(self._named.pop(), ()):
                if data is not None:
                    self._room += len(data)
                self._link(row, data, files)

    def _read_again(self, row: Row) -> bytes | None:
        """The bytes of a file that were not kept; None if they are others now."""
        try:
            found = read_file(self._files.found[row.number][0], row.record[:IDENTITY], whole=True)
        except OSError:
            return None
        return found[1] if found is not None and row.record.endswith(found[2]) else None

    def _settle(self) -> bool:
        """Goes on with what waits for names that others have given; whether there was any."""
        names = self._names
        assert names is not None
        given = [number for number in self._waiting if names.is_known(number)]
        if given:
            self._named += given
            self._go_on()
            names.step(self._process)
        return bool(given)

    def _wait(self) -> None:
        """Until nothing waits, or nobody gives a name any more."""
        names = self._names
        if names is None:
            return
        steps, deadline = -1, 0.0
        while self._waiting:
            if steps != (steps := names.steps()):
                deadline = time.monotonic() + _LONGEST_WAIT
                if self._settle():
                    continue
            if names.is_over(self._process, steps) or time.monotonic() > deadline:
                break
            time.sleep(_PAUSE)
        names.be_ready(self._process)
