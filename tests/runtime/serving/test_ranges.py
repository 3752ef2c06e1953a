"""The Range header, as RFC 9110, section 14 has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.runtime.serving.ranges import wanted_bytes

sizes = st.integers(0, 50)
places = st.integers(0, 60)


@given(places, places, sizes)
def test_a_range_is_what_a_slice_gives(first: int, last: int, size: int) -> None:
    wanted = wanted_bytes(f"bytes={first}-{last}", size)
    if last < first:
        assert wanted is None
    else:
        assert wanted is not None
        assert list(wanted) == list(range(size))[first : last + 1]


@given(places, sizes)
def test_an_open_range_goes_to_the_end(first: int, size: int) -> None:
    wanted = wanted_bytes(f"bytes={first}-", size)
    assert wanted is not None
    assert list(wanted) == list(range(size))[first:]


@given(st.integers(1, 60), st.integers(1, 50))
def test_a_suffix_is_so_many_of_the_last_bytes(count: int, size: int) -> None:
    wanted = wanted_bytes(f"bytes=-{count}", size)
    assert wanted is not None
    assert list(wanted) == list(range(size))[-count:]


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0", f"bytes={'9' * 5000}-", "bytes=010-"])
def test_what_is_not_there_cannot_be_satisfied(header: str) -> None:
    assert wanted_bytes(header, 10) == range(0)


@pytest.mark.parametrize(
    "header",
    [
        "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=5-2", "bytes=0-1,3-4", "bytes=0-1, 0-1",
        "chars=0-1", "bytes=--1", "bytes=0x1-2", "bytes=1.0-2",
        "bytes=²-3", "bytes=٣-٤", "bytes= 1 - 2", "=0-1", "bytes 0-1",
    ],
)  # fmt: skip
def test_what_is_not_valid_or_more_than_one_range_asks_for_the_whole(header: str) -> None:
    assert wanted_bytes(header, 10) is None


@pytest.mark.parametrize(
    "header", ["bytes=2-4", "Bytes=2-4", "bytes= 2-4", "bytes=,2-4,", "bytes=0002-04", "bytes = 2-4"]
)
def test_what_differs_in_writing_alone_is_the_same(header: str) -> None:
    assert wanted_bytes(header, 10) == range(2, 5)


def test_ends_far_beyond_the_file_are_its_end() -> None:
    assert wanted_bytes(f"bytes=3-{'9' * 5000}", 10) == range(3, 10)
    assert wanted_bytes(f"bytes=-{'9' * 5000}", 10) == range(10)


def test_an_empty_file_has_no_part_but_is_sent_as_a_whole_for_its_last_bytes() -> None:
    assert wanted_bytes("bytes=0-", 0) == range(0)
    assert wanted_bytes("bytes=-0", 0) == range(0)
    assert wanted_bytes("bytes=-5", 0) is None


@given(st.text())
def test_any_text_is_read(header: str) -> None:
    wanted = wanted_bytes(header, 10)
    assert wanted is None or (wanted.step == 1 and 0 <= wanted.start <= 10 and wanted.stop <= 10)
