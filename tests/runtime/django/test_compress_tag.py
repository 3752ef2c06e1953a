"""{% load compress %}: the blocks of django-compressor, printed from a release."""

from __future__ import annotations

import shutil

import pytest
from django.template import TemplateSyntaxError

from assetbuild.runtime import AssetNotFound, ManifestError
from assetbuild.runtime.compressor import Part, bundle_path
from runtime.django.site import rendered, site
from scenario import Outcome, Project, below_assets

LOAD = "{% load compress static %}"
PATHS = {
    "both": bundle_path("CACHE", "js", None, [Part("js/a.js"), Part("js/b.js")]),
    "named": bundle_path("CACHE", "js", "base", [Part("js/a.js")]),
    "text": bundle_path("CACHE", "js", None, [Part("js/a.js"), Part(None, 'x = "asset:img/a.png"')]),
    "css": bundle_path("CACHE", "css", None, [Part("css/a.css")]),
    "sass": bundle_path("CACHE", "css", None, [Part("css/s.scss")]),
    "end": bundle_path("CACHE", "js", None, [Part("js/end.js")]),
}
FILES: dict[str, str | bytes] = {
    "js/a.js": "window.a = 1",
    "js/b.js": "window.b = 2",
    "js/c.js": "window.c = 3",
    "js/end.js": "x = '</script><b>'",
    "css/a.css": "a { background: url(../img/a.png) } b { background: url('../img/a.png?x#y') }",
    "css/s.scss": "a { b { color: red } }",
    "img/a.png": b"png",
}
CONTENTS = {
    "both": ["js/a.js", "js/b.js"],
    "named": ["js/a.js"],
    "text": ["js/a.js", "js/c.js"],
    "css": ["css/a.css"],
    "sass": ["css/s.scss"],
    "end": ["js/end.js"],
}
CONFIG = 'sources = ["assets"]\npublish_contents = true\nencodings = []\n' + "".join(
    f'[bundles."{PATHS[key]}"]\ncontents = {contents}\n' for key, contents in CONTENTS.items()
)
A, B, C = (f"<script src=\"{{% static 'js/{name}.js' %}}\"></script>" for name in "abc")


@pytest.fixture(scope="module")
def built() -> Outcome:
    return Project(below_assets(FILES), CONFIG).build()


def page(built: Outcome, inside: str, words: str = "js", settings: dict[str, object] | None = None) -> str:
    with site(built.release, **(settings or {})):
        return rendered(f"{LOAD}{{% compress {words} %}}{inside}{{% endcompress %}}")


def test_a_block_is_its_bundle_whether_it_is_written_by_static_or_by_url(built: Outcome) -> None:
    file = built.file(PATHS["both"])
    whole = (
        f'<script src="/static/{file}" integrity="{built.assets[PATHS["both"]]["integrity"]}" crossorigin="anonymous">'
    )
    assert page(built, A + B) == f"{whole}</script>"
    assert page(built, A + '\n<script src="/static/js/b.js?v=1"></script>') == f"{whole}</script>"
    assert PATHS["named"].rpartition(".")[0].rpartition("/")[2] in page(built, A, "js file base")


def test_a_url_in_a_text_counts_by_what_it_names(built: Outcome) -> None:
    text = "<script>x = \"{% static 'img/a.png' %}\"</script>"
    assert f'src="/static/{built.file(PATHS["text"])}"' in page(built, A + text)


def test_a_deploy_under_another_base_url_has_the_same_bundles(built: Outcome) -> None:
    shown = page(built, A + B, settings={"base_url": "https://cdn.example.com/"})
    assert f'src="https://cdn.example.com/{built.file(PATHS["both"])}"' in shown


def test_what_no_import_has_seen_is_printed_part_by_part_with_its_attributes(built: Outcome) -> None:
    shown = page(built, C + A + '<script id="x">var x</script><script src="https://x.example/y.js" async></script>')
    assert f'<script src="/static/{built.file("js/c.js")}"' in shown
    assert shown.index(built.file("js/c.js")) < shown.index(built.file("js/a.js")) < shown.index('<script id="x">var x')
    assert shown.endswith('<script src="https://x.example/y.js" async></script>')
    assert ' defer data-x="1"></script>' in page(built, '<script src="/static/js/c.js" defer data-x="1"></script>')


