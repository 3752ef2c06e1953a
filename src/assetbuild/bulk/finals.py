"""The final texts of plain files that refer to others: made and staged, by as many processes as that is worth.

Each follows from the names of what it refers to, so they are made in an order in which those come first. Processes take
them from that order, a few at a time. A name that another has to give is waited for in memory that all share; whoever
is waited for waits for none of the later ones, so there is always one that goes on.
"""

from __future__ import annotations

import hashlib
import mmap
import re
import struct
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property

from assetbuild import media
from assetbuild.bulk.ahead import Ahead
from assetbuild.bulk.contents import Held, Original
from assetbuild.bulk.reading import Texts
from assetbuild.bulk.texts import DIGEST, FINGERPRINT, IDENTITY, INTEGRITY, NOT_STAGED, fingerprinted
from assetbuild.model import Content
from assetbuild.named_tuple import NamedTuple
from assetbuild.processes import Claims, Process
from assetbuild.references import language
from assetbuild.references.urls import relative

_is_spelled_as_it_is = re.compile(r"[A-Za-z0-9_./~-]*+").fullmatch
_SPELLED_AS_IT_IS = (media.CSS, media.JAVASCRIPT)

_AT_ONCE = 24
_MOST_PARTS = 10_000
_RECORD = struct.Struct(f"={DIGEST}s{INTEGRITY}sq{IDENTITY}s")
# Half of a digest, twice: if both are the same, and not empty, they were written.
_NAME = FINGERPRINT // 2
_LONGEST_WAIT = 2.0
_PAUSE = 0.0002


class Text(NamedTuple):
    """A final text: SHA-256, SHA-384, size, and the identity of the staged file."""

    digest: bytes
    integrity: bytes
    size: int
    staged: bytes


class LateError(Exception):
    """Another process has not given the name that it should."""


class Finals:
    """Final texts of plain files; `files` are the names of those that are linked by now.

    A content that is made once more when it is needed holds this, and so not what holds the content.
    """

    def __init__(self, texts: Texts, files: Mapping[str, str]) -> None:
        self._texts = texts
        self._files = files

    @cached_property
    def _are_spelled(self) -> bool:
        """Whether a URL spells all names as they are."""
        return _is_spelled_as_it_is("".join(self._texts)) is not None

    def content(self, path: str) -> Content:
        """The content of a file as it was read."""
        texts = self._texts
        digest, size, file = texts.digest(path).hex(), texts.size(path), texts.file(path)
        if texts.is_kept(path):
            return Held(digest, size, None, file, None, texts, path)
        identity = texts.settled_identity(path)
        return Original(digest, size, None, file, None, identity) if identity else Content(digest, size, None, file)

    def text(self, path: str, files: Mapping[str, str] | None = None) -> bytes:
        """The file with the names of the release in it."""
        data = self._texts.data(path) if self._texts.is_kept(path) else self.content(path).read()
        files = self._files if files is None else files
        kind_of = media.media_type(path)
        spelled = self._are_spelled and kind_of in _SPELLED_AS_IT_IS
        above = _above(path.rpartition("/")[0])
        pieces: list[bytes] = []
        done = 0
        for start, stop, kind, target, suffix in self._texts.references[path]:
            file = files[target]
            url = _url(above, file) if spelled else relative(path, file)
            if kind != "asset" and url[0] != ".":
                url = "./" + url
            if suffix:
                url += suffix
            if spelled and (not suffix or _is_spelled_as_it_is(suffix)):
                text = url.encode()
            else:
                spoken = language(kind_of)
                assert spoken is not None
                text = spoken.write(data, start, stop, url)
            pieces += (data[done:start], text)
            done = stop
        pieces.append(data[done:])
        return b"".join(pieces)

    def made(self, path: str, ahead: Ahead, files: Mapping[str, str] | None = None) -> Text:
        """The final text, staged. Raises OSError and ContentChanged as Content.read, OSError as `Ahead.write`."""
        data = self.text(path, files)
        digest = hashlib.sha256(data).digest()
        staged = ahead.write(fingerprinted(path, digest.hex()), data) if ahead.works else NOT_STAGED
        return Text(digest, hashlib.sha384(data).digest(), len(data), staged)


class _Names(dict[str, str]):
    """Names by logical path; one that is not there is waited for."""

    def __init__(self, known: Mapping[str, str], shared: Shared) -> None:
        super().__init__(known)
        self._shared = shared

    def __missing__(self, path: str) -> str:
        name = self[path] = fingerprinted(path, self._shared.wait_for(path).hex())
        return name


class Shared:
    """Final texts being made by several processes: those of `order`, in which each comes after what it refers to."""

    def __init__(self, finals: Finals, order: Sequence[str], files: Mapping[str, str], ahead: Ahead) -> None:
        self._finals = finals
        self._order = order
        self._numbers = {path: number for number, path in enumerate(order)}
        self._files = files
        self._ahead = ahead
        self._names = mmap.mmap(-1, 2 * _NAME * len(order))
        self._records = mmap.mmap(-1, _RECORD.size * len(order))
        count = min(_MOST_PARTS, 1 + len(order) // _AT_ONCE)
        self._cuts = [len(order) * number // count for number in range(count + 1)]

    def make(self, processes: int) -> Iterator[Text]:
        """All of them, in their order. Raises LateError, ChildProcessError if another process failed, and as `made`."""
        claims = Claims(len(self._cuts) - 1)
        others: list[Process] = []
        try:
            for _ in range(processes - 1):
                others += (Process(lambda: self._share(claims)),)
            self._share(claims)
            for other in others:
                other.result()
        finally:
            for other in others:
                other.end()
            claims.close()
        return (Text(*values) for values in _RECORD.iter_unpack(self._records))

    def wait_for(self, path: str) -> bytes:
        """The first bytes of the digest of a text. Raises LateError."""
        start = 2 * _NAME * self._numbers[path]
        deadline = 0.0
        while True:
            found = self._names[start : start + 2 * _NAME]
            if found[:_NAME] == found[_NAME:] and any(found):
                return found[:_NAME]
            deadline = deadline or time.monotonic() + _LONGEST_WAIT
            if time.monotonic() > deadline:
                raise LateError
            time.sleep(_PAUSE)

    def _share(self, claims: Claims) -> None:
        names = _Names(self._files, self)
        for part in claims:
            for number in range(self._cuts[part], self._cuts[part + 1]):
                text = self._finals.made(self._order[number], self._ahead, names)
                _RECORD.pack_into(self._records, _RECORD.size * number, *text)
                self._names[2 * _NAME * number : 2 * _NAME * (number + 1)] = text.digest[:_NAME] * 2


@cache
def _above(directory: str) -> tuple[tuple[str, str], ...]:
    """What leads from a directory to itself and to each above it, and the beginning of names below that."""
    levels = directory.split("/") if directory else []
    return tuple(
        ("../" * (len(levels) - kept), "".join([f"{level}/" for level in levels[:kept]]))
        for kept in range(len(levels), -1, -1)
    )


def _url(above: Iterable[tuple[str, str]], file: str) -> str:
    """`urls.relative`, for names that are spelled as they are."""
    for up, beginning in above:
        if file.startswith(beginning):
            return up + file[len(beginning) :]
    raise ValueError(file)
