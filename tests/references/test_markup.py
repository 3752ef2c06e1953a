"""What SVG and HTML have in common: reading anything, places that are exact, and writing."""

from __future__ import annotations

import time
from types import ModuleType
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.references import html, svg
from assetbuild.references.character_references import decode_html, decode_xml
from assetbuild.references.found import Found
from assetbuild.references.markup import srcset_places
from references.markup_soups import soups, urls

both = pytest.mark.parametrize("language", [html, svg], ids=["html", "svg"])


def rewritten(language: ModuleType, data: bytes, found: list[Found], spelled: list[str]) -> bytes:
    pieces = []
    done = 0
    for one, url in zip(found, spelled, strict=True):
        pieces += [data[done : one.start], language.write(data, one.start, one.stop, url)]
        done = one.stop
    return b"".join([*pieces, data[done:]])


@both
@given(soups)
@settings(max_examples=400)
def test_whatever_the_bytes_nothing_is_raised_and_places_are_in_order(language: ModuleType, data: bytes) -> None:
    found = language.find(data)
    assert language.may_refer(data) or not found
    ends = [end for one in found for end in (one.start, one.stop)]
    assert ends == sorted(ends)
    assert all(one.start < one.stop <= len(data) for one in found)
    assert language.base(data) is None or isinstance(language.base(data), str)


@both
@given(soups)
@settings(max_examples=200)
def test_identical_urls_give_identical_bytes(language: ModuleType, data: bytes) -> None:
    found = language.find(data)
    assert rewritten(language, data, found, [one.written for one in found]) == data


@both
@given(soups)
@settings(max_examples=400)
def test_urls_written_anew_are_found_again_and_nothing_else_changes(language: ModuleType, data: bytes) -> None:
    # What a broken script means may change with any of its strings.
    data = data.replace(b"type=module", b"type=x")
    found = language.find(data)
    spelled = [f"../é/{number}&amp;'\"<x>.png?a=b&copy=c;d" for number, _ in enumerate(found)]
    again = language.find(rewritten(language, data, found, spelled))
    assert [(one.kind, one.written) for one in again] == [
        (one.kind if one.kind != "inline" and one.kind != "bound" else again[number].kind, url)
        for number, (one, url) in enumerate(zip(found, spelled, strict=True))
    ]


PLACES = {
    "double": (html, b'<img src="old.png">'),
    "single": (html, b"<img src='old.png'>"),
    "unquoted": (html, b"<img src=old.png>"),
    "style attribute": (html, b'<p style="a:url(old.png)">'),
    "string in style attribute": (html, b"<p style=\"a:url('old.png')\">"),
    "quoted style attribute": (html, b"<p style='a:url(&#39;old.png&#39;)'>"),
    "unquoted style attribute": (html, b"<p style=a:url(old.png)>"),
    "style": (html, b"<style>a{b:url(old.png)}</style>"),
    "import": (html, b"<style>@import 'old.png';</style>"),
    "style in svg": (html, b"<svg><style>a{b:url('old.png')}</style></svg>"),
    "xml double": (svg, b'<svg><image href="old.png"/></svg>'),
    "xml single": (svg, b"<svg><image href='old.png'/></svg>"),
    "instruction": (svg, b'<?xml-stylesheet href="old.png"?><svg/>'),
    "property": (svg, b'<svg fill="url(old.png)"/>'),
    "xml style": (svg, b'<svg><style>a{b:url("old.png")}</style></svg>'),
    "cdata": (svg, b"<svg><style><![CDATA[a{b:url(old.png)}]]></style></svg>"),
}


@pytest.mark.parametrize("place", PLACES)
@given(urls)
@settings(max_examples=60)
def test_a_written_url_means_itself_wherever_it_stands(place: str, url: str) -> None:
    language, data = PLACES[place]
    (one,) = language.find(data)
    assert data[one.start : one.stop] == b"old.png"
    if url[:5].lower() == "data:":
        return
    (again,) = language.find(rewritten(language, data, [one], [url]))
    # XML has no place for the noncharacters U+FFFE and U+FFFF: they are percent-encoded.
    assert unquote(again.written) == unquote(url)


@pytest.mark.parametrize("url", ["a b.png", ",a,b.png,", "a.png?,x y", "x\ny"])
def test_in_a_srcset_blanks_and_outer_commas_are_percent_encoded(url: str) -> None:
    data = b"<img srcset='old.png 1x, b.png 2x'>"
    one = html.find(data)[0]
    again = html.find(rewritten(html, data, [one], [url]) + b"<!-- -->")[0]
    left, right = len(url) - len(url.lstrip(",")), len(url) - len(url.rstrip(","))
    inner = url[left : len(url) - right].replace(" ", "%20").replace("\n", "%0A")
    assert again.written == "%2C" * left + inner + "%2C" * right


