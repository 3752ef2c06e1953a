"""YAML with the place of every value. Values are read as YAML 1.1 has them, as Ruby does: `on` and `yes` are true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.model import Place
from assetbuild.importers.project import Project

if TYPE_CHECKING:
    import yaml

_ERB = re.compile(r"<%")
_MERGE = "tag:yaml.org,2002:merge"
# What a lone `=` is resolved to.
_VALUE = "tag:yaml.org,2002:value"
# Aliases may make a small file stand for a tree of any size.
_MOST_NODES = 100_000


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value that is no collection; `written` is its text without quotes. Dates and the like are their text."""

    value: str | bool | int | float | None
    written: str
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """Pairs in order, each key once: of equal ones the last, as in Ruby. Merged ones (`<<`) come behind the others."""

    pairs: tuple[tuple[Scalar, Node], ...]
    place: Place

    def get(self, name: str) -> Node | None:
        """The value of a key by its text."""
        return next((value for key, value in self.pairs if key.written == name), None)


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Document:
    """The whole of a file; `root` is None for an empty one. `diagnostics` are warnings: keys that stand there twice."""

    root: Node | None
    diagnostics: tuple[Diagnostic, ...]


def read_yaml(project: Project, path: str | None = None) -> Document:
    """A YAML file of the project (POSIX path; the configuration if none is named), without ERB.

    Raises UsageError: with a diagnostic for each line that has ERB in it, or for what is no YAML, or if PyYAML is not
    there.
    """
    name = project.file if path is None else path
    text = project.text(path)
    erb = [_erb(name, number, line) for number, line in enumerate(text.split("\n"), 1) if _has_erb(line)]
    if erb:
        raise UsageError(*erb)
    yaml = _library()
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise UsageError(_broken(error, name, text)) from None
    except RecursionError:
        raise UsageError(Diagnostic("it is nested too deep", name)) from None
    reading = _Reading(name, text.split("\n"))
    return Document(None if node is None else reading.node(node, ()), tuple(reading.diagnostics))


def _library() -> Any:
    try:
        import yaml
    except ImportError:
        text = 'reading YAML needs PyYAML, which is not installed: pip install "assetbuild[import]"'
        raise UsageError(Diagnostic(text)) from None
    return yaml


def _has_erb(line: str) -> bool:
    return _ERB.search(line) is not None and not line.lstrip().startswith("#")


def _erb(file: str, number: int, line: str) -> Diagnostic:
    column = line.index("<%") + 1
    end = line.find("%>", column)
    length = (end + 2 if end >= 0 else len(line)) - column + 1
    hint = "write what it gives instead, or import the file that ERB makes of it"
    return Diagnostic("this is Ruby code (ERB), and is not run", file, number, column, length, line, hint)


def _broken(error: Any, file: str, text: str) -> Diagnostic:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    if (context := getattr(error, "context", None)) and getattr(error, "problem", None):
        problem = f"{problem}, {context}"
    if mark is None:
        position = getattr(error, "position", None)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else None
        return Diagnostic(f"YAML syntax error: {problem}", file, line)
    lines = text.split("\n")
    source = lines[mark.line] if mark.line < len(lines) else ""
    return Diagnostic(f"YAML syntax error: {problem}", file, mark.line + 1, mark.column + 1, source=source)


class _Reading:
    """Turns PyYAML's nodes into ours."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self._file = file
        self._lines = lines
        self._made: dict[int, Node] = {}
        self._constructor: Any = _library().constructor.SafeConstructor()
        self.diagnostics: list[Diagnostic] = []

    def node(self, node: yaml.Node, within: tuple[int, ...]) -> Node:
        """The node; what an alias stands for is made once."""
        if id(node) in within:
            raise UsageError(self._place(node).diagnostic("this alias stands for what it is part of", None, "error"))
        if id(node) not in self._made:
            if len(self._made) >= _MOST_NODES:
                raise UsageError(Diagnostic(f"it has more than {_MOST_NODES} values", self._file))
            self._made[id(node)] = self._converted(node, (*within, id(node)))
        return self._made[id(node)]

    def _converted(self, node: Any, within: tuple[int, ...]) -> Node:
        place = self._place(node)
        if node.tag not in self._constructor.yaml_constructors and node.tag != _VALUE:
            text = f"'{node.tag}' is a tag that YAML itself does not have, and makes what only a program knows"
            raise UsageError(place.diagnostic(text, "write a plain value", "error"))
        if node.id == "sequence":
            return Sequence(tuple(self.node(one, within) for one in node.value), place)
        if node.id == "mapping":
            return Mapping(tuple(self._pairs(node, within, place)), place)
        return self._scalar(node, place)

    def _pairs(self, node: Any, within: tuple[int, ...], place: Place) -> Iterator[tuple[Scalar, Node]]:
        own: dict[str, tuple[Scalar, Node]] = {}
        merged: dict[str, tuple[Scalar, Node]] = {}
        for key_node, value_node in node.value:
            value = self.node(value_node, within)
            if key_node.tag == _MERGE:
                for pair in self._merged(value):
                    merged.setdefault(pair[0].written, pair)
                continue
            key = self.node(key_node, within)
            if not isinstance(key, Scalar):
                raise UsageError(key.place.diagnostic("a key must be a plain text", None, "error"))
            if key.written in own:
                text = (
                    f"'{key.written}' stands here twice, the first one (line {own[key.written][0].place.line}) is lost"
                )
                self.diagnostics.append(key.place.diagnostic(text, "merge the two, or remove one"))
            own[key.written] = (key, value)
        yield from own.values()
        yield from (pair for name, pair in merged.items() if name not in own)

    def _merged(self, value: Node) -> Iterator[tuple[Scalar, Node]]:
        if isinstance(value, Mapping):
            yield from value.pairs
        elif isinstance(value, Sequence):
            for one in value.items:
                yield from self._merged(one)
        else:
            raise UsageError(value.place.diagnostic("'<<' must name a mapping or a list of them", None, "error"))

    def _scalar(self, node: Any, place: Place) -> Scalar:
        if node.tag.removeprefix("tag:yaml.org,2002:") in ("bool", "int", "float", "null"):
            try:
                return Scalar(self._constructor.construct_object(node), node.value, place)
            except ValueError:
                pass
        return Scalar(node.value, node.value, place)

    def _place(self, node: yaml.Node) -> Place:
        start, end = node.start_mark, node.end_mark
        source = self._lines[start.line] if start.line < len(self._lines) else ""
        length = end.column - start.column if end.line == start.line else len(source) - start.column
        return Place(self._file, start.line + 1, start.column + 1, max(length, 1), source)
