"""What the latest build found in plain files and made of them, for files that have not changed since.

One value of the cache for all of them, in columns. A file is known by its logical path and digest, which the stat index
tells. Its final text is the same as long as the names are that were written into it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from assetbuild.bulk.texts import DIGEST, INTEGRITY, Found
from assetbuild.cache import Cache

# A line of the value is of so many files: what makes JSON makes more than the text itself.
_AT_ONCE = 1000


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
            for line in (cache.get(memory_key(key)) or b"").splitlines():
                paths, digests, integrities, references, made = json.loads(line)
                columns = bytes.fromhex(digests), bytes.fromhex(integrities)
                for number, path in enumerate(paths):
                    files[path] = Known(
                        columns[0][number * DIGEST : number * DIGEST + DIGEST],
                        columns[1][number * INTEGRITY : number * INTEGRITY + INTEGRITY],
                        tuple([tuple(one) for one in references.get(path, ())]),
                    )
                for path, (digest, size, integrity) in made.items():
                    finals[path] = Final(digest, size, bytes.fromhex(integrity))
        except (ValueError, RecursionError, TypeError, AttributeError):
            return cls({}, {})
        return cls(files, finals)


def memory_key(key: str) -> str:
    """The key of the value in the cache."""
    return f"bulk/{key}"


def dump(
    paths: list[str],
    digests: bytes,
    integrities: bytes,
    references: Mapping[str, tuple[Found, ...]],
    finals: Mapping[str, Final],
) -> bytes:
    """What was found, as `Memory.load` reads it: digests in the order of `paths`, the rest by logical path."""
    lines = []
    for start in range(0, len(paths), _AT_ONCE):
        some = paths[start : start + _AT_ONCE]
        record = (
            some,
            digests[start * DIGEST : (start + _AT_ONCE) * DIGEST].hex(),
            integrities[start * INTEGRITY : (start + _AT_ONCE) * INTEGRITY].hex(),
            {path: references[path] for path in some if path in references},
            {path: (*finals[path][:2], finals[path].integrity.hex()) for path in some if path in finals},
        )
        lines.append(json.dumps(record, separators=(",", ":"), check_circular=False).encode())
    return b"\n".join(lines)
