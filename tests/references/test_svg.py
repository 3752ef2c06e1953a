from __future__ import annotations

import gzip
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.references import svg, svg_words
from assetbuild.references.xml_lexer import attributes, nodes
from references.markup_soups import soups
from scenario import build_files

XLINK = "http://www.w3.org/1999/xlink"


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.written) for one in svg.find(text.encode())]


def assets(text: str) -> list[str]:
    assert all(kind == "asset" for kind, _ in found(text)), found(text)
    return [written for _, written in found(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<image href='a.png'/><use href=\"b.svg#icon\"/><feImage href='c.png'></feImage>",
         ["a.png", "b.svg#icon", "c.png"]),
        ("<image xlink:href='a.png' href='b.png'/>", ["a.png", "b.png"]),
        (f"<g xmlns:l='{XLINK}'><image l:href='a.png' m:href='b.png'/></g>", ["a.png"]),
        (f"<image l:href='a.png' xmlns:l='{XLINK}'/>", ["a.png"]),
        (f"<svg:svg xmlns:svg='x' xmlns:l='{XLINK}'><svg:image l:href='a.png'/></svg:svg>", ["a.png"]),
        ("<linearGradient href='a.svg#b'/><textPath href='#c'/><pattern xlink:href='d.svg#e'/>",
         ["a.svg#b", "#c", "d.svg#e"]),
        ("<script href='a.js'/><script xlink:href='b.js'>c</script>", ["a.js", "b.js"]),
        ("<rect fill='url(a.svg#b)' stroke='url(\"c.svg#d\") red' filter='blur(1px) url(e.svg#f)' mask='none'/>",
         ["a.svg#b", "c.svg#d", "e.svg#f"]),
        ("<g clip-path='url(#a)' marker-end='url(&quot;b.svg#c&quot;)' cursor='url(d.cur), auto'/>",
         ["#a", "b.svg#c", "d.cur"]),
        ("<animate values='url(a.svg#b);url(c.svg#d)'/>", ["a.svg#b", "c.svg#d"]),
        ("<g style='fill:url(a.svg#b);background:url(\"c.png\")'/>", ["a.svg#b", "c.png"]),
        ("<style>a{b:url(a.png)}</style><style type='text/css'><![CDATA[c{d:url('b.png')}]]></style>",
         ["a.png", "b.png"]),
        ("<style>a{b:url(a.png)}<!-- c{d:url(no)} --><![CDATA[]]>e{f:url(&#x62;.png)}</style>", ["a.png", "b.png"]),
        ("<style>a&gt;b{c:url(&quot;a&amp;b.png&quot;)}</style>", ["a&b.png"]),
        ("<x:style xmlns:x='y'>a{b:url(a.png)}</x:style>", ["a.png"]),
        ("<image href='&#97;&amp;&#x62;.png'/>", ["a&b.png"]),
        ("<image href=' a.png\n'/><image href='b\nc.png'/>", ["a.png", "b c.png"]),
        ("<foreignObject><img src='a.png' srcset='b.png 2x'/><link rel='stylesheet' href='c.css'/></foreignObject>",
         ["a.png", "b.png", "c.css"]),
        ("<image href='asset:a.png'/>", ["asset:a.png"]),
        ("<image href='bücher.png'/>", ["bücher.png"]),
    ],
)  # fmt: skip
def test_what_a_browser_fetches_with_a_picture_is_found(text: str, expected: list[str]) -> None:
    assert assets(f"<svg>{text}</svg>") == expected


