"""A Python module as data: the values that its names have, each with its place. Nothing of it is run.

Followed are assignments of literals, of names and paths put together from such, `+=`, `.append()`, `.update()`, and
what `from .other import *` brings. What only Python knows is `Computed`; a condition that is counts as false.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.model import Place
from assetbuild.importers.project import Project
from assetbuild.importers.python_values import Computed, Data, FilePath, Plain, called, of_path, operated, parent


@dataclass(slots=True)
class Module:
    """The `names` of a module, and the conditions that only Python knows: where, and which names they are about."""

    names: dict[str, Data] = field(default_factory=dict)
    undecided: list[tuple[Place, frozenset[str]]] = field(default_factory=list)


def read_module(project: Project, file: str) -> Module:
    """The module in a file (POSIX, relative to the project). Raises UsageError if it cannot be read or parsed."""
    module = Module()
    _Reading(project, file, module, (file,)).run()
    return module


@dataclass(slots=True)
class _Reading:
    project: Project
    file: str
    module: Module
    within: tuple[str, ...]
    lines: list[str] = field(default_factory=list)
    imported: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        text = self.project.text(self.file)
        self.lines = text.split("\n")
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            line = error.lineno or 1
            source = self.lines[line - 1] if line <= len(self.lines) else ""
            one = Diagnostic(f"Python syntax error: {error.msg}", self.file, line, error.offset or 1, 1, source)
            raise UsageError(one) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise UsageError(Diagnostic(f"Python that cannot be read: {error}", self.file)) from None
        try:
            self.block(tree.body)
        except RecursionError:
            raise UsageError(Diagnostic("Python that cannot be read: it is nested too deep", self.file)) from None

    def place(self, node: ast.AST) -> Place:
        line = getattr(node, "lineno", 1)
        source = self.lines[line - 1] if line <= len(self.lines) else ""
        # ast counts bytes.
        column = len(source.encode()[: getattr(node, "col_offset", 0)].decode(errors="replace")) + 1
        end = getattr(node, "end_col_offset", None) if getattr(node, "end_lineno", line) == line else None
        stop = len(source.encode()[:end].decode(errors="replace")) + 1 if end is not None else column + 1
        return Place(self.file, line, column, max(stop - column, 1), source)

    def computed(self, node: ast.AST) -> Data:
        written = ast.unparse(node)
        return Data(Computed(written if len(written) <= 60 else f"{written[:57]}..."), self.place(node))

    def block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assign):
            value = self.value(node.value)
            for target in node.targets:
                self.assign(target, value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.assign(node.target, self.value(node.value))
        elif isinstance(node, ast.AugAssign):
            self.assign(node.target, self.operation(node, node.target, node.op, node.value))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self.method(node.value)
        elif isinstance(node, ast.If):
            self.condition(node)
        elif isinstance(node, ast.Try):
            self.block([*node.body, *node.orelse, *node.finalbody])
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self.imports(node)
        elif isinstance(node, ast.For | ast.While | ast.With):
            for name in _assigned([node]):
                self.module.names[name] = self.computed(node if isinstance(node, ast.With) else ast.Name("a loop"))
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self.module.names.pop(target.id, None)

    def condition(self, node: ast.If) -> None:
        known = _truth(self.value(node.test))
        if known is None:
            about = _assigned([*node.body, *node.orelse])
            if about:
                self.module.undecided.append((self.place(node.test), frozenset(about)))
            known = False
        self.block(node.body if known else node.orelse)

    def assign(self, target: ast.expr, value: Data) -> None:
        if isinstance(target, ast.Name):
            self.module.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            items = value.items()
            whole = len(items) == len(target.elts)
            for index, one in enumerate(target.elts):
                self.assign(one, items[index] if whole else self.computed(one))
        elif isinstance(target, ast.Subscript):
            holder, key = self.value(target.value), self.value(target.slice).value
            if isinstance(holder.value, dict) and isinstance(key, str | int):
                holder.value[key] = Data(value.value, value.place, self.place(target.slice))
            elif (
                isinstance(holder.value, list)
                and isinstance(key, int)
                and -len(holder.value) <= key < len(holder.value)
            ):
                holder.value[key] = value

    def method(self, call: ast.Call) -> None:
        """`NAMES.append(…)` and its like, which change a list or dict."""
        if not isinstance(call.func, ast.Attribute):
            return
        holder, name = self.value(call.func.value).value, call.func.attr
        given = [self.value(argument) for argument in call.args]
        if isinstance(holder, list) and len(given) == 1:
            if name == "append":
                holder.append(given[0])
            elif name == "extend":
                holder.extend(given[0].items() or [given[0]] * isinstance(given[0].value, Computed))
            elif name == "remove":
                holder[:] = [one for one in holder if one.value != given[0].value]
        elif isinstance(holder, list) and name == "insert" and len(given) == 2 and isinstance(given[0].value, int):
            holder.insert(given[0].value, given[1])
        elif isinstance(holder, dict) and name == "update":
            for one in given:
                if isinstance(one.value, dict):
                    holder.update(one.value)
            for keyword in call.keywords:
                if keyword.arg:
                    value = self.value(keyword.value)
                    holder[keyword.arg] = Data(value.value, value.place, self.place(keyword))
        elif isinstance(holder, dict) and name == "setdefault" and len(given) == 2 and isinstance(given[0].value, str):
            holder.setdefault(given[0].value, Data(given[1].value, given[1].place, given[0].place))

    def imports(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imported[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
            return
        file = self._module_file(node)
        if file is None or file in self.within:
            for alias in node.names:
                self.imported[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
            return
        other = Module()
        _Reading(self.project, file, other, (*self.within, file)).run()
        self.module.undecided += other.undecided
        for alias in node.names:
            if alias.name == "*":
                self.module.names.update((key, one) for key, one in other.names.items() if not key.startswith("_"))
            elif alias.name in other.names:
                self.module.names[alias.asname or alias.name] = other.names[alias.name]

    def _module_file(self, node: ast.ImportFrom) -> str | None:
        """The file of a module of the project, None for one from elsewhere or that is not there."""
        below = [part for part in (node.module or "").split(".") if part]
        here = posixpath.dirname(self.file)
        starts = [here]
        if node.level:
            for _ in range(node.level - 1):
                here = posixpath.dirname(here)
            starts = [here]
        else:
            while here:
                here = posixpath.dirname(here)
                starts.append(here)
        for start in starts:
            module = posixpath.join(start, *below)
            for file in (f"{module}.py", posixpath.join(module, "__init__.py")):
                if below and self.project.is_file(file):
                    return file
        return None

    def value(self, node: ast.expr) -> Data:
        handler = _VALUES.get(type(node))
        return handler(self, node) if handler is not None else self.computed(node)

    def name(self, node: ast.Name) -> Data:
        if node.id == "__file__":
            return Data(self.project.absolute(self.file), self.place(node))
        found = self.module.names.get(node.id)
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
        one, other = self.value(left), self.value(right)
        made = operated(one, operator, other)
        return self.computed(node) if made is None else Data(made, self.place(node))

    def unary(self, node: ast.UnaryOp) -> Data:
        inner = self.value(node.operand)
        known = _truth(inner)
        if isinstance(node.op, ast.Not) and known is not None:
            return Data(not known, self.place(node))
        if isinstance(node.op, ast.USub) and isinstance(inner.value, int | float):
            return Data(-inner.value, self.place(node))
        return self.computed(node)

    def boolean(self, node: ast.BoolOp) -> Data:
        last: Data | None = None
        for one in node.values:
            last = self.value(one)
            known = _truth(last)
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
        known = _truth(self.value(node.test))
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
        if isinstance(holder, list) and isinstance(key, int) and _is_index(key, holder):
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


def _is_index(index: int, items: list[Data]) -> bool:
    return -len(items) <= index < len(items)


def _truth(data: Data) -> bool | None:
    return None if isinstance(data.value, Computed) else bool(data.value)


def _assigned(statements: list[ast.stmt]) -> set[str]:
    """The names that statements assign or change."""
    names: set[str] = set()
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                names.update(_root(node))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                names.update(_root(node.func))
    return names


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _constant(reading: _Reading, node: ast.Constant) -> Data:
    value = node.value
    plain = isinstance(value, str | int | float | bool) or value is None
    return Data(value, reading.place(node)) if plain else reading.computed(node)  # type: ignore[arg-type]


_VALUES: Final[dict[type[ast.expr], Callable[[_Reading, Any], Data]]] = {
    ast.Constant: _constant,
    ast.Name: _Reading.name,
    ast.List: _Reading.sequence,
    ast.Tuple: _Reading.sequence,
    ast.Set: _Reading.sequence,
    ast.Dict: _Reading.mapping,
    ast.JoinedStr: _Reading.joined,
    ast.BinOp: _Reading.binary,
    ast.UnaryOp: _Reading.unary,
    ast.BoolOp: _Reading.boolean,
    ast.Compare: _Reading.comparison,
    ast.IfExp: _Reading.chosen,
    ast.Subscript: _Reading.item,
    ast.Attribute: _Reading.attribute,
    ast.Call: _Reading.call,
}
