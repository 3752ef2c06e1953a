"""webassets' tag in templates that stay as they were."""

from __future__ import annotations

import asyncio
from typing import Any

import jinja2
import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment

from assetbuild.runtime import AssetNotFound, Manifest
from assetbuild.runtime.jinja import AssetExtension, install

from .release import document, record

ASSETS = {
    "js/a.js": record("js/a-1.js", "text/javascript", b"a"),
    "js/b.js": record("js/b-1.js", "text/javascript", b"b"),
    "gen/packed.js": record("gen/packed-1.js", "text/javascript", b"packed"),
    "site.css": record("site-1.css"),
    "both.css": record("both-1.css"),
    "both.js": record("both-1.js"),
    "a&b.css": record("a&b-1.css"),
    "output.js": record("output-1.js"),
}
BUNDLES = {"js_all": "gen/packed.js", "several": ["js/a.js", ("js/b", "site")]}


def render(source: str, kind: type[jinja2.Environment] = jinja2.Environment, **context: Any) -> str:
    made = install(kind(autoescape=True), Manifest(document(ASSETS)), BUNDLES)
    return made.from_string(source).render(**context)


def urls(arguments: str, **context: Any) -> list[str]:
    """The URLs that the tag prints its body for."""
    found = render("{% assets " + arguments + " %}{{ ASSET_URL }} {% endassets %}", **context).split()
    return [url.removeprefix("/static/") for url in found]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('"js/a.js"', ["js/a-1.js"]),
        ('"js/a.js", "js/b.js"', ["js/a-1.js", "js/b-1.js"]),
        ('filters="jsmin,gzip", "js/a.js", output="gen/nowhere.js", "js/b.js"', ["js/a-1.js", "js/b-1.js"]),
        ('"js/a.js", filters=("a", "b"), depends=["x/*"], debug=False, filter=undefined.thing', ["js/a-1.js"]),
        ('["js/a.js", "js/b.js"]', ["js/a-1.js", "js/b-1.js"]),
        ('("js/a.js", name), "site"', ["js/a-1.js", "js/b-1.js", "site-1.css"]),
        ("files", ["js/a-1.js", "js/b-1.js"]),
        ('"js_all"', ["gen/packed-1.js"]),
        ('"several"', ["js/a-1.js", "js/b-1.js", "site-1.css"]),
        ('"both"', ["both-1.css"]),
        ('"js/a.js", output="gen/packed.js"', ["gen/packed-1.js"]),
        ('"js/gone.js", output="gen/packed.js"', ["gen/packed-1.js"]),
        ('"js/gone.js", output="/static/gen/packed.js"', ["gen/packed-1.js"]),
        ('"js/gone.js", output="static/gen/packed.js"', ["gen/packed-1.js"]),
        ('"js/gone.js", output="gen/packed.%(version)s.js"', ["gen/packed-1.js"]),
        ('"js/gone.js", output="gen/packed-%(version)s.js"', ["gen/packed-1.js"]),
        ('"js/gone.js", output=where', ["gen/packed-1.js"]),
        ('output="gen/packed.js"', ["gen/packed-1.js"]),
        ('"js/a.js", output=none', ["js/a-1.js"]),
        ("", []),
    ],
)
def test_the_body_is_printed_for(arguments: str, expected: list[str]) -> None:
    assert urls(arguments, name="js/b.js", files=["js/a.js", "js/b.js"], where="gen/packed.js") == expected


NAMES = {
    "all": {"assets": ["js/b.js", "js/a.js"]},
    "screen": {"assets": ["site.css"], "extra": {"media": "screen", "rel": "stylesheet"}},
    "print": {"assets": ["both.css"], "extra": {"media": "print"}},
    "js/a.js, js/b.js; filters=rjsmin,gzip; output=gen/packed.js": {"assets": ["js/b.js"]},
    "js/*.js": {"assets": ["js/a.js", "js/b.js"]},
    "site; filters=rcssmin": {"assets": ["both.css"], "extra": {"media": "tv"}},
}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('"all"', "js/b-1.js js/a-1.js"),
        ('"screen"', "site-1.css:screen"),
        ('"screen", "print"', "site-1.css:print both-1.css:print"),
        ('"screen", "js/a.js"', "site-1.css js/a-1.js"),
        ('"print", output="gen/packed.js"', "gen/packed-1.js:print"),
        ('"js/a.js", "js/b.js", output="gen/packed.js"', "gen/packed-1.js"),
        ('"js/a.js", "js/b.js", filters=" rjsmin , gzip", output="gen/packed.js"', "js/b-1.js"),
        ('"js/a.js", "js/b.js", output="gen/packed.js", filter=["rjsmin", "gzip"]', "js/b-1.js"),
        ('["js/a.js", "js/b.js"], filters=f(), output="gen/packed.js"', "gen/packed-1.js"),
        ('"js/*.js"', "js/a-1.js js/b-1.js"),
        ('"site", filters=("rcssmin",)', "both-1.css:tv"),
        ('"js_all"', "gen/packed-1.js"),
    ],
)
def test_the_names_of_the_manifest_are_known_and_what_they_have_for_templates(arguments: str, expected: str) -> None:
    made = install(jinja2.Environment(), Manifest({**document(ASSETS), "names": NAMES}), BUNDLES)
    body = "{{ ASSET_URL }}{% if EXTRA.media %}:{{ EXTRA.media }}{% endif %} "
    html = made.from_string("{% assets " + arguments + " %}" + body + "{% endassets %}").render()
    assert html.replace("/static/", "").split() == expected.split()


