from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.model import Origin
from assetbuild.references import find_references, html
from assetbuild.references.html_lexer import elements
from scenario import build_files


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.written) for one in html.find(text.encode())]


def assets(text: str) -> list[str]:
    assert all(kind == "asset" for kind, _ in found(text)), found(text)
    return [written for _, written in found(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<img src="a.png" alt="b.png">', ["a.png"]),
        ("<script src=a.js></script>", ["a.js"]),
        ("<picture><source srcset='a.avif, b.avif 2x'><img src=c.png srcset='d.png 1x'></picture>",
         ["a.avif", "b.avif", "c.png", "d.png"]),
        ("<video poster=a.png src=b.mp4><source src=c.webm><track src=d.vtt></video><audio src=e.mp3>",
         ["a.png", "b.mp4", "c.webm", "d.vtt", "e.mp3"]),
        ("<embed src=a.swf><object data=b.pdf></object>", ["a.swf", "b.pdf"]),
        ("<input type=Image src=a.png><input type=text src=b.png><input src=c.png>", ["a.png"]),
        ("<link rel=stylesheet href=a.css><link rel='shortcut ICON' href=b.ico>", ["a.css", "b.ico"]),
        ("<link rel='alternate stylesheet' href=a.css>", ["a.css"]),
        ("<link href=a.png rel=apple-touch-icon><link href=b.svg rel=mask-icon>", ["a.png", "b.svg"]),
        ("<link rel=manifest href=a.webmanifest><link rel=modulepreload href=b.js>", ["a.webmanifest", "b.js"]),
        ("<link rel=preload as=image href=a.png imagesrcset='b.png 1x, c.png 2x'>", ["a.png", "b.png", "c.png"]),
        ("<link rel=prefetch href=a.js><link rel=prefetch as=document href=b.html>", ["a.js"]),
        ("<body background=a.png><table background=b.png><image src=c.png>", ["a.png", "b.png", "c.png"]),
        ("<svg><image href=a.png /><use xlink:href='b.svg#c'/><feImage href=d.png /></svg>",
         ["a.png", "b.svg#c", "d.png"]),
        ("<svg><rect fill='url(a.svg#b)'/><foreignObject><img src=c.png></foreignObject></svg>",
         ["a.svg#b", "c.png"]),
        ("<p style='background:url(a.png)'>", ["a.png"]),
        ("<style>a{b:url(a.png)}</style><style type=text/css>c{d:url('b.png')}</style>", ["a.png", "b.png"]),
        ("<style media=print>a{b:url(a.png)}</STYLE ><img src=b.png>", ["a.png", "b.png"]),
        ("<img src=asset:a.png>", ["asset:a.png"]),
    ],
)  # fmt: skip
def test_what_a_browser_fetches_with_a_page_is_found(text: str, expected: list[str]) -> None:
    assert assets(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<a href=a.html><area href=a.html><form action=a><iframe src=a.html></iframe><frame src=a.html>",
        "<link rel=canonical href=a><link rel=alternate href=a><link rel=next href=a><link rel=prev href=a>",
        "<link rel=author href=a><link rel=license href=a><link rel=dns-prefetch href=a><link rel=preconnect href=a>",
        "<link href=a.css><link rel href=a.css>",
        "<meta property=og:image content=a.png><meta itemprop=image content=a.png>",
        "<img data-src=a.png><div src=a.png href=b.png><img src=''><img src=' '><img src><img src=>",
        "<img src='data:image/png;base64,AAAA'><img srcset='data:,x 1x'>",
        "<!-- <img src=a.png> --><!--><!--[if IE]><img src=a.png><![endif]-->",
        "<!doctype html '<img src=a.png><?php '<img src=a.png></ <img src=a.png>",
        "<script>'<img src=a.png>'; import './a.js'</script><script type=text/javascript>import './a.js'</script>",
        "<script type=importmap>{'imports':{'a':'./a.js'}}</script><script type=text/template><img src=a.png></script>",
        "<script type=module src=data:,x>import './a.js'</script>",
        "<title><img src=a.png></title><textarea><img src=a.png></textarea><xmp><img src=a.png></xmp>",
        "<iframe srcdoc='<img src=a.png>'><img src=a.png></iframe><noembed><img src=a.png></noembed>",
        "<plaintext><img src=a.png>",
        "<style type=text/less>a{b:url(a.png)}</style><style>/*url(a.png)*/</style>",
        "<style><img src=a.png></style><p fill='url(a.png)' title='url(a.png)'>url(a.png)",
        "<use href=a.svg><image href=a.png><script href=a.js></script>",
        "<img src='a.png",
        "<img src=a.png",
        "<img src='a.png'",
        "<img src='a.png' alt='><p>",
        "< img src=a.png>",
    ],
)  # fmt: skip
def test_what_is_no_asset_is_not_found(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<IMG\nSRC = a.png/>", ["a.png/"]),
        ("<img src='a.png'alt=''src=b.png>", ["a.png"]),
        ("<img/src=a.png/alt>", ["a.png/alt"]),
        ('<img =src=x "src=y src="a>b.png">', ["a>b.png"]),
        ("<img src=' a.png\n'>", ["a.png"]),
        ("<img src='a\0.png'>", ["a\ufffd.png"]),
        ("<img src='a&amp;b&#x26;c&copy=d&copy;.png'>", ["a&b&c&copy=d©.png"]),
        ("\ufeff<img src=bücher.png>", ["bücher.png"]),
        ("<noscript><img src=a.png></noscript><template><img src=b.png></template>", ["a.png", "b.png"]),
        ("<!--><img src=a.png><!---><img src=b.png><!--x--!><img src=c.png>", ["a.png", "b.png", "c.png"]),
        ("<![if !IE]><img src=a.png><![endif]></><img src=b.png>", ["a.png", "b.png"]),
        ("<script>x='<!--'; y='<script>'</script><img src=no></script>--></script><img src=a.png>", ["a.png"]),
        ("<script><!--></script><img src=a.png>", ["a.png"]),
        ("<script><!--><script></script><img src=a.png>", ["a.png"]),
        ("<script>'</scripty></script '<img src=no>'><img src=a.png>", ["a.png"]),
        ("<style></styles></style/><img src=a.png>", ["a.png"]),
        ("<svg><style/><image href=a.png /><title>b</title><title/><image href=b.png /></svg>", ["a.png", "b.png"]),
        ("<svg><style><![CDATA[a{b:url(a.png)}]]><!--url(no)-->c{d:url(&quot;b.png&quot;)}</style>",
         ["a.png", "b.png"]),
        ("<svg><script href=a.js /><![CDATA[<image href=no>]]><p><image href=no><![CDATA[<image src=b>", ["a.js"]),
        ("<p style=\"a:url(&quot;a.png&quot;)\">", ["a.png"]),
        ("<p style='@import \"a.css\";b:url(b.png)'>", ["b.png"]),
    ],
)  # fmt: skip
def test_tags_are_read_as_browsers_read_them(text: str, expected: list[str]) -> None:
    assert assets(text) == expected


