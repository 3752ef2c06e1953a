"""A style sheet read token by token: what `css.find` means, where an expression does not tell enough."""

from __future__ import annotations

import re

from assetbuild.references.css_import import URL_FUNCTIONS, leading_imports, url_found
from assetbuild.references.css_lexer import SIMPLE, Token, missing, name_of, seek, token_around, token_at, tokens
from assetbuild.references.found import Found

_IMAGE_SETS = frozenset({"image-set", "-webkit-image-set"})
_SUBSTITUTIONS = frozenset({"var", "env"})
# Up to the next thing to look at: no parenthesis but that of url(, src( and image-set(, as far as three letters tell.
_BORING = re.compile(
    rb"(?:[^\"'\\@/(]++|\((?<![rR][lLcC]\()(?<![eE][tT]\()\(*+|@(?![-a-zA-Z_\\\x00\x80-\xff])" + SIMPLE
)

_MAP = b"sourceMappingURL="
_MAP_COMMENT = re.compile(rb"/\*[#@][ \t\n\r\f]*+" + _MAP)
_BLANK = re.compile(rb"[ \t\n\r\f]")


def find_thoroughly(data: bytes) -> list[Found]:
    """The URLs of a sheet that may have some, as `css.find`."""
    search = _Search(data)
    search.run()
    found = [rule.url for _, rule in leading_imports(data) if rule.url] + search.found
    if search.source_map:
        found.append(search.source_map)
    return sorted(found, key=lambda one: one.start)


class _Search:
    """One pass over a sheet, for all but its imports."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.found: list[Found] = []
        self.source_map: Found | None = None

    def run(self) -> None:
        data = self.data
        size = len(data)
        position = 0
        while True:
            match = _BORING.match(data, position)
            assert match is not None
            stopped = match.end()
            if stopped >= size:
                return
            code = data[stopped]
            if code in b"\\(":
                position = self._name(token_around(data, stopped))
            elif code == 0x40:
                position = self._at_keyword(token_at(data, stopped))
            elif code in b"\"'/":
                token = token_at(data, stopped)
                self._comment(token)
                position = token[2]
            else:
                position = stopped + (stopped == position)

    def _name(self, token: Token) -> int:
        """Take a url token, or all of a function that may have URLs in it. Returns where to go on."""
        if token[0] == "url":
            self._add(token)
        elif token[0] == "function":
            name = name_of(self.data, token)
            if name in URL_FUNCTIONS or name in _IMAGE_SETS:
                return self._function(token[1])
        return token[2]

    def _at_keyword(self, token: Token) -> int:
        """Pass the prelude of an at-rule. Returns where to go on."""
        kind, start, stop = token
        if kind != "at-keyword":
            return stop
        end, _ = seek(self.data, start + 1, b"{;)]}")
        if self.data.find(_MAP, stop, end) >= 0:
            for inner in tokens(self.data, stop, end):
                self._comment(inner)
        return end

    def _function(self, start: int) -> int:
        """Take the URLs in the function at `start`, and in all that is nested in it. Returns where it ends."""
        # Of each open bracket: what closes it, and which strings directly in it are URLs: all, the first, or none.
        frames: list[tuple[str, str]] = []
        for token in tokens(self.data, start):
            kind, _, stop = token
            if kind in ("whitespace", "comment"):
                self._comment(token)
                continue
            strings = frames[-1][1] if frames else "none"
            if kind == "url" or (kind == "string" and strings != "none"):
                self._add(token)
            if strings == "first":
                frames[-1] = (frames[-1][0], "none")
            if kind == "function":
                frames.append((")", self._strings(name_of(self.data, token), strings)))
            elif kind in "([{":
                frames.append(({"(": ")", "[": "]", "{": "}"}[kind], "none"))
            elif kind == frames[-1][0]:
                frames.pop()
                if not frames:
                    return stop
        return len(self.data)

    @staticmethod
    def _strings(name: str, around: str) -> str:
        if name in _IMAGE_SETS:
            return "all"
        if name in URL_FUNCTIONS:
            return "first"
        return around if name in _SUBSTITUTIONS and around == "all" else "none"

    def _add(self, token: Token) -> None:
        found = url_found(self.data, token, "asset")
        if found:
            self.found.append(found)

    def _comment(self, token: Token) -> None:
        kind, start, stop = token
        if kind != "comment":
            return
        match = _MAP_COMMENT.match(self.data, start, stop)
        if match is None:
            return
        url = self.data[match.end() : stop - (2 if not missing(self.data, token) else 0)].rstrip(b" \t\n\r\f")
        if url and not _BLANK.search(url):
            written = url.decode("utf-8", "replace")
            self.source_map = Found(match.end(), match.end() + len(url), "source-map", written)
