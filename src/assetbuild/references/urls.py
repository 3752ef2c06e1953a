"""URLs as they are written in assets: what they name, and how a file names another (WHATWG URL, RFC 3986)."""

from __future__ import annotations

import re
import unicodedata

from assetbuild.expression import expression
from assetbuild.named_tuple import NamedTuple

_SCHEME = expression(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_STRIPPED = "".join(map(chr, range(0x21)))
_REMOVED = str.maketrans("", "", "\t\n\r")
# RFC 3986 pchar without the percent sign and what CSS or HTML would need to escape.
_SAFE = "!$&*+,;=:@-._~"

_ENCODED = expression(rf"[A-Za-z0-9_/{re.escape(_SAFE)}]*+")
# A relative URL that means what it says: no escapes, no blanks, no empty or dotted segments but those before it.
_NAME = r"[A-Za-z0-9_~@$+\-](?:[A-Za-z0-9_~@$+,;=!&*'()\-]++|\.(?!/)|)*+"
_PLAIN = expression(rf"(?:\./|)((?:\.\./|)*+)((?:{_NAME}/|)*+{_NAME})")

ASSET_SCHEME = "asset:"
INLINE_SCHEME = "asset-data:"


class Target(NamedTuple):
    """`path` is logical; it begins with "../" where the URL leaves the release. `optional`: need not resolve."""

    path: str
    suffix: str
    optional: bool = False


def resolve(written: str, path: str, base_url: str, *, bare: bool = False) -> Target | None:
    """What a URL written in the asset at the logical path `path` names; None where it is not ours to resolve.

    Not ours: other schemes, `//host`, `#fragment`, a query alone, a directory, rooted paths outside `base_url`,
    and with `bare` (module specifiers) names that begin with neither "/" nor "./" nor "../".
    """
    plain = _PLAIN.fullmatch(written)
    if plain is not None and not (bare and written[0] != "."):
        climbed, below = plain.groups()
        levels = len(climbed) // 3
        parts = path.rsplit("/", levels + 1)
        if len(parts) == levels + 2:
            return Target(f"{parts[0]}/{below}", "")
        if len(parts) == levels + 1:
            return Target(below, "")
    location, suffix = _split(_normal(written))
    if not location or location.startswith("//"):
        return None
    if location.startswith(base_url):
        target = _target("", location[len(base_url) :], suffix, optional=base_url == "/")
        # "/static/../media/x" is no more ours than "/media/x".
        return None if target is None or target.path.startswith("../") else target
    if scheme := _SCHEME.match(location):
        rest = location[scheme.end() :]
        if scheme.group().lower() in (ASSET_SCHEME, INLINE_SCHEME) and not rest.startswith("/"):
            return _target("", rest, suffix)
        return None
    if location.startswith("/") or (bare and not location.startswith(("./", "../"))):
        return None
    return _target(path.rpartition("/")[0], location, suffix)


def is_rooted(written: str, base_url: str) -> bool:
    """Whether a URL that resolves names its asset from the root: by `base_url`, or as `asset:`."""
    location = _normal(written)
    return location.startswith(base_url) or location[: len(ASSET_SCHEME)].lower() == ASSET_SCHEME


def is_bare(specifier: str) -> bool:
    """Whether a module specifier is a name instead of a URL (HTML Standard, resolve a module specifier)."""
    return not specifier.startswith(("/", "./", "../")) and not _SCHEME.match(specifier)


def relative(source: str, target: str) -> str:
    """The relative URL, percent-encoded, from one file to another, both POSIX paths from one root."""
    there, _, name = target.rpartition("/")
    url = _way(source.rpartition("/")[0], there) + encode(name)
    return "./" + url if ":" in url.partition("/")[0] else url


def _way(source: str, target: str) -> str:
    """The beginning of a relative URL from a file in one directory to one in another: "" or "../img/"."""
    here, there = source.split("/") if source else [], target.split("/") if target else []
    shared = 0
    for ours, theirs in zip(here, there, strict=False):
        if ours != theirs:
            break
        shared += 1
    below = encode("/".join(there[shared:]))
    return "../" * (len(here) - shared) + (f"{below}/" if below else "")


def encode(path: str) -> str:
    """A path percent-encoded as RFC 3986 wants it in a URL."""
    if _ENCODED.fullmatch(path):
        return path
    from urllib.parse import quote

    return quote(path, safe="/" + _SAFE)


def _normal(written: str) -> str:
    """Without what browsers drop from a URL: white space around it, tabs and line breaks in it."""
    return written.strip(_STRIPPED).translate(_REMOVED)


def _split(url: str) -> tuple[str, str]:
    cut = min((at for at in (url.find("?"), url.find("#")) if at >= 0), default=len(url))
    return url[:cut], url[cut:]


def _target(directory: str, location: str, suffix: str, *, optional: bool = False) -> Target | None:
    segments = directory.split("/") if directory else []
    climbed = 0
    last = ""
    for last in location.split("/"):
        if last == "..":
            if segments:
                segments.pop()
            else:
                climbed += 1
        elif last not in (".", ""):
            segments.append(_decode(last))
    if last in ("", ".", ".."):
        return None
    return Target("../" * climbed + "/".join(segments), suffix, optional)


def _decode(segment: str) -> str:
    if "%" in segment:
        from urllib.parse import unquote_to_bytes

        try:
            decoded = unquote_to_bytes(segment).decode()
        except UnicodeDecodeError:
            return segment
        segment = segment if "/" in decoded else decoded
    return segment if segment.isascii() else unicodedata.normalize("NFC", segment)
