"""Templates of Django and Jinja2 as trees, as far as blocks of scripts and style sheets need: nothing is run.

Known are `block`, `extends`, `include`, `if`, `for`, `with`, `set`, `comment`, `raw` and `verbatim`, and `compress`.
Of every other tag it is only known that it prints something.
"""

from __future__ import annotations

import re
from typing import Final, Union

from assetbuild.dataclass import dataclass, field
from assetbuild.importers.model import Place

Node = Union["Text", "Print", "Tag", "Branches", "Loop", "Block", "Scope", "Compress"]


@dataclass(frozen=True, slots=True)
class Text:
    """What stands in the template as it is printed."""

    text: str


@dataclass(frozen=True, slots=True)
class Print:
    """`{{ expression }}`."""

    expression: str
    line: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag by itself: `words` are its own, the first is its name."""

    words: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Branches:
    """`if`: conditions as they are written, None for `else`, with what each guards."""

    branches: tuple[tuple[str | None, tuple[Node, ...]], ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """`for`, as it is written, and `otherwise`: what there is if it does not run at all."""

    written: str
    nodes: tuple[Node, ...]
    otherwise: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """`{% block name %}`."""

    name: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """`{% with name=value %}`: what the names stand for in it, as expressions."""

    names: tuple[tuple[str, str], ...]
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compress:
    """`{% compress %}`: `words` after its name; `line` and `file` (as Place has it) are where the tag is."""

    words: tuple[str, ...]
    nodes: tuple[Node, ...]
    line: int
    file: str


@dataclass(frozen=True, slots=True)
class Template:
    """A template: `parent` is the expression of its `extends`, None where it has none; `lines` are its text."""

    file: str
    jinja: bool
    nodes: tuple[Node, ...]
    parent: str | None
    lines: tuple[str, ...]

    def place(self, line: int) -> Place:
        """A line of it."""
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        indent = len(source) - len(source.lstrip())
        return Place(self.file, line, indent + 1, max(len(source.strip()), 1), source)


class TemplateFault(Exception):
    """A template that cannot be read; `line` counts from 1."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.text = text
        self.line = line


_DJANGO: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}")
_JINJA: Final = re.compile(r"\{%[-+]?.*?[-+]?%\}|\{\{[-+]?.*?[-+]?\}\}|\{#.*?#\}", re.DOTALL)
_WORD: Final = re.compile(r"""(?:[^\s"']|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')+""", re.DOTALL)
_ASSIGNED: Final = re.compile(r"(\w+)\s*=(?!=)\s*(.+)", re.DOTALL)
# Both ends print nothing, and what stands between them is printed.
_TRANSPARENT: Final = frozenset({"spaceless", "autoescape", "cache", "localize", "localtime", "l10n"})
_UNPRINTED: Final = {"comment": "endcomment"}
_AS_IT_IS: Final = {"verbatim": "endverbatim", "raw": "endraw"}


@dataclass(frozen=True, slots=True)
class _Token:
    """`kind` is "text", "tag" or "print"."""

    kind: str
    text: str
    line: int


def read_template(file: str, text: str, jinja: bool) -> Template:
    """The tree of a template's text. Raises TemplateFault where tags do not fit together."""
    parsing = _Parsing(_tokens(text, jinja), file, jinja)
    nodes = parsing.until(())
    return Template(file, jinja, nodes, parsing.parent, tuple(text.split("\n")))


def words_of(text: str) -> list[str]:
    """The words of a tag: what stands in quotes is one."""
    return _WORD.findall(text)


def _tokens(text: str, jinja: bool) -> list[_Token]:
    tokens: list[_Token] = []
    done, line = 0, 1
    strip = False
    for match in (_JINJA if jinja else _DJANGO).finditer(text):
        between, written = text[done : match.start()], match[0]
        shown = between.lstrip() if strip else between
        if jinja and written[2:3] == "-":
            shown = shown.rstrip()
        tokens.append(_Token("text", shown, line))
        line += between.count("\n")
        inside = written[2:-2].strip("-+" if jinja else "").strip()
        if written[1] == "%":
            tokens.append(_Token("tag", inside, line))
        elif written[1] == "{":
            tokens.append(_Token("print", inside, line))
        line += written.count("\n")
        strip = jinja and written[-3:-2] == "-"
        # As Jinja2 has it, unless trim_blocks says otherwise: the newline after a tag stays.
        done = match.end()
    tokens.append(_Token("text", text[done:].lstrip() if strip else text[done:], line))
    return tokens


