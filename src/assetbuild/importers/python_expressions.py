"""Expressions of Python as data: literals, and what is put together of them. Nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from assetbuild.dataclass import dataclass, field
from assetbuild.importers.model import Place
from assetbuild.importers.python_values import Computed, Data, FilePath, Plain, called, of_path, operated, parent


@dataclass(slots=True)
class Expressions:
    """The expressions of one module. `file` is as Place has it, `path` absolute; `names` are those that have a value,
    `imported` what names of other modules stand for ("os.path.join")."""

    file: str
    path: str
    lines: list[str]
    names: dict[str, Data]
    imported: dict[str, str] = field(default_factory=dict)

    def place(self, node: ast.AST) -> Place:
        """Where a node is written."""
        line = getattr(node, "lineno", 1)
        source = self.lines[line - 1] if line <= len(self.lines) else ""
        # ast counts bytes.
        column = len(source.encode()[: getattr(node, "col_offset", 0)].decode(errors="replace")) + 1
        end = getattr(node, "end_col_offset", None) if getattr(node, "end_lineno", line) == line else None
        stop = len(source.encode()[:end].decode(errors="replace")) + 1 if end is not None else column + 1
        return Place(self.file, line, column, max(stop - column, 1), source)

    def computed(self, node: ast.AST) -> Data:
        """The value of a node that only a running program knows."""
        written = ast.unparse(node)
        return Data(Computed(written if len(written) <= 60 else f"{written[:57]}..."), self.place(node))

    def value(self, node: ast.expr) -> Data:
        """The value of an expression."""
        handler = _VALUES.get(type(node))
        return handler(self, node) if handler is not None else self.computed(node)

    def name(self, node: ast.Name) -> Data:
        if node.id == "__file__":
            return Data(self.path, self.place(node))
        found = self.names.get(node.id)
        return self.computed(node) if found is None else found

    def sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Data:
        found: list[Data] = []
        for one in node.elts:
            if isinstance(one, ast.Starred):
                inner = self.value(one.value)
                found += inner.items() if isinstance(inner.value, list) else [self.computed(one)]
            else:
                found.append(self.value(one))
        return Data(found, self.place(node))

    def mapping(self, node: ast.Dict) -> Data:
        found: dict[object, Data] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            one = self.value(value)
            if key is None:
                found.update(one.value if isinstance(one.value, dict) else {})
                continue
            name = self.value(key)
            if isinstance(name.value, str | int | float | None):
                found[name.value] = Data(one.value, one.place, name.place)
        return Data(found, self.place(node))

    def joined(self, node: ast.JoinedStr) -> Data:
        pieces = []
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            plain = self.value(inner)
            formatted = isinstance(part, ast.FormattedValue) and (part.format_spec or part.conversion != -1)
            if formatted or not isinstance(plain.value, str | int | float):
                return self.computed(node)
            pieces.append(str(plain.value))
        return Data("".join(pieces), self.place(node))

    def binary(self, node: ast.BinOp) -> Data:
        return self.operation(node, node.left, node.op, node.right)

    def operation(self, node: ast.AST, left: ast.expr, operator: ast.operator, right: ast.expr) -> Data:
        """What an operator gives for two expressions; `node` is the whole."""
        one, other = self.value(left), self.value(right)
        made = operated(one, operator, other)
        return self.computed(node) if made is None else Data(made, self.place(node))

    def unary(self, node: ast.UnaryOp) -> Data:
        inner = self.value(node.operand)
        known = truth(inner)
        if isinstance(node.op, ast.Not) and known is not None:
            return Data(not known, self.place(node))
        if isinstance(node.op, ast.USub) and isinstance(inner.value, int | float):
            return Data(-inner.value, self.place(node))
        return self.computed(node)

    def boolean(self, node: ast.BoolOp) -> Data:
        last: Data | None = None
        for one in node.values:
            last = self.value(one)
            known = truth(last)
            if known is None:
                return self.computed(node)
            if known is isinstance(node.op, ast.Or):
                return last
        return last or self.computed(node)

    def comparison(self, node: ast.Compare) -> Data:
        if len(node.ops) != 1:
            return self.computed(node)
        one, other, how = self.value(node.left), self.value(node.comparators[0]), node.ops[0]
        if isinstance(one.value, Computed | dict | list) or isinstance(other.value, Computed | dict):
            return self.computed(node)
        if isinstance(how, ast.In | ast.NotIn) and isinstance(other.value, list):
            inside = any(item.value == one.value for item in other.value)
            return Data(inside is isinstance(how, ast.In), self.place(node))
        if isinstance(how, ast.Eq | ast.Is | ast.NotEq | ast.IsNot):
            return Data((one.value == other.value) is isinstance(how, ast.Eq | ast.Is), self.place(node))
        return self.computed(node)

    def chosen(self, node: ast.IfExp) -> Data:
        known = truth(self.value(node.test))
        if known is None:
            return self.computed(node)
        return self.value(node.body if known else node.orelse)

    def item(self, node: ast.Subscript) -> Data:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
            path, up = self.value(node.value.value), self.value(node.slice).value
            if isinstance(path.value, FilePath) and isinstance(up, int):
                return Data(FilePath(parent(path.value, up + 1)), self.place(node))
        holder, key = self.value(node.value).value, self.value(node.slice).value
        if isinstance(holder, dict) and isinstance(key, str | int) and key in holder:
            return holder[key]
        if isinstance(holder, list) and isinstance(key, int) and is_index(key, holder):
            return holder[key]
        return self.computed(node)

    def attribute(self, node: ast.Attribute) -> Data:
        if node.attr == "parent":
            holder = self.value(node.value)
            if isinstance(holder.value, FilePath):
                return Data(FilePath(parent(holder.value)), self.place(node))
        return self.computed(node)

    def call(self, node: ast.Call) -> Data:
        given = [self.value(argument) for argument in node.args]
        texts = [one.value for one in given if isinstance(one.value, str)]
        function = self.qualified(node.func)
        made: Plain | None = None
        if len(texts) == len(given) and texts and not node.keywords:
            made = called(function, texts)
        if made is None and isinstance(node.func, ast.Attribute):
            made = of_path(self.value(node.func.value).value, node.func.attr, given, texts)
        if made is None and function in ("tuple", "list", "set", "frozenset", "sorted"):
            if not given:
                made = []
            elif len(given) == 1 and isinstance(given[0].value, list) and function != "sorted":
                made = list(given[0].value)
        if function == "dict" and not given and all(keyword.arg for keyword in node.keywords):
            values = ((keyword, self.value(keyword.value)) for keyword in node.keywords)
            made = {keyword.arg: Data(one.value, one.place, self.place(keyword)) for keyword, one in values}
        return self.computed(node) if made is None else Data(made, self.place(node))

    def qualified(self, node: ast.expr) -> str:
        """The name of a function by what was imported: "os.path.join"."""
        if isinstance(node, ast.Attribute):
            return f"{self.qualified(node.value)}.{node.attr}"
        return self.imported.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def is_index(index: int, items: list[Data]) -> bool:
    """Whether a list has an element of this number."""
    return -len(items) <= index < len(items)


def truth(data: Data) -> bool | None:
    """Whether a value counts as true; None if that is not known."""
    return None if isinstance(data.value, Computed) else bool(data.value)


def _constant(reading: Expressions, node: ast.Constant) -> Data:
    value = node.value
    plain = isinstance(value, str | int | float | bool) or value is None
    return Data(value, reading.place(node)) if plain else reading.computed(node)  # type: ignore[arg-type]


_VALUES: Final[dict[type[ast.expr], Callable[[Expressions, Any], Data]]] = {
    ast.Constant: _constant,
    ast.Name: Expressions.name,
    ast.List: Expressions.sequence,
    ast.Tuple: Expressions.sequence,
    ast.Set: Expressions.sequence,
    ast.Dict: Expressions.mapping,
    ast.JoinedStr: Expressions.joined,
    ast.BinOp: Expressions.binary,
    ast.UnaryOp: Expressions.unary,
    ast.BoolOp: Expressions.boolean,
    ast.Compare: Expressions.comparison,
    ast.IfExp: Expressions.chosen,
    ast.Subscript: Expressions.item,
    ast.Attribute: Expressions.attribute,
    ast.Call: Expressions.call,
}
