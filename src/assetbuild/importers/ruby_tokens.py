"""The words of Ruby as Rails' files have them: strings with what is in them, names, operators, line ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.model import Place

CLOSERS: Final = {"(": ")", "[": "]", "{": "}", "<": ">"}

_TOKEN = re.compile(
    r"""(?P<space>[ \t\f\v]++|\\\n)
      | (?P<comment>\#[^\n]*+)
      | (?P<newline>\n)
      | (?P<heredoc><<[~-](?P<mark>["'`]?)(?P<tag>\w++)(?P=mark))
      | (?P<words>%[wWiI](?P<open>[^\s\w]))
      | (?P<quote>["'`]|%[qQ]?(?P<brace>[(\[{<|!]))
      | (?P<symbol>:(?:[A-Za-z_]\w*+[?!]?|"[^"\n]*+"))
      | (?P<number>\d[\d_.]*+)
      | (?P<key>[A-Za-z_]\w*+[?!]?:(?!:))
      | (?P<name>@{0,2}[A-Za-z_]\w*+(?:[?!](?!=))?)
      | (?P<operator>\|\|=|<<|\+=|=>|->|::|&\.|&&|\|\||[=!]=|=~|[-+*/%=<>.,;()\[\]{}|&?!:^~])
    """,
    re.VERBOSE,
)


_REGEX = re.compile(
    r"/(?![/*\n])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.|)*+\]|)*+/[a-z]*+"
    r"|%r(?:\{[^{}\n]*+\}|\([^()\n]*+\)|\|[^|\n]*+\|)[a-z]*+"
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    stop: int
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    file: str
    text: str

    def place(self, start: int, stop: int) -> Place:
        line = self.text.count("\n", 0, start) + 1
        begin = self.text.rfind("\n", 0, start) + 1
        end = self.text.find("\n", start)
        source = self.text[begin : end if end >= 0 else len(self.text)]
        length = max(min(stop, begin + len(source)) - start, 1)
        return Place(self.file, line, start - begin + 1, length, source)


def broken(lines: Lines, token: Token, text: str) -> Diagnostic:
    return lines.place(token.start, token.stop).diagnostic(f"Ruby syntax error: {text}", None, "error")


def tokens_of(lines: Lines) -> Iterator[Token]:
    text, at = lines.text, 0
    heredocs: list[str] = []
    last: Token | None = None
    while at < len(text):
        if text.startswith("=begin", at) and text[at - 1 : at] in ("", "\n"):
            end = re.compile(r"^=end\b[^\n]*\n?", re.MULTILINE).search(text, at)
            at = end.end() if end else len(text)
            continue
        if re.compile(r"^__END__$", re.MULTILINE).match(text, at):
            return
        if (match := _REGEX.match(text, at)) and _may_begin_regex(last):
            last = Token("computed", match[0], at, match.end())
            at = match.end()
            yield last
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            last = Token("operator", text[at], at, at + 1)
            yield last
            at += 1
            continue
        at = match.end()
        kind = next(name for name in _GROUPS if match[name] is not None)
        if kind in ("space", "comment"):
            continue
        if kind == "heredoc":
            heredocs.append(match["tag"])
        elif kind == "newline":
            for tag in heredocs:
                end = re.compile(rf"^[ \t]*{re.escape(tag)}[ \t]*$\n?", re.MULTILINE).search(text, at)
                if end is None:
                    raise UsageError(broken(lines, Token("", "", at - 1, at), f"the text up to '{tag}' has no end"))
                at = end.end()
            heredocs = []
        if kind in ("words", "quote"):
            last = _quoted(lines, match, kind)
            at = last.stop
        else:
            last = Token(kind, match[0], match.start(), match.end())
        yield last


def _may_begin_regex(last: Token | None) -> bool:
    """Whether a slash begins a regular expression: where a value is expected."""
    return last is None or last.kind in ("newline", "key") or (last.kind == "operator" and last.text not in ")]}")


_GROUPS: Final = (
    "space", "comment", "newline", "heredoc", "words", "quote", "symbol", "number", "key", "name", "operator"
)  # fmt: skip


def _quoted(lines: Lines, match: re.Match[str], kind: str) -> Token:
    """A string or a list of words, from its opening quote on."""
    opener = match["open"] or match["brace"] or match["quote"]
    closer = CLOSERS.get(opener, opener)
    at, depth, text = match.end(), 1, lines.text
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == closer:
            depth -= 1
            if depth == 0:
                break
        elif text[at] == opener:
            depth += 1
        at += 1
    else:
        raise UsageError(broken(lines, Token("", "", match.start(), match.end()), "this string has no end"))
    inner = text[match.end() : at]
    if kind == "words":
        return Token("words", inner, match.start(), at + 1, tuple(inner.split()))
    single = match["quote"] == "'" or match["quote"].startswith("%q")
    if match["quote"] == "`" or (not single and "#{" in inner.replace("#{Rails.root}", "", 1)):
        return Token("computed", text[match.start() : at + 1], match.start(), at + 1)
    if not single and inner.startswith("#{Rails.root}"):
        return Token("path", inner.removeprefix("#{Rails.root}").strip("/"), match.start(), at + 1)
    if not single and "#{" in inner:
        return Token("computed", text[match.start() : at + 1], match.start(), at + 1)
    return Token("text", re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL), match.start(), at + 1)
