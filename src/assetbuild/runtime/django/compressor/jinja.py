"""django-compressor's extension of Jinja2, printing from a release.

"OPTIONS": {"extensions": ["assetbuild.runtime.django.compressor.jinja.CompressorExtension"], …}
"""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import nodes
from jinja2.ext import Extension
from markupsafe import Markup

from assetbuild.runtime.compressor import KINDS, MODES
from assetbuild.runtime.django.compressor.printing import printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from jinja2.parser import Parser


class CompressorExtension(Extension):
    """{% compress css %} … {% endcompress %}, with words as in Django's language, in quotes or not."""

    tags = {"compress"}  # noqa: RUF012  (as Extension has it)

    def parse(self, parser: Parser) -> nodes.Node:
        lineno = next(parser.stream).lineno
        words: list[Any] = []
        while parser.stream.current.type != "block_end":
            expression = parser.parse_primary()
            if not isinstance(expression, nodes.Name | nodes.Const):
                parser.fail("the tag 'compress' takes words", lineno)
            words.append(expression.name if isinstance(expression, nodes.Name) else expression.value)
            parser.stream.skip_if("comma")
        kind, mode, name = (*words, *("", "file", None)[len(words) :])[:3]
        if kind not in KINDS or mode not in MODES or len(words) > 3:
            parser.fail(f"the tag 'compress' takes css or js, then one of {', '.join(MODES)}, then a name", lineno)
        body = parser.parse_statements(("name:endcompress",), drop_needle=True)
        parser.stream.skip_if(f"name:{kind}")
        call = self.call_method("_printed", [nodes.Const(one) for one in (kind, mode, name, parser.name, lineno)])
        return nodes.CallBlock(call, [], [], body).set_lineno(lineno)

    def _printed(
        self, kind: str, mode: str, name: str | None, template: str | None, line: int, caller: Callable[[], str]
    ) -> Markup:
        return Markup(printed(caller, kind, mode, name, lambda: f"{template or '<template>'}:{line}"))
