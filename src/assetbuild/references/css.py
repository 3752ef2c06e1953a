"""The URLs in a style sheet, and how another URL is put in the place of one.

What counts: `@import` where CSS allows it (`css_import`); `url()` and `src()` anywhere else but in the preludes of
at-rules, which load nothing (`@namespace`, `@supports`, `@document`): so also in custom properties and in functions
nobody knows; strings that stand directly in `image-set()`, or in a `var()` there. The prelude of an at-rule goes from
its name to `;`, `{`, or a closing bracket that was opened before.

A string that is a URL only by way of `var()` (`--x: "a.png"`, then `image-set(var(--x) 1x)`) is not seen.
"""

from __future__ import annotations

import re

from assetbuild.expression import expression
from assetbuild.references import css_plain
from assetbuild.references.found import Found

_ESCAPED_LETTER = expression(rb"\\[-0-9A-Za-z]")
_WITHOUT_ESCAPES = expression(rb"[A-Za-z0-9_./~?#=&:-]+")
_WORDS = (b"url(", b"@import", b"src(", b"image-set(", b"sourcemappingurl=")

_MAP = b"sourceMappingURL="
_UNSAFE_IN_STRING = expression(r"[\"'\\\n\r\f]")
_UNSAFE_IN_URL = expression(r"[\"'()\\\x00-\x20\x7f]")


def may_refer(data: bytes) -> bool:
    """False only if `find` certainly finds nothing."""
    lower = data.lower()
    return any(word in lower for word in _WORDS) or _ESCAPED_LETTER.search(data) is not None


def find(data: bytes) -> list[Found]:
    """The URLs of a sheet, sorted by place; kinds "import", "asset", "inline" (`asset-data:`) and "source-map".

    Empty URLs and `data:` URIs are left out, except as the source map. Whatever the bytes, nothing is raised.
    """
    found = css_plain.find(data)
    return find_thoroughly(data) if found is None else found


def find_thoroughly(data: bytes) -> list[Found]:
    """As `find`, by the grammar alone."""
    if not may_refer(data):
        return []
    # What it needs takes longer to import than many sheets to read.
    from assetbuild.references import css_readers

    return css_readers.find_thoroughly(data)


def source_map_comment(data: bytes, found: Found) -> tuple[int, int]:
    """The extent of the whole comment around a "source-map" reference that `find` gave for `data`."""
    end = data.find(b"*/", found.stop)
    return data.rindex(b"/*", 0, found.start), len(data) if end < 0 else end + 2


def write(data: bytes, start: int, stop: int, url: str) -> bytes:
    """What to put between `start` and `stop`, the extent of a reference in `data`, for it to mean `url`.

    What stands there, if that is its meaning already. Else escaped as the place needs: a string by its quote, an
    unquoted url() without blanks, quotes and parentheses; in a source map comment, which has no escapes, blanks and
    `*/` are percent-encoded.
    """
    in_comment = data.endswith(_MAP, 0, start)
    quote = data[max(0, start - 1) : start].decode("latin-1")
    present = data[start:stop]
    if in_comment or _WITHOUT_ESCAPES.fullmatch(present):
        meant = present.decode("utf-8", "replace")
    else:
        from assetbuild.references.css_lexer import unescape

        meant = unescape(present, string=quote in ('"', "'"))
    if url == meant:
        return present
    if in_comment:
        return re.sub(r"[ \t\n\r\f]|\*(?=/)", lambda match: f"%{ord(match[0]):02X}", url).encode()
    if quote not in ('"', "'"):
        return _UNSAFE_IN_URL.sub(_escaped, url).encode()
    return _UNSAFE_IN_STRING.sub(
        lambda match: match[0] if match[0] in "\"'" and match[0] != quote else _escaped(match), url
    ).encode()


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return f"\\{ord(character):x} " if character < " " or character == "\x7f" else "\\" + character
