"""How a diagnostic is shown: to people, to GitHub, as data."""

from __future__ import annotations

import pytest

from assetbuild.cli.diagnostics import as_annotation, as_data, as_text, in_order, printable
from assetbuild.errors import Diagnostic

TOLD = Diagnostic(
    "no asset named 'x'", "assets/a.css", 14, 20, 3, '  background: url("x.y") no-repeat;', "did you mean 'y'?"
)


def test_the_caret_stands_under_exactly_the_reference() -> None:
    assert as_text(TOLD) == (
        "error: assets/a.css:14:20: no asset named 'x'\n"
        '   14 |   background: url("x.y") no-repeat;\n'
        "      |                    ^^^ did you mean 'y'?"
    )


def test_without_a_place_there_is_the_message_and_what_to_do() -> None:
    assert as_text(Diagnostic("text")) == "error: text"
    assert as_text(Diagnostic("text", hint="do")) == "error: text\n  do"
    assert as_text(Diagnostic("text", "a.css", severity="notice")) == "notice: a.css: text"
    assert as_text(Diagnostic("text", "a.css", 3, severity="warning")) == "warning: a.css:3: text"


@pytest.mark.parametrize(
    ("source", "column", "blanks"),
    [
        ("\t\turl(x)", 7, 12),
        ("日本 url(x)", 8, 9),
        ("e\u0301 url(x)", 8, 6),
        ("\x1b[0m url(x)", 10, 12),
    ],
)
def test_the_caret_minds_how_wide_characters_are(source: str, column: int, blanks: int) -> None:
    caret = as_text(Diagnostic("t", "f", 1, column, 1, source)).split("\n")[2]
    assert caret == "      | " + " " * blanks + "^"


def test_a_line_break_in_a_reference_ends_the_carets_with_the_line() -> None:
    assert as_text(Diagnostic("t", "f", 1, 3, 99, "a bc")).endswith("|   ^^")
    assert as_text(Diagnostic("t", "f", 1, 5, 1, "a bc")).endswith("|     ^")


def test_of_a_very_long_line_the_part_around_the_reference_is_shown() -> None:
    source = "a" * 5000 + "url(x)" + "b" * 5000
    message, shown, carets = as_text(Diagnostic("t", "f", 1, 5005, 1, source)).split("\n")
    assert message.startswith("error: f:1:5005:")
    assert len(shown) < 130
    assert shown[carets.index("^")] == "x"
    assert shown.startswith("    1 | …")
    assert shown.endswith("…")


def test_colour_is_for_the_severity_and_the_carets() -> None:
    shown = as_text(TOLD, colour=True)
    assert shown.startswith("\x1b[1;31merror:\x1b[0m assets/a.css")
    assert "\x1b[1;31m^^^\x1b[0m did you mean" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日本 😀", "plain é 日本 😀"),
        ("a\tb", "a    b"),
        ("a\x1b[31m\x07", "a\\x1b[31m\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202e\u2066\ufeff", "\\u202e\\u2066\\ufeff"),
        ("\u2028a\nb", "\\u2028a\\nb"),
        ("\udcff", "\\xff"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_an_annotation_names_the_file_as_the_repository_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", "/repository")
    assert as_annotation(TOLD, "/repository/site") == (
        "::error file=site/assets/a.css,line=14,col=20,endColumn=22::no asset named 'x' (did you mean 'y'?)"
    )
    assert as_annotation(Diagnostic("t", severity="warning"), "/repository") == "::warning::t"


def test_an_annotation_cannot_be_broken_out_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", "/r")
    told = Diagnostic("50%\n::set-output name=x::\x1b[0m", "a,b:c.css", 1, 1)
    assert as_annotation(told, "/r") == (
        "::error file=a%2Cb%3Ac.css,line=1,col=1,endColumn=1::50%25%0A::set-output name=x::\\x1b[0m"
    )


def test_as_data_has_every_field() -> None:
    assert as_data([TOLD]) == [
        {
            "text": "no asset named 'x'",
            "file": "assets/a.css",
            "line": 14,
            "column": 20,
            "length": 3,
            "source": '  background: url("x.y") no-repeat;',
            "hint": "did you mean 'y'?",
            "severity": "error",
            "source_start": 1,
            "tally": None,
        }
    ]


def test_the_order_is_by_file_line_and_column() -> None:
    told = [Diagnostic("t", "b"), Diagnostic("t", "a", 10, 1), Diagnostic("t", "a", 2, 9), Diagnostic("t", "a", 2, 1)]
    told.append(Diagnostic("t"))
    assert [(one.file, one.line, one.column) for one in in_order(told)] == [
        (None, None, None),
        ("a", 2, 1),
        ("a", 2, 9),
        ("a", 10, 1),
        ("b", None, None),
    ]