@pytest.mark.parametrize(
    "text",
    [
        "<a href='a.html' xlink:href='b.html'/><g href='c.png'/>",
        "<!-- <image href='a.png'/> --><![CDATA[<image href='a.png'/>]]>&lt;image href='a.png'/> url(a.png)",
        "<?x <image href='a.png'/> ?><?xml-stylesheet href='a.css'?>",
        "<script>x = \"<image href='a.png'/>\"; <image href='a.png'/></script>",
        "<script><![CDATA['<image href=\"a\"/>']]></script>",
        "<image href=''/><image href=' '/><image href='data:image/png;base64,AAAA'/><g fill='url(data:,x)'/>",
        "<image href='&e;.png'/><image href='a&b.png'/><g style='fill:url(&e;)'/><style>a{b:url(&e;)}</style>",
        "<image HREF='a.png'/><IMAGE href='a.png'/><image src='a.png'/><image y:href='a.png'/>",
        "<g title='url(a.png)' data-x='url(a.png)' id='url(a.png)' x:fill='url(a.png)'/>",
        "<style type='text/x-scss'>a{b:url(a.png)}</style><style/><text>a{b:url(a.png)}</text>",
        "<style>a{b:url(a<!-- -->.png)}</style>",
        "<style>/*# sourceMappingURL=a.map */</style>",
        "<image href='{{ a }}.png'/><g fill='url(\"${a}\")'/>",
    ],
)
def test_what_is_no_asset_is_not_found(text: str) -> None:
    assert found(f"<svg>{text}</svg>") == []


def test_an_import_is_one_only_in_a_style_element() -> None:
    assert found("<svg><style>@import 'a.css';</style><g style='@import \"b.css\"'/></svg>") == [("import", "a.css")]


def test_inlined_data_are_a_kind_of_their_own() -> None:
    text = "<svg><image href='asset-data:a.png'/><g fill='url(asset-data:b.svg)'/></svg>"
    assert found(text) == [("inline", "asset-data:a.png"), ("inline", "asset-data:b.svg")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<?xml version='1.0'?>\n<?xml-stylesheet type='text/css' href='a&amp;b.css'?><svg/>", ["a&b.css"]),
        ("<!DOCTYPE svg [<!ENTITY e \"<image href='no'/>\"> <!-- ]> ' --> <?x ]> ' ?> <!ENTITY f ']>'>]>"
         "<svg>&e;<image href='a.png'/></svg>", ["a.png"]),
        ("<!DOCTYPE svg [<!ENTITY a ''><!ENTITY b \"<image href='n'/>\">]><svg><image href='a.png'/></svg>", ["a.png"]),
        ("<!DOCTYPE svg PUBLIC '>' \"]>\"><svg><image href='a.png'/></svg>", ["a.png"]),
        ("<!DOCTYPE svg [<!ENTITY x 'http://www.w3.org/1999/xlink'>]>"
         "<svg xmlns:xlink='&x;'><image xlink:href='a.png'/></svg>", ["a.png"]),
        ("<!DOCTYPE svg [<!ATTLIST image href CDATA 'no.png'>]><svg><image/></svg>", []),
        ("\ufeff<svg><image href='a.png'/>", ["a.png"]),
    ],
)  # fmt: skip
def test_the_prolog_is_passed_and_no_entity_expanded(text: str, expected: list[str]) -> None:
    assert assets(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<image href='a.png'><image href='b.png'/>", ["a.png", "b.png"]),
        ("<image href='a.png><image href='b.png'/>", ["b.png"]),
        ('<image href="a.png><image href="b.png"/>', ["b.png"]),
        ("<image href=a.png/><image href='b.png'/>", ["b.png"]),
        ("<image href='a.png' href='b.png'/></g></svg><image href='c.png'/>", ["a.png", "c.png"]),
        ("< a <1 <image href='a.png'/> </ x> </><!x><image href='b.png'/>", ["a.png", "b.png"]),
        ("<image href='a.png'/><!-- <image href='b.png'/>", ["a.png"]),
        ("<image href='a.png'/><![CDATA[ <image href='b.png'/>", ["a.png"]),
        ("<image href='a.png'/><!DOCTYPE x [ <image href='b.png'/>", ["a.png"]),
        ("<image href='a.png'/><? <image href='b.png'/>", ["a.png"]),
        ("<style>a{b:url(a.png)}", ["a.png"]),
        ("<style>a{b:url('<x y=z>a.png')}</style>", ["<x y=z>a.png"]),
        ("<image href='a.png'", []),
    ],
)
def test_what_is_not_well_formed_is_read_as_far_as_it_is(text: str, expected: list[str]) -> None:
    assert assets(f"<svg>{text}") == expected


