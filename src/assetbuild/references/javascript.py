"""References in JavaScript: imports, exports from, `new URL("…", import.meta.url)`, source maps, `asset:` literals.

Only what is written out is found: a computed `import(…)` is left alone, and so are keywords, `URL` and the
`asset:` prefix themselves written with escapes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from urllib.parse import quote

from assetbuild.model import ReferenceKind
from assetbuild.references.found import Found
from assetbuild.references.javascript_head import declarations
from assetbuild.references.javascript_hints import RESOLVE, SCRIPTS, SERVICE_WORKER, SOURCE_MAP, hints, last_line_map
from assetbuild.references.javascript_lexer import Lexer, lexer_of
from assetbuild.references.javascript_pieces import (
    COMMENT_PIECE,
    GAP,
    LINE,
    NAME_PART,
    NAME_PARTS,
    STRING,
    TEMPLATE,
    Pieces,
    continues_name,
)
from assetbuild.references.javascript_slash import is_tagged

_END = rb"(?!" + NAME_PART + rb")"
_NAME = NAME_PART + NAME_PARTS
_NAMED = rb"\{(?:" + GAP + rb"(?:" + _NAME + rb"|" + STRING + rb"|,)|)*+" + GAP + rb"\}"
_NAMESPACE = rb"\*" + GAP + rb"as" + _END + GAP + _NAME
_FROM = GAP + rb"from" + GAP

# import "x" · import a from "x" · import a, {b} from "x" · import * as a from "x" · import defer * as a from "x"
_IMPORT = re.compile(
    rb"import" + _END + GAP + rb"(?:(?:(?:source|defer)" + _END + GAP + rb")?"
    rb"(?:" + _NAME + rb"(?:" + GAP + rb"," + GAP + rb"(?:" + _NAMESPACE + rb"|" + _NAMED + rb"))?"
    rb"|" + _NAMESPACE + rb"|" + _NAMED + rb")" + _FROM + rb")?(" + STRING + rb")"
)
# export * from "x" · export * as a from "x" · export * as "a" from "x" · export {a as b} from "x"
_EXPORT = re.compile(
    rb"export" + _END + GAP + rb"(?:\*(?:" + GAP + rb"as" + _END + GAP + rb"(?:" + _NAME + rb"|" + STRING + rb"))?"
    rb"|" + _NAMED + rb")" + _FROM + rb"(" + STRING + rb")"
)
_DECLARATIONS = {0x69: _IMPORT, 0x65: _EXPORT}
# import("x") · import("x", {with: …}) · import.source("x")
_DYNAMIC = re.compile(
    rb"import" + _END + GAP + rb"(?:\." + GAP + rb"(?:source|defer)" + _END + GAP + rb")?"
    rb"\(" + GAP + rb"(" + STRING + rb"|" + TEMPLATE + rb")" + GAP + rb"[,)]"
)
_URL = re.compile(
    rb"URL" + _END + GAP + rb"\(" + GAP + rb"(" + STRING + rb"|" + TEMPLATE + rb")" + GAP + rb"," + GAP
    + rb"import" + _END + GAP + rb"\." + GAP + rb"meta" + _END + GAP + rb"\." + GAP + rb"url" + _END
    + GAP + rb"(?:," + GAP + rb")?\)"
)  # fmt: skip
_SCRIPTS = re.compile(rb"importScripts" + _END + GAP + rb"\(")
_ARGUMENT = re.compile(GAP + rb"(" + STRING + rb"|" + TEMPLATE + rb")" + GAP + rb"([,)])")
_REGISTER = re.compile(
    rb"serviceWorker" + _END + GAP + rb"(?:\?\.|\.)" + GAP + rb"register" + _END + GAP + rb"\("
    + GAP + rb"(" + STRING + rb"|" + TEMPLATE + rb")" + GAP + rb"[,)]"
)  # fmt: skip
_RESOLVE = re.compile(
    rb"import" + _END + GAP + rb"\." + GAP + rb"meta" + _END + GAP + rb"\." + GAP + rb"resolve" + _END + GAP + rb"\("
    + GAP + rb"(" + STRING + rb"|" + TEMPLATE + rb")" + GAP + rb"[,)]"
)  # fmt: skip
_COMPUTED = re.compile(rb"import" + _END + GAP + rb"\(" + GAP + rb"(?!\))")
_WHOLE_LITERAL = re.compile(rb"(" + STRING + rb"|" + TEMPLATE + rb")")

# ECMA-426, MatchSourceMapURL.
_SOURCE_MAP_COMMENT = re.compile(
    rb"(?://[@#]\s*+sourceMappingURL=(\S++)\s*+"
    rb"|/\*[@#]\s*+sourceMappingURL=((?!\s|\*/|\Z)(?:[^\s*]++|\*(?!/)|)*+)\s*+\*/)\Z"
)
_ESCAPE = re.compile(
    r"\\(?:u\{0*(?P<point>[0-9a-fA-F]{1,6})\}|u(?P<unit>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2})"
    r"|(?P<line>\r\n|[\r\n\u2028\u2029])|(?P<zero>0(?![0-9]))|(?P<bad>[xu0-9])|(?P<other>.)|(?P<end>\Z))",
    re.DOTALL,
)
_NAMED_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_PARENTHESIS = re.compile(rb"[()]")
_BODY = re.compile(GAP + rb"\{")
_LONGEST_CALL = 200
_GLOBAL_OBJECTS = frozenset([b"window", b"globalThis", b"self"])
_PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))
_MUST_ESCAPE = re.compile(r"[^ -~]|[\\'\"`]|\$(?=\{)")


def find(data: bytes) -> list[Found]:
    """The references in a script or module, in their order.

    Kinds: "import" (static, and export from), "dynamic-import" (also `import.meta.resolve`), "asset" (`new URL`),
    "bound" and "inline" (a whole string, or template without substitution or tag, that starts with `asset:` but not
    `asset://`, or with `asset-data:`; "bound" is also a rooted URL registered as a service worker), "worker-import"
    (importScripts), "computed" (the word of a dynamic import of anything else), "source-map" (the last such comment).
    A string with an invalid escape is none. Never raises.
    """
    starts = hints(data)
    has_map = SOURCE_MAP in data
    found: dict[int, Found] = {}
    if has_map and (last := last_line_map(data)):
        found[last.start] = last
        has_map = False
    if not starts and not has_map:
        return list(found.values())
    matches = None if has_map else declarations(data, starts, _DECLARATIONS)
    if matches is not None:
        named = [each for match in matches for each in _found(match, "import")]
        return [*named, *found.values()]
    return _find_thoroughly(data, starts, found, has_map)


def _find_thoroughly(data: bytes, starts: list[tuple[int, int]], found: dict[int, Found], has_map: bool) -> list[Found]:
    """All that the hints lead to, and with `has_map` the last comment that names a source map."""
    lexer = lexer_of(data)
    for start, first in starts:
        lexer.read(start)
        if lexer.pieces.is_code(start):
            for each in _READERS[first](lexer.pieces, start):
                found.setdefault(each.start, each)
    if has_map:
        found.update((each.start, each) for each in _source_map(lexer))
    return [found[start] for start in sorted(found)]


def may_refer(data: bytes) -> bool:
    """A search that knows no grammar: False only where `find` gives nothing."""
    return SOURCE_MAP in data or bool(hints(data))


def _import(pieces: Pieces, start: int) -> list[Found]:
    if continues_name(pieces.data, start) or pieces.is_property(start):
        return []
    static = _IMPORT.match(pieces.data, start)
    if static:
        return _found(static, "import")
    dynamic = _found(_DYNAMIC.match(pieces.data, start), "dynamic-import")
    if dynamic or not _COMPUTED.match(pieces.data, start) or _is_method(pieces.data, start):
        return dynamic
    return [Found(start, start + len(b"import"), "computed", "import")]


def _is_method(data: bytes, start: int) -> bool:
    """Whether the `import(…)` at `start` is the head of a method of that name: `{ import(a) {} }`."""
    depth = 0
    for bracket in _PARENTHESIS.finditer(data, start, start + _LONGEST_CALL):
        depth += 1 if bracket[0] == b"(" else -1
        if depth == 0:
            return _BODY.match(data, bracket.end()) is not None
    return False


def _resolve(pieces: Pieces, start: int) -> list[Found]:
    """What `import.meta.resolve` is asked for: a specifier like that of an import."""
    if continues_name(pieces.data, start) or pieces.is_property(start):
        return []
    return _found(_RESOLVE.match(pieces.data, start), "dynamic-import")


def _scripts(pieces: Pieces, start: int) -> list[Found]:
    """The literal arguments of importScripts, up to the first that is none."""
    match = _SCRIPTS.match(pieces.data, start)
    if match is None or not _is_global(pieces, start):
        return []
    found: list[Found] = []
    end = match.end()
    while (argument := _ARGUMENT.match(pieces.data, end)) is not None:
        found += _found(argument, "worker-import")
        end = argument.end()
        if argument[2] == b")":
            break
    return found


def _service_worker(pieces: Pieces, start: int) -> list[Found]:
    """What a page registers, if it is rooted: anything else is relative to the page."""
    match = _REGISTER.match(pieces.data, start)
    if match is None or continues_name(pieces.data, start):
        return []
    return [one for one in _found(match, "bound") if one.written.startswith("/") or "://" in one.written]


def _is_global(pieces: Pieces, start: int) -> bool:
    """Whether the name at `start` stands alone, or as a property of the global object."""
    if continues_name(pieces.data, start):
        return False
    end, piece = pieces.before(start)
    if piece >= 0 or pieces.data[end - 1 : end] != b".":
        return not pieces.is_property(start)
    word, place = pieces.word_before(end - 1)
    return word in _GLOBAL_OBJECTS and not pieces.is_property(place)


def _export(pieces: Pieces, start: int) -> list[Found]:
    if continues_name(pieces.data, start) or pieces.is_property(start):
        return []
    return _found(_EXPORT.match(pieces.data, start), "import")


def _url(pieces: Pieces, start: int) -> list[Found]:
    match = _URL.match(pieces.data, start)
    if match is None or continues_name(pieces.data, start):
        return []
    word, place = pieces.word_before(start)
    end, piece = pieces.before(start)
    if piece < 0 and pieces.data[end - 1 : end] == b".":
        word, place = pieces.word_before(end - 1)
        if word not in _GLOBAL_OBJECTS:
            return []
        word, place = pieces.word_before(place)
    if word != b"new" or pieces.is_property(place):
        return []
    return _found(match, "asset")


def _literal(pieces: Pieces, start: int) -> list[Found]:
    match = _WHOLE_LITERAL.match(pieces.data, start)
    if match is None or (match[0][:1] == b"`" and is_tagged(pieces, start)):
        return []
    bound = match[0].startswith(b"asset:", 1)
    if bound and match[0].startswith(b"//", 7):
        return []
    return _found(match, "bound" if bound else "inline")


_READERS: dict[int, Callable[[Pieces, int], list[Found]]] = {
    0x69: _import,
    0x65: _export,
    0x55: _url,
    0x22: _literal,
    0x27: _literal,
    0x60: _literal,
    SCRIPTS: _scripts,
    SERVICE_WORKER: _service_worker,
    RESOLVE: _resolve,
}


def _found(match: re.Match[bytes] | None, kind: ReferenceKind) -> list[Found]:
    """The URL inside the quotes of the match's first group; none for a match that is none."""
    if match is None:
        return []
    start, stop = match.start(1) + 1, match.end(1) - 1
    written = _unescape(match.string[start:stop], template=match.string[start - 1] == 0x60)
    return [] if written is None else [Found(start, stop, kind, written)]