def test_bytes_that_are_not_utf_8_are_read_as_browsers_read_them() -> None:
    assert [one.written for one in html.find("<img src=bücher–1.png>".encode("cp1252"))] == ["bücher–1.png"]


def test_references_have_the_kind_of_their_language() -> None:
    text = """<style>@import "a.css";</style><img src=asset-data:b.png><script type=" Module ">
      import "./c.js"; import v from "vue"; import("../d.js"); import("e"); new URL("f.png", import.meta.url);
      x = "asset:g.png"; //# sourceMappingURL=h.map
    </script>"""
    assert found(text) == [
        ("import", "a.css"),
        ("inline", "asset-data:b.png"),
        ("import", "./c.js"),
        ("dynamic-import", "../d.js"),
        ("asset", "f.png"),
        ("bound", "asset:g.png"),
    ]


def test_what_is_written_in_a_module_cannot_end_it() -> None:
    data = b"<script type=module>import './a.js'</script>"
    (one,) = html.find(data)
    assert b"<" not in html.write(data, one.start, one.stop, "./</script><!--")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<img src="{{ url }}"><img src="{{ base }}/a.png"><img src="a{% x %}.png"><img src="${a}/b.png">', []),
        ('<img src="a{# b #}.png"><img src="<%= a %>"><img src={{ a }}><img src={% static "a b.png" %}>', []),
        ('<img src="{% static "a.png" %}" alt="b"><img src="b.png">', ["b.png"]),
        ("<img {% if x > 1 %}src='a.png'{% endif %}>", ["a.png"]),
        ("<img {% if x %}src='a.png'{% else %}src='b.png'{% endif %}>", ["a.png", "b.png"]),
        ("<img <% if (a > \"b\") { %> src='a.png' <% } %>>", ["a.png"]),
        ("<img {{ attributes|join(' > ') }} src=a.png>", ["a.png"]),
        ("<img {{ prefix }}src=a.png data-{{ x }}=b.png {{ y }}='>' src{% z %}=c.png>", []),
        ("<img <%= prefix %>src=a.png>", []),
        ("<img {# src=a.png > #} src=b.png>", ["b.png"]),
        ("{{ '<img src=a.png>' }}{% x '<img src=b.png>' %}{# <img src=c.png> #}<img src=d.png>", ["d.png"]),
        ("<% '<img src=a.png>' %><img src=b.png>", ["b.png"]),
        ("<img srcset='{{ a, b }} 1x, c.png 2x'>", []),
        ("<style>{% if x %}@import 'a.css';{% endif %}</style>", []),
        ("<style>a{b:url({{ x }}/a.png);c:{{ y }};d:url(b.png);e:url('{% f 'c.png' %}')}</style>", ["b.png"]),
        ("<style>a{b:url({% if x %}a.png{% endif %});c:url( b.png )}</style>", ["b.png"]),
        ("<p style='a:url({{ x }});b:url(b.png);width:{{ w }}%'>", ["b.png"]),
        ("<link rel='{{ rel }}' href=a.css><link {% if x %}rel{% endif %}=icon href=a.css>", []),
        ("<h='{{ n }}'{# = #}>a='b style='a:url(a.png)'>", []),
        ("<img src=a.png {# x src=b.png>", ["a.png"]),
        ("<h{{ n > 1 }} style='a:url(a.png)'>", ["a.png"]),
        ("{{ never closed <img src=a.png>", ["a.png"]),
        ("<p title='{{'><img src=a.png><p>{{ b }}", ["a.png"]),
        ("<p title='${'><img src=a.png>}", ["a.png"]),
        ("<img src='${a ? 'b' : 'c'}' srcset=d.png>", ["d.png"]),
        ("<p title='$5 {a} <b'><img src='a$b.png'>", ["a$b.png"]),
    ],
)  # fmt: skip
def test_what_a_template_language_fills_in_is_left_alone(text: str, expected: list[str]) -> None:
    assert [written for kind, written in found(text) if kind == "asset"] == expected