def test_a_compressed_picture_has_no_references() -> None:
    assert svg.find(gzip.compress(b"<svg><image href='a.png'/></svg>")) == []
    assert svg.find("<svg><image href='a.png'/></svg>".encode("utf-16")) == []


def test_bytes_that_are_not_utf_8_are_read_as_windows_1252() -> None:
    assert [one.written for one in svg.find("<svg><image href='ü.png'/></svg>".encode("latin-1"))] == ["ü.png"]


def test_a_picture_is_published_with_the_names_of_the_release() -> None:
    text = (
        '<?xml-stylesheet href="../a.css"?><svg><use href="sprite.svg#icon"/>'
        "<image xlink:href='asset:i/a&#38;b.png'/>"
        '<g fill="url(&quot;sprite.svg#x&quot;)"/><style><![CDATA[a{b:url(a%26b.png)}]]></style></svg>'
    )
    outcome = build_files({"i/x.svg": text, "i/sprite.svg": "<svg/>", "i/a&b.png": "a", "a.css": ""})
    css, sprite, image = (outcome.file(name) for name in ("a.css", "i/sprite.svg", "i/a&b.png"))
    sprite, image = sprite[2:], image[2:]
    assert outcome.text("i/x.svg") == (
        f'<?xml-stylesheet href="../{css}"?><svg><use href="{sprite}#icon"/>'
        f"<image xlink:href='{image.replace('&', '&amp;')}'/><g fill=\"url(&quot;{sprite}#x&quot;)\"/>"
        f"<style><![CDATA[a{{b:url({image.replace('&', chr(92) + '26 ')})}}]]></style></svg>"
    )


def test_an_xhtml_page_is_read_as_xml_with_its_base() -> None:
    text = "<html xmlns='http://www.w3.org/1999/xhtml'><base href='../'/><img src='i/a.png'/></html>"
    outcome = build_files({"p/x.xhtml": text, "i/a.png": "a"})
    assert outcome.text("p/x.xhtml") == text.replace("i/a.png", f"/static/{outcome.file('i/a.png')}")


