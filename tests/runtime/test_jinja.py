from __future__ import annotations

import asyncio
import pickle
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
from assetbuild.runtime.packages import PASSED_ON
from assetbuild.runtime.page import TAGS, VALUES
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
    "favicon.ico": record("favicon.ico", "image/x-icon"),
    "photos/hero.webp": record("photos/hero-0.webp", "image/webp"),
    "x/y": record("img/odd,", "image/png"),
    "js/main.js": record("js/main-1.js", "text/javascript", imports=["js/one.js", "js/two.js", "data.json"]),
    "js/one.js": record("js/one-1.js", "text/javascript", imports=["js/deep.js"], dynamicImports=["js/late.js"]),
    "js/two.js": record("js/two-1.js", "text/javascript; charset=utf-8", imports=["js/deep.js", "js/main.js"]),
    "js/deep.js": record("js/deep-1.js", "text/javascript", imports=["js/one.js"]),
    "js/late.js": record("js/late-1.js", "text/javascript"),
    "js/broken.js": record("js/broken-1.js", "text/javascript", imports=["js/gone.js"]),
    "data.json": record("data-1.json", "application/json"),
    "a&b 'c.css": record("a&b 'c-1.css"),
}
HASH = ASSETS["css/app.css"]["integrity"]
CHECKED = f'integrity="{HASH}" crossorigin="anonymous"'
APP_CSS = "/static/css/app-3f2a9c0d11e4b577.css"
LOGO = "/static/img/logo-fedcba9876543210.png"
APP_JS = "/static/js/app-0123456789abcdef.js"


