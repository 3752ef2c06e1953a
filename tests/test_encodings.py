"""The character encoding of sources."""

from __future__ import annotations

import codecs
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.encodings import UnreadableTextError, as_author_wrote, first_fault, recode
from assetbuild.media import CSS, JAVASCRIPT
from scenario import build_files

TEXT = '.a { content: "é"; background: url(bild-é.png) }'
IMAGE = {"bild-é.png": b"png"}


@pytest.mark.parametrize("data", [b"", b"a{}", "é".encode(), codecs.BOM_UTF8 + "é".encode(), b"\xe9", b"\x00\xff"])
def test_what_is_utf_8_or_does_not_say_what_it_is_stays_as_it_is(data: bytes) -> None:
    assert recode(data, CSS).data is data


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_decides(codec: str) -> None:
    data = ("\ufeff@charset 'x'; é" + TEXT).encode(codec)
    assert recode(data, JAVASCRIPT).data.decode() == "\ufeff@charset 'x'; é" + TEXT


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("latin1", "cp1252"),
        ("ISO-8859-1", "cp1252"),
        ("l9", "iso8859-15"),
        ("koi8-r", "koi8-r"),
        ("shift_jis", "cp932"),
    ],
)
def test_a_style_sheet_says_its_encoding_by_the_labels_of_the_encoding_standard(label: str, codec: str) -> None:
    letter = "ж" if codec == "koi8-r" else "表" if codec == "cp932" else "é"
    data = f'@charset "{label}"; a{{content:"{letter}"}}'.encode(codec)
    recoded = recode(data, CSS)
    assert recoded.data.decode() == f'@charset "utf-8"; a{{content:"{letter}"}}'
    assert recoded.shift == len("utf-8") - len(label)


def test_a_charset_rule_in_a_text_of_ascii_stays() -> None:
    data = b'@charset "latin1"; a{}'
    assert recode(data, CSS).data is data


@pytest.mark.parametrize(
    "start",
    ["@charset 'latin1';", '@CHARSET "latin1";', ' @charset "latin1";', '@charset  "latin1";', '@charset "nonsense";'],
)
def test_what_only_looks_like_a_charset_rule_decides_nothing(start: str) -> None:
    data = (start + "é").encode("latin-1")
    assert recode(data, CSS).data is data


def test_scripts_have_no_charset_rule() -> None:
    data = '@charset "latin1";é'.encode("latin-1")
    assert recode(data, JAVASCRIPT).data is data


@pytest.mark.parametrize(
    ("data", "reason", "start"),
    [
        (codecs.BOM_UTF16_LE + b"a", "it is not utf-16-le: truncated data at byte 2", None),
        (codecs.BOM_UTF16_BE + b"\xd8\x00\x00a", "it is not utf-16-be: illegal UTF-16 surrogate at byte 2", None),
        ("a{}".encode("utf-16-le"), "it is UTF-16 without a byte order mark, which browsers do not read as such", None),
        (
            "a{}é".encode("utf-16-be"),
            "it is UTF-16 without a byte order mark, which browsers do not read as such",
            None,
        ),
        (codecs.BOM_UTF32_LE + b"a\0\0\0", "it is UTF-32, which browsers do not read", None),
        (b'@charset "latin1"; \x81', "it is not cp1252: character maps to <undefined>", 19),
        (b'@charset "iso-2022-kr"; \xe9', "its encoding 'replacement' holds no text", 10),
    ],
)
def test_a_text_that_is_not_what_it_says_is_refused_with_the_reason(
    data: bytes, reason: str, start: int | None
) -> None:
    with pytest.raises(UnreadableTextError) as raised:
        recode(data, CSS)
    assert raised.value.reason == reason
    assert raised.value.start == start
    assert as_author_wrote(data, CSS) == data


