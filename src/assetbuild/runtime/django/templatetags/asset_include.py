"""{% load asset_include %}: django-assetpackager's tags. Their words are names as they stand, in quotes or not.

{% javascript_include_merged :base %}
{% css_include_merged reset.css "page.css" %}
"""

from __future__ import annotations

from collections.abc import Callable

from django import template
from django.utils.safestring import mark_safe

from assetbuild.runtime.django.pages import page_of
from assetbuild.runtime.errors import AssetNotFound
from assetbuild.runtime.page import Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

register = template.Library()
_TAGS = ("javascript_include_merged", "stylesheet_link_merged", "css_include_merged")


class MergedNode(template.Node):
    """The tags for the names that a template gives; the error for a missing one tells the template and the line."""

    child_nodelists = ()

    def __init__(self, helper: Callable[..., str], names: list[str]) -> None:
        self._helper = helper
        self._names = names

    def render(self, context: template.Context) -> Any:
        try:
            return mark_safe(self._helper(page_of(context), *self._names))
        except AssetNotFound as error:
            error.place = f"{self.origin.template_name or '<template>'}:{self.token.lineno}"
            raise


def _compile(helper: Callable[..., str]) -> Callable[[Any, Any], MergedNode]:
    def compile_tag(parser: Any, token: Any) -> MergedNode:
        tag, *words = token.split_contents()
        if not words:
            raise template.TemplateSyntaxError(f"the tag '{tag}' names no asset: ':base' means all of them")
        return MergedNode(helper, [_unquoted(word) for word in words])

    return compile_tag


def _unquoted(word: str) -> str:
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word


for _name in _TAGS:
    register.tag(_name, _compile(getattr(Page, _name)))
