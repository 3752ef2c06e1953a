"""{% load pipeline %}: django-pipeline's tags, which print the bundle of a package.

{% stylesheet "colors" %}
{% javascript name_of_a_package %}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django import template
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.safestring import mark_safe

from assetbuild.runtime.django.pipeline.printing import printed
from assetbuild.runtime.errors import AssetNotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

register = template.Library()


class PackageNode(template.Node):
    """A tag for one package; the error for a missing asset tells the template and the line."""

    child_nodelists = ()

    def __init__(self, package: Any, kind: str) -> None:
        self._package = package
        self._kind = kind

    def render(self, context: template.Context) -> Any:
        try:
            package = self._package.resolve(context)
            return mark_safe(printed(package, self._kind, _rendered, f"pipeline/{self._kind}.html"))
        except AssetNotFound as error:
            error.place = f"{self.origin.template_name or '<template>'}:{self.token.lineno}"
            raise


def _rendered(name: str, values: Mapping[str, Any], optional: bool) -> str | None:
    try:
        found = get_template(name)
    except TemplateDoesNotExist:
        if not optional:
            raise
        return None
    return str(found.render({**values, "url": mark_safe(values["url"])}))


def _compile(kind: str) -> Callable[[Any, Any], PackageNode]:
    def compile_tag(parser: Any, token: Any) -> PackageNode:
        tag, *words = token.split_contents()
        if len(words) != 1:
            raise template.TemplateSyntaxError(f"the tag '{tag}' takes one name: that of a package in PIPELINE")
        return PackageNode(template.Variable(words[0]), kind)

    return compile_tag


register.tag("stylesheet", _compile("css"))
register.tag("javascript", _compile("js"))
