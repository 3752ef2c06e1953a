"""The `@import` rules of a sheet and their parts (CSS Cascading and Inheritance Level 5, section 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assetbuild.dataclass import dataclass
from assetbuild.references.css_lexer import Statement, Token, head, inside, name_of, seek, tokens, unescape
from assetbuild.references.found import Found

URL_FUNCTIONS = frozenset({"url", "src"})
_LAYER_NAME = re.compile(r"ident(\. ident)*")
_LAYER_NAMES = re.compile(rf"{_LAYER_NAME.pattern}( , {_LAYER_NAME.pattern})*")
_OPENERS = frozenset({"function", "(", "[", "{"})
_CLOSERS = frozenset({")", "]", "}"})

# The rules with a block that every browser knows: after one of them `@import` is ignored. An unknown at-rule is
# itself ignored, and an `@import` after it is not.
_RULES = frozenset(
    {
        "container", "counter-style", "font-face", "font-feature-values", "font-palette-values", "keyframes", "layer",
        "media", "page", "property", "scope", "starting-style", "supports", "view-transition", "-webkit-keyframes",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportRule:
    """`@import url layer(…) supports(…) media`; `url` is None where it names no file: an empty one, or a `data:` URI.

    `layer` is None without a layer, empty for a nameless one; `supports` is what stands between the parentheses,
    `media` all that follows: empty if nothing does. Bytes as written, without surrounding blanks.
    """

    url: Found | None
    layer: bytes | None = None
    supports: bytes | None = None
    media: bytes = b""


def url_found(data: bytes, token: Token, kind: str) -> Found | None:
    """A string or url token as a reference of `kind` "import" or "asset"; None if it is empty or a `data:` URI."""
    start, stop = inside(data, token)
    if data[start : start + 5].lower() == b"data:":
        return None
    written = unescape(data[start:stop], string=token[0] == "string")
    if not written.strip():
        return None
    if written[:11].lower() == "asset-data:":
        return Found(start, stop, "inline", written)
    return Found(start, stop, "import" if kind == "import" else "asset", written)


def parse_import(data: bytes, statement: Statement) -> ImportRule | None:
    """The parts of an `@import` statement of `data`; None if it is another one, or invalid."""
    if statement.name != "import" or statement.block is not None:
        return None
    parts = _parts(data, statement)
    if not parts:
        return None
    after = 1
    address = parts[0]
    if address[0] == "function" and name_of(data, address) in URL_FUNCTIONS and len(parts) > 1:
        address, after = parts[1], _after_function(parts, 0)
        if address[0] != "string":
            return None
    if address[0] not in ("string", "url"):
        return None
    url = url_found(data, address, "import")
    layer, after = _layer(data, parts, after)
    supports = None
    if _is_function(data, parts, after, "supports"):
        end = _after_function(parts, after)
        supports, after = _arguments(data, parts, after, end), end
    media = data[parts[after][1] : parts[-1][2]] if after < len(parts) else b""
    return ImportRule(url, layer, supports, media)


def _parts(data: bytes, statement: Statement) -> list[Token]:
    """The tokens of an at-rule without a block, between its name and its semicolon."""
    stop = statement.stop - (not statement.missing)
    return [token for token in tokens(data, statement.start, stop) if token[0] not in ("whitespace", "comment")][1:]


def declares_layers(data: bytes, statement: Statement) -> bool:
    """Whether it is a valid `@layer` statement: `@layer a, b.c;`, with at least one name."""
    if statement.name != "layer" or statement.block is not None:
        return False
    return _LAYER_NAMES.fullmatch(_spelled(data, _parts(data, statement))) is not None


def _spelled(data: bytes, parts: list[Token]) -> str:
    """The kinds of the tokens with blanks between them, delimiters as themselves; no blank before a full stop."""
    kinds = (data[start:stop].decode("latin-1") if kind == "delim" else kind for kind, start, stop in parts)
    return " ".join(kinds).replace(" .", ".")


def _layer(data: bytes, parts: list[Token], index: int) -> tuple[bytes | None, int]:
    if index < len(parts) and parts[index][0] == "ident" and name_of(data, parts[index]) == "layer":
        return b"", index + 1
    if _is_function(data, parts, index, "layer"):
        end = _after_function(parts, index)
        names = [token for token in parts[index + 1 : end] if token[0] != ")"]
        if _LAYER_NAME.fullmatch(_spelled(data, names)):
            return _arguments(data, parts, index, end), end
    return None, index


def _is_function(data: bytes, parts: list[Token], index: int, name: str) -> bool:
    return index < len(parts) and parts[index][0] == "function" and name_of(data, parts[index]) == name


def _after_function(parts: list[Token], index: int) -> int:
    """The index after the closing parenthesis of the function at `index`."""
    depth = 0
    for place in range(index, len(parts)):
        depth += (parts[place][0] in _OPENERS) - (parts[place][0] in _CLOSERS)
        if depth == 0:
            return place + 1
    return len(parts)


def _arguments(data: bytes, parts: list[Token], index: int, end: int) -> bytes:
    closed = parts[end - 1][0] == ")"
    last = parts[end - 1][1] if closed else parts[end - 1][2]
    return data[parts[index][2] : last].strip(b" \t\n\r\f")


def leading_imports(data: bytes) -> Iterator[tuple[Statement, ImportRule]]:
    """The valid `@import` rules where CSS allows them: before any rule but `@charset` and `@layer` statements.

    The layer statements stand before the imports: after one between two of them no more imports count.
    """
    position = 0
    imported = False
    while position < len(data):
        statement = head(data, position)
        position = statement.stop
        if statement.kind == "qualified-rule":
            return
        if statement.kind != "at-rule":
            continue
        if statement.block is not None:
            if statement.name in _RULES:
                return
            position = seek(data, statement.block + 1, b"}")[0] + 1
        elif statement.name == "namespace" or (imported and declares_layers(data, statement)):
            return
        elif rule := parse_import(data, statement):
            imported = True
            yield statement, rule
