"""The Range header (RFC 9110, section 14)."""

from __future__ import annotations

import re

_range = re.compile(r"([0-9]*)-([0-9]*)").fullmatch

# No file is longer, and int() would refuse some thousand digits.
_MOST_DIGITS = 18


def wanted_bytes(header: str, size: int) -> range | None:
    """The bytes of a representation of `size` bytes that a Range header asks for.

    None: send the whole, because the header is not valid, has another unit, or asks for several ranges, which a server
    need not give. An empty range: what is asked for is not there (416).
    """
    unit, equals, members = header.partition("=")
    if not equals or unit.strip(" \t").lower() != "bytes":
        return None
    ranges = [member for member in (member.strip(" \t") for member in members.split(",")) if member]
    found = _range(ranges[0]) if len(ranges) == 1 else None
    if found is None or ranges == ["-"]:
        return None
    first, last = found.groups()
    if not first:
        return _last_bytes(_number(last), size)
    if last and _number(last) < _number(first):
        return None
    return range(min(_number(first), size), min(_number(last) + 1, size) if last else size)


def _last_bytes(count: int, size: int) -> range | None:
    if size == 0 and count:
        return None  # satisfiable, but no Content-Range can say so
    return range(max(size - count, 0), size)


def _number(digits: str) -> int:
    significant = digits.lstrip("0")
    return int(significant or "0") if len(significant) <= _MOST_DIGITS else 10**_MOST_DIGITS
