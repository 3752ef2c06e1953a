"""HTML elements from values: what any template language needs for tags, with everything escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape, unescape

# https://html.spec.whatwg.org/multipage/syntax.html#attributes-2, plus what would end or open something in practice
_NOT_IN_NAMES = frozenset(" \"'<>/=`&")


def start_tag(element: str, attributes: Mapping[str, object]) -> str:
    """`<element …>` with the attributes in their order: True is the bare name, False and None are left out.

    A name that is a Python identifier stands for one of HTML: `data_x` is data-x, `class_` is class. Values are
    text and get escaped; one that is markup already (with `__html__`) is taken for the text it shows.
    Raises ValueError for what cannot be the name of an attribute.
    """
    written = [element]
    for name, value in attributes.items():
        attribute = attribute_name(name)
        if value is None or value is False:
            continue
        written.append(attribute if value is True else f'{attribute}="{_escaped(value)}"')
    return f"<{' '.join(written)}>"


def attribute_name(name: str) -> str:
    """The name in HTML of a keyword argument. Raises ValueError."""
    attribute = name.removesuffix("_").replace("_", "-") if name.isidentifier() else name
    if not attribute or not attribute.isprintable() or not _NOT_IN_NAMES.isdisjoint(attribute):
        raise ValueError(f"not a name of an HTML attribute: {name!r}")
    return attribute


def _escaped(value: object) -> str:
    return escape(unescape(str(value)) if hasattr(value, "__html__") else str(value))
