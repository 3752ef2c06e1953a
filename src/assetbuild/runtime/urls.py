"""URLs of served files: a base URL and percent-encoded paths (RFC 3986)."""

from __future__ import annotations

_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-"
_PLAIN = _UNRESERVED + "/"
# As RFC 3986 allows, less the apostrophe: a URL may stand inside a quoted script or style.
_IN_BASE = _PLAIN + ":@!$&()*+,;=%[]"
_IN_SCHEME = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-"
# Of a segment, for the same reason.
_SAFE = "/!$&()*+,;=:@"


def normal_base_url(text: str) -> str:
    """`text` ending in exactly one slash: "/static" -> "/static/", "https://cdn.example" -> "https://cdn.example/".

    A base URL is a rooted path, `//host…` or `scheme://host…`. Raises ValueError saying what is wrong with it.
    """
    if not text:
        raise ValueError("a base URL must not be empty: '/' is the root of the site")
    if "?" in text or "#" in text:
        raise ValueError(f"a base URL has no query and no fragment: {text!r}")
    scheme, separator, rest = text.partition("://")
    if text.startswith("/"):
        host_is_missing = text[:2] == "//" and text[2:3] in ("", "/")
    elif separator and scheme and not scheme.strip(_IN_SCHEME):
        host_is_missing = not rest or rest.startswith("/")
    else:
        raise ValueError(f"a base URL begins with '/' or with a scheme, as in 'https://cdn.example/': {text!r}")
    if host_is_missing:
        raise ValueError(f"a base URL without a host: {text!r}")
    if text.strip(_IN_BASE):
        raise ValueError(f"a base URL is written in ASCII, other characters percent-encoded: {text!r}")
    return text.rstrip("/") + "/"


def path_of(url: str) -> str:
    """A URL under a normal base URL without its scheme and host: "https://cdn.example/x/a.css" -> "/x/a.css"."""
    return url if not url.partition("/")[0] and url[1:2] != "/" else url[url.index("/", url.index("//") + 2) :]


def quoted_path(path: str) -> str:
    """A POSIX path as the path of a URL: each segment percent-encoded as UTF-8, slashes kept."""
    if not path.strip(_PLAIN):  # it has no other characters
        return path
    from urllib.parse import quote

    return quote(path, safe=_SAFE)
