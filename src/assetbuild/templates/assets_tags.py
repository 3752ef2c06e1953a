"""webassets' tags {% assets %} in a Jinja2 template, with what is written in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assetbuild.dataclass import dataclass
from assetbuild.templates.calls import OUTPUT_KEYWORD, Fault
from assetbuild.templates.jinja import ASSETS_CALL, parsed

if TYPE_CHECKING:
    from jinja2 import nodes

__all__ = ["AssetsTag", "Literal", "assets_tags"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in a template; `start` is the offset of its first character there."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class AssetsTag:
    """One tag; `start` is the offset of its first argument.

    `names`, `filters` and `depends` are None where something among them is computed, `output` where it is; each is
    empty where it is not written. `filters` is a text with commas between names.
    """

    start: int
    names: tuple[Literal, ...] | None
    filters: str | None
    output: str | None
    depends: tuple[str, ...] | None


def assets_tags(content: str) -> list[AssetsTag | Fault]:
    """All such tags of a template, in its order, or the fault that keeps it from being read.

    `content` has LF line ends. Raises UsageError where Jinja2 is not installed.
    """
    tree = parsed(content)
    return [tree] if isinstance(tree, Fault) else sorted(_tags(tree), key=lambda tag: tag.start)


def _tags(tree: nodes.Template) -> Iterator[AssetsTag]:
    from jinja2 import nodes

    for call in tree.find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name != ASSETS_CALL:
            continue
        options = {keyword.key: keyword.value for keyword in call.kwargs}
        names = [_literal(argument) for argument in call.args]
        # webassets has renamed "filter".
        filters = _texts(options.get("filters", options.get("filter")))
        output = _texts(options.get(OUTPUT_KEYWORD))
        yield AssetsTag(
            call.lineno,
            None if None in names else tuple(one for one in names if one is not None),
            None if filters is None else ",".join(filters),
            None if output is None else "".join(output),
            _texts(options.get("depends")),
        )


def _literal(node: nodes.Expr) -> Literal | None:
    from jinja2 import nodes

    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return Literal(node.value, node.lineno + 1)
    return None


def _texts(node: nodes.Expr | None) -> tuple[str, ...] | None:
    """The texts of an option: of one, or of a list of them; () for none, None if something is computed."""
    from jinja2 import nodes

    if node is None or (isinstance(node, nodes.Const) and node.value is None):
        return ()
    items = node.items if isinstance(node, nodes.List | nodes.Tuple) else [node]
    texts = [item.value for item in items if isinstance(item, nodes.Const) and isinstance(item.value, str)]
    return tuple(texts) if len(texts) == len(items) else None
