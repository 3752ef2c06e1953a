"""The nouns that travel between the stations: frozen values, no behaviour but reading a content.

Source      a file found below a load path
Part        a source and the compilers that make a valid asset of it
Job         one or more parts and the steps that make a published asset of them
Content     a handle on bytes: digest, size, read
Reference   where in a content another asset is named
Asset       what a step takes and gives: a valid file at its own logical path
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from assetbuild.dataclass import dataclass, field
from assetbuild.named_tuple import NamedTuple
from assetbuild.reading import CHUNK, ContentChanged

__all__ = [
    "Asset",
    "Content",
    "ContentChanged",
    "Encoded",
    "Job",
    "Linked",
    "Origin",
    "Part",
    "Publication",
    "Reference",
    "ReferenceKind",
    "Source",
    "Step",
    "Syntax",
]

ReferenceKind = Literal[
    "import",
    "dynamic-import",
    "worker-import",  # importScripts: counts in workers only
    "asset",
    "source-map",
    "bound",  # a literal that becomes a path under the base URL
    "inline",  # becomes a data URL
    "computed",  # an import whose name only the running script knows
]
Syntax = Literal["error", "warn", "off"]
Publication = Literal["fingerprinted", "plain", "prehashed", "private"]


@dataclass(frozen=True, slots=True)
class Content:
    """A handle on bytes; `digest` is the SHA-256 of the bytes in hex.

    They are in memory, or in a file, or are made once more by `make` when somebody reads them.
    """

    digest: str
    size: int
    data: bytes | None = field(default=None, repr=False)
    file: str | None = None
    make: Callable[[], bytes] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, data: bytes) -> Content:
        return cls(hashlib.sha256(data).hexdigest(), len(data), data)

    def read(self) -> bytes:
        """All the bytes. Raises ContentChanged if they are not what they were, OSError if unreadable."""
        if self.data is not None:
            return self.data
        assert self.file is not None
        if self.make is not None:
            data = self.make()
        else:
            with open(self.file, "rb") as stream:
                data = stream.read()
        if hashlib.sha256(data).hexdigest() != self.digest:
            raise ContentChanged(self.file)
        return data

    def at_hand(self) -> bytes | None:
        """All the bytes, if nothing has to be read or made for them."""
        return self.data

    def copy_to(self, descriptor: int) -> bool:
        """Whether the bytes were copied into an empty file without being read; else there is no such way, and nothing
        was written. Raises as `read`, and OSError without a file name if they cannot be written.
        """
        return False

    def chunks(self) -> Iterator[bytes]:
        """The bytes in pieces of bounded size. Raises as `read`, the ContentChanged after the last piece."""
        if self.data is not None or self.make is not None:
            yield self.read()
            return
        assert self.file is not None
        digest = hashlib.sha256()
        with open(self.file, "rb") as stream:
            while piece := stream.read(CHUNK):
                digest.update(piece)
                yield piece
        if digest.hexdigest() != self.digest:
            raise ContentChanged(self.file)


@dataclass(frozen=True, slots=True)
class Source:
    """A file below a load path. `file` and `root` are absolute file paths, `path` is logical.

    `data` are its bytes, if they had to be read anyway and are few.
    """

    path: str
    file: str
    root: str
    size: int
    digest: str
    data: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def content(self) -> Content:
        return Content(self.digest, self.size, self.data, self.file)


@dataclass(frozen=True, slots=True)
class Step:
    """A compiler or filter by name, with its options (JSON values).

    `depends` are globs of files that it reads in a way that cannot be seen, relative to the configuration's directory.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    depends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A source and the steps that turn it into a valid asset at the logical path `path`.

    `syntax` is what becomes of syntax errors in it; a `parsed` one is also read by a parser.
    """

    path: str
    source: Source
    steps: tuple[Step, ...] = ()
    syntax: Syntax = "off"
    parsed: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """An asset to publish at `path`: its parts, then the steps that all of them go through together."""

    path: str
    parts: tuple[Part, ...]
    steps: tuple[Step, ...] = ()
    publication: Publication = "fingerprinted"
    external: tuple[str, ...] = ()


class Origin(NamedTuple):
    """What the author wrote: byte offset and length in a file, named relative to the configuration's directory.

    Of a file in another encoding they are those of its text as UTF-8.
    """

    file: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Reference:
    """Another asset named in a content.

    `start` and `stop` are byte offsets of the URL as written, inside its quotes. `written` is that URL
    with the language's escapes undone. `target` is the logical path it resolves to, `suffix` its
    `?query#fragment`. An `optional` one need not resolve.
    """

    start: int
    stop: int
    kind: ReferenceKind
    written: str
    target: str
    suffix: str
    origin: Origin
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Asset:
    """A valid file at its own logical path, and the references in it, sorted by place.

    `file` is what to name in a message about it: its source, relative to the configuration's directory.
    """

    path: str
    type: str
    content: Content
    references: tuple[Reference, ...] = ()
    file: str = ""


class Linked(NamedTuple):
    """An asset as it will be served: `file` is its path below public/ (private/ for a private one).

    `integrity` is "sha384-…" of the bytes of `content`. `imports`, `dynamic_imports` and `assets` are the
    logical paths it refers to, sorted; `cycle` the members whose names were made together, else empty.
    """

    path: str
    file: str
    type: str
    content: Content
    integrity: str
    publication: Publication
    imports: tuple[str, ...] = ()
    dynamic_imports: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    cycle: tuple[str, ...] = ()
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Encoded:
    """A precompressed variant of a linked asset: `encoding` is "br", "gzip" or "zstd", `file` as in Linked."""

    encoding: str
    file: str
    content: Content
