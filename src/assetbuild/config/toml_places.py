"""Where a key or an array's element stands in a TOML text: `tomllib` gives values without their places.

The text must be one that `tomllib` accepts, with "\\n" line ends. A key path is a tuple of names and of
indices into arrays: `("rules", 0, "match")` is the same for `[[rules]]` and for `rules = [{match = …}]`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping

from assetbuild.dataclass import dataclass, field

KeyPath = tuple[str | int, ...]
Span = tuple[int, int]

_BLANK = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\])*"' r"|'[^']*'",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Place:
    """`line` and `column` count from 1, `column` and `length` in characters; `source` is the text of the line."""

    line: int
    column: int
    length: int
    source: str


@dataclass(frozen=True, slots=True)
class Places:
    """The places of all keys and values of a text. Names are compared in Unicode NFC.

    The place of a string or of a quoted key is what stands inside its quotes, unless that is empty.
    """

    text: str
    keys: Mapping[KeyPath, Span]
    values: Mapping[KeyPath, Span]

    def key(self, path: KeyPath) -> Place | None:
        """Where the key stands (an array's element: its value); else where its nearest parent does, else None."""
        return self._nearest(path, self.keys, self.values)

    def value(self, path: KeyPath) -> Place | None:
        """Where the value stands (a table's: its key); else where its nearest parent does, else None."""
        return self._nearest(path, self.values, self.keys)

    def _nearest(self, path: KeyPath, wanted: Mapping[KeyPath, Span], other: Mapping[KeyPath, Span]) -> Place | None:
        exact = tuple(_normal(part) for part in path)
        if span := wanted.get(exact) or other.get(exact):
            return place_at(self.text, *span)
        for length in range(len(exact) - 1, 0, -1):
            parent = exact[:length]
            if span := self.keys.get(parent) or self.values.get(parent):
                return place_at(self.text, *span)
        return None


def place_at(text: str, start: int, stop: int) -> Place:
    """The place of the characters from `start` to `stop`, as far as they are on the first line of them."""
    line_start = text.rfind("\n", 0, start) + 1
    line_stop = text.find("\n", start)
    line_stop = len(text) if line_stop < 0 else line_stop
    return Place(
        line=text.count("\n", 0, start) + 1,
        column=start - line_start + 1,
        length=max(1, min(stop, line_stop) - start),
        source=text[line_start:line_stop],
    )


def read_places(text: str) -> Places:
    """All places in the text. Raises RecursionError where it is nested hundreds of levels deep."""
    scanner = _Scanner(text)
    scanner.document()
    return Places(text, scanner.keys, scanner.values)


def _normal(part: str | int) -> str | int:
    return unicodedata.normalize("NFC", part) if isinstance(part, str) else part


@dataclass(slots=True)
class _Scanner:
    """Reads a text that is known to be well-formed, from `at` onwards; the first mention of a key is its place."""

    text: str
    at: int = 0
    keys: dict[KeyPath, Span] = field(default_factory=dict)
    values: dict[KeyPath, Span] = field(default_factory=dict)
    tables_in: dict[KeyPath, int] = field(default_factory=dict)

    def document(self) -> None:
        table: KeyPath = ()
        while self._skip(_BLANK) < len(self.text):
            if self.text.startswith("[[", self.at):
                table = self._header(2)
            elif self.text[self.at] == "[":
                table = self._header(1)
            else:
                self._pair(table)

    def _header(self, brackets: int) -> KeyPath:
        """`[a.b]` or `[[a.b]]`: the path of the table it opens."""
        self.at += brackets
        path: KeyPath = ()
        parts = self._key()
        for index, (name, span) in enumerate(parts):
            path = self._named(path, name, span)
            if brackets == 2 and index == len(parts) - 1:
                self.tables_in[path] = self.tables_in.get(path, 0) + 1
            if path in self.tables_in:
                path = (*path, self.tables_in[path] - 1)
                self.keys.setdefault(path, span)
        self.at += brackets
        return path

    def _pair(self, table: KeyPath) -> None:
        path = table
        for name, span in self._key():
            path = self._named(path, name, span)
        self.at += len("=")
        self._skip(_SPACE)
        self._value(path)

    def _named(self, path: KeyPath, name: str, span: Span) -> KeyPath:
        path = (*path, name)
        self.keys.setdefault(path, span)
        return path

    def _key(self) -> list[tuple[str, Span]]:
        """The parts of a dotted key with their spans; leaves `at` behind it and the spaces that follow."""
        parts = []
        while True:
            start = self._skip(_SPACE)
            if self.text[start] in "\"'":
                span = self._string()
                name = tomllib.loads("key = " + self.text[start : self.at])["key"]
            else:
                span = (start, self._skip(_BARE_KEY))
                name = self.text[start : self.at]
            parts.append((unicodedata.normalize("NFC", name), span))
            if self.text[self._skip(_SPACE)] != ".":
                return parts
            self.at += 1

    def _value(self, path: KeyPath) -> None:
        start = self.at
        opening = self.text[start]
        if opening in "\"'":
            self.values[path] = self._string()
            return
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            stop = self._skip(_BARE_VALUE)
            self.at = start + len(self.text[start:stop].rstrip())
        self.values[path] = (start, self.at)

    def _array(self, path: KeyPath) -> None:
        self.at += 1
        index = 0
        while (following := self.text[self._skip(_BLANK)]) != "]":
            if following == ",":
                self.at += 1
            else:
                self._value((*path, index))
                index += 1
        self.at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while (following := self.text[self._skip(_BLANK)]) != "}":
            if following == ",":
                self.at += 1
            else:
                self._pair(path)
        self.at += 1

    def _string(self) -> Span:
        """Leaves `at` behind the string; its span inside the quotes, with them if nothing stands behind the first."""
        start = self.at
        stop = self._skip(_STRING)
        quotes = 3 if self.text.startswith(('"""', "'''"), start) else 1
        empty = stop - start == 2 * quotes or self.text[start + quotes] == "\n"
        return (start, stop) if empty else (start + quotes, stop - quotes)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        """Moves `at` behind what the pattern matches there, and returns it."""
        if match := pattern.match(self.text, self.at):
            self.at = match.end()
        return self.at
