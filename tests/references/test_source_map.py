"""Reading, writing and shifting source maps."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.references.source_map import Mappings, Place, Positions, decode, encode, is_indexed, read, shift

SMALL = st.integers(0, 3000)
COLUMN = SMALL | st.integers(0, 40)
SEGMENTS = st.one_of(st.tuples(COLUMN), st.tuples(COLUMN, SMALL, SMALL, SMALL), st.tuples(COLUMN, *[SMALL] * 4))
LINES = st.lists(st.lists(SEGMENTS, max_size=6).map(sorted), min_size=1, max_size=5)


def document(mappings: str, **more: object) -> bytes:
    return json.dumps({"version": 3, "sources": ["a.js"], "mappings": mappings, **more}).encode()


def mappings_of(data: bytes) -> list[list[tuple[int, ...]]]:
    return decode(read(data)["mappings"])


def test_the_published_example_decodes() -> None:
    assert decode("AAgBC,SAAQ,CAAEA;AAEA") == [
        [(0, 0, 16, 1), (9, 0, 16, 9), (10, 0, 16, 11, 0)],
        [(0, 0, 18, 11)],
    ]


@given(LINES)
def test_what_is_encoded_decodes_to_the_same(lines: list[list[tuple[int, ...]]]) -> None:
    assert decode(encode(lines)) == lines


@given(LINES, st.lists(st.integers(0, 4), max_size=8))
def test_lines_decoded_in_any_order_are_those_of_all(lines: list[list[tuple[int, ...]]], order: list[int]) -> None:
    mappings = Mappings(encode(lines))
    assert len(mappings) == len(lines)
    for number in (one for one in order if one < len(lines)):
        assert mappings[number] == lines[number]
    assert mappings[-1] == lines[-1]
    assert mappings[1:] == lines[1:]
    with pytest.raises(IndexError):
        mappings[len(lines)]


def test_a_line_after_a_broken_one_cannot_be_decoded() -> None:
    mappings = Mappings("AAAA;AA;AAAA")
    assert mappings[0] == [(0, 0, 0, 0)]
    for line in (1, 2):
        for _ in range(2):
            with pytest.raises(ValueError, match="source map"):
                mappings[line]


@pytest.mark.parametrize("mappings", ["!", "g", "AA", "AAA", "AAAAAA", "D", "AADA", "é"])
def test_broken_mappings_say_so(mappings: str) -> None:
    with pytest.raises(ValueError, match="source map"):
        decode(mappings)


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"\xff", b'{"version": 2, "mappings": ""}', b'{"version": 3}', b'{"version": 3, "mappings": 1}'],
)
def test_what_is_no_source_map_says_so(data: bytes) -> None:
    with pytest.raises(ValueError, match="source map"):
        shift(data, [(0, 0, 1, 2)])


def test_a_place_is_that_of_the_last_segment_before_it() -> None:
    positions = Positions(decode("AAAA,IACC,I;AAAA"))
    assert positions.find(0, 3) == Place(0, 0, 0)
    assert positions.find(0, 4) == Place(0, 1, 1)
    assert positions.find(0, 8) is None
    assert positions.find(1, 0) == Place(0, 1, 1)
    assert positions.find(2, 0) is None
    assert Positions([[]]).find(0, 5) is None


def test_columns_after_an_edit_move_and_other_lines_and_fields_stay() -> None:
    before = document("AAAA,IAAC,IAAC;IAAA", names=["n"], x_custom={"a": "é"})
    after = shift(before, [(0, 4, 2, 7)])
    assert [segment[0] for segment in mappings_of(after)[0]] == [0, 4, 13]
    assert [segment[1:] for segment in mappings_of(after)[0]] == [segment[1:] for segment in mappings_of(before)[0]]
    assert mappings_of(after)[1] == mappings_of(before)[1]
    assert {**read(after), "mappings": ""} == {**read(before), "mappings": ""}


def test_what_follows_an_edit_at_once_moves_and_what_was_inside_stays_inside() -> None:
    after = shift(document("IAAA,CAAA,CAAA"), [(0, 4, 2, 7)])
    assert [segment[0] for segment in mappings_of(after)[0]] == [4, 5, 11]
    assert mappings_of(shift(document("IAAA"), [(0, 4, 0, 3)])) == [[(7, 0, 0, 0)]]


def test_the_guard_line_and_a_byte_order_mark_are_understood() -> None:
    after = shift(b")]}'\n" + document("IAAA"), [(0, 0, 1, 3)])
    assert after.startswith(b")]}'\n")
    assert mappings_of(after) == [[(6, 0, 0, 0)]]
    assert mappings_of(shift(b"\xef\xbb\xbf" + document("IAAA"), [(0, 0, 1, 3)])) == [[(6, 0, 0, 0)]]


def test_the_sections_of_an_indexed_map_move_with_what_they_map() -> None:
    sections = [
        {"offset": {"line": 0, "column": 0}, "map": {"version": 3, "sources": ["a.js"], "mappings": "AAAA,UAAU"}},
        {"offset": {"line": 0, "column": 20}, "map": {"version": 3, "sources": ["b.js"], "mappings": "AAAA,KAAK;UACA"}},
    ]
    data = json.dumps({"version": 3, "sections": sections}).encode()
    assert is_indexed(read(data))
    moved = read(shift(data, [(0, 5, 1, 3), (0, 22, 1, 11), (1, 0, 2, 1)]))["sections"]
    assert [section["offset"] for section in moved] == [{"line": 0, "column": 0}, {"line": 0, "column": 22}]
    assert decode(moved[0]["map"]["mappings"]) == [[(0, 0, 0, 0), (12, 0, 0, 10)]]
    assert decode(moved[1]["map"]["mappings"]) == [[(0, 0, 0, 0), (15, 0, 0, 5)], [(9, 0, 1, 5)]]


@pytest.mark.parametrize(
    "section",
    [{}, 1, {"offset": {"line": 0, "column": 0}}, {"offset": {"line": "0", "column": 0}, "map": {"mappings": ""}}],
)
def test_a_broken_section_says_so(section: object) -> None:
    with pytest.raises(ValueError, match="section"):
        shift(json.dumps({"version": 3, "sections": [section]}).encode(), [(0, 0, 1, 2)])


def moved_slowly(column: int, edits: list[tuple[int, int, int]]) -> int:
    """The last edit first, so that each is made in a text that still has its former columns."""
    for start, before, after in sorted(edits, reverse=True):
        if column >= start + before:
            column += after - before
        elif column > start:
            column = start + min(column - start, after)
    return column


@given(LINES, st.lists(st.tuples(st.integers(0, 4), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))))
def test_shifting_agrees_with_moving_one_column_after_another(
    lines: list[list[tuple[int, ...]]], steps: list[tuple[int, int, int, int]]
) -> None:
    edits, ends = [], dict.fromkeys(range(5), 0)
    for line, gap, before, after in steps:
        edits.append((line, ends[line] + gap, before, after))
        ends[line] += gap + before + 1
    expected = [
        [(moved_slowly(one[0], [edit[1:] for edit in edits if edit[0] == number]), *one[1:]) for one in segments]
        for number, segments in enumerate(lines)
    ]
    assert mappings_of(shift(document(encode(lines)), edits[::-1])) == expected
