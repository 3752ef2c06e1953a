from __future__ import annotations

import asyncio
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.nativetypes import NativeEnvironment
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment
from markupsafe import Markup

from assetbuild.runtime import AssetNotFound, Manifest, ManifestError
from assetbuild.runtime.html import start_tag
from assetbuild.runtime.jinja import AssetExtension, install
from assetbuild.runtime.tags import preload_destination

from .release import document, record, write_release

DOCS = Path(__file__).parents[2] / "docs" / "jinja.md"
ASSETS = {
    "css/app.css": record("css/app-3f2a9c0d11e4b577.css"),
    "css/print.css": record("css/print-3f2a9c0d11e4b578.css"),
    "js/app.js": record("js/app-0123456789abcdef.js", "text/javascript"),
    "js/vendor.js": record("js/vendor-89abcdef01234567.js", "text/javascript"),
    "js/both": record("js/both-1.bin", "application/octet-stream"),
    "js/both.js": record("js/both-2.js", "text/javascript"),
    "img/logo.png": record("img/logo-fedcba9876543210.png", "image/png"),
    "fonts/text.woff2": record("fonts/text-00112233445566aa.woff2", "font/woff2"),
    "data.json": record("data-1.json", "application/json"),
    "a&b 'c.css": record("a&b 'c-1.css"),
}
HASH = ASSETS["css/app.css"]["integrity"]
CHECKED = f'integrity="{HASH}" crossorigin="anonymous"'
APP_CSS = "/static/css/app-3f2a9c0d11e4b577.css"
APP_JS = "/static/js/app-0123456789abcdef.js"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSETBUILD_MANIFEST", raising=False)
    monkeypatch.delenv("ASSETBUILD_BASE_URL", raising=False)


def environment(**options: Any) -> jinja2.Environment:
    return install(jinja2.Environment(**{"autoescape": True, **options}), Manifest(document(ASSETS)))


def render(expression: str, **context: Any) -> str:
    return environment().from_string("{{ " + expression + " }}").render(**context)


@pytest.mark.parametrize(
    ("expression", "html"),
    [
        ("asset_url('css/app.css')", APP_CSS),
        ("asset_integrity('css/app.css')", HASH),
        ("stylesheet_link_tag('css/app.css')", f'<link rel="stylesheet" href="{APP_CSS}" {CHECKED}>'),
        ("stylesheet_link_tag('css/app')", f'<link rel="stylesheet" href="{APP_CSS}" {CHECKED}>'),
        ("stylesheet_link_tag('css/app', integrity=False)", f'<link rel="stylesheet" href="{APP_CSS}">'),
        (
            "stylesheet_link_tag('css/app', rel='alternate stylesheet', integrity=False)",
            f'<link rel="alternate stylesheet" href="{APP_CSS}">',
        ),
        (
            "stylesheet_link_tag('css/app', 'css/print', integrity=False)",
            f'<link rel="stylesheet" href="{APP_CSS}">\n'
            '<link rel="stylesheet" href="/static/css/print-3f2a9c0d11e4b578.css">',
        ),
        ("stylesheet_link_tag()", ""),
        ("javascript_include_tag('js/app.js')", f'<script src="{APP_JS}" {CHECKED}></script>'),
        (
            "javascript_include_tag('js/app', type='module', defer=True, async=False, integrity=False)",
            f'<script src="{APP_JS}" type="module" defer></script>',
        ),
        (
            "javascript_include_tag('js/app', crossorigin='use-credentials')",
            f'<script src="{APP_JS}" integrity="{HASH}" crossorigin="use-credentials"></script>',
        ),
        ("javascript_include_tag('js/both', integrity=False)", '<script src="/static/js/both-1.bin"></script>'),
        (
            "javascript_include_tag('js/app', integrity=False, data_x_y=1, class_='k', for_='f', id=None)",
            f'<script src="{APP_JS}" data-x-y="1" class="k" for="f"></script>',
        ),
        (
            "javascript_include_tag('js/app', integrity=False, **{'data-a_b': 2, 'x:y': 3})",
            f'<script src="{APP_JS}" data-a_b="2" x:y="3"></script>',
        ),
        (
            "preload_link_tag('css/app.css')",
            f'<link rel="preload" href="{APP_CSS}" as="style" type="text/css" {CHECKED}>',
        ),
        (
            "preload_link_tag('js/app.js', integrity=False, fetchpriority='high')",
            f'<link rel="preload" href="{APP_JS}" as="script" type="text/javascript" fetchpriority="high">',
        ),
        ("preload_link_tag('js/app.js', type='module')", f'<link rel="modulepreload" href="{APP_JS}" {CHECKED}>'),
        (
            "preload_link_tag('data.json')",
            '<link rel="preload" href="/static/data-1.json" as="fetch" type="application/json" '
            'crossorigin="anonymous">',
        ),
        (
            "preload_link_tag('data.json', as_='script', type=False)",
            f'<link rel="preload" href="/static/data-1.json" as="script" {CHECKED}>',
        ),
        (
            "preload_link_tag('fonts/text.woff2', integrity=False)",
            '<link rel="preload" href="/static/fonts/text-00112233445566aa.woff2" as="font" type="font/woff2" '
            'crossorigin="anonymous">',
        ),
        (
            "preload_link_tag('img/logo.png', media='(min-width: 9em)')",
            '<link rel="preload" href="/static/img/logo-fedcba9876543210.png" as="image" type="image/png" '
            'media="(min-width: 9em)">',
        ),
    ],
)
def test_a_template_prints(expression: str, html: str) -> None:
    assert render(expression) == html


