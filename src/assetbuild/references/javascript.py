"""References in JavaScript: imports, exports from, `new URL("…", import.meta.url)`, source maps, `asset:` literals.

Only what is written out is found: a computed `import(…)` is left alone, and so are keywords, `URL` and the
`asset:` prefix themselves written with escapes.
"""

from __future__ import annotations

import re

from assetbuild.expression import expression
from assetbuild.references.found import Found
from assetbuild.references.javascript_head import declarations, simple_imports
from assetbuild.references.javascript_hints import SOURCE_MAP, hints, last_line_map
from assetbuild.references.javascript_literals import decode, found_in, unescape
from assetbuild.references.javascript_pieces import LINE

_PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))
_MUST_ESCAPE = expression(r"[^ -~]|[\\'\"`]|\$(?=\{)")


def find(data: bytes) -> list[Found]:
    """The references in a script or module, in their order.

    Kinds: "import" (static, and export from), "dynamic-import" (also `import.meta.resolve`), "asset" (`new URL`),
    "bound" and "inline" (a whole string, or template without substitution or tag, that starts with `asset:` but not
    `asset://`, or with `asset-data:`; "bound" is also a rooted URL registered as a service worker), "worker-import"
    (importScripts), "computed" (the word of a dynamic import of anything else), "source-map" (the last such comment).
    A string with an invalid escape is none. Never raises.
    """
    head, end = simple_imports(data)
    starts = hints(data, end)
    # To look for a number takes a tenth of the time of looking for bytes by `in`.
    has_map = 0x55 in data and data.find(SOURCE_MAP) >= 0
    found: dict[int, Found] = {}
    if has_map and (last := last_line_map(data)):
        found[last.start] = last
        has_map = False
    if not starts and not has_map:
        return [*head, *found.values()]
    # What it needs takes longer to import than many scripts to read.
    from assetbuild.references.javascript_readers import declaration, find_thoroughly

    if end:
        starts = hints(data)
    matches = None if has_map else declarations(data, starts, declaration)
    if matches is not None:
        named = [each for match in matches for each in found_in(match, "import")]
        return [*named, *found.values()]
    return find_thoroughly(data, starts, found, has_map)


def may_refer(data: bytes) -> bool:
    """A search that knows no grammar: False only where `find` gives nothing."""
    return SOURCE_MAP in data or bool(hints(data))


def source_map_comment(data: bytes, found: Found) -> tuple[int, int]:
    """The extents of the comment that holds `found` (of kind "source-map"), without the line's end."""
    start = max(data.rfind(opening, 0, found.start - len(SOURCE_MAP)) for opening in (b"//", b"/*"))
    if data[start + 1] == 0x2A:
        return start, data.index(b"*/", found.stop) + 2
    return start, LINE.match(data, found.stop).end()  # type: ignore[union-attr]


def write(data: bytes, start: int, stop: int, url: str) -> bytes:
    """Bytes to put in the place of `data[start:stop]`, which `find` gave, so that it means `url`.

    What stands there, if that is its meaning already; else ASCII. In a comment, where there are no escapes, what cannot
    stand there is percent-encoded.
    """
    mark = data[start - 1 : start]
    quoted = mark in (b"'", b'"', b"`")
    present = data[start:stop]
    if url == (unescape(present, template=mark == b"`") if quoted else decode(present)):
        return present
    if not quoted:
        from urllib.parse import quote

        return quote(url, safe=_PRINTABLE).replace("*/", "%2A/").encode("ascii")

    def escape(match: re.Match[str]) -> str:
        character = match[0]
        if character in "'\"`" and character != mark.decode():
            return character
        if " " <= character <= "~":
            return "$" if character == "$" and mark != b"`" else "\\" + character
        units = character.encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))

    return _MUST_ESCAPE.sub(escape, url).encode("ascii")
