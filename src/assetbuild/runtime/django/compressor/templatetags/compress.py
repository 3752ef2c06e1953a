"""{% load compress %}: django-compressor's block, which prints the bundle that a build has made of it.

{% compress css %} … {% endcompress %}
{% compress js inline %} … {% endcompress %}
{% compress js file base %} … {% endcompress %}
"""

from __future__ import annotations

from django import template
from django.utils.safestring import mark_safe

from assetbuild.runtime.compressor import KINDS, MODES
from assetbuild.runtime.django.compressor.printing import printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

register = template.Library()


class CompressNode(template.Node):
    """The block; the error for a missing asset tells the template and the line."""

    def __init__(self, nodelist: Any, kind: str, mode: str, name: str | None) -> None:
        self.nodelist = nodelist
        self._kind = kind
        self._mode = mode
        self._name = name

    def render(self, context: template.Context) -> Any:
        def place() -> str:
            return f"{self.origin.template_name or '<template>'}:{self.token.lineno}"

        return mark_safe(printed(lambda: self.nodelist.render(context), self._kind, self._mode, self._name, place))


@register.tag
def compress(parser: Any, token: Any) -> CompressNode:
    """{% compress <css/js> [<file/inline/preload> [name]] %} … {% endcompress %}"""
    words: list[Any]
    tag, *words = token.split_contents()
    kind, mode, name = (*words, *("", "file", None)[len(words) :])[:3]
    if kind not in KINDS or mode not in MODES or len(words) > 3:
        modes = ", ".join(MODES)
        raise template.TemplateSyntaxError(f"{{% {tag} css or js, then one of {modes}, then a name %}}: not {words}")
    nodelist = parser.parse(("endcompress",))
    parser.delete_first_token()
    return CompressNode(nodelist, kind, mode, name)