@pytest.mark.parametrize(
    ("media_type", "destination"),
    [
        ("text/css; charset=utf-8", "style"),
        ("Application/JavaScript", "script"),
        ("application/vnd.ms-fontobject", "font"),
        ("image/svg+xml", "image"),
        ("text/vtt", "track"),
        ("application/wasm", "fetch"),
        ("video/mp4", "fetch"),
    ],
)
def test_what_a_preload_is_for_follows_from_the_media_type(media_type: str, destination: str) -> None:
    assert preload_destination(media_type) == destination


def test_everything_is_escaped_with_and_without_autoescape() -> None:
    hostile = "\"'><script>alert(1)</script>&"
    for autoescape in (True, False):
        template = environment(autoescape=autoescape).from_string(
            '{{ stylesheet_link_tag("a&b \'c.css", integrity=False, title=value) }}'
        )
        for value in (hostile, Markup(hostile), Markup.escape(hostile)):
            assert template.render(value=value) == (
                '<link rel="stylesheet" href="/static/a&amp;b%20%27c-1.css" '
                'title="&quot;&#x27;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;">'
            )
    assert render('asset_url("a&b \'c.css")') == "/static/a&amp;b%20%27c-1.css"


def test_tags_are_markup_and_urls_are_text() -> None:
    module = environment().globals
    assert render("stylesheet_link_tag('css/app') is escaped") == "True"
    assert render("asset_url('css/app.css') is escaped") == "False"
    assert set(module) >= {
        "asset_url",
        "asset_integrity",
        "stylesheet_link_tag",
        "javascript_include_tag",
        "preload_link_tag",
    }


class OneTag(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[Any] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\r\0")))
def test_any_value_is_one_attribute_to_an_html_parser(value: str) -> None:
    assert OneTag(start_tag("link", {"title": value})).seen == [("link", [("title", value)])]


@given(st.text())
def test_any_attribute_name_is_one_attribute_or_refused(name: str) -> None:
    try:
        tag = start_tag("link", {name: "v"})
    except ValueError:
        return
    [(element, [(attribute, value)])] = OneTag(tag).seen
    assert (element, value) == ("link", "v")
    assert attribute.replace("-", "_") in (
        name.lower().replace("-", "_"),
        name.lower().replace("-", "_").removesuffix("_"),
    )


@pytest.mark.parametrize(
    "name", ["", "_", "a b", "a=b", "a>", 'a"', "a'", "a/b", "a\n", "a\0", "<a", "onload=alert(1) x"]
)
def test_an_impossible_attribute_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name of an HTML attribute"):
        render("stylesheet_link_tag('css/app', **attributes)", attributes={name: "1"})
    with pytest.raises(ValueError, match="not a name of an HTML attribute"):
        start_tag("link", {name: None})


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("stylesheet_link_tag('css/app', href='x')", "'href' is made from the asset's name"),
        ("javascript_include_tag('js/app', src='x')", "'src' is made"),
        ("preload_link_tag('js/app.js', HREF='x')", "'HREF' is made"),
        ("stylesheet_link_tag('css/app', integrity='sha384-x')", "integrity is True or False"),
        ("stylesheet_link_tag('css/app', class='a', class_='b')", "'class' is given twice"),
        ("stylesheet_link_tag(['css/app'])", "a string, not list"),
        ("asset_url(none)", "a string, not NoneType"),
    ],
)
def test_a_wrong_argument_is_told(expression: str, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        render(expression)


@pytest.mark.parametrize(
    "call", ["asset_url", "asset_integrity", "stylesheet_link_tag", "javascript_include_tag", "preload_link_tag"]
)
def test_a_missing_name_is_told_with_the_closest_ones_from_every_function(call: str) -> None:
    with pytest.raises(AssetNotFound) as caught:
        render(f"{call}('img/lgoo.png')")
    assert str(caught.value) == "no asset named 'img/lgoo.png'; did you mean 'img/logo.png'?"


@pytest.mark.parametrize(
    "call", ["asset_url", "asset_integrity", "stylesheet_link_tag", "javascript_include_tag", "preload_link_tag"]
)
def test_an_undefined_name_is_told_as_undefined(call: str) -> None:
    with pytest.raises(jinja2.UndefinedError, match="'nothing' is undefined"):
        render(f"{call}(nothing)")


def test_undefined_attributes_are_left_out_unless_undefined_is_strict() -> None:
    source = "{{ stylesheet_link_tag('css/app', title=nothing, integrity=False) }}"
    assert environment().from_string(source).render() == f'<link rel="stylesheet" href="{APP_CSS}">'
    with pytest.raises(jinja2.UndefinedError):
        environment(undefined=jinja2.StrictUndefined).from_string(source).render()


def test_the_manifest_is_an_attribute_of_the_environment() -> None:
    plain = jinja2.Environment(extensions=[AssetExtension])
    plain.assets = Manifest(document(ASSETS), "/other")  # type: ignore[attr-defined]
    template = plain.from_string("{{ asset_url('robots.txt' if false else 'data.json') }}")
    assert template.render() == "/other/data-1.json"
    plain.assets = Manifest(document(ASSETS), "https://cdn.example")  # type: ignore[attr-defined]
    assert template.render() == "https://cdn.example/data-1.json"
    plain.assets = {"data.json": "x"}  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match=r"environment\.assets is a Manifest, not dict"):
        template.render()


