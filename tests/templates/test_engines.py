from __future__ import annotations

from pathlib import Path

import pytest

from assetbuild.templates.engines import Engine, evident_engine
from templates import check, errors, marked


@pytest.mark.parametrize(
    ("file", "content", "engine"),
    [
        ("a.jinja", "{% load static %}", "jinja2"),
        ("a.html.j2", "{% csrf_token %}", "jinja2"),
        ("A.JINJA2", "{% url 'x' %}", "jinja2"),
        ("app/jinja2/a.html", "{% url 'x' %}", "jinja2"),
        ("a.djhtml", "{{ asset_url('x') }}", "django"),
        ("a.html", "{% load static %}{{ asset_url('x') }}", "django"),
        ("a.html", "{% csrf_token %}{{ asset_url('x') }}", "jinja2"),
        ("a.html", "{% csrf_token %}{{ x }}", "django"),
        ("a.html", "{% static 'x' %}", "django"),
        ("a.html", "{% asset_url 'x' %}", "django"),
        ("a.html", "{% stylesheet_link_tag 'x' %}", "django"),
        ("a.html", "{%- static 'x' %}", "auto"),
        ("a.html", "{% if x %}{{ y }}{% endif %}", "auto"),
        ("jinja2.html", "{% statics 'x' %}", "auto"),
    ],
)
def test_the_name_tells_the_language_then_what_is_loaded_called_and_tagged(
    file: str, content: str, engine: Engine
) -> None:
    assert evident_engine(content, file) == engine


@pytest.mark.parametrize(
    "template",
    [
        '{{ date|date:"Y" }}',
        "{{ rows.0.1 }}",
        '{% include "x.html" with a=b %}',
        '{% include "x.html" only %}',
        "{% block date-links %}{% endblock %}",
        "{% for x in y reversed %}{% endfor %}",
    ],
)
def test_what_jinja2_does_not_take_but_django_does_is_djangos(tmp_path: Path, template: str) -> None:
    assert check(tmp_path, {"a.html": template}).diagnostics == ()


def test_a_guess_that_fails_says_which_language_was_tried(tmp_path: Path) -> None:
    (error,) = errors(check(tmp_path, {"a.html": "{{ asset_url }}{{ x y }}"}))
    assert error.endswith("^ read as Jinja2; --engine django reads it as Django does")


def test_the_language_can_be_said(tmp_path: Path) -> None:
    both = {"a.html": "{% static 'one' %}{{ asset_url('two') }}"}
    assert marked(check(tmp_path, both, engine="django")) == ["one"]
    assert marked(check(tmp_path, both, engine="jinja2")) == ["two"]


def test_a_file_without_any_template_syntax_is_not_even_parsed(tmp_path: Path) -> None:
    found = check(tmp_path, {"a.svg": "<svg><!-- asset_url('x') --></svg>" * 1000})
    assert (found.templates, found.diagnostics) == (1, ())