def _unescape(raw: bytes, template: bool) -> str | None:
    """The value of a literal (ECMA-262, SV and TV), or None for an escape that modules and templates forbid.

    Text that is not UTF-8 is read as Latin-1; half a surrogate pair becomes U+FFFD, as in a URL.
    """
    text = _decode(raw)
    if template:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\\" not in text:
        return text
    try:
        text = _ESCAPE.sub(_escaped, text)
    except ValueError:
        return None
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _decode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _escaped(match: re.Match[str]) -> str:
    """What an escape stands for. Raises ValueError for an invalid one."""
    kind = match.lastgroup
    if kind in ("bad", "end"):
        raise ValueError(match[0])
    if kind in ("point", "unit", "byte"):
        return chr(int(match[kind], 16))
    if kind == "line":
        return ""
    return "\0" if kind == "zero" else _NAMED_ESCAPES.get(match["other"], match["other"])


def _source_map(lexer: Lexer) -> Iterator[Found]:
    """The last comment that names a source map, if any."""
    data = lexer.data
    lexer.read(len(data))
    place = data.rfind(SOURCE_MAP)
    while place >= 0:
        piece = bisect_right(lexer.starts, place) - 1
        limit = place
        if piece >= 0 and lexer.stops[piece] > place:
            limit = lexer.starts[piece]
            comment = data[limit : lexer.stops[piece]]
            match = _SOURCE_MAP_COMMENT.match(comment) if lexer.kinds[piece] == COMMENT_PIECE else None
            if match and match.lastindex:
                start, stop = match.span(match.lastindex)
                yield Found(limit + start, limit + stop, "source-map", _decode(comment[start:stop]))
                return
        place = data.rfind(SOURCE_MAP, 0, limit)


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
    if url == (_unescape(present, template=mark == b"`") if quoted else _decode(present)):
        return present
    if not quoted:
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
