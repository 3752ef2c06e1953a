"""Sheets in which every sign is what it looks like."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from assetbuild.compilers.css.hiding import hidden, marked_licences, masked, shown
from assetbuild.references.css_lexer import tokens
from compilers.css import reference
from compilers.css.sheets import SHEET, SOUP, TRICKY

OPAQUE = ("string", "url", "comment")


@settings(max_examples=600, deadline=None)
@given(SHEET | SOUP | TRICKY)
def test_no_sign_is_left_in_what_is_opaque_and_all_others_are(sheet: str) -> None:
    data = sheet.encode()
    text = masked(data)
    if text is None:
        return
    assert len(text) == len(data)
    assert shown(text) == data
    for kind, start, stop in tokens(data):
        if kind in OPAQUE:
            assert not set(text[start:stop].removeprefix(data[start:stop].partition(b"(")[0] + b"(")[:-1]) & set(
                b"{};,"
            )
        elif b"\\" not in data[start:stop]:
            assert text[start:stop] == data[start:stop]


@settings(max_examples=600, deadline=None)
@given(SHEET | SOUP | TRICKY)
def test_hiding_and_showing_changes_no_token_that_counts(sheet: str) -> None:
    read = hidden(sheet.encode())
    if read is not None:
        assert reference.same(sheet.encode(), shown(read.text))


@pytest.mark.parametrize(
    "text",
    [
        "'",
        '"a',
        "'a\nb'",
        "/*",
        "/* a",
        "/*/",
        "url(a b)",
        "URL(a'b)",
        "\\75 rl(a)",
        "u\\rl( a )",
        "a\\",
        "\x02",
        "\x7f",
    ],
)
def test_what_does_not_end_or_may_be_read_in_two_ways_is_not_hidden(text: str) -> None:
    assert hidden(text.encode()) is None
    assert masked(text.encode()) is None


@pytest.mark.parametrize(
    ("sheet", "text"),
    [
        ("a/**/b", "a\x01b"),
        ("a /**/b", "a b"),
        ("a/**/(b)", "a\x01(b)"),
        ("a/**/[b]/**/'c'/**/d", "a\x01[b]'c'\x01d"),
        ("a/**//**/b", "a\x01b"),
        ("a/**/ /**/b", "a b"),
        ("a,/**/b/**/{", "a,b{"),
        ("/* a */\n\n b  c\t\f{ ", "b c {"),
        ("hsl( 1 )/2", "hsl( 1 )/2"),
        ("\ufeffa", "a"),
    ],
)
def test_white_space_is_one_blank_and_comments_go_where_something_else_keeps_tokens_apart(
    sheet: str, text: str
) -> None:
    read = hidden(sheet.encode())
    assert read is not None
    assert read.text == text.encode()


def test_licence_comments_are_told_and_can_be_marked() -> None:
    sheet = b"/*! a */b{c:'/*! d */'}/* @license e */ f{}/* g */"
    read = hidden(sheet)
    assert read is not None
    assert read.licences == [b"/*! a */", b"/* @license e */"]
    assert marked_licences(sheet, lambda comment: b"<" + comment + b">") == (
        b"</*! a */>b{c:'/*! d */'}</* @license e */> f{}/* g */"
    )