CALLS = [name for name in (*VALUES, *TAGS) if name != "javascript_importmap_tags"]


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
            "javascript_include_tag('js/app', type='module', defer=True, async=False, integrity=False, preload=True)",
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
        ("asset_path('css/app.css')", APP_CSS),
        ("favicon_link_tag()", '<link rel="icon" href="/static/favicon.ico" type="image/x-icon">'),
        (
            "favicon_link_tag('img/logo.png', rel='apple-touch-icon', sizes='180x180')",
            f'<link rel="apple-touch-icon" href="{LOGO}" type="image/png" sizes="180x180">',
        ),
        ("image_tag('img/logo.png')", f'<img src="{LOGO}">'),
        ("image_tag('img/logo.png', alt='')", f'<img src="{LOGO}" alt="">'),
        ("image_tag('img/logo.png', size='32x16')", f'<img src="{LOGO}" width="32" height="16">'),
        ("image_tag('img/logo.png', size=32)", f'<img src="{LOGO}" width="32" height="32">'),
        ("image_tag('img/logo.png', width=3, loading='lazy')", f'<img src="{LOGO}" width="3" loading="lazy">'),
        (
            "image_tag('img/logo.png', srcset={'img/logo.png': '1x', 'photos/hero.webp': '2x'})",
            f'<img src="{LOGO}" srcset="{LOGO} 1x, /static/photos/hero-0.webp 2x">',
        ),
        (
            "image_tag('img/logo.png', srcset=[('x/y', '1.5x'), ['photos/hero.webp', '640w']], sizes='50vw')",
            f'<img src="{LOGO}" srcset="/static/img/odd%2C 1.5x, /static/photos/hero-0.webp 640w" sizes="50vw">',
        ),
        (
            "image_tag('img/logo.png', srcset='img/logo.png,\\nphotos/hero.webp   2x,')",
            f'<img src="{LOGO}" srcset="{LOGO} 1x, /static/photos/hero-0.webp 2x">',
        ),
        ("image_tag('img/logo.png', srcset=none, size=nothing)", f'<img src="{LOGO}">'),
        (
            "javascript_importmap_tags(nonce='a\"b')",
            '<script type="importmap" nonce="a&quot;b">{"imports":{}}</script>',
        ),
        (
            "javascript_include_tag('js/main', type='module', integrity=False, preload=False)",
            '<script src="/static/js/main-1.js" type="module"></script>',
        ),
        ("javascript_include_tag('js/main', integrity=False)", '<script src="/static/js/main-1.js"></script>'),
        (
            "javascript_include_tag('js/main', type='Module', integrity=false, nonce='n', crossorigin='anonymous')",
            "\n".join(
                f'<link rel="modulepreload" href="/static/js/{name}-1.js" nonce="n" crossorigin="anonymous">'
                for name in ("one", "two", "deep")
            )
            + '\n<script src="/static/js/main-1.js" type="Module" nonce="n" crossorigin="anonymous"></script>',
        ),
        (
            "javascript_include_tag('js/deep', type='module')",
            f'<link rel="modulepreload" href="/static/js/one-1.js" {CHECKED}>\n'
            f'<script src="/static/js/deep-1.js" {CHECKED} type="module"></script>',
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
        "asset_path",
        "asset_integrity",
        "stylesheet_link_tag",
        "javascript_include_tag",
        "preload_link_tag",
        "image_tag",
        "favicon_link_tag",
        "javascript_importmap_tags",
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
        ("image_tag('img/logo.png', src='x')", "'src' is made"),
        ("image_tag('img/logo.png', size='2x3', width=2)", "'width' is given twice: size says it, too"),
        ("image_tag('img/logo.png', srcset={1: '2x'})", "a string, not int"),
        ("favicon_link_tag(href='x')", "'href' is made"),
    ],
)
def test_a_wrong_argument_is_told(expression: str, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        render(expression)


@pytest.mark.parametrize(
    "arguments", ["size='2x'", "size='x'", "size='-1x2'", "size='1x2x3'", "size='²'",
     "srcset={'img/logo.png': '2'}", "srcset={'img/logo.png': 'x'}", "srcset={'img/logo.png': '1.5w'}",
     "srcset={'img/logo.png': '1.x'}", "srcset={'img/logo.png': '2x, evil.png 3x'}", "srcset={'img/logo.png': 2}"]
)  # fmt: skip
def test_what_is_no_size_and_no_descriptor_is_refused(arguments: str) -> None:
    with pytest.raises(ValueError, match=r"^(size|a descriptor in srcset) is"):
        render(f"image_tag('img/logo.png', {arguments})")


@pytest.mark.parametrize("call", [name for name in CALLS if name not in PASSED_ON])
def test_a_missing_name_is_told_with_the_closest_ones_from_every_function_that_does_not_pass_it_on(call: str) -> None:
    with pytest.raises(AssetNotFound) as caught:
        render(f"{call}('img/lgoo.png')")
    assert str(caught.value).startswith("<template>:1: no asset named 'img/lgoo.png'; did you mean 'img/logo.png'")


def test_a_missing_name_is_told_with_the_template_and_the_line_that_name_it() -> None:
    loader = jinja2.DictLoader(
        {
            "page": "{% include 'a/head' %}",
            "a/head": "\n{% from 'm' import css %}\n{{ css('gone') }}",
            "m": "\n\n\n\n{% macro css(name) %}\n{{ stylesheet_link_tag(name) }}{% endmacro %}",
            "tag": "\n{% assets 'gone' %}{% endassets %}",
        }
    )
    for page, place in [("page", "m:6"), ("a/head", "m:6"), ("tag", "tag:2")]:
        for is_async in (False, True):
            with pytest.raises(AssetNotFound, match=f"^{place}: no asset named 'gone'") as caught:
                environment(loader=loader, enable_async=is_async).get_template(page).render()
            assert caught.value.place == place
            assert pickle.loads(pickle.dumps(caught.value)).place == place


@pytest.mark.parametrize("call", CALLS)
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


MODULE = "{{ javascript_include_tag('js/main', type='module', integrity=False) }}"
PRELOADS = [f'<link rel="modulepreload" href="/static/js/{name}-1.js">' for name in ("one", "two", "deep")]
PAGES = {
    "head": MODULE,
    "macro": "{% macro script() %}" + MODULE + "{% endmacro %}",
    "base": "{% include 'head' %}{% block body %}{% endblock %}",
    "page": "{% extends 'base' %}{% block body %}{% for _ in [1, 2] %}" + MODULE + "{% endfor %}"
    "{% from 'macro' import script with context %}{{ script() }}{% include 'head' %}{% endblock %}",
    "alone": "{% from 'macro' import script %}{{ script() }}{{ script() }}",
    "first": "{% if false %}{{ javascript_include_tag('js/two', type='module') }}{% endif %}{% include 'head' %}",
}
KINDS = [jinja2.Environment, SandboxedEnvironment, ImmutableSandboxedEnvironment]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_async", [False, True])
def test_every_module_is_preloaded_once_a_page_wherever_the_tag_stands(
    kind: type[jinja2.Environment], is_async: bool
) -> None:
    made = install(
        kind(loader=jinja2.DictLoader(PAGES), autoescape=True, enable_async=is_async), Manifest(document(ASSETS))
    )
    for name, scripts in (("page", 5), ("first", 1)):
        template = made.get_template(name)
        for html in (template.render(), template.render(), "".join(template.generate())):
            assert [line for line in re.findall("<link.*?>", html)] == PRELOADS  # noqa: C416
            assert html.count("<script") == scripts


def test_a_macro_imported_without_context_knows_no_page_and_preloads_at_each_call() -> None:
    template = environment(loader=jinja2.DictLoader(PAGES)).get_template("alone")
    assert re.findall("<link.*?>", template.render()) == re.findall("<link.*?>", template.render()) == PRELOADS * 2


def test_modules_of_one_tag_do_not_preload_each_other() -> None:
    html = render("javascript_include_tag('js/main', 'js/deep', type='module', integrity=False)")
    assert re.findall("<link.*?>", html) == PRELOADS[:2]


def test_a_context_class_of_the_environment_s_own_is_kept() -> None:
    class Shouting(jinja2.runtime.Context):
        def resolve_or_missing(self, key: str) -> Any:
            return "loud" if key == "word" else super().resolve_or_missing(key)

    class Own(jinja2.Environment):
        context_class = Shouting

    template = install(Own(), Manifest(document(ASSETS))).from_string("{{ word }}" + MODULE + MODULE)
    assert template.render().startswith("loud" + PRELOADS[0])
    assert template.render().count("<link") == 3


def test_an_import_of_nothing_is_told_as_a_damaged_manifest() -> None:
    with pytest.raises(ManifestError, match=r"'js/broken\.js' imports 'js/gone\.js', which it does not have"):
        render("javascript_include_tag('js/broken', type='module')")


def test_the_path_of_an_asset_is_its_url_without_the_host() -> None:
    for base_url, path in [
        ("https://cdn.example/x/", "/x/data-1.json"),
        ("https://cdn.example", "/data-1.json"),
        ("//cdn.example/a/b", "/a/b/data-1.json"),
        ("/", "/data-1.json"),
    ]:
        made = install(jinja2.Environment(), Manifest(document(ASSETS), base_url))
        assert made.from_string("{{ asset_path('data.json') }}").render() == path


def test_install_loads_the_manifest_at_once_if_it_is_given_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ManifestError, match="run `assetbuild build`"):
        install(jinja2.Environment())
    monkeypatch.setenv("ASSETBUILD_MANIFEST", str(write_release(tmp_path, ASSETS)))
    assert install(jinja2.Environment()).from_string("{{ asset_url('data.json') }}").render() == "/static/data-1.json"


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
            assert re.sub(r"sha384-[\w+/]{64}", "sha384-…", pending.rstrip("\n")) == text.rstrip("\n")
    assert kinds.count("jinja") == kinds.count("html") >= 4
    assert kinds.count("python") == 3
