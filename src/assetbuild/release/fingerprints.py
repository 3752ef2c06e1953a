"""Fingerprints recomputed from the files served alone, as anyone could."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256

LENGTH = 16
_is_fingerprint = re.compile(r"-[0-9a-f]{16}").fullmatch


def fingerprint_in(path: str, file: str) -> str | None:
    """The 16 hex that `file` has more than the logical path: "css/app-3f2a9c0d11e4b577.css" for "css/app.css".

    None if it is not that path with a fingerprint in it.
    """
    added = LENGTH + 1
    if len(file) != len(path) + added:
        return None
    for cut in range(path.rfind("/") + 1, len(path) + 1):
        if file[:cut] == path[:cut] and file[cut + added :] == path[cut:] and _is_fingerprint(file[cut : cut + added]):
            return file[cut + 1 : cut + added]
    return None


def cycle_fingerprints(contents: Mapping[str, bytes], fingerprints: Mapping[str, str]) -> dict[str, str]:
    """What the fingerprints of a cycle's members should be, by logical path; both mappings are by that too.

    With zeros for every member's fingerprint, the members are hashed together in order of their logical paths,
    each after its length (8 bytes, big-endian): a fingerprint is the start of the hash of that and of the path.
    """
    names = b"|".join(sorted(fingerprint.encode() for fingerprint in fingerprints.values()))
    named = re.compile(b"-(?:" + names + b")")
    whole = sha256()
    for path in sorted(contents):
        content = named.sub(b"-" + b"0" * LENGTH, contents[path])
        whole.update(len(content).to_bytes(8, "big") + content)
    start = whole.digest()
    return {path: sha256(start + path.encode()).hexdigest()[:LENGTH] for path in contents}