def test_a_nonce_that_all_parts_have_is_that_of_the_bundle(built: Outcome) -> None:
    nonce = '<script nonce="r4" src="/static/js/a.js"></script><script nonce="{}" src="/static/js/b.js"></script>'
    assert ' nonce="r4"></script>' in page(built, nonce.format("r4"))
    assert "nonce" not in page(built, nonce.format("r5"))


def test_sass_is_the_style_sheet_that_was_made_of_it(built: Outcome) -> None:
    link = '<link rel="stylesheet" type="text/x-scss" href="{% static \'css/s.scss\' %}">'
    assert f'href="/static/{built.file(PATHS["sass"])}"' in page(built, link, "css")
    alone = link + '<link rel="stylesheet" href="/static/css/a.css">'
    assert f'href="/static/{built.file("css/s.css")}"' in page(built, alone, "css")


def test_sass_in_the_page_that_no_build_has_seen_is_an_error_that_says_what_to_do(built: Outcome) -> None:
    with pytest.raises(AssetNotFound, match=r"page\.html:1: no build has made 'CACHE/css/output\..*import django-comp"):
        page(built, '<style type="text/x-scss">a { b { c: d } }</style>', "css")


def test_a_missing_file_is_an_error_at_the_block(built: Outcome) -> None:
    with pytest.raises(AssetNotFound, match=r"page\.html:1: no asset named 'js/aa\.js'; did you mean 'js/a\.js'"):
        page(built, "<script src=\"{% static 'js/aa.js' %}\"></script>")
    with site(built.release), pytest.raises(AssetNotFound):
        rendered(LOAD + "{% static 'js/aa.js' %}")


def test_a_preload_names_the_bundle(built: Outcome) -> None:
    shown = page(built, A + B, "js preload")
    assert shown.startswith(f'<link rel="preload" href="/static/{built.file(PATHS["both"])}" as="script"')
    assert page(built, "<script>x</script>", "js preload") == ""


def test_what_is_printed_inline_names_its_files_from_the_base_url_and_does_not_end_its_element(built: Outcome) -> None:
    link = '<link rel="stylesheet" media="print" href="/static/css/a.css">'
    url = f"/static/{built.file('img/a.png')}"
    assert page(built, link, "css inline") == (
        f"<style media=\"print\">a{{background:url({url})}}b{{background:url('{url}?x#y')}}</style>"
    )
    shown = page(built, '<script src="/static/js/end.js"></script>', "js inline")
    assert shown == "<script>x='<\\/script><b>'\n</script>"


def test_a_file_that_is_to_stand_in_the_page_must_be_deployed(built: Outcome) -> None:
    project = Project(below_assets(FILES), CONFIG)
    release = project.build().release
    shutil.rmtree(release / "public")
    with site(release), pytest.raises(ManifestError, match="deploy the release whole"):
        rendered(LOAD + "{% compress js inline %}" + A + B + "{% endcompress %}")


def test_the_directory_is_that_of_the_settings(built: Outcome) -> None:
    shown = page(built, A + B, settings={"COMPRESS_OUTPUT_DIR": "elsewhere"})
    assert shown.count("<script") == 2


@pytest.mark.parametrize("words", ["", "html", "js late", "js file a b"])
def test_words_that_say_nothing_are_syntax_errors(built: Outcome, words: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="css or js, then one of file, inline, preload"):
        page(built, A, words)


def test_a_block_is_remembered_as_long_as_its_release_and_no_memory_is_filled(built: Outcome) -> None:
    block = (
        "{% load compress %}{% compress js %}<script nonce='{{ n }}' src='/static/js/c.js'></script>{% endcompress %}"
    )
    with site(built.release) as storage:
        first = rendered(block, n="x")
        assert rendered(block, n="x") == first
        assert all(f'nonce="{number}"' in rendered(block, n=number) for number in range(600))
        memory = [one for one in storage.manifest._made.values() if isinstance(one, dict)]
        assert 0 < max(map(len, memory)) <= 256