@dataclass(slots=True)
class _Parsing:
    tokens: list[_Token]
    file: str
    jinja: bool
    at: int = 0
    parent: str | None = None
    ended_by: tuple[str, ...] = ()
    line: int = 1
    depth: int = field(default=0)

    def until(self, ends: tuple[str, ...]) -> tuple[Node, ...]:
        """The nodes up to a tag of one of these names, whose words are in `ended_by` then."""
        nodes: list[Node] = []
        opened = self.tokens[self.at - 1].line if self.at else 1
        self.depth += 1
        if self.depth > 100:
            raise TemplateFault("tags are nested too deep", opened)
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.kind == "text":
                nodes += [Text(token.text)] if token.text else []
            elif token.kind == "print":
                nodes.append(Print(token.text, token.line))
            elif words := tuple(words_of(token.text)):
                if words[0] in ends:
                    self.ended_by = words
                    self.depth -= 1
                    return tuple(nodes)
                nodes += self.tag(words, token)
        if ends:
            raise TemplateFault(f"the tag is never closed: no '{ends[-1]}'", opened)
        return tuple(nodes)

    def tag(self, words: tuple[str, ...], token: _Token) -> list[Node]:
        name, line = words[0], token.line
        if name in _UNPRINTED and not self.jinja:
            self.skip(_UNPRINTED[name])
            return []
        if name in _AS_IT_IS:
            return [Text("".join(self.skip(_AS_IT_IS[name])))]
        if name.removeprefix("end") in _TRANSPARENT or name == "load":
            return []
        if name == "extends":
            self.parent = self.parent if self.parent is not None else " ".join(words[1:])
            return []
        handler = {"if": self.branches, "for": self.loop, "block": self.block, "with": self.scope}.get(name)
        if handler is not None:
            return [handler(words, token)]
        if name == "compress":
            nodes = self.until(("endcompress",))
            own = [word.strip(",") for word in words[1:]]
            if self.jinja:
                own = [word.strip("\"'") for word in own]
            return [Compress(tuple(filter(None, own)), nodes, line, self.file)]
        if name == "set" and (assigned := _ASSIGNED.fullmatch(token.text.removeprefix("set").strip())):
            return [Tag(("set", assigned[1], assigned[2]), line)]
        if self.jinja and name in ("macro", "call", "filter", "set"):
            self.until((f"end{name}",))
        return [Tag(words, line)]

    def skip(self, end: str) -> list[str]:
        """The text up to a tag, whatever is in it."""
        passed = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.kind == "tag" and token.text.split()[:1] == [end]:
                break
            marks = {"text": ("", ""), "tag": ("{% ", " %}"), "print": ("{{ ", " }}")}[token.kind]
            passed.append(token.text.join(marks))
        return passed

    def branches(self, words: tuple[str, ...], token: _Token) -> Node:
        branches: list[tuple[str | None, tuple[Node, ...]]] = []
        condition: str | None = " ".join(words[1:])
        while True:
            branches.append((condition, self.until(("elif", "else", "endif"))))
            if self.ended_by[0] == "endif":
                return Branches(tuple(branches))
            condition = " ".join(self.ended_by[1:]) if self.ended_by[0] == "elif" else None

    def loop(self, words: tuple[str, ...], token: _Token) -> Node:
        nodes = self.until(("empty", "else", "endfor"))
        otherwise = self.until(("endfor",)) if self.ended_by[0] != "endfor" else ()
        return Loop(" ".join(words), nodes, otherwise)

    def block(self, words: tuple[str, ...], token: _Token) -> Node:
        return Block(words[1] if len(words) > 1 else "", self.until(("endblock",)))

    def scope(self, words: tuple[str, ...], token: _Token) -> Node:
        names = bindings(words[1:])
        return Scope(names, self.until(("endwith",)))


def bindings(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The names that words such as `a=b` give values, as expressions; also those of `b as a`."""
    found = []
    for index, word in enumerate(words):
        if (assigned := _ASSIGNED.fullmatch(word.rstrip(","))) is not None:
            found.append((assigned[1], assigned[2]))
        elif word == "as" and 0 < index < len(words) - 1:
            found.append((words[index + 1], words[index - 1]))
    return tuple(found)