def test_an_import_between_blocks_is_found() -> None:
    assert found("<style>{% if x %} @import 'a.css'; {% endif %}</style>") == [("import", "a.css")]


def test_a_module_that_a_template_language_computes_is_left_alone() -> None:
    text = "<script type=module>import \"{% static 'a.js' %}\"; import './b.js'; let a = `${c}`; {{ d }}</script>"
    assert found(text) == [("import", "./b.js")]


def resolved(text: str, path: str = "pages/a.html", base_url: str = "/static/") -> list[tuple[str, str]]:
    references = find_references(path, "text/html", text.encode(), base_url, lambda start, stop: Origin(path, start, 0))
    return [(one.kind, one.target) for one in references]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("", [("asset", "pages/a.png")]),
        ("#x", [("asset", "pages/a.png")]),
        ("./", [("asset", "pages/a.png")]),
        ("b.html", [("asset", "pages/a.png")]),
        ("../pages/?x", [("asset", "pages/a.png")]),
        ("../", [("bound", "a.png")]),
        ("..", [("bound", "a.png")]),
        (".", [("asset", "pages/a.png")]),
        ("img/..", [("asset", "pages/a.png")]),
        ("img/b.html?c/d", [("bound", "pages/img/a.png")]),
        ("/static/", [("bound", "a.png")]),
        ("/static/pages/", [("bound", "pages/a.png")]),
        (" /static/img/x.html ", [("bound", "img/a.png")]),
    ],
)
def test_relative_urls_are_relative_to_the_base(base: str, expected: list[tuple[str, str]]) -> None:
    assert resolved(f"<base href='{base}'><base href='no/'><img src=a.png>") == expected


@pytest.mark.parametrize(
    "base", ["/", "//cdn/", "https://cdn/x/", "about:blank", "../../", "{{ root }}/", "{% url 'x' %}"]
)
def test_under_a_base_that_is_not_ours_only_rooted_urls_are(base: str) -> None:
    text = f'<base href="{base}"><img src=a.png><img src=/static/b.png><img src=asset:c.png><img src=asset-data:d.png>'
    assert resolved(text) == [("bound", "b.png"), ("bound", "c.png"), ("inline", "d.png")]


def test_a_base_without_href_in_a_comment_or_in_svg_counts_for_nothing() -> None:
    assert resolved("<svg><base href='x/' /></svg><img src=a.png>") == [("asset", "pages/a.png")]
    assert resolved("<!-- <base href='x/'> --><base target=_top><img src=a.png>") == [("asset", "pages/a.png")]


