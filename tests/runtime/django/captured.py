"""A tag {% compress %}, and an extension of Jinja2 with it, that tell what stands in blocks when a page is rendered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import template
from jinja2 import nodes
from jinja2.ext import Extension

register = template.Library()
contents: list[str] = []


class Captured(template.Node):
    def __init__(self, nodelist: Any) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> str:
        contents.append(self.nodelist.render(context))
        return ""


@register.tag
def compress(parser: Any, token: Any) -> Captured:
    nodelist = parser.parse(("endcompress",))
    parser.delete_first_token()
    return Captured(nodelist)


class CapturingExtension(Extension):
    tags = {"compress"}  # noqa: RUF012  (as Extension has it)

    def parse(self, parser: Any) -> nodes.Node:
        lineno = next(parser.stream).lineno
        parser.parse_expression()
        body = parser.parse_statements(("name:endcompress",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_captured", []), [], [], body).set_lineno(lineno)

    def _captured(self, caller: Callable[[], str]) -> str:
        contents.append(str(caller()))
        return ""
