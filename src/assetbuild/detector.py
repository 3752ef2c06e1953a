"""Likely secrets in a text, by the detectors that Yelp keeps: the package detect-secrets (extra `secrets`).

Nothing is sent anywhere: detect-secrets can ask the services whether a key works, and is not told to.
"""

from __future__ import annotations

import hashlib
import importlib.util
import string
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from assetbuild.named_tuple import NamedTuple

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

PACKAGE = "detect-secrets"
# These go by how random a value looks, by the name of a variable, or find addresses: in a minified script, anything.
_GUESSING = frozenset({"Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector", "IPPublicDetector"})

_WORD = string.ascii_letters + string.digits + "_-+/=."


class Likely(NamedTuple):
    """A place in a text: line and column count from 1, column and length in characters.

    `kind` is in words ("AWS Access Key"), `fingerprint` the first 16 hex digits of SHA-256 of kind and secret.
    """

    kind: str
    fingerprint: str
    line: int
    column: int
    length: int


def is_installed() -> bool:
    """Whether the package is there."""
    return importlib.util.find_spec("detect_secrets") is not None


def likely_secrets(text: str) -> list[Likely]:
    """All that look like secrets, in their order; lines with a comment `pragma: allowlist secret` are passed over."""
    detectors = _detectors()
    lines = text.split("\n")
    suspicious = [
        (number, line)
        for number, line in enumerate(lines, 1)
        if any(next(iter(detector.analyze_string(line)), None) is not None for detector in detectors)
    ]
    if not suspicious:
        return []
    from detect_secrets.settings import transient_settings

    with transient_settings({"plugins_used": [{"name": type(detector).__name__} for detector in detectors]}):
        found = {one for number, line in suspicious for one in _in_line(number, line, lines)}
    return sorted(found, key=lambda one: (one.line, one.column, one.kind))


def _in_line(number: int, line: str, lines: Sequence[str]) -> Iterator[Likely]:
    """What is left after the filters of detect-secrets: templates, sequences, what only names a secret."""
    from detect_secrets.core.scan import scan_line

    for found in scan_line(line.rstrip("\r")):
        start, stop = _whole(line, found.secret_value or "")
        secret = line[start:stop]
        if secret.startswith("-----BEGIN"):  # so begin all of them
            secret += "".join(lines[number : number + 2]) + line[stop:]
        hashed = hashlib.sha256(f"{found.type}\n{secret}".encode("utf-8", "surrogatepass"))
        yield Likely(found.type, hashed.hexdigest()[:16], number, start + 1, stop - start)


def _whole(line: str, secret: str) -> tuple[int, int]:
    """Where the word with this in it stands: of some tokens the detectors give the first letters alone."""
    start = line.find(secret)
    stop = start + len(secret)
    return len(line[:start].rstrip(_WORD)), len(line) - len(line[stop:].lstrip(_WORD))


@cache
def _detectors() -> tuple[BasePlugin, ...]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    kinds: Mapping[str, type[BasePlugin]] = get_mapping_from_secret_type_to_class()
    chosen = [kind for kind in kinds.values() if kind.__name__ not in _GUESSING]
    return tuple(kind() for kind in sorted(chosen, key=lambda kind: kind.__name__))
