"""Which encoding to send for an Accept-Encoding header (RFC 9110, section 12.5.3)."""

from __future__ import annotations

import re
from functools import lru_cache

IDENTITY = "identity"

# The names of codings that mean another (RFC 9110, section 8.4.1.3).
_ALIASES = {"x-gzip": "gzip"}
_weight = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?").fullmatch

# Browsers send a handful of different headers, so nearly every request finds its answer here; a longer
# one is read anew each time, so that no client decides how much is kept.
_LONGEST_KEPT = 200


def choose_encoding(accept_encoding: str | None, offered: tuple[str, ...]) -> str:
    """The one of `offered` with the highest weight; at equal weights the first of them.

    `offered` are content codings in lower case, the smallest representation first, "identity" among them. Identity is
    the answer without a header, where nothing else is accepted, and even where it is refused itself: a client
    that accepts nothing is better served with the file than with an error, as the RFC recommends.
    """
    if not accept_encoding:
        return IDENTITY
    return (_chosen if len(accept_encoding) <= _LONGEST_KEPT else _chosen.__wrapped__)(accept_encoding, offered)


@lru_cache(maxsize=1024)
def _chosen(accept_encoding: str, offered: tuple[str, ...]) -> str:
    weights = encoding_weights(accept_encoding)
    others = weights.get("*", 0)
    best, highest = IDENTITY, 0
    for encoding in offered:
        weight = weights.get(encoding, others)
        if weight > highest:
            best, highest = encoding, weight
    return best


def encoding_weights(accept_encoding: str) -> dict[str, int]:
    """Content codings in lower case, and "*", with their weights in thousandths; of those named twice the first counts.

    Members that are not written as the RFC says are left out.
    """
    weights: dict[str, int] = {}
    for member in accept_encoding.split(","):
        coding, *parameters = (part.strip(" \t") for part in member.lower().split(";"))
        weight = _weight_of(parameters)
        if coding and weight is not None:
            weights.setdefault(_ALIASES.get(coding, coding), weight)
    return weights


def _weight_of(parameters: list[str]) -> int | None:
    """In thousandths; None if it is no weight."""
    if not parameters:
        return 1000
    name, _, value = parameters[0].partition("=")
    if len(parameters) > 1 or name.rstrip(" \t") != "q" or not _weight(value.strip(" \t")):
        return None
    return round(float(value) * 1000)
