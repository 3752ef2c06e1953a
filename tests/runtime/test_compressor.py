"""What a block of {% compress %} is made of, and the name that comes of it."""

from __future__ import annotations

import pytest

from assetbuild.runtime.compressor import Names, Part, bundle_path, elements_of, groups_of, text_name

NAMES = Names(("/static/", "https://cdn.example.com/s/"), lambda path: path)


def groups(markup: str, kind: str = "js") -> list[tuple[str | None, list[str | None] | None]]:
    """The key of each group, and the names of its parts."""
    found = groups_of(elements_of(markup, kind), kind, NAMES)
    return [(one.key, None if one.parts is None else [part.name for part in one.parts]) for one in found]


def script(name: str, more: str = "") -> str:
    return f'<script {more} src="/static/{name}"></script>'


def test_scripts_that_follow_one_another_with_the_same_of_async_and_defer_are_one_group() -> None:
    markup = script("a") + script("b") + script("c", "async") + script("d", "defer async") + script("e", "defer")
    assert groups(markup + script("f")) == [("", ["a", "b"]), ("async", ["c", "d"]), ("defer", ["e"]), ("", ["f"])]


def test_style_sheets_are_grouped_by_media_and_other_links_are_none() -> None:
    markup = "".join(
        f'<link rel="{rel}" href="/static/{name}.css" {media}>'
        for rel, name, media in (
            ("stylesheet", "a", ""),
            ("alternate stylesheet", "x", ""),
            ("StyleSheet", "b", ""),
            ("icon", "x", ""),
            ("stylesheet", "c", 'media="print"'),
            ("stylesheet", "d", ""),
        )
    )
    assert groups(markup + "<style>e {}</style>", "css") == [
        (None, ["a.css", "b.css"]),
        ("print", ["c.css"]),
        (None, ["d.css", None]),
    ]


@pytest.mark.parametrize(
    "alone",
    [
        '<script type="module" src="/static/x.js"></script>',
        '<script nomodule src="/static/x.js"></script>',
        '<script type="application/json">{}</script>',
        '<script src="https://elsewhere.example.com/x.js"></script>',
        '<script src="//static/x.js"></script>',
        '<script src="x.js"></script>',
        "<script src></script>",
        '<script src="/static/"></script>',
    ],
)
def test_what_cannot_be_in_a_bundle_parts_it(alone: str) -> None:
    found = groups(script("a") + alone + script("b"))
    assert [parts for _, parts in found] == [["a"], None, ["b"]]


def test_elements_in_comments_are_none_and_texts_are_taken_as_they_stand() -> None:
    markup = "<!-- <script>no</script> --><SCRIPT>\n if (a && b &amp; c) '<b>' </SCRIPT>"
    (element,) = elements_of(markup, "js")
    assert element.text == "\n if (a && b &amp; c) '<b>' "
    assert element.markup == "<SCRIPT>\n if (a && b &amp; c) '<b>' </script>"


def test_urls_of_any_base_mean_the_same_and_queries_say_nothing() -> None:
    urls = ("/static/js/a%20b.js?v=1#x", "https://cdn.example.com/s/js/a b.js", "/static/js/a b.js")
    assert {NAMES.name(url) for url in urls} == {"js/a b.js"}
    text = 'f("/static/a.png?x=1"); g("/static/"); h("http://x/static/a"); i("https://cdn.example.com/s/b")'
    assert NAMES.in_text(text) == 'f("asset:a.png?x=1"); g("/static/"); h("http://x/static/a"); i("asset:b")'


def test_the_name_of_a_bundle_is_made_of_its_parts_and_their_order() -> None:
    one, other, text = Part("a.js"), Part("b.js"), Part(None, "x")
    paths = {
        bundle_path("CACHE", "js", None, parts)
        for parts in ([one], [one, other], [other, one], [one, text], [text], [Part("x")], [Part(None, "a.js")])
    }
    assert len(paths) == 7
    # Configurations hold such names: another one would break them.
    assert bundle_path("CACHE", "js", None, [one, other]) == "CACHE/js/output.7c53ff624c4d.js"


@pytest.mark.parametrize(
    ("directory", "name", "begin"),
    [
        ("CACHE", None, "CACHE/js/output."),
        ("/my/made/", "base", "my/made/js/base."),
        ("", '"base.v2"', "js/base."),
        ("x", "a/b c", "x/js/b-c."),
        ("x", "..", "x/js/output."),
    ],
)
def test_the_name_has_the_directory_and_the_name_of_the_block(directory: str, name: str | None, begin: str) -> None:
    assert bundle_path(directory, "js", name, [Part("a.js")]).startswith(begin)


def test_texts_have_the_extension_of_their_type() -> None:
    assert text_name(Part(None, "a"), "js").endswith(".js")
    assert text_name(Part(None, "a", "text/x-sass"), "css").endswith(".sass")