def test_an_output_below_the_path_of_a_cdn_is_found() -> None:
    made = install(jinja2.Environment(), Manifest(document(ASSETS), "https://cdn.example/files/"))
    template = made.from_string('{% assets output="/files/gen/packed.js" %}{{ ASSET_URL }}{% endassets %}')
    assert template.render() == "https://cdn.example/files/gen/packed-1.js"


def test_the_body_has_url_integrity_and_extra_and_what_is_around_it() -> None:
    source = (
        "{% for word in ['w'] %}{% assets 'js/a.js', 'js/b.js' %}"
        "<{{ ASSET_URL }} {{ ASSET_SRI }} {{ EXTRA }} {{ EXTRA.rel or 'x' }} {{ word }} {{ asset_url('site.css') }}>"
        "{% endassets %}{% endfor %}{{ ASSET_URL is defined }}"
    )
    assert render(source) == (
        "".join(
            f"</static/js/{name}-1.js {ASSETS[f'js/{name}.js']['integrity']} {{}} x w /static/site-1.css>"
            for name in "ab"
        )
        + "False"
    )


def test_the_url_is_escaped_where_the_template_escapes() -> None:
    source = "{% assets 'a&b' %}{{ ASSET_URL }}<br>{% endassets %}"
    assert render(source) == "/static/a&amp;b-1.css<br>"
    assert render("{% set x %}" + source + "{% endset %}{{ x }}") == "/static/a&amp;b-1.css<br>"
    assert render("{% autoescape false %}" + source + "{% endautoescape %}") == "/static/a&b-1.css<br>"


@pytest.mark.parametrize("kind", [SandboxedEnvironment, ImmutableSandboxedEnvironment])
def test_sandboxes_and_macros_and_inherited_blocks_take_it(kind: type[jinja2.Environment]) -> None:
    macro = "{% macro m(n) %}{% assets n %}{{ ASSET_URL }}{% endassets %}{% endmacro %}"
    assert render(macro + "{{ m('site') }}", kind) == "/static/site-1.css"
    assert render("{% block b %}" + macro + "{{ m('site') }}{% endblock %}", kind) == "/static/site-1.css"


def test_async_environments_take_it() -> None:
    made = install(jinja2.Environment(enable_async=True), Manifest(document(ASSETS)))
    template = made.from_string("{% assets 'js/a', 'js/b' %}{{ ASSET_URL }}{{ later() }} {% endassets %}")

    async def later() -> str:
        await asyncio.sleep(0)
        return "!"

    assert asyncio.run(template.render_async(later=later)) == "/static/js/a-1.js! /static/js/b-1.js! "


def test_compiled_templates_may_be_cached(tmp_path: Any) -> None:
    cache = jinja2.FileSystemBytecodeCache(str(tmp_path))
    loader = jinja2.DictLoader({"t": "{% assets 'x' %}{{ ASSET_URL }}{% endassets %}"})
    for number in ("1", "2"):
        made = jinja2.Environment(loader=loader, bytecode_cache=cache)
        manifest = Manifest(document({"x.css": record(f"x-{number}.css")}))
        assert install(made, manifest).get_template("t").render() == f"/static/x-{number}.css"
    assert len(list(tmp_path.iterdir())) == 1


def test_an_overlay_has_the_bundles_of_its_environment() -> None:
    made = install(jinja2.Environment(), Manifest(document(ASSETS)))
    overlay = made.overlay(trim_blocks=True)
    made.asset_bundles = BUNDLES  # type: ignore[attr-defined]
    assert (
        overlay.from_string("{% assets 'js_all' %}{{ ASSET_URL }}{% endassets %}").render() == "/static/gen/packed-1.js"
    )


def test_a_missing_name_is_told_with_the_closest_one() -> None:
    with pytest.raises(AssetNotFound, match=r"<template>:1: no asset named 'js/c\.js'; did you mean 'js/"):
        urls('"js/c.js", output="gen/none.js"')
    with pytest.raises(jinja2.UndefinedError, match="'nothing' is undefined"):
        urls("nothing")
    with pytest.raises(TypeError, match="a string, not int"):
        urls("1")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ('"js/a.js", unknown=1', "the tag 'assets' has no option 'unknown'"),
        ('"js/a.js" "js/b.js" filters="x"', "expected token ','"),
        ('"js/a.js"; "x"', "expected token"),
    ],
)
def test_what_webassets_would_not_take_is_refused_when_the_template_is_read(arguments: str, words: str) -> None:
    environment = jinja2.Environment(extensions=[AssetExtension])
    with pytest.raises(jinja2.TemplateSyntaxError, match=words):
        environment.from_string("{% assets " + arguments + " %}{% endassets %}")