@given(st.text().filter(lambda text: not text.startswith("\0")), st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_every_text_comes_through_whole(text: str, codec: str) -> None:
    data = ("\ufeff" + text).encode(codec)
    assert recode(data, CSS).data.decode() == "\ufeff" + text == as_author_wrote(data, CSS).decode()


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    start = None
    try:
        recode(data, CSS)
    except UnreadableTextError as error:
        start = error.start
    assert 0 <= (start or 0) <= len(data)


def test_the_first_fault_is_the_first_byte_that_is_not_utf_8() -> None:
    assert [first_fault(data) for data in (b"abc", "é".encode(), b"ab\xe9c\xe9")] == [None, None, 2]


@pytest.mark.parametrize("minify", ["true", "false"])
@pytest.mark.parametrize(
    "data",
    [
        ("\ufeff" + TEXT).encode("utf-16-le"),
        ("\ufeff" + TEXT).encode("utf-16-be"),
        ('@charset "latin1";' + TEXT).encode("latin-1"),
        ("\ufeff" + TEXT).encode(),
        TEXT.encode(),
    ],
    ids=["utf-16-le", "utf-16-be", "latin1", "utf-8 with a mark", "utf-8"],
)
def test_a_style_sheet_in_any_encoding_is_published_as_utf_8(data: bytes, minify: str) -> None:
    config = f'sources = ["assets"]\nminify = {minify}\nencodings = []\n'
    built = build_files({"a.css": data, **IMAGE}, config)
    assert built.shown("error") + built.shown("warning") == []
    assert '"é"' in built.text("a.css")
    assert quote(built.file("bild-é.png")) in built.text("a.css").replace("é", "%C3%A9")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_scripts_and_documents_with_a_byte_order_mark_are_read(codec: str) -> None:
    texts = {
        "a.js": 'import "./b.js"; console.log("é")',
        "b.js": "// é",
        "page.html": '<p>é<img src="bild-é.png">',
        "a.svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="bild-é.png"/></svg>',
    }
    files = {name: ("\ufeff" + text).encode(codec) for name, text in texts.items()}
    built = build_files({**files, **IMAGE})
    assert built.assets["a.js"]["imports"] == ["b.js"]
    assert built.assets["page.html"]["assets"] == built.assets["a.svg"]["assets"] == ["bild-é.png"]
    assert all(built.text(name).startswith("\ufeff") for name in texts)


@pytest.mark.parametrize("minify", ["true", "false"])
@pytest.mark.parametrize("bundle", ["", '[bundles."all.css"]\ncontents = ["a.css"]\n'])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8", "latin1"])
def test_a_fault_has_the_same_place_in_every_encoding(encoding: str, bundle: str, minify: str) -> None:
    text = "/* é */\r\na { content: 'éé'; background: url(nöpe.png) }"
    if encoding == "latin1":
        text = '@charset "latin1";' + text
    config = f'sources = ["assets"]\nminify = {minify}\nencodings = []\n{bundle}'
    built = build_files({"a.css": text.encode(encoding)}, config)
    (error,) = built.diagnostics
    assert (error.file, error.line, error.column, error.length) == ("assets/a.css", 2, 36, 8)
    assert error.source == text.split("\r\n")[1]


def test_a_fault_beside_a_charset_rule_that_was_written_anew_has_the_authors_column() -> None:
    built = build_files({"a.css": '@charset "iso-8859-15"; a { content: "é"; src: url(no.png) }'.encode("latin9")})
    (error,) = built.diagnostics
    assert (error.line, error.column) == (1, 52)
    assert error.source
    assert error.source.startswith('@charset "iso-8859-15"; a { content: "é"')


def test_bytes_in_no_declared_encoding_are_warned_of_at_their_place() -> None:
    built = build_files({"a.css": 'a {\n content: "é" }'.encode("latin-1"), "b.js": b"// \xe9"})
    assert built.shown("warning") == [
        "warning: assets/a.css:2:12: not UTF-8: browsers will show another character for this byte\n"
        '    2 |  content: "�" }\n'
        '      |            ^ save it as UTF-8, or begin it with its encoding: @charset "windows-1252";',
        "warning: assets/b.js:1:4: not UTF-8: browsers will show another character for this byte\n"
        "    1 | // �\n"
        "      |    ^ save it as UTF-8",
    ]
    assert built.bytes_of("b.js") == b"// \xe9"


def test_a_text_that_is_not_what_it_says_fails_the_build() -> None:
    built = build_files({"a.css": b"\xff\xfea", "b.js": b"\xff\xfe\0\0a\0\0\0"})
    assert built.code == 1
    assert built.errors == [
        "error: assets/a.css: it is not utf-16-le: truncated data at byte 2\n  save it as UTF-8",
        "error: assets/b.js: it is UTF-32, which browsers do not read\n  save it as UTF-8",
    ]


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        (
            "image/svg+xml",
            "<?xml version='1.0' encoding='ISO-8859-1'?><svg>é",
            "<?xml version='1.0' encoding='utf-8'?><svg>é",
        ),
        ("text/html", "<title>é</title><META Charset=latin1><p>", "<title>é</title><META Charset=utf-8 ><p>"),
        (
            "text/html",
            '<meta http-equiv=content-type content="text/html; charset=iso-8859-1">é',
            '<meta http-equiv=content-type content="text/html; charset=utf-8     ">é',
        ),
    ],
)
def test_what_markup_declares_is_read_and_written_anew(kind: str, before: str, after: str) -> None:
    recoded = recode(before.encode("cp1252"), kind)
    assert recoded.data.decode() == after
    assert recoded.shift == len(after) - len(before)


def test_a_declaration_of_utf_16_is_not_true_any_more() -> None:
    data = codecs.BOM_UTF16_LE + '<?xml version="1.0" encoding="UTF-16"?><svg/>'.encode("utf-16-le")
    assert recode(data, "image/svg+xml").data.decode() == '\ufeff<?xml version="1.0" encoding="utf-8"?><svg/>'


def test_utf_16_without_a_mark_fails_the_build_in_every_language_though_all_its_bytes_are_ascii() -> None:
    files: dict[str, str | bytes] = {
        "a.css": "a { b : c }".encode("utf-16-be"),
        "a.js": "var a = 1".encode("utf-16-le"),
        "a.svg": "<svg/>".encode("utf-16-le"),
        "b.css.jinja": "a { b : c }".encode("utf-16-le"),
    }
    for config in ('sources = ["assets"]\n', 'sources = ["assets"]\nminify = false\nsyntax = "off"\n'):
        outcome = build_files(files, config)
        assert outcome.code == 1
        assert [error.split(":")[1].strip() for error in outcome.errors] == [f"assets/{name}" for name in sorted(files)]