def test_two_environments_have_two_manifests() -> None:
    one, two = environment(), install(jinja2.Environment(), Manifest(document(ASSETS), "/two"))
    source = "{{ asset_url('data.json') }}"
    assert (one.from_string(source).render(), two.from_string(source).render()) == (
        "/static/data-1.json",
        "/two/data-1.json",
    )


def test_an_overlay_has_its_environment_s_manifest_or_its_own() -> None:
    source = "{{ asset_url('data.json') }}"
    base = environment()
    overlay = base.overlay(autoescape=False)
    assert overlay.from_string(source).render() == "/static/data-1.json"
    overlay.assets = Manifest(document(ASSETS), "/mine")  # type: ignore[attr-defined]
    assert overlay.from_string(source).render() == "/mine/data-1.json"
    assert base.from_string(source).render() == "/static/data-1.json"
    late = jinja2.Environment(extensions=[AssetExtension])
    over_late = late.overlay()
    late.assets = Manifest(document(ASSETS), "/late")  # type: ignore[attr-defined]
    assert over_late.from_string(source).render() == "/late/data-1.json"


def test_without_a_manifest_the_environment_variable_s_is_loaded_once_at_first_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = jinja2.Environment(extensions=[AssetExtension])
    template = plain.overlay().from_string("{{ asset_url('data.json') }}")
    with pytest.raises(ManifestError, match="set ASSETBUILD_MANIFEST"):
        template.render()
    path = write_release(tmp_path, ASSETS)
    monkeypatch.setenv("ASSETBUILD_MANIFEST", str(path))
    assert template.render() == "/static/data-1.json"
    path.unlink()
    assert template.render() == plain.from_string("{{ asset_url('data.json') }}").render() == "/static/data-1.json"


def test_a_compiled_template_cache_fits_another_release(tmp_path: Path) -> None:
    cache = jinja2.FileSystemBytecodeCache(str(tmp_path))
    loader = jinja2.DictLoader({"t": "{{ asset_url('data.json') }}"})
    for release, url in (("1", "/static/data-1.json"), ("2", "/static/data-2.json")):
        assets = {"data.json": record(f"data-{release}.json", "application/json")}
        fresh = jinja2.Environment(loader=loader, bytecode_cache=cache)
        assert install(fresh, Manifest(document(assets))).get_template("t").render() == url
    assert len(list(tmp_path.iterdir())) == 1


def test_imported_macros_and_includes_have_the_functions() -> None:
    loader = jinja2.DictLoader(
        {"m": "{% macro css(name) %}{{ asset_url(name) }}{% endmacro %}", "i": "{{ asset_url('data.json') }}"}
    )
    source = "{% from 'm' import css %}{{ css('css/app.css') }} {% include 'i' without context %}"
    assert environment(loader=loader).from_string(source).render() == f"{APP_CSS} /static/data-1.json"


def test_async_environments_work() -> None:
    template = environment(enable_async=True).from_string("{{ javascript_include_tag('js/app', integrity=False) }}")
    assert asyncio.run(template.render_async()) == f'<script src="{APP_JS}"></script>'


@pytest.mark.parametrize("kind", [SandboxedEnvironment, ImmutableSandboxedEnvironment, NativeEnvironment])
def test_other_kinds_of_environments_work(kind: type[jinja2.Environment]) -> None:
    made = install(kind(autoescape=True), Manifest(document(ASSETS)))
    template = made.from_string("{{ stylesheet_link_tag('css/app', integrity=False) }}")
    assert template.render() == f'<link rel="stylesheet" href="{APP_CSS}">'


def test_the_documentation_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_release(tmp_path / "build" / "release", ASSETS)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    pending = ""
    kinds = []
    for kind, text in re.findall(r"^```(\w+)\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        kinds.append(kind)
        if kind == "python":
            exec(text, names)
        elif kind == "jinja":
            pending = names["environment"].from_string(text).render()
        else:
            assert kind == "html"
            assert re.sub(r"sha384-[\w+/]{64}", "sha384-…", pending) == text.rstrip("\n")
    assert kinds.count("jinja") == kinds.count("html") >= 4
    assert kinds.count("python") == 2
