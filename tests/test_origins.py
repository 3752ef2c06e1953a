"""Byte offsets become lines and columns of characters."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assetbuild.model import Origin
from assetbuild.origins import diagnostic_at, diagnostic_at_line, extents, line_and_column


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_once(end: str) -> None:
    data = f"one{end}two{end}  x".encode()
    assert line_and_column(data, data.index(b"x")) == (3, 3)
    assert line_and_column(data, 0) == (1, 1)


def test_columns_count_characters_and_no_byte_order_mark() -> None:
    assert line_and_column("\ufeffé😀x".encode(), len("\ufeffé😀".encode())) == (1, 3)
    assert line_and_column("a\né😀x".encode(), len("a\né😀".encode())) == (2, 3)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_line_and_a_column_lead_back_to_the_bytes(mark: str, end: str) -> None:
    data = f"{mark}é😀x{end}{end} é.png".encode()
    extent = extents(data)
    for part, length in (("é😀x", 3), ("x", 9), ("é.png", 5), (".png", 4)):
        start = data.index(part.encode())
        assert extent(*line_and_column(data, start), length) == (start, start + len(part.encode()))
    assert extent(3, 99, 1) == extent(9, 1, 1) == (len(data), len(data))


def test_a_diagnostic_shows_the_line_and_the_length_in_characters(tmp_path: Path) -> None:
    data = "a\r\n  é.png rest\r\nb".encode()
    (tmp_path / "x.css").write_bytes(data)
    start = data.index("é".encode())
    told = diagnostic_at(str(tmp_path), Origin("x.css", start, len("é.png".encode())), "text", "hint")
    assert (told.line, told.column, told.length, told.source) == (2, 3, 5, "  é.png rest")


def test_a_file_that_is_gone_has_no_line(tmp_path: Path) -> None:
    told = diagnostic_at(str(tmp_path), Origin("gone.css", 3, 2), "text")
    assert (told.file, told.line, told.column) == ("gone.css", None, None)


def test_a_file_as_such_has_no_line(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_bytes(b"a{}")
    told = diagnostic_at(str(tmp_path), Origin("x.css", 0, 0), "text")
    assert (told.file, told.line) == ("x.css", None)


def test_a_file_that_is_not_utf8_is_shown_with_replacements(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_bytes(b"\xff\xfe url(x)")
    told = diagnostic_at(str(tmp_path), Origin("x.css", 7, 1), "text")
    assert (told.line, told.column, told.source) == (1, 8, "\ufffd\ufffd url(x)")


def test_a_line_is_pointed_at_by_its_first_word(tmp_path: Path) -> None:
    (tmp_path / "x.scss").write_bytes(b"a\n   b: c;  \n")
    told = diagnostic_at_line(str(tmp_path), "x.scss", 2, "text")
    assert (told.line, told.column, told.length) == (2, 4, 5)
    assert diagnostic_at_line(str(tmp_path), "x.scss", 9, "text").source is None


def test_of_a_long_line_only_what_stands_around_the_place_is_kept(tmp_path: Path) -> None:
    text = "é" * 5000 + "url(here.png)" + "x" * 5000
    (tmp_path / "a.css").write_text(text, "utf-8")
    start = text.encode().index(b"here.png")
    found = diagnostic_at(str(tmp_path), Origin("a.css", start, 8), "wrong")
    assert (found.line, found.column) == (1, 5005)
    assert found.source is not None
    assert len(found.source.encode()) <= 400
    assert found.source[found.column - found.source_start :].startswith("here.png")


def test_every_line_end_begins_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_bytes(b"a\r\nb\rc\n\nd")
    places = [diagnostic_at(str(tmp_path), Origin("a.css", offset, 1), "") for offset in (0, 3, 5, 8)]
    assert [(one.line, one.column, one.source) for one in places] == [
        (1, 1, "a"),
        (2, 1, "b"),
        (3, 1, "c"),
        (5, 1, "d"),
    ]


def test_a_file_edited_without_another_size_or_time_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a.css"
    shown = []
    for text in ("one", "two"):
        file.write_text(text)
        os.utime(file, ns=(10**18, 10**18))
        shown.append(diagnostic_at(str(tmp_path), Origin("a.css", 0, 3), "x").source)
    assert shown == ["one", "two"]