def test_a_page_is_published_with_the_names_of_the_release() -> None:
    page = (
        '<link rel=stylesheet href="../css/a.css"><img srcset="../i/a.png 1x, ../i/b.png 2x" src=asset:i/a.png>'
        '<img src="{{ x }}/a.png"><script type=module>import "../js/a.js"</script>'
        '<p style="a:url(&quot;../i/a.png&quot;)">'
    )
    files = {"p/x.html": page, "css/a.css": "", "i/a.png": "a", "i/b.png": "b"}
    outcome = build_files({**files, "js/a.js": "1"})
    css, one, two, script = (outcome.file(name) for name in ("css/a.css", "i/a.png", "i/b.png", "js/a.js"))
    assert outcome.text("p/x.html") == (
        f'<link rel=stylesheet href="../{css}"><img srcset="../{one} 1x, ../{two} 2x" src=../{one}>'
        f'<img src="{{{{ x }}}}/a.png"><script type=module>import "../{script}"</script>'
        f'<p style="a:url(&quot;../{one}&quot;)">'
    )


def test_a_page_with_a_base_names_its_assets_under_the_base_url() -> None:
    files = {
        "p/x.html": '<base href="../"><img src="i/a.png"><img src="asset:i/a.png?b">',
        "i/a.png": "a",
    }
    outcome = build_files(files)
    url = f"/static/{outcome.file('i/a.png')}"
    assert outcome.text("p/x.html") == f'<base href="../"><img src="{url}"><img src="{url}?b">'
    assert outcome.assets["p/x.html"]["bound"] is True


def test_a_page_that_names_nothing_fails_at_its_place() -> None:
    outcome = build_files({"x.html": "<p>\n<img src='logo.pgn'>", "logo.png": "a"})
    assert outcome.code == 1
    (error,) = [one for one in outcome.diagnostics if one.severity == "error"]
    assert (error.file, error.line, error.column, error.length) == ("assets/x.html", 2, 11, 8)


class Oracle(HTMLParser):
    """The start tags with their attributes, as another reader sees them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, str] = {}
        for name, value in attrs:
            given.setdefault(name, value or "")
        self.tags.append((tag, given))


def tags(data: bytes) -> list[tuple[str, dict[str, str]]]:
    return [
        (
            element.name.decode(),
            {one.name.decode(): html._value(data, one).data.decode() for one in element.attributes},
        )
        for element in elements(data)
    ]


def oracle(text: str) -> list[tuple[str, dict[str, str]]]:
    reader = Oracle()
    reader.feed(text)
    reader.close()
    return reader.tags


names = st.sampled_from(["p", "IMG", "a-b", "Link", "svg", "x1"])
values = st.text(st.sampled_from("ab<>=/ \n'&;é"), max_size=6)
attribute = st.one_of(
    st.sampled_from(["src", "HREF", "data-x", "@click", ":a"]),
    st.builds('{}="{}"'.format, st.sampled_from(["src", "Alt", "x"]), values),
    st.builds("{} = '{}'".format, st.sampled_from(["srcset", "b"]), values.map(lambda text: text.replace("'", '"'))),
    st.builds("{}={}".format, st.sampled_from(["c", "d"]), st.text("ab/.?&", min_size=1, max_size=4)),
)
tag = st.builds("<{} {}>".format, names, st.lists(attribute, max_size=4).map(" ".join))
plain = st.sampled_from(
    ["text", "</p>", "<!-- <img src=a> -->", "<!DOCTYPE html>", "&amp;", "a > b", "</svg>", "<br/>"]
)


@given(st.lists(tag | plain, max_size=8).map("".join))
@settings(max_examples=300)
def test_generated_tags_are_read_as_the_standard_library_reads_them(text: str) -> None:
    assert tags(text.encode()) == oracle(text)


def real_pages() -> Iterator[Path]:
    for package in ("django", "swagger_ui_bundle"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        yield from sorted(Path(spec.origin).parent.rglob("*.html"))


# Statements of Django's templates, and what they print.
BLOCKS = re.compile(rb"(?P<silent>\{[%#].*?[%#]\})|\{\{.*?\}\}")


def without_blocks(data: bytes) -> bytes:
    return BLOCKS.sub(lambda match: (b" " if match["silent"] else b"_") * len(match[0]), data)


def test_real_pages_and_templates_are_read_as_the_standard_library_reads_them() -> None:
    compared = references = 0
    for page in real_pages():
        data = page.read_bytes()
        plain = without_blocks(data)
        assert tags(plain) == oracle(plain.decode()), page
        literal = {(one.start, one.stop) for one in html.find(plain) if b"_" not in plain[one.start - 1 : one.stop + 1]}
        for one in html.find(data):
            assert (one.start, one.stop) in literal, (page, one)
        compared += len(tags(plain))
        references += len(html.find(data))
    assert compared > 500
    assert references >= 7


def test_what_real_templates_compute_is_left_alone() -> None:
    written = {one.written for page in real_pages() for one in html.find(page.read_bytes())}
    assert not [url for url in written if "{" in url or "%" in url]
