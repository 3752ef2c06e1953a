"""What a browser would fetch because a file says so, found without any code of the product."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any, Literal

import tinycss2

Kind = Literal["import", "dynamic-import", "asset", "source-map", "bound"]

COMPUTED = ("{{", "{%", "<%", "${")
LINKED = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "apple-touch-icon", "mask-icon"}
SOURCES = {"img", "script", "source", "video", "audio", "track", "iframe", "embed", "input"}
SOURCE_MAP = re.compile(r"[#@]\s*sourceMappingURL=\s*([^\s*'\"]+)")
CANDIDATE = re.compile(r"\s*([^\s,](?:\S*[^\s,])?)(?:\s+[^,]+)?\s*(?:,|$)")
ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
LINE_ENDS = {"\n", "\r", "\r\n", "\u2028", "\u2029"}

QUERY = """
(import_statement source: (string) @import)
(export_statement source: (string) @import)
(call_expression function: (import) arguments: (arguments) @dynamic-import)
(new_expression constructor: (identifier) arguments: (arguments) @new)
(comment) @comment
(string) @string
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A URL as a file gives it, escapes undone, and in which role."""

    kind: Kind
    url: str


def references(media_type: str, data: bytes, bound_to: str | None = None) -> list[Said]:
    """All that a published file of this type refers to; [] for types that refer to nothing.

    In a script whole string literals that start with `bound_to` count too.
    """
    if media_type == "text/css":
        return list(in_css(data.decode(errors="replace")))
    if media_type == "text/javascript":
        return list(in_javascript(data, bound_to))
    if media_type in ("text/html", "image/svg+xml"):
        return in_markup(data.decode(errors="replace"))
    if media_type == "application/manifest+json":
        return list(in_webmanifest(json.loads(data)))
    return []


def in_css(text: str) -> Iterator[Said]:
    tokens = tinycss2.parse_component_value_list(text)
    yield from _in_tokens(tokens)
    for token in tokens:
        if token.type == "comment" and (found := SOURCE_MAP.match(token.value)):
            yield Said("source-map", found[1])


def _in_tokens(tokens: Iterable[Any]) -> Iterator[Said]:
    statement = ""
    for token in tokens:
        if token.type == "at-keyword":
            statement = token.lower_value
        elif statement in ("import", "namespace") and token.type not in ("whitespace", "comment"):
            role: Kind | None = "import" if statement == "import" else None
            statement = "" if token.type in ("string", "url", "function") else statement
            if role is not None and (url := _url(token, strings=True)) is not None:
                yield Said(role, url)
        elif (url := _url(token)) is not None:
            yield Said("asset", url)
        elif token.type == "function" and token.lower_name in ("image-set", "-webkit-image-set"):
            yield from (Said("asset", part.value) for part in token.arguments if part.type == "string")
            yield from _in_tokens(token.arguments)
        elif token.type == "function":
            yield from _in_tokens(token.arguments)
        elif token.type in ("() block", "[] block", "{} block"):
            yield from _in_tokens(token.content)


def _url(token: Any, strings: bool = False) -> str | None:
    if token.type == "url" or (strings and token.type == "string"):
        return str(token.value)
    if token.type == "function" and token.lower_name in ("url", "src"):
        return next((str(part.value) for part in token.arguments if part.type == "string"), None)
    return None


@cache
def _grammar() -> tuple[Any, Any]:
    import tree_sitter
    import tree_sitter_javascript

    language = tree_sitter.Language(tree_sitter_javascript.language())
    return tree_sitter.Parser(language), tree_sitter.Query(language, QUERY)


def in_javascript(data: bytes, bound_to: str | None = None) -> Iterator[Said]:
    """References of a script or module; a literal `asset:…` that was left over counts as bound."""
    if not any(word in data for word in (b"import", b"export", b"URL", b"asset:", (bound_to or "URL").encode())):
        return
    import tree_sitter

    parser, query = _grammar()
    captures = tree_sitter.QueryCursor(query).captures(parser.parse(data).root_node)
    for node in captures.get("import", ()):
        yield Said("import", _string(node))
    for node in captures.get("dynamic-import", ()):
        first = _arguments(node)[:1]
        if first and _is_literal(first[0]):
            yield Said("dynamic-import", _string(first[0]))
    for node in captures.get("new", ()):
        if (url := _beside_the_module(node)) is not None:
            yield Said("asset", url)
    for node in captures.get("comment", ()):
        if match := SOURCE_MAP.match(node.text.decode()[2:]):
            yield Said("source-map", match[1])
    for node in captures.get("string", ()):
        text = _string(node)
        if re.match(r"asset:(?!//|$)", text) or (bound_to is not None and text.startswith(bound_to)):
            yield Said("bound", text)


def _arguments(node: Any) -> list[Any]:
    return [child for child in node.named_children if child.type != "comment"]


def _is_literal(node: Any) -> bool:
    return node.type == "string" or (
        node.type == "template_string" and all(child.type != "template_substitution" for child in node.named_children)
    )


def _beside_the_module(arguments: Any) -> str | None:
    """The URL of `new URL("…", import.meta.url)`; None for any other `new`."""
    constructor = arguments.parent.child_by_field_name("constructor")
    given = _arguments(arguments)
    if constructor.text != b"URL" or len(given) != 2 or not _is_literal(given[0]):
        return None
    return _string(given[0]) if re.fullmatch(rb"import\s*\.\s*meta\s*\.\s*url", given[1].text) else None


def _string(node: Any) -> str:
    def undo(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        if code:
            return chr(int(code, 16))
        return "" if match[4] in LINE_ENDS else SINGLE.get(match[4], match[4])

    return ESCAPE.sub(undo, node.text.decode()[1:-1])


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Said] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value}
        self._style = tag == "style"
        for url in _attributes(tag, given):
            if not any(mark in url for mark in COMPUTED):
                self.found.append(Said("asset", url))
        style = given.get("style", "")
        if style and not any(mark in style for mark in COMPUTED):
            self.found.extend(in_css(style))

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if self._style and not any(mark in data for mark in COMPUTED):
            self.found.extend(in_css(data))


def _attributes(tag: str, given: dict[str, str]) -> Iterator[str]:
    if tag in SOURCES and "src" in given:
        yield given["src"]
    if tag in ("img", "source", "link"):
        yield from CANDIDATE.findall(given.get("srcset", given.get("imagesrcset", "")))
    if tag == "video" and "poster" in given:
        yield given["poster"]
    if tag == "object" and "data" in given:
        yield given["data"]
    if tag == "link" and "href" in given and LINKED & set(given.get("rel", "").lower().split()):
        yield given["href"]
    if tag in ("use", "image", "feimage"):
        for name in ("href", "xlink:href"):
            if name in given:
                yield given[name]


def in_markup(text: str) -> list[Said]:
    """References of an HTML page or an SVG picture, of its style sheets and style attributes too."""
    markup = _Markup()
    markup.feed(text)
    markup.close()
    return markup.found


def in_webmanifest(document: dict[str, Any]) -> Iterator[Said]:
    shortcuts = document.get("shortcuts", [])
    pictures = [document.get("icons", []), document.get("screenshots", [])]
    pictures += [shortcut.get("icons", []) for shortcut in shortcuts]
    for group in pictures:
        yield from (Said("asset", picture["src"]) for picture in group)
