"""What an import foresees of blocks is what Django and Jinja2 render, whatever is decided."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.template import Context, Engine
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from assetbuild.importers.template_blocks import Library, blocks_of
from assetbuild.importers.template_nodes import read_template
from runtime.django.captured import CapturingExtension, contents

PLAIN = st.sampled_from(["x", "\n", " y ", "<script>a</script>", "é", "{ }"])
CONTEXT: dict[str, Any] = {"known": "<k>", "names": ["one", "two"], "deep": {"er": "d"}, "nothing": []}
CONDITIONS = ("p", "q")


def pieces(jinja: bool) -> st.SearchStrategy[str]:
    """A part of a template."""
    static = "{{ static('a.js') }}" if jinja else "{% static 'a.js' %}"
    simple = [static, "{{ known }}", "{{ deep.er }}", "{{ STATIC_URL }}b.js", "{{ 'lit' }}"]
    simple += (
        ["{% set w = 'set' %}{{ w }}"] if jinja else ["{% static 'c.js' as u %}{{ u }}", "{{ known|safe }}{# no #}"]
    )
    simple += ["{# {% endif %} #}", "{% include 'part.html' %}"]
    simple += [] if jinja else ["{% comment %}{% if %}{% endcomment %}", "{% include 'part.html' with w='only' only %}"]
    raw = "{% raw %}{{ r }}{% endraw %}" if jinja else "{% verbatim %}{{ r }}{% endverbatim %}"

    lists, empty = st.sampled_from(["names", "nothing"]), "else" if jinja else "empty"

    def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        one = st.lists(inner, max_size=3).map("".join)
        condition = st.sampled_from([*CONDITIONS, "not p"])
        return st.one_of(
            st.builds("{{% if {} %}}{}{{% endif %}}".format, condition, one),
            st.builds("{{% if {} %}}{}{{% elif q %}}{}{{% else %}}{}{{% endif %}}".format, condition, one, one, one),
            st.builds("{{% for n in names %}}{{{{ n }}}}{}{{% endfor %}}".format, one),
            st.builds("{{% for n in {} %}}y{}{{% {} %}}z{}{{% endfor %}}".format, lists, one, st.just(empty), one),
            st.builds("{{% with w='given' %}}{}{{{{ w }}}}{{% endwith %}}".format, one),
        )

    return st.recursive(st.one_of(PLAIN, st.sampled_from([*simple, raw])), wrapped, max_leaves=6)


def sites(jinja: bool) -> st.SearchStrategy[dict[str, str]]:
    """Templates: a page, what it extends, and what both include."""
    piece = st.lists(pieces(jinja), max_size=4).map("".join)
    load = "" if jinja else "{% load static compress %}"
    upper = "{{ super() }}" if jinja else "{{ block.super }}"
    part = st.lists(pieces(jinja).filter(lambda text: "include" not in text), max_size=2).map("".join)

    def site(base: list[str], page: list[str], inner: str, above: bool) -> dict[str, str]:
        block = "{% block b %}" + base[1] + "{% endblock %}"
        super_ = upper if above else ""
        return {
            "base.html": f"{load}{{% compress js %}}{base[0]}{block}{base[2]}{{% endcompress %}}"
            f"{{% block c %}}{{% compress css %}}{base[0]}{{% endcompress %}}{{% endblock %}}",
            "page.html": f"{{% extends 'base.html' %}}{load}{{% block b %}}{page[0]}{super_}{page[1]}{{% endblock %}}"
            f"{{% block c %}}{super_}{{% compress css %}}{page[1]}{{% endcompress %}}{{% endblock %}}",
            "part.html": load + inner,
        }

    three = st.lists(piece, min_size=3, max_size=3)
    return st.builds(site, three, three, part, st.booleans())


def foreseen(templates: dict[str, str], name: str, jinja: bool) -> set[str]:
    library = Library()
    for key, text in templates.items():
        library.add(key, read_template(key, text, jinja))
    template = library.get(name, jinja)
    assert template is not None
    return {markup for found in blocks_of(template, library, CONTEXT, "/static/") for markup in found.markups}


def assert_all_are_foreseen(templates: dict[str, str], jinja: bool, render: Any) -> None:
    for name in ("base.html", "page.html"):
        known = foreseen(templates, name, jinja)
        for decided in product((True, False), repeat=len(CONDITIONS)):
            contents.clear()
            render(name, {**CONTEXT, **dict(zip(CONDITIONS, decided, strict=True))})
            assert set(contents) <= known


@settings(max_examples=30)
@given(sites(jinja=False))
def test_django_renders_nothing_that_was_not_foreseen(templates: dict[str, str]) -> None:
    libraries = {"compress": "runtime.django.captured", "static": "django.templatetags.static"}
    engine = Engine(loaders=[("django.template.loaders.locmem.Loader", templates)], libraries=libraries)
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain):
        assert_all_are_foreseen(
            templates,
            False,
            lambda name, values: engine.get_template(name).render(Context({**values, "STATIC_URL": "/static/"})),
        )


@settings(max_examples=30)
@given(sites(jinja=True))
def test_jinja_renders_nothing_that_was_not_foreseen(templates: dict[str, str]) -> None:
    environment = Environment(
        loader=DictLoader(templates), autoescape=True, extensions=[CapturingExtension], keep_trailing_newline=True
    )
    environment.globals.update(static=lambda path: f"/static/{path}", STATIC_URL="/static/", js="js", css="css")
    assert_all_are_foreseen(templates, True, lambda name, values: environment.get_template(name).render(**values))


@pytest.mark.parametrize("jinja", [False, True])
def test_a_circle_of_templates_ends(jinja: bool) -> None:
    templates = {
        "a.html": "{% extends 'b.html' %}{% compress js %}{% include 'c.html' %}{% endcompress %}",
        "b.html": "{% extends 'a.html' %}{% block x %}{% compress js %}{% include 'c.html' %}{% endcompress %}"
        "{% endblock %}",
        "c.html": "1{% include 'c.html' %}",
    }
    assert all("\ufdd0" in markup for name in templates for markup in foreseen(templates, name, jinja))