def test_control_characters_are_percent_encoded() -> None:
    data = b"<img src=a>"
    (one,) = html.find(data)
    assert html.write(data, one.start, one.stop, "\0\x01\x85é\n") == b"%00%01%C2%85&#233;&#10;"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a.png", ["a.png"]),
        ("a.png 1x,b.png 2x", ["a.png", "b.png"]),
        (" \n a.png\t1x ,\n b.png\f2x , ", ["a.png", "b.png"]),
        ("a.png,b.png", ["a.png,b.png"]),
        ("a.png, b.png", ["a.png", "b.png"]),
        (",,a.png,, ,b.png", ["a.png", "b.png"]),
        ("a,b,.png 1x, c,d 2x", ["a,b,.png", "c,d"]),
        ("a.png (x, y) 1x, b.png", ["a.png", "b.png"]),
        ("a.png (x, y", ["a.png"]),
        ("a.png 1x 2x,b.png", ["a.png", "b.png"]),
        ("data:image/png;base64,AAAA 1x, b.png 2x", ["b.png"]),
        (", ,,", []),
        ("", []),
    ],
)
def test_candidates_are_read_as_browsers_read_them(value: str, expected: list[str]) -> None:
    assert [
        place.found.written for place in srcset_places(decode_html(value.encode(), [(0, len(value), True)]), b'"')
    ] == (expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a&amp;b", "a&b"),
        ("a&ampb&amp=c&amp", "a&ampb&amp=c&"),
        ("&copy=1&copy;&copy", "&copy=1©©"),
        ("&#38;&#x26;&#38&#X26", "&&&&"),
        ("&#0;&#xD800;&#x110000;&#99999999999999999999;", "�" * 4),
        ("&#150;&#x81;", "–\x81"),
        ("&unknown;&;&#;&#x;& ", "&unknown;&;&#;&#x;& "),
        ("&NotEqualTilde;", "≂̸"),
        ("&" + "a" * 50 + ";", "&" + "a" * 50 + ";"),
    ],
)
def test_character_references_in_html_attributes(value: str, expected: str) -> None:
    assert decode_html(value.encode(), [(0, len(value.encode()), True)]).data.decode() == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("&amp;&lt;&gt;&quot;&apos;&#38;&#x26;", "&<>\"'&&"),
        ("&nbsp;", None),
        ("&", None),
        ("&#X26;", None),
        ("&#38", None),
        ("&#0;", None),
        ("&#xD800;", None),
        ("&#x110000;", None),
        ("&#x10FFFF;", "\U0010ffff"),
    ],
)
def test_character_references_in_xml(value: str, expected: str | None) -> None:
    decoded = decode_xml(value.encode(), [(0, len(value), True)])
    assert (decoded and decoded.data.decode()) == expected


@given(st.lists(st.sampled_from(["a", "&amp;", "é", "&#233;", "&NotEqualTilde;", "&", ";"]), max_size=12), st.data())
def test_every_part_of_a_decoded_text_is_known_by_its_place(pieces: list[str], data: st.DataObject) -> None:
    raw = "".join(pieces).encode()
    decoded = decode_html(raw, [(0, len(raw), True)], 7)
    text = decoded.data.decode()
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    if start == stop or "≂̸" in text:
        return
    extent = decoded.written_at(len(text[:start].encode()), len(text[:stop].encode()))
    assert extent is not None
    part = raw[extent[0] - 7 : extent[1] - 7]
    assert decode_html(part, [(0, len(part), True)]).data.decode() == text[start:stop]


HARD = {
    "<": b"<", "<a ": b"<a ", '"': b'"', "comments": b"<!--", "&": b"&", "commas": b",", "candidates": b"a, ",
    "svg": b"<svg>", "braces": b"{{", "blocks": b"{{ {% ${", "statements": b"{% x %}", "quoted": b"<a b='",
    "styles": b"<style>",
    "scripts": b"<script><!--<script>", "cdata": b"<![CDATA[", "instructions": b"<?", "subset": b"<!DOCTYPE[",
    "=": b"=", "references": b"<img src=a>", "attributes": b" a='b'", "breakout": b"<svg></p><p>",
    "parentheses": b"a (",
}  # fmt: skip
OPENINGS = (b"", b"<svg>", b'<img src="', b'<img srcset="', b"<svg><style>", b"<img {{ a }} ", b"<svg fill='")


def slowest(language: ModuleType, piece: bytes, opening: bytes, size: int) -> float:
    data = opening + piece * (size // len(piece)) + b"<x href src style url>"
    begin = time.process_time()
    language.find(data)
    return time.process_time() - begin


@pytest.mark.long
@both
@pytest.mark.parametrize("piece", HARD)
def test_time_grows_with_the_size_alone(language: ModuleType, piece: str) -> None:
    for opening in OPENINGS:
        long = slowest(language, HARD[piece], opening, 1_600_000)
        if long > 1:
            # Eight times the size: a quadratic reading would take 64 times as long.
            assert long < 30 * slowest(language, HARD[piece], opening, 200_000), opening


@both
def test_a_hundred_thousand_references_are_written_in_seconds(language: ModuleType) -> None:
    data = b"<svg>" + b"<image href='a.png'/>" * 100_000
    found = language.find(data)
    assert len(found) == 100_000
    begin = time.process_time()
    text = rewritten(language, data, found, ["b.png"] * len(found))
    assert time.process_time() - begin < 60  # many minutes, if each were sought anew
    assert text == data.replace(b"a.png", b"b.png")


@both
def test_there_is_no_source_map_comment(language: ModuleType) -> None:
    assert language.find(b"<svg><style>/*# sourceMappingURL=a.map */</style>") == []
