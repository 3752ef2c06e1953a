"""What the latest build found in plain files and made of them, for files that have not changed since.

A few values of the cache for all of them, in columns. A file is known by its logical path and digest, which the stat
index tells. Its final text is the same as long as the names are that were written into it.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from assetbuild.bulk.texts import DIGEST, INTEGRITY, Found
from assetbuild.cache import Cache
from assetbuild.named_tuple import NamedTuple

# A line of the value is of so many files: what makes JSON makes more than the text itself.
_AT_ONCE = 1000
# Large values are copied more than once on their way.
_ENOUGH = 1 << 20


class Known(NamedTuple):
    """Of a file as it was: SHA-256; SHA-384 of what was published; references."""

    digest: bytes
    integrity: bytes
    references: tuple[Found, ...]


class Final(NamedTuple):
    """Of a text with the names of the release in it: SHA-256 in hex, size, SHA-384."""

    digest: str
    size: int
    integrity: bytes


class Memory:
    """Files and final texts by logical path."""

    def __init__(self, files: Mapping[str, Known], finals: Mapping[str, Final]) -> None:
        self.files = files
        self.finals = finals

    def digest(self, path: str) -> str | None:
        """SHA-256, in hex, of what was published for a file; None if it was not linked in bulk."""
        if (final := self.finals.get(path)) is not None:
            return final.digest
        known = self.files.get(path)
        return None if known is None or known.references else known.digest.hex()

    @classmethod
    def load(cls, cache: Cache, key: str) -> Memory:
        """What was saved under this key; an empty memory if there is none, or it is damaged."""
        files: dict[str, Known] = {}
        finals: dict[str, Final] = {}
        try:
            for line in _lines(cache, key):
                paths, found, referring, references, made, sizes, final = json.loads(line)
                found_in = dict(zip(referring, references, strict=True))
                digests, integrities = _columns(found, len(paths))
                for number, (path, digest, integrity) in enumerate(zip(paths, digests, integrities, strict=True)):
                    files[path] = Known(digest, integrity, tuple([tuple(one) for one in found_in.get(number, ())]))
                for number, size, digest in zip(made, sizes, _column(final, len(made)), strict=True):
                    finals[paths[number]] = Final(digest.hex(), size, integrities[number])
        except (ValueError, RecursionError, TypeError, AttributeError, LookupError):
            return cls({}, {})
        return cls(files, finals)


def line_of(
    paths: list[str],
    digests: bytes,
    integrities: bytes,
    references: Mapping[int, tuple[Found, ...]],
    made: list[int],
    sizes: list[int],
    finals: bytes,
) -> bytes:
    """What to keep of some files: digests in the order of `paths`, references by place in it.

    `made` are the places of those of which there is a final text, with its size and its SHA-256, in this order.
    """
    both = _spelled(digests, integrities)
    record = (paths, both, list(references), list(references.values()), made, sizes, _spelled(finals, b""))
    return json.dumps(record, separators=(",", ":"), check_circular=False).encode()


def lines_of(
    paths: list[str],
    digests: bytes,
    integrities: bytes,
    references: Mapping[str, tuple[Found, ...]],
    finals: Mapping[str, Final],
) -> Iterator[bytes]:
    """What to keep of all files: digests in the order of `paths`, the rest by logical path.

    Only of those that refer to nothing `integrities` are looked at.
    """
    for start in range(0, len(paths), _AT_ONCE):
        some = paths[start : start + _AT_ONCE]
        stop = start + len(some)
        made = [(number, finals[path]) for number, path in enumerate(some) if path in finals]
        published = bytearray(integrities[start * INTEGRITY : stop * INTEGRITY])
        for number, final in made:
            published[number * INTEGRITY : (number + 1) * INTEGRITY] = final.integrity
        yield line_of(
            some,
            digests[start * DIGEST : stop * DIGEST],
            bytes(published),
            {number: references[path] for number, path in enumerate(some) if path in references},
            [number for number, _ in made],
            [final.size for _, final in made],
            bytes.fromhex("".join([final.digest for _, final in made])),
        )


def references_in(lines: Iterable[bytes]) -> dict[str, tuple[Found, ...]]:
    """The references that such lines hold."""
    found: dict[str, tuple[Found, ...]] = {}
    for line in lines:
        paths, _, referring, references, *_ = json.loads(line)
        for number, each in zip(referring, references, strict=True):
            found[paths[number]] = tuple([tuple(one) for one in each])
    return found


def save(cache: Cache, key: str, lines: Iterable[bytes]) -> None:
    """Keeps for the next build what was found."""
    values: list[bytes] = []
    gathered: list[bytes] = []
    size = 0
    mark = sha256()
    for line in lines:
        mark.update(line)
        gathered.append(line)
        size += len(line)
        if size >= _ENOUGH:
            values.append(b"\n".join(gathered))
            gathered.clear()
            size = 0
    if gathered:
        values.append(b"\n".join(gathered))
    # Parts of two builds do not belong together.
    stamp = mark.hexdigest().encode()
    for number, value in enumerate(values):
        cache.put(f"bulk/{key}/{number}", b"%s\n%s" % (stamp, value))
    cache.put(f"bulk/{key}", b"%s %d" % (stamp, len(values)))


def _lines(cache: Cache, key: str) -> Iterator[bytes]:
    """What was kept, line by line; nothing of what is not complete is to be used. Raises ValueError, LookupError."""
    mark, count = (cache.get(f"bulk/{key}") or b"0 0").split()
    for number in range(int(count)):
        found, *lines = (cache.get(f"bulk/{key}/{number}") or b"").splitlines()
        if found != mark:
            raise ValueError
        yield from lines


def _spelled(digests: bytes, integrities: bytes) -> str:
    """Two columns as Base64."""
    return b2a_base64(digests + integrities, newline=False).decode()


def _column(spelled: str, count: int) -> list[bytes]:
    """The values of a column of so many digests. Raises ValueError."""
    data = a2b_base64(spelled, strict_mode=True)
    if len(data) != count * DIGEST:
        raise ValueError
    return [data[place : place + DIGEST] for place in range(0, len(data), DIGEST)]


def _columns(spelled: str, count: int) -> tuple[list[bytes], list[bytes]]:
    """The values of two columns of so many. Raises ValueError."""
    data = a2b_base64(spelled, strict_mode=True)
    if len(data) != count * (DIGEST + INTEGRITY):
        raise ValueError
    half = count * DIGEST
    return (
        [data[place : place + DIGEST] for place in range(0, half, DIGEST)],
        [data[place : place + INTEGRITY] for place in range(half, len(data), INTEGRITY)],
    )
