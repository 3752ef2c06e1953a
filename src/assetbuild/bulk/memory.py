"""What the latest build found in plain files and made of them, for files that have not changed since.

A few values of the cache for all of them, in columns. A file is known by its logical path and digest, which the stat
index tells. Its final text is the same as long as the names are that were written into it.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator, Mapping
from hashlib import sha256

from assetbuild.bulk.texts import DIGEST, INTEGRITY, Found
from assetbuild.cache import Cache
from assetbuild.named_tuple import NamedTuple

# A line of the value is of so many files: what makes JSON makes more than the text itself.
_AT_ONCE = 1000
_LINES = 8


class Known(NamedTuple):
    """Of a file as it was: SHA-256, SHA-384, references."""

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
                paths, found, references, made, sizes, final = json.loads(line)
                digests, integrities = _columns(found, len(paths))
                for path, digest, integrity in zip(paths, digests, integrities, strict=True):
                    files[path] = Known(digest, integrity, tuple([tuple(one) for one in references.get(path, ())]))
                for number, size, digest, integrity in zip(made, sizes, *_columns(final, len(made)), strict=True):
                    finals[paths[number]] = Final(digest.hex(), size, integrity)
        except (ValueError, RecursionError, TypeError, AttributeError, LookupError):
            return cls({}, {})
        return cls(files, finals)


def save(
    cache: Cache,
    key: str,
    paths: list[str],
    digests: bytes,
    integrities: bytes,
    references: Mapping[str, tuple[Found, ...]],
    finals: Mapping[str, Final],
) -> None:
    """Keeps for the next build what was found: digests in the order of `paths`, the rest by logical path."""
    # Parts of two builds do not belong together.
    stamp = sha256("\0".join(paths).encode() + digests)
    stamp.update(bytes.fromhex("".join([final.digest for final in finals.values()])))
    mark = stamp.hexdigest().encode()
    part: list[bytes] = []
    count = 0
    for start in range(0, len(paths), _AT_ONCE):
        some = paths[start : start + _AT_ONCE]
        stop = start + len(some)
        made = [(number, finals[path]) for number, path in enumerate(some) if path in finals]
        record = (
            some,
            _spelled(digests[start * DIGEST : stop * DIGEST], integrities[start * INTEGRITY : stop * INTEGRITY]),
            {path: references[path] for path in some if path in references},
            [number for number, _ in made],
            [final.size for _, final in made],
            _spelled(
                bytes.fromhex("".join([final.digest for _, final in made])),
                b"".join([final.integrity for _, final in made]),
            ),
        )
        part.append(json.dumps(record, separators=(",", ":"), check_circular=False).encode())
        if len(part) == _LINES or start + _AT_ONCE >= len(paths):
            # Large values are copied more than once on their way.
            cache.put(f"bulk/{key}/{count}", b"\n".join([mark, *part]))
            part.clear()
            count += 1
    cache.put(f"bulk/{key}", b"%s %d" % (mark, count))


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
