"""{% load assetbuild %}: the tags of `page.Page`. Each takes logical paths, and attributes as keyword arguments;
`{% asset_url "img/a.png" as logo %}` keeps what it would print.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from django import template
from django.utils.safestring import mark_safe

from assetbuild.runtime.django.pages import page_of
from assetbuild.runtime.errors import AssetNotFound
from assetbuild.runtime.page import TAGS, VALUES, Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

register = template.Library()


class PlacedNode(template.Node):
    """A node whose error for a missing name tells the template and the line."""

    child_nodelists = ()

    def __init__(self, node: template.Node) -> None:
        self._node = node

    def render(self, context: template.Context) -> Any:
        try:
            return self._node.render(context)
        except AssetNotFound as error:
            error.place = f"{self.origin.template_name or '<template>'}:{self.token.lineno}"
            raise


def _register(name: str, made: Callable[[str], str]) -> None:
    """The method `name` of the page as a tag, which prints `made` of what it gives. Django checks its arguments against
    the method's when it compiles a template."""
    method = getattr(Page, name)

    def function(context: template.Context, *names: Any, **attributes: Any) -> str:
        return made(method(page_of(context), *names, **attributes))

    function.__name__, function.__doc__ = name, method.__doc__
    function.__signature__ = _signature(method)  # type: ignore[attr-defined]  # what Django inspects
    register.simple_tag(function, takes_context=True, name=name)
    compile_tag = register.tags[name]
    register.tag(name, lambda parser, token: PlacedNode(compile_tag(parser, token)))


def _signature(method: Callable[..., str]) -> inspect.Signature:
    own = inspect.signature(method)
    _, *parameters = own.parameters.values()
    return own.replace(parameters=[inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD), *parameters])


for _name in VALUES:
    _register(_name, str)
for _name in TAGS:
    _register(_name, mark_safe)
