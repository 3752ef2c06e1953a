"""Expressions of Django's and Jinja2's templates, as far as they name static files or what a known context has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, Final

from assetbuild.dataclass import dataclass, replace

if TYPE_CHECKING:
    from jinja2 import Environment, nodes


class _Unknown:
    """What only a running page knows."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
_LITERAL: Final = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
_NUMBER: Final = re.compile(r"-?\d+")
_NAME: Final = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_FILTERS: Final = re.compile(r"""\|(?=(?:[^"']|"[^"]*"|'[^']*')*$)""")
_CONSTANTS: Final[Mapping[str, object]] = {
    "True": True,
    "true": True,
    "False": False,
    "false": False,
    "None": None,
    "none": None,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as it is printed: `text`, and whether it is markup already."""

    text: str
    safe: bool = False

    def __str__(self) -> str:
        return self.text if self.safe else escape(self.text)


@dataclass(frozen=True, slots=True)
class Scope:
    """The values that names have: `values` grow where a template sets one. `static_url` ends in a slash.

    `closed`: there are no others, as in {% include … only %}: what is not there is empty.
    """

    values: dict[str, object]
    static_url: str
    jinja: bool
    closed: bool = False

    def with_values(self, more: Mapping[str, object]) -> Scope:
        """The same, and more names."""
        return replace(self, values={**self.values, **more})

    def value(self, expression: str) -> object:
        """The value of an expression; UNKNOWN if only a running page has it."""
        return _jinja_value(expression, self) if self.jinja else _django_value(expression, self)

    def printed(self, expression: str) -> str | None:
        """What `{{ expression }}` prints; None if that is not known."""
        value = self.value(expression)
        if isinstance(value, Shown):
            return str(value)
        return None if isinstance(value, _Unknown | list | tuple | dict) or value is None else escape(str(value))

    def truth(self, condition: str) -> bool | None:
        """Whether a condition holds; None if that is not known."""
        negated = condition.removeprefix("not ") if condition.startswith("not ") else None
        if negated is not None:
            inner = self.truth(negated.strip())
            return None if inner is None else not inner
        if not self.jinja and len(condition.split()) != 1:
            return None
        value = self.value(condition)
        if isinstance(value, _Unknown):
            return None
        return bool(value.text if isinstance(value, Shown) else value)

    def look_up(self, name: str) -> object:
        """The value of a name with attributes and items: "page.style"."""
        first, *rest = name.split(".")
        if first in self.values:
            value: object = self.values[first]
        elif first == "STATIC_URL" and not self.closed:
            value = Shown(self.static_url, True)
        elif self.closed and name not in _CONSTANTS:
            return Shown("", True)
        else:
            return _CONSTANTS.get(name, UNKNOWN)
        for key in rest:
            if isinstance(value, Mapping) and key in value:
                value = value[key]
            elif isinstance(value, list | tuple) and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            else:
                return UNKNOWN
        return value

    def static(self, name: object) -> object:
        """The URL of a static file."""
        text = text_of(name)
        return UNKNOWN if text is None else Shown(self.static_url + text.lstrip("/"), True)


def text_of(value: object) -> str | None:
    """A text that is known, as it is without escapes; None for anything else."""
    if isinstance(value, Shown):
        return value.text
    return value if isinstance(value, str) else None


def _django_value(expression: str, scope: Scope) -> object:
    head, *filters = _FILTERS.split(expression.strip())
    head = head.strip()
    literal = _LITERAL.fullmatch(head)
    value: object
    if literal is not None:
        value = Shown(re.sub(r"\\(.)", r"\1", literal[1] if literal[1] is not None else literal[2]), True)
    elif _NUMBER.fullmatch(head):
        value = int(head)
    else:
        value = scope.look_up(head) if _NAME.fullmatch(head) else UNKNOWN
    for one in filters:
        value = _filtered(value, one.strip(), scope)
    return value


def _filtered(value: object, written: str, scope: Scope) -> object:
    name, _, argument = written.partition(":")
    if isinstance(value, _Unknown):
        return UNKNOWN
    if name == "default":
        shown = value.text if isinstance(value, Shown) else value
        return value if shown else _django_value(argument, scope)
    text = text_of(value)
    if text is None:
        return UNKNOWN
    if name == "safe":
        return Shown(text, True)
    if name in ("lower", "upper"):
        return Shown(text.lower() if name == "lower" else text.upper(), isinstance(value, Shown) and value.safe)
    if name == "add":
        other = text_of(_django_value(argument, scope))
        return UNKNOWN if other is None else Shown(text + other, isinstance(value, Shown) and value.safe)
    return UNKNOWN


def _jinja_value(expression: str, scope: Scope) -> object:
    from jinja2 import TemplateSyntaxError, nodes

    try:
        tree = _environment().parse("{{ " + expression + " }}")
    except (TemplateSyntaxError, RecursionError):
        return UNKNOWN
    output = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        return UNKNOWN
    return _jinja_node(output.nodes[0], scope)


@cache
def _environment() -> Environment:
    from jinja2 import Environment

    return Environment()


def _jinja_node(node: nodes.Node, scope: Scope) -> object:
    from jinja2 import nodes

    if isinstance(node, nodes.TemplateData):
        return Shown(node.data, True)
    if isinstance(node, nodes.Const):
        value: Any = node.value
        return value
    if isinstance(node, nodes.Name):
        return scope.look_up(node.name)
    if isinstance(node, nodes.Getattr):
        holder = _jinja_node(node.node, scope)
        return holder[node.attr] if isinstance(holder, Mapping) and node.attr in holder else UNKNOWN
    if isinstance(node, nodes.Getitem):
        holder, key = _jinja_node(node.node, scope), _jinja_node(node.arg, scope)
        return holder[key] if isinstance(holder, Mapping) and isinstance(key, str) and key in holder else UNKNOWN
    if isinstance(node, nodes.List | nodes.Tuple):
        return [_jinja_node(one, scope) for one in node.items]
    if isinstance(node, nodes.Not):
        inner = _jinja_node(node.node, scope)
        return UNKNOWN if isinstance(inner, _Unknown) else not inner
    if isinstance(node, nodes.Add | nodes.Concat):
        parts = node.nodes if isinstance(node, nodes.Concat) else [node.left, node.right]
        texts = [text_of(_jinja_node(one, scope)) for one in parts]
        return UNKNOWN if None in texts else Shown("".join(filter(None, texts)), True)
    if isinstance(node, nodes.Filter) and node.name == "safe" and node.node is not None:
        text = text_of(_jinja_node(node.node, scope))
        return UNKNOWN if text is None else Shown(text, True)
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        return _jinja_call(node.node.name, node, scope)
    return UNKNOWN


def _jinja_call(name: str, node: nodes.Call, scope: Scope) -> object:
    given = [_jinja_node(one, scope) for one in node.args]
    if name == "static" and len(given) == 1 and not node.kwargs:
        return scope.static(given[0])
    if name == "url_for" and given and text_of(given[0]) == "static":
        files = [_jinja_node(one.value, scope) for one in node.kwargs if one.key == "filename"]
        return scope.static((files or given[1:] or [UNKNOWN])[0])
    return UNKNOWN
