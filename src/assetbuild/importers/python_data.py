"""A Python module as data: the values that its names have, each with its place. Nothing of it is run.

Followed are assignments of literals, of names and paths put together from such, `+=`, `.append()`, `.update()`, and
what `from .other import *` brings. What only Python knows is `Computed`; a condition that is counts as false.
"""

from __future__ import annotations

import ast
import posixpath

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.model import Place
from assetbuild.importers.project import Project
from assetbuild.importers.python_expressions import Expressions, truth
from assetbuild.importers.python_values import Computed, Data


@dataclass(slots=True)
class Module:
    """The `names` of a module, and the conditions that only Python knows: where, and which names they are about."""

    names: dict[str, Data] = field(default_factory=dict)
    undecided: list[tuple[Place, frozenset[str]]] = field(default_factory=list)


def read_module(project: Project, file: str) -> Module:
    """The module in a file (POSIX, relative to the project). Raises UsageError if it cannot be read or parsed."""
    return _read(project, file, (file,))


def _read(project: Project, file: str, within: tuple[str, ...]) -> Module:
    """`within`: the files whose imports have led here, and this one."""
    module = Module()
    text = project.text(file)
    expressions = Expressions(file, project.absolute(file), text.split("\n"), module.names)
    _Reading(project, file, module, within, expressions).run(text)
    return module


@dataclass(slots=True)
class _Reading:
    project: Project
    file: str
    module: Module
    within: tuple[str, ...]
    expressions: Expressions

    def run(self, text: str) -> None:
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            line = error.lineno or 1
            source = self.expressions.lines[line - 1] if line <= len(self.expressions.lines) else ""
            one = Diagnostic(f"Python syntax error: {error.msg}", self.file, line, error.offset or 1, 1, source)
            raise UsageError(one) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise UsageError(Diagnostic(f"Python that cannot be read: {error}", self.file)) from None
        try:
            self.block(tree.body)
        except RecursionError:
            raise UsageError(Diagnostic("Python that cannot be read: it is nested too deep", self.file)) from None

    def block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assign):
            value = self.expressions.value(node.value)
            for target in node.targets:
                self.assign(target, value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.assign(node.target, self.expressions.value(node.value))
        elif isinstance(node, ast.AugAssign):
            self.assign(node.target, self.expressions.operation(node, node.target, node.op, node.value))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self.method(node.value)
        elif isinstance(node, ast.If):
            self.condition(node)
        elif isinstance(node, ast.Try):
            self.block([*node.body, *node.orelse, *node.finalbody])
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self.imports(node)
        elif isinstance(node, ast.For | ast.While | ast.With):
            what = Computed("a with statement" if isinstance(node, ast.With) else "a loop")
            for name in _assigned([node]):
                self.module.names[name] = Data(what, self.expressions.place(node))
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self.module.names.pop(target.id, None)

    def condition(self, node: ast.If) -> None:
        known = truth(self.expressions.value(node.test))
        if known is None:
            about = _assigned([*node.body, *node.orelse])
            if about:
                self.module.undecided.append((self.expressions.place(node.test), frozenset(about)))
            known = False
        self.block(node.body if known else node.orelse)

    def assign(self, target: ast.expr, value: Data) -> None:
        if isinstance(target, ast.Name):
            self.module.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            items = value.items()
            whole = len(items) == len(target.elts)
            for index, one in enumerate(target.elts):
                self.assign(one, items[index] if whole else self.expressions.computed(one))
        elif isinstance(target, ast.Subscript):
            holder, key = self.expressions.value(target.value), self.expressions.value(target.slice).value
            if isinstance(holder.value, dict) and isinstance(key, str | int):
                holder.value[key] = Data(value.value, value.place, self.expressions.place(target.slice))
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
        holder, name = self.expressions.value(call.func.value).value, call.func.attr
        given = [self.expressions.value(argument) for argument in call.args]
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
                    value = self.expressions.value(keyword.value)
                    holder[keyword.arg] = Data(value.value, value.place, self.expressions.place(keyword))
        elif isinstance(holder, dict) and name == "setdefault" and len(given) == 2 and isinstance(given[0].value, str):
            holder.setdefault(given[0].value, Data(given[1].value, given[1].place, given[0].place))

    def imports(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.expressions.imported[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
            return
        file = self._module_file(node)
        if file is None or file in self.within:
            for alias in node.names:
                self.expressions.imported[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
            return
        other = _read(self.project, file, (*self.within, file))
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
