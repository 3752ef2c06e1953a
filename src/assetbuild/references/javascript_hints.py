"""Where a reference in a script may begin: a search that knows no grammar, and so never waits for the lexer.

It is sound: what `javascript.find` gives begins at one of these places, or is a source map.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assetbuild.expression import expression
from assetbuild.references.found import Found

SOURCE_MAP = b"sourceMappingURL="
# What to ask a reader for that no first byte tells apart.
SCRIPTS, SERVICE_WORKER, RESOLVE = 1, 2, 3
# What must stand after the first word, as far as a search can tell that does not know comments. Sound: a byte
# above ASCII may be white space, a slash a comment.
_UNSURE = rb"[/\x80-\xff]"
_LIST_HINT = rb"\{[^{}/'\"\\\x80-\xff]*+(?:['\"\\]|" + _UNSURE + rb"|\}\s*+(?:from|" + _UNSURE + rb"))"
# No declaration stands right after one of these: so not what is in `"file-import"`.
_STATEMENT = rb"(?<![-'\"`,(=\[:<>+*&|!?%^~@][ie][mx]port)\s*+"
_IMPORT_HINT = expression(
    rb"import(?:" + _UNSURE + rb"|\s*+(?:" + _UNSURE + rb"|\("
    rb"|\.\s*+(?:source|defer|" + _UNSURE + rb"))"
    rb"|" + _STATEMENT + rb"(?:['\"*]|" + _LIST_HINT + rb"|(?:source|defer)(?![\w$])"
    rb"|(?<!t)[\w$\\][\w$\\{}]*+(?:" + _UNSURE + rb"|\s*+(?:,|from|" + _UNSURE + rb"))))"
)
_EXPORT_HINT = expression(
    rb"export(?:" + _UNSURE + rb"|" + _STATEMENT + rb"(?:\*|" + _UNSURE + rb"|" + _LIST_HINT + rb"))"
)
_META_HINT = expression(rb"import\s*+(?:\.\s*+(?:meta|" + _UNSURE + rb")|" + _UNSURE + rb")")
_URL_HINT = expression(rb"URL(?:" + _UNSURE + rb"|\s*+(?:" + _UNSURE + rb"|\(\s*+(?:['\"`]|" + _UNSURE + rb")))")
_RESOLVE_HINT = expression(rb"import(?:" + _UNSURE + rb"|\s*+(?:\.|" + _UNSURE + rb"))")
_SCRIPTS_HINT = expression(rb"importScripts(?:" + _UNSURE + rb"|\s*+(?:\(|" + _UNSURE + rb"))")
_WORKER_HINT = expression(rb"serviceWorker(?:" + _UNSURE + rb"|\s*+(?:\.|\?|" + _UNSURE + rb"))")
_ASSET_HINT = expression(rb"asset(?:-data)?:")
# As the last line, and nothing in it that could end a string, template or comment begun before: a comment, then.
_LAST_LINE_MAP = expression(
    rb"[\r\n][ \t]*+//[@#][ \t]*+sourceMappingURL=(?![!-~]*?\*/)([^\x00-\x20'\"`\x7f-\xff]++)\s*+\Z"
)
_LONGEST_INDENT = 32


def hints(data: bytes, after: int = 0) -> list[tuple[int, int]]:
    """Where a reference may begin from `after` on, ascending, each with the byte, or constant, that tells which
    reader to ask."""
    found: list[tuple[int, int]] = []
    # The word is rare, and a search for it much faster than for an expression.
    if imports := _occurrences(data, b"import", after):
        found += [(start, 0x69) for start in _matched(_IMPORT_HINT, data, imports) if _begins_word(data, start)]
        if any(_META_HINT.match(data, start) for start in imports):
            found += [
                (m.start(), 0x55) for m in _URL_HINT.finditer(data, after) if _may_be_constructed(data, m.start())
            ]
        resolves = [(start, RESOLVE) for start in _matched(_RESOLVE_HINT, data, imports)]
        if resolves and b"resolve" in data:
            found += resolves
        found += [(start, SCRIPTS) for start in _matched(_SCRIPTS_HINT, data, imports)]
    if (first := data.find(b"export", after)) >= 0:
        found += [(m.start(), 0x65) for m in _EXPORT_HINT.finditer(data, first) if _begins_word(data, m.start())]
    # One letter is found much faster than a word.
    if 0x57 in data and data.find(b"serviceWorker") >= 0:
        found += [(match.start(), SERVICE_WORKER) for match in _WORKER_HINT.finditer(data, after)]
    if (first := data.find(b"asset", after)) >= 0:
        found += [
            (match.start() - 1, data[match.start() - 1])
            for match in _ASSET_HINT.finditer(data, first)
            if match.start() > after and data[match.start() - 1] in b"'\"`"
        ]
    found.sort()
    return found


def _occurrences(data: bytes, word: bytes, after: int) -> list[int]:
    """Where the word stands from `after` on."""
    found: list[int] = []
    start = data.find(word, after)
    while start >= 0:
        found.append(start)
        start = data.find(word, start + len(word))
    return found


def _matched(expression: re.Pattern[bytes], data: bytes, starts: Iterable[int]) -> Iterator[int]:
    """Those of these places where the expression matches; none within a match before."""
    end = 0
    for start in starts:
        if start >= end and (match := expression.match(data, start)):
            end = match.end()
            yield start


def _begins_word(data: bytes, start: int) -> bool:
    """Whether the word at `start` may be a keyword, judging by the bytes before it."""
    before = data[start - 1 : start]
    if before == b".":
        return data[start - 3 : start] == b"..."
    return not (before.isalnum() or before in (b"_", b"$", b"#", b"\\"))


def _may_be_constructed(data: bytes, start: int) -> bool:
    """Whether a blank, a comment or a dot may stand before the `URL` at `start`, as it must after `new`."""
    return start > 0 and (data[start - 1] in b"./ \t\n\r\v\f" or data[start - 1] >= 0x80)


def last_line_map(data: bytes) -> Found | None:
    """The source map named by the last line, found without reading what stands before it."""
    match = _LAST_LINE_MAP.search(data, max(0, data.rfind(SOURCE_MAP) - _LONGEST_INDENT))
    return None if match is None else Found(*match.span(1), "source-map", match[1].decode())
