"""A first look at a stylesheet in Sass: its imports and module rules, with their places, before LibSass reads it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic, Severity
from assetbuild.expression import expression

STRING = r'"(?:[^"\\\n#]|\\[\s\S]|#(?!\{)|#\{[^}]*\})*"|' + r"'(?:[^'\\\n#]|\\[\s\S]|#(?!\{)|#\{[^}]*\})*'"
COMMENT = r"/\*[\s\S]*?(?:\*/|\Z)|//[^\n]*"
URL = rf"url\((?:{STRING}|[^)\"'])*\)"

TOKENS = expression(rf"{COMMENT}|{STRING}|{URL}|@(?P<word>use|forward|import)(?![\w-])")
BLANK = expression(rf"(?:\s|{COMMENT})*")
ASTRAL = expression(r"[\U00010000-\U0010ffff]")
QUOTED = expression(STRING)
BLANK_IN_LINE = expression(r"[ \t]*")
IMPORTED = expression(rf"(?P<quoted>{STRING})|{URL}")
IMPORTED_BARE = expression(rf"(?P<quoted>{STRING})|{URL}|(?P<bare>[^\s,;\"']+)")


@dataclass(frozen=True, slots=True)
class Import:
    """One path of an `@import`, inside its quotes; `conditional` if media queries follow (it stays CSS)."""

    path: str
    start: int
    stop: int
    conditional: bool


@dataclass(frozen=True)
class Sheet:
    """A stylesheet that was read. `name` is for messages, `file` absolute, `path` logical where it has one.

    `text` has no byte order mark; `mark` is the number of bytes it took. Offsets are characters of `text`.
    `modules` are the words `@use` and `@forward`, `uses` the paths after them.
    """

    name: str
    file: str | None
    path: str | None
    text: str
    mark: int
    indented: bool
    imports: tuple[Import, ...] = ()
    modules: tuple[tuple[int, str], ...] = ()
    uses: tuple[Import, ...] = ()

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line(self, number: int) -> str:
        """The text of a line, counted from 0, without its end; empty past the last."""
        if not 0 <= number < len(self.starts):
            return ""
        stop = self.starts[number + 1] - 1 if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[number] : stop].rstrip("\r")

    def at(self, line: int, column: int) -> int:
        """The offset of a line and column (from 0), moved inside the text where a converter invented them."""
        line = min(max(line, 0), len(self.starts) - 1)
        return self.starts[line] + min(max(column, 0), len(self.line(line)))

    def diagnostic(
        self, text: str, start: int, length: int = 1, hint: str | None = None, severity: Severity = "error"
    ) -> Diagnostic:
        """What to say of an offset, and so many characters of its line; without a line where the offset is negative."""
        if start < 0:
            return Diagnostic(text, self.name, hint=hint, severity=severity)
        line = bisect_right(self.starts, start) - 1
        column = start - self.starts[line] + 1
        written = self.line(line)
        length = max(min(length, len(written) - column + 1), 1)
        return Diagnostic(text, self.name, line + 1, column, length, written, hint, severity)


def scan(name: str, file: str | None, path: str | None, data: bytes, indented: bool) -> Sheet:
    """Read a stylesheet's bytes (undecodable ones are replaced: the caller has refused them or will)."""
    text = data.decode("utf-8", "replace")
    mark = 3 if text.startswith("\ufeff") else 0
    text = text.removeprefix("\ufeff")
    if not re.search(r"@(?:use|forward|import)", text):
        return Sheet(name, file, path, text, mark, indented)
    seen = _without_indented_comments(text) if indented else text
    imports: list[Import] = []
    modules: list[tuple[int, str]] = []
    uses: list[Import] = []
    for match in TOKENS.finditer(seen):
        if match["word"] == "import":
            imports += _imports(seen, match.end(), indented)
        elif match["word"]:
            modules.append((match.start(), match[0]))
            if used := QUOTED.match(seen, _after(BLANK, seen, match.end())):
                uses.append(Import(_unescaped(used[0]), used.start() + 1, used.end() - 1, False))
    return Sheet(name, file, path, text, mark, indented, tuple(imports), tuple(modules), tuple(uses))


def _imports(text: str, position: int, indented: bool) -> Iterator[Import]:
    """The quoted paths (bare ones too in the indented syntax) of the statement after `@import`."""
    blank, imported = (BLANK_IN_LINE, IMPORTED_BARE) if indented else (BLANK, IMPORTED)
    found = []
    while match := imported.match(text, _after(blank, text, position)):
        group = "quoted" if match["quoted"] else "bare" if indented and match["bare"] else None
        if group == "quoted":
            found.append((_unescaped(match[group]), match.start() + 1, match.end() - 1))
        elif group == "bare":
            found.append((match[0], match.start(), match.end()))
        position = _after(blank, text, match.end())
        if text[position : position + 1] != ",":
            break
        position += 1
    ends = ";\r\n" if indented else ";}"
    conditional = position < len(text) and text[position] not in ends and not text.startswith("//", position)
    for path, start, stop in found:
        yield Import(path, start, stop, conditional)


def _unescaped(quoted: str) -> str:
    return re.sub(r"\\([\s\S])", r"\1", quoted[1:-1])


def _after(blank: re.Pattern[str], text: str, position: int) -> int:
    match = blank.match(text, position)
    return match.end() if match else position


def _without_indented_comments(text: str) -> str:
    """Comments of the indented syntax hold all lines that are indented deeper: blanked out, offsets kept."""
    lines = []
    inside: int | None = None
    for line in text.splitlines(keepends=True):
        body = line.lstrip(" \t")
        indent = len(line) - len(body)
        if inside is not None and body.strip() and indent <= inside:
            inside = None
        if inside is None and body.startswith(("//", "/*")):
            inside = indent
        lines.append(line if inside is None else re.sub(r"[^\r\n]", " ", line))
    return "".join(lines)


def characters(text: str, units: int) -> int:
    """How many characters so many UTF-16 code units from the start of a text are."""
    if not ASTRAL.search(text, 0, units):
        return units
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "replace"))