def lexed(data: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements with their attributes as this package reads them: names as written, values decoded."""
    elements = []
    for node in nodes(data):
        if node.kind in ("open", "empty"):
            given = {}
            for one in attributes(data, node.start, node.stop):
                value = svg._Search(data)._value(one)
                assert value is not None
                given[one.name.decode()] = value.data.decode()
            elements.append((node.name.decode(), given))
    return elements


def parsed(data: bytes) -> list[tuple[str, dict[str, str]]]:
    """The same from the standard library's parser; namespaces undone, their declarations left out."""

    def plain(name: str) -> str:
        return name.rpartition("}")[2]

    return [
        (plain(element.tag), {plain(name): value for name, value in element.attrib.items()})
        for element in ElementTree.fromstring(data).iter()
        if isinstance(element.tag, str)
    ]


def agrees(data: bytes) -> int:
    ours = [
        (
            name.rpartition(":")[2],
            {one.rpartition(":")[2]: value for one, value in given.items() if not one.startswith("xmlns")},
        )
        for name, given in lexed(data)
    ]
    assert ours == parsed(data)
    return len(ours)


texts = st.text(st.sampled_from("ab<>&\"' \n\té]"), max_size=8)
names = st.sampled_from(["g", "image", "a-b", "é", "_x", "style"])
pieces = st.one_of(
    texts.map(escape),
    texts.map(lambda text: f"<!--{text.replace('-', '')}-->"),
    texts.map(lambda text: f"<![CDATA[{text.replace(']', '')}]]>"),
    texts.map(lambda text: f"<?x {text}?>"),
)


def element(name: str, given: dict[str, str], children: list[str]) -> str:
    written = "".join(f" {key}={quoteattr(value)}" for key, value in given.items())
    return f"<{name}{written}>{''.join(children)}</{name}>"


elements = st.recursive(
    pieces,
    lambda inner: st.builds(
        element,
        names,
        st.dictionaries(names, texts, max_size=3),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)
SUBSET = "<!ENTITY e '<a b=\"]>\"/>'> <!-- ]> ' --> <!ELEMENT g ANY>"
prologs = st.sampled_from(["", "<?xml version='1.0'?>", f"<!DOCTYPE g [{SUBSET}]>", "<!-- <a> -->"])


@given(prologs, elements)
@settings(max_examples=300)
def test_generated_documents_are_read_as_the_standard_library_reads_them(prolog: str, inside: str) -> None:
    agrees(f"{prolog}<g>{inside}</g>".encode())


def real_pictures() -> Iterator[Path]:
    for package, folder in (("fontawesomefree", "static/fontawesomefree"), ("django", "contrib/admin/static")):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        for path in sorted((Path(spec.origin).parent / folder).rglob("*.svg")):
            if "js-packages" not in path.parts:
                yield path


def test_real_pictures_are_read_as_the_standard_library_reads_them() -> None:
    pictures = list(real_pictures())
    assert len(pictures) > 1000
    count = 0
    for picture in pictures[:: len(pictures) // 200] + [path for path in pictures if "sprites" in path.parts]:
        data = picture.read_bytes()
        count += agrees(data)
        expected = [
            value
            for name, given in parsed(data)
            if name not in ("a", "g")
            for key, value in given.items()
            if key == "href" or (value.startswith("url(") and key in ("fill", "clip-path", "mask", "filter"))
        ]
        assert [one.written for one in svg.find(data)] == [value.removeprefix("url(").rstrip(")") for value in expected]
    assert count > 2000


@given(st.lists(st.one_of(soups, st.just(b"<path d='M1 2 3'/>"), st.just(b"<g></g>")), max_size=6))
@settings(max_examples=300)
def test_what_comes_after_all_words_is_not_read_and_nothing_is_lost(parts: list[bytes]) -> None:
    data = b"".join(parts)
    whole = read_by(data, len(data) + 1)
    assert read_by(data, 8) == whole


def read_by(data: bytes, step: int) -> list[object]:
    """The references, where words are looked for in pieces of so many bytes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(svg_words, "_AT_ONCE", step)
        svg_words._end_of_words.cache_clear()
        svg._read.cache_clear()
        return list(svg.find(data))


def test_a_sprite_is_read_up_to_its_last_word() -> None:
    sprite = b'<svg style="fill: url(f.svg#g)"><use href="a.svg#b"/>' + b'<path d="M1 2 3 4"/>' * 10_000 + b"</svg>"
    assert svg_words.end_of_words(sprite) < len(sprite) // 2
    assert [one.written for one in svg.find(sprite)] == ["f.svg#g", "a.svg#b"]
    late = sprite.replace(b"</svg>", b'<use href="c.svg#d"/></svg>')
    assert [one.written for one in svg.find(late)] == ["f.svg#g", "a.svg#b", "c.svg#d"]


def test_a_word_is_found_whatever_blanks_follow_it() -> None:
    data = b'<object xmlns="http://www.w3.org/1999/xhtml" data\n= "a.png"/>'
    assert [one.written for one in svg.find(data)] == ["a.png"]


def test_the_text_of_a_style_element_is_read_though_no_word_is_in_it() -> None:
    data = b'<svg><style><!-- --><![CDATA[@import "a.css";]]>'
    assert read_by(data, 8) == read_by(data, len(data)) != []
