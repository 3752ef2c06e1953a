"""An inclusion tag, as an application has it."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("tag.html", takes_context=True)
def cart(context: Any) -> dict[str, Any]:
    return {}


@register.inclusion_tag("tag.html")
def basket() -> dict[str, Any]:
    return {}
