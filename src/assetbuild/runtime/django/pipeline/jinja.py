"""django-pipeline's extension of Jinja2, printing from a release.

"OPTIONS": {"extensions": ["assetbuild.runtime.django.pipeline.jinja.PipelineExtension"], …}
"""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import TemplateNotFound, nodes
from jinja2.ext import Extension
from markupsafe import Markup

from assetbuild.runtime.django.pipeline.printing import printed
from assetbuild.runtime.errors import AssetNotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from jinja2.parser import Parser

_KINDS = {"stylesheet": "css", "javascript": "js"}


class PipelineExtension(Extension):
    """{% stylesheet "colors" %} and {% javascript "scripts" %}."""

    tags = {"stylesheet", "javascript"}  # noqa: RUF012  (as Extension has it)

    def parse(self, parser: Parser) -> nodes.Node:
        tag = next(parser.stream)
        package = parser.parse_expression()
        given = [package, *(nodes.Const(one) for one in (_KINDS[tag.value], parser.name, tag.lineno))]
        return nodes.Output([self.call_method("_printed", given)]).set_lineno(tag.lineno)

    def _printed(self, package: Any, kind: str, template: str | None, line: int) -> Markup:
        try:
            return Markup(printed(package, kind, self._rendered, f"pipeline/{kind}.jinja"))
        except AssetNotFound as error:
            error.place = f"{template or '<template>'}:{line}"
            raise

    def _rendered(self, name: str, values: Mapping[str, Any], optional: bool) -> str | None:
        try:
            found = self.environment.get_template(name)
        except TemplateNotFound:
            if not optional:
                raise
            return None
        return found.render({**values, "url": Markup(values["url"])})
