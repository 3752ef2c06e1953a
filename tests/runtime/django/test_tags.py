"""{% load assetbuild %}: the tags in Django's templates."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Engine, TemplateSyntaxError
from django.test import override_settings
from django.utils.safestring import mark_safe

from assetbuild.runtime import AssetNotFound
from assetbuild.runtime.page import TAGS, VALUES
from runtime.django.site import LIBRARIES, rendered, site
from scenario import Outcome, Project, below_assets

LOAD = "{% load assetbuild %}"
MODULE = "{% javascript_include_tag 'js/app' type='module' integrity=False %}"
FILES: dict[str, str | bytes] = {
    "css/app.css": "a {}",
    "css/print.css": "b {}",
    "js/app.js": "import './lib.js'; import './more.js'",
    "js/more.js": "import './lib.js'",
    "js/lib.js": "",
    "img/a.png": b"png",
    "img/a@2x.png": b"png2",
    "fonts/text.woff2": b"font",
    "favicon.ico": b"ico",
}


@pytest.fixture(scope="module")
def built() -> Outcome:
    return Project(below_assets(FILES)).build()


def page(built: Outcome, text: str, templates: dict[str, str] | None = None, **values: object) -> str:
    with site(built.release):
        return rendered(LOAD + text, {name: LOAD + it for name, it in (templates or {}).items()}, **values)


def test_every_function_of_the_jinja_templates_is_a_tag() -> None:
    from assetbuild.runtime.django.templatetags.assetbuild import register

    assert set(register.tags) == {*VALUES, *TAGS}


def test_values_are_printed_or_kept_in_a_variable(built: Outcome) -> None:
    url = f"/static/{built.file('img/a.png')}"
    integrity = built.assets["img/a.png"]["integrity"]
    assert page(built, "{% asset_url 'img/a.png' %}") == url
    assert page(built, "{% asset_url name as it %}[{{ it }}]", name="img/a.png") == f"[{url}]"
    assert page(built, "{% asset_path 'img/a.png' %} {% asset_integrity name='img/a.png' %}") == f"{url} {integrity}"


def test_the_tags_print_markup_and_escape_what_they_are_given(built: Outcome) -> None:
    css = f"/static/{built.file('css/app.css')}"
    integrity = built.assets["css/app.css"]["integrity"]
    link = f'<link rel="stylesheet" href="{css}" integrity="{integrity}" crossorigin="anonymous"'
    assert page(built, "{% stylesheet_link_tag 'css/app.css' %}") == f"{link}>"
    assert page(built, "{% stylesheet_link_tag 'css/app.css' as tag %}{{ tag }}") == f"{link}>"
    attributes = "media='print' data_theme=theme title=None class='a b'"
    assert page(built, "{% stylesheet_link_tag 'css/app' " + attributes + " %}", theme='<"dark">') == (
        f'{link} media="print" data-theme="&lt;&quot;dark&quot;&gt;" class="a b">'
    )
    text = "{% stylesheet_link_tag 'css/app' data_x=it %}"
    assert 'data-x="a &amp; b"' in page(built, text, it=mark_safe("a &amp; b"))
    assert page(built, "{% autoescape off %}{% stylesheet_link_tag 'css/app' %}{% endautoescape %}") == f"{link}>"


def test_scripts_preloads_pictures_icons_and_the_import_map(built: Outcome) -> None:
    assert page(built, "{% javascript_include_tag 'js/lib' 'js/more' integrity=False defer=True data_x='1' %}") == (
        f'<script src="/static/{built.file("js/lib.js")}" defer data-x="1"></script>\n'
        f'<script src="/static/{built.file("js/more.js")}" defer data-x="1"></script>'
    )
    preload = page(built, "{% preload_link_tag 'fonts/text.woff2' %}")
    assert preload.endswith(' as="font" type="font/woff2" crossorigin="anonymous">')
    larger = {"img/a@2x.png": "2x"}
    picture = page(built, "{% image_tag 'img/a.png' alt='A' srcset=larger size='10x20' %}", larger=larger)
    assert picture.startswith(f'<img src="/static/{built.file("img/a.png")}"')
    assert f"{built.file('img/a@2x.png')} 2x".replace("@", "%40") in picture.replace("@", "%40")
    assert 'alt="A"' in picture
    assert page(built, "{% favicon_link_tag %}").startswith('<link rel="icon" href="/static/favicon.ico"')
    assert page(built, "{% javascript_importmap_tags nonce=nonce %}", nonce="r4").startswith('<script type="importmap"')
    assert 'nonce="r4"' in page(built, "{% javascript_importmap_tags nonce=nonce %}", nonce="r4")


def preloads(text: str) -> list[str]:
    return re.findall(r'rel="modulepreload" href="/static/js/(\w+)-', text)


def test_modules_are_preloaded_once_a_page_over_includes_blocks_and_inclusion_tags(built: Outcome) -> None:
    templates = {
        "base.html": MODULE + "{% block body %}{% endblock %}",
        "part.html": MODULE,
        "tag.html": MODULE,
        "shown.html": "{% extends 'base.html' %}{% load assetbuild shop %}{% block body %}{{ block.super }}"
        "{% include 'part.html' %}{% include 'part.html' only %}{% cart %}{% basket %}" + MODULE + "{% endblock %}",
    }
    with site(built.release):
        loaded = {name: text if "extends" in text else LOAD + text for name, text in templates.items()}
        engine = Engine(loaders=[("django.template.loaders.locmem.Loader", loaded)], libraries=LIBRARIES)
        template, context = engine.get_template("shown.html"), Context({})
        first = template.render(context)
        assert sorted(preloads(first)) == ["lib", "more"]
        assert first.count("<script") == 6
        assert template.render(context) == first, "another page with the same context preloads them again"


def test_an_asset_that_is_not_there_tells_the_template_the_line_and_the_closest_names(built: Outcome) -> None:
    with pytest.raises(AssetNotFound) as caught:
        page(built, "\n{% include 'part.html' %}", {"part.html": "\n\n{% image_tag 'img/b.png' %}"})
    assert caught.value.place == "part.html:3"
    assert str(caught.value).startswith("part.html:3: no asset named 'img/b.png'; did you mean 'img/a.png'")


@pytest.mark.parametrize("tag", ["asset_url", "asset_url 'a' 'b'", "image_tag", "asset_url 'a' other=1"])
def test_wrong_arguments_are_syntax_errors_of_the_template(built: Outcome, tag: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=tag.split()[0]):
        page(built, "{% if False %}{% " + tag + " %}{% endif %}")


def test_an_attribute_that_the_tag_makes_itself_is_refused(built: Outcome) -> None:
    with pytest.raises(TypeError, match="'href'"):
        page(built, "{% stylesheet_link_tag 'css/app' href='/x' %}")


def test_with_another_storage_the_tags_say_what_to_set(built: Outcome) -> None:
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain), pytest.raises(ImproperlyConfigured, match="ReleaseStorage"):
        rendered("{% load assetbuild %}{% asset_url 'img/a.png' %}")
    with override_settings(STORAGES={}), pytest.raises(ImproperlyConfigured, match="ReleaseStorage"):
        rendered("{% load assetbuild %}{% asset_url 'img/a.png' %}")


def test_the_jinja2_backend_takes_the_manifest_of_the_storage(built: Outcome) -> None:
    from django.contrib.staticfiles.storage import staticfiles_storage
    from jinja2 import Environment

    from assetbuild.runtime.jinja import install

    with site(built.release):
        environment = install(Environment(autoescape=True), staticfiles_storage.manifest)
        text = environment.from_string("{{ asset_url('img/a.png') }}").render()
    assert text == f"/static/{built.file('img/a.png')}"


def test_the_tags_of_django_assetpackager_take_names_with_and_without_quotes() -> None:
    files = ("js/base_packaged.js", "js/menu.js", "css/base_packaged.css", "css/print.css")
    made = Project({f"assets/{name}": "" for name in files}).build()
    text = "{% load asset_include %}{% javascript_include_merged :base menu.js 'menu.js' //b.example/x.js %}"
    text += '{% css_include_merged "print.css" %}{% stylesheet_link_merged :base %}'
    with site(made.release):
        page = rendered(text)
    assert re.findall(r'(?:src|href)="(.*?)"', page) == [
        f"/static/{made.file('js/base_packaged.js')}",
        f"/static/{made.file('js/menu.js')}",
        "//b.example/x.js",
        f"/static/{made.file('css/print.css')}",
        f"/static/{made.file('css/base_packaged.css')}",
    ]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("{% css_include_merged %}", TemplateSyntaxError, "names no asset: ':base' means all of them"),
    ],
)
def test_a_tag_of_django_assetpackager_that_is_wrong_says_where(
    built: Outcome, text: str, error: type[Exception], message: str
) -> None:
    with site(built.release), pytest.raises(error, match=message):
        rendered("{% load asset_include %}" + text)
