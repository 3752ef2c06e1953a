"""What begins at a place in a script that is hinted at, as the grammar has it: the readers of imports, URLs, literals.

They are needed only where a search and the head of a module do not tell enough.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from assetbuild.expression import expression
from assetbuild.references.found import Found
from assetbuild.references.javascript_hints import RESOLVE, SCRIPTS, SERVICE_WORKER, SOURCE_MAP
from assetbuild.references.javascript_lexer import Lexer, lexer_of
from assetbuild.references.javascript_literals import decode, found_in
from assetbuild.references.javascript_pieces import (
    COMMENT_PIECE,
    GAP,
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


def _declarations(gap: bytes, name: bytes, end: bytes, string: bytes) -> dict[int, re.Pattern[bytes]]:
    """The expressions for `import` and `export`, by the first byte, made of these elements."""
    named = rb"\{(?:" + gap + rb"(?:" + name + rb"|" + string + rb"|,)|)*+" + gap + rb"\}"
    namespace = rb"\*" + gap + rb"as" + end + gap + name
    source = gap + rb"from" + gap
    return {
        # import "x" · import a from "x" · import a, {b} from "x" · import * as a from "x" · import defer a from "x"
        0x69: expression(
            rb"import" + end + gap + rb"(?:(?:(?:source|defer)" + end + gap + rb")?"
            rb"(?:" + name + rb"(?:" + gap + rb"," + gap + rb"(?:" + namespace + rb"|" + named + rb"))?"
            rb"|" + namespace + rb"|" + named + rb")" + source + rb")?(" + string + rb")"
        ),
        # export * from "x" · export * as a from "x" · export * as "a" from "x" · export {a as b} from "x"
        0x65: expression(
            rb"export" + end + gap + rb"(?:\*(?:" + gap + rb"as" + end + gap + rb"(?:" + name + rb"|" + string + rb"))?"
            rb"|" + named + rb")" + source + rb"(" + string + rb")"
        ),
    }


# Without comments and escapes, and in ASCII: whatever they match, the others match too, which take ten times as long to
# be compiled.
_PLAIN_DECLARATIONS = _declarations(
    rb"[\t-\r ]*+", rb"[\w$]++(?![\\\x80-\xff])", rb"(?![\w$\\\x80-\xff])", rb"(?:'[^'\\\r\n]*+'|\"[^\"\\\r\n]*+\")"
)
_DECLARATIONS = _declarations(GAP, _NAME, _END, STRING)
# Both words are as long.
_WORD = len(b"import")
_NO_DECLARATION = (b"(", b".")
# import("x") · import("x", {with: …}) · import.source("x")
_DYNAMIC = expression(
    rb"import" + _END + GAP + rb"(?:\." + GAP + rb"(?:source|defer)" + _END + GAP + rb")?"
    rb"\(" + GAP + rb"(" + STRING + rb"|" + TEMPLATE + rb")" + GAP + rb"[,)]"
)
_URL = expression(
    rb"URL" + _END + GAP + rb"\(" + GAP + rb"(" + STRING + rb"|" + TEMPLATE + rb")" + GAP + rb"," + GAP
    + rb"import" + _END + GAP + rb"\." + GAP + rb"meta" + _END + GAP + rb"\." + GAP + rb"url" + _END
    + GAP + rb"(?:," + GAP + rb")?\)"
)  # fmt: skip
_SCRIPTS = expression(rb"importScripts" + _END + GAP + rb"\(")
_ARGUMENT = expression(GAP + rb"(" + STRING + rb"|" + TEMPLATE + rb")" + GAP + rb"([,)])")
_REGISTER = expression(
    rb"serviceWorker" + _END + GAP + rb"(?:\?\.|\.)" + GAP + rb"register" + _END + GAP + rb"\("
    + GAP + rb"(" + STRING + rb"|" + TEMPLATE + rb")" + GAP + rb"[,)]"
)  # fmt: skip
_RESOLVE = expression(
    rb"import" + _END + GAP + rb"\." + GAP + rb"meta" + _END + GAP + rb"\." + GAP + rb"resolve" + _END + GAP + rb"\("
    + GAP + rb"(" + STRING + rb"|" + TEMPLATE + rb")" + GAP + rb"[,)]"
)  # fmt: skip
_COMPUTED = expression(rb"import" + _END + GAP + rb"\(" + GAP + rb"(?!\))")
_WHOLE_LITERAL = expression(rb"(" + STRING + rb"|" + TEMPLATE + rb")")

# ECMA-426, MatchSourceMapURL.
_SOURCE_MAP_COMMENT = expression(
    rb"(?://[@#]\s*+sourceMappingURL=(\S++)\s*+"
    rb"|/\*[@#]\s*+sourceMappingURL=((?!\s|\*/|\Z)(?:[^\s*]++|\*(?!/)|)*+)\s*+\*/)\Z"
)
_PARENTHESIS = expression(rb"[()]")
_BODY = expression(GAP + rb"\{")
_LONGEST_CALL = 200
_GLOBAL_OBJECTS = frozenset([b"window", b"globalThis", b"self"])


def find_thoroughly(data: bytes, starts: list[tuple[int, int]], found: dict[int, Found], has_map: bool) -> list[Found]:
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


def declaration(data: bytes, start: int) -> re.Match[bytes] | None:
    """The static import, or export from, at `start`, where its word stands; its first group is the literal."""
    first = data[start]
    if first not in _DECLARATIONS or data[start + _WORD : start + _WORD + 1] in _NO_DECLARATION:
        return None
    return _PLAIN_DECLARATIONS[first].match(data, start) or _DECLARATIONS[first].match(data, start)


def _import(pieces: Pieces, start: int) -> list[Found]:
    if continues_name(pieces.data, start) or pieces.is_property(start):
        return []
    static = declaration(pieces.data, start)
    if static:
        return found_in(static, "import")
    dynamic = found_in(_DYNAMIC.match(pieces.data, start), "dynamic-import")
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
    return found_in(_RESOLVE.match(pieces.data, start), "dynamic-import")


def _scripts(pieces: Pieces, start: int) -> list[Found]:
    """The literal arguments of importScripts, up to the first that is none."""
    match = _SCRIPTS.match(pieces.data, start)
    if match is None or not _is_global(pieces, start):
        return []
    found: list[Found] = []
    end = match.end()
    while (argument := _ARGUMENT.match(pieces.data, end)) is not None:
        found += found_in(argument, "worker-import")
        end = argument.end()
        if argument[2] == b")":
            break
    return found


def _service_worker(pieces: Pieces, start: int) -> list[Found]:
    """What a page registers, if it is rooted: anything else is relative to the page."""
    match = _REGISTER.match(pieces.data, start)
    if match is None or continues_name(pieces.data, start):
        return []
    return [one for one in found_in(match, "bound") if one.written.startswith("/") or "://" in one.written]


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
    return found_in(declaration(pieces.data, start), "import")


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
    return found_in(match, "asset")


def _literal(pieces: Pieces, start: int) -> list[Found]:
    match = _WHOLE_LITERAL.match(pieces.data, start)
    if match is None or (match[0][:1] == b"`" and is_tagged(pieces, start)):
        return []
    bound = match[0].startswith(b"asset:", 1)
    if bound and match[0].startswith(b"//", 7):
        return []
    return found_in(match, "bound" if bound else "inline")


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
                yield Found(limit + start, limit + stop, "source-map", decode(comment[start:stop]))
                return
        place = data.rfind(SOURCE_MAP, 0, limit)
