"""Entity tags in If-Match, If-None-Match and If-Range (RFC 9110, sections 8.8.3 and 13.1)."""

from __future__ import annotations

import re

# Each part begins and ends at a quote, so that reading takes time linear in the header's length.
_tags = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")').finditer


def matches_weakly(if_none_match: str, etag: str) -> bool:
    """Whether If-None-Match names the strong entity tag `etag`, or is "*": weak tags count as well, as the RFC says.

    A proxy that compresses makes a strong tag a weak one; such a client still has what we would send.
    """
    return if_none_match == etag or _is_any(if_none_match) or any(tag[2] == etag for tag in _tags(if_none_match))


def matches_strongly(if_match: str, etag: str) -> bool:
    """Whether If-Match names the strong entity tag `etag` as a strong one, or is "*"."""
    return _is_any(if_match) or any(tag[1] is None and tag[2] == etag for tag in _tags(if_match))


def range_still_fits(if_range: str | None, etag: str) -> bool:
    """Whether a Range counts: without If-Range always, else only if it is this very strong entity tag.

    A date never fits: without Last-Modified no client can have one from us.
    """
    return if_range is None or if_range.strip(" \t") == etag


def _is_any(header: str) -> bool:
    return header.strip(" \t") == "*"
