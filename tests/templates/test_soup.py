"""Templates made at random, held against the engines themselves."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.template import Engine, TemplateSyntaxError
from django.templatetags.static import StaticNode
from hypothesis import assume, example, given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from jinja2 import TemplateSyntaxError as JinjaSyntaxError

from assetbuild.templates.calls import Computed, Fault, Found, Named
from assetbuild.templates.django import find_in_django
from assetbuild.templates.engines import find_calls
from assetbuild.templates.jinja import find_in_jinja
from assetbuild.templates.text import text_of

PIECES = [
    *("{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "{{-", "-}}", "{%+", " ", "\n", "\t", "é", "𝄞", "x"),
    *("asset_url(", "stylesheet_link_tag(", ")", "'a.png'", '"b.css"', "'", '"', "\\", ",", "|", "~", ":", "=", "."),
    *("if", "else", "elif", "endif", "for x in y", "endfor", "raw", "endraw", "comment", "endcomment", "verbatim"),
    *("endverbatim", "static", "assets", "endassets", "macro m()", "endmacro", "panel", "endpanel", "load", "1", "0.5"),
    *("(", "[", "]", "{", "}", "name=", "as", "*", "**", "set", "_('x')", "default('d')", "not", "is", "or", "%", "#"),
]
SOUP = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join)

JINJA = [
    "{{ asset_url('a') }}",
    "{%- if x -%} {{ asset_url('b' if x else 'c') }} {% else %}\n{% endif -%}",
    "{% for i in [1] %}{{- asset_url(\"d\" 'e') }}{% endfor %}",
    "{{ asset_url('f' ~ 1) }}",
    "{# {{ asset_url('g') }} #}",
    "{%- raw -%} {{ asset_url('h') }} {%- endraw -%}",
    "{% macro m(n='i') %}{{ asset_url(n) }}{{ asset_url('j\\x41') }}{% endmacro %}{{ m() }}",
    "{{ [asset_url('k'), asset_url(u|default('l'))]|join }}",
    " \n ",
    "é𝄞",
    "{% set q = asset_url('m') %}",
]
DJANGO = [
    "{% static 'a' %}",
    '{% static "b c" as x %}',
    "{% static x %}",
    "{% static 'd'|add:'e' %}",
    "{% comment %}{% static 'f' %}{% endcomment %}",
    "{% verbatim %}{% static 'g' %}{% endverbatim %}",
    "{# {% static 'h' %} #}",
    "{% if x %}{% static 'i\\'j' %}{% endif %}",
    "\n",
    "é𝄞",
    "{{ 'static' }}",
    "{% static 'k'%}",
]


def content_of(soup: str) -> str:
    return text_of(soup, "x").content


def hold(content: str, found: list[Found]) -> None:
    """Every place is one in the text, and what stands there is what was named."""
    for one in found:
        assert 0 <= one.start <= one.stop <= len(content) + 1
        diagnostic = text_of(content, "x").diagnostic("", one.start, one.stop)
        assert diagnostic.source == content.split("\n")[(diagnostic.line or 0) - 1]
        written = content[one.start : one.stop]
        if isinstance(one, Named) and not any(mark in written for mark in "\\'\""):
            assert written == one.name


@given(SOUP)
@example("{{ asset_url('a.png' }}")
@example("{% panel %}{% else %}{% endpanel %}")
@example("{% assets %}{% endassets %}")
def test_no_soup_is_too_odd_to_be_checked(soup: str) -> None:
    content = content_of(soup)
    for name in ("x.html", "x.jinja", "x.djhtml"):
        hold(content, find_calls(content, name, "auto", True))


def jinja_tags(content: str) -> set[str]:
    return {
        text
        for (_, before, _), (_, kind, text) in pairs(content)
        if before in ("block_begin", "whitespace") and kind == "name"
    }


def pairs(content: str) -> list[Any]:
    tokens = list(Environment().lex(content))
    return list(pairwise(tokens))


@given(SOUP)
def test_what_jinja2_takes_or_refuses_is_taken_or_refused(soup: str) -> None:
    content = content_of(soup)
    refused = False
    try:
        Environment().parse(content)
    except JinjaSyntaxError:
        refused = True
    except ValueError:
        assume(False)
    ours = any(isinstance(one, Fault) for one in find_in_jinja(content))
    if not refused:
        assert not ours
    elif not ours:
        # Only a tag that Jinja2 does not know may be taken all the same.
        assert jinja_tags(content)


@given(st.lists(st.sampled_from(JINJA), max_size=12).map("".join))
def test_every_name_that_a_rendered_template_asks_for_was_found(template: str) -> None:
    asked: list[str] = []

    def asset_url(name: str) -> str:
        asked.append(name)
        return ""

    environment = Environment(loader=DictLoader({"t": template}))
    environment.globals["asset_url"] = asset_url
    environment.get_template("t").render(x=True)
    found = find_in_jinja(template)
    hold(template, found)
    computed = {"f1", "i"}
    assert set(asked) - computed <= {one.name for one in found if isinstance(one, Named)}
    assert not {"g", "h"} & {one.name for one in found if isinstance(one, Named)}


@given(st.lists(st.sampled_from(DJANGO), max_size=12).map("".join) | SOUP)
def test_the_names_are_those_that_djangos_parser_finds(template: str) -> None:
    content = content_of(template)
    try:
        parsed = DJANGO_ENGINE.from_string(content)
    except (TemplateSyntaxError, IndexError, StopIteration):
        find_in_django(content)
        return
    nodes = parsed.nodelist.get_nodes_by_type(StaticNode)
    paths = [node.path for node in nodes]
    literal = [path.var for path in paths if isinstance(path.var, str) and not path.filters]
    found = find_in_django(content)
    hold(content, found)
    names = [one for one in found if isinstance(one, Named)]
    assert [one.name for one in names if one.helper.is_url] == literal
    assert sum(isinstance(one, Computed) for one in found) >= len(paths) - len(literal)


DJANGO_ENGINE = Engine(builtins=["django.templatetags.static"])
