from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.release.layout import PENDING
from assetbuild.release.pending import DamagedRecordError, Move, Pending, _bytes_of, read_pending

paths = st.text(st.characters(exclude_characters="/\\\0"), min_size=1).map(lambda name: f"public/{name}x")
moves = st.builds(Move, paths, paths, st.just("ab"), st.none() | st.just("cd"))
records = st.builds(
    Pending,
    st.just("12"),
    st.none() | st.just("34"),
    st.lists(moves, max_size=2).map(tuple),
    st.lists(moves, max_size=2).map(tuple),
    st.lists(paths, max_size=2).map(tuple),
    st.lists(paths, max_size=4).map(tuple),
)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("release")


def test_there_is_no_record_where_nothing_is_under_way(tmp_path: Path) -> None:
    assert read_pending(str(tmp_path)) is None


@given(records)
def test_a_record_is_read_as_it_was_written(output: Path, record: Pending) -> None:
    (output / PENDING).write_bytes(_bytes_of(record))
    assert read_pending(str(output)) == record


@given(records, st.data())
def test_a_record_that_was_cut_off_is_damaged_and_not_one_of_fewer_files(
    output: Path, record: Pending, data: st.DataObject
) -> None:
    whole = _bytes_of(record)
    (output / PENDING).write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(DamagedRecordError):
        read_pending(str(output))


@pytest.mark.parametrize("path", ["../a", "/etc/a", "a/../../b", ""])
def test_a_record_that_names_what_is_outside_is_damaged(tmp_path: Path, path: str) -> None:
    (tmp_path / PENDING).write_bytes(_bytes_of(Pending("12", tree=("public/a", path))))
    with pytest.raises(DamagedRecordError):
        read_pending(str(tmp_path))
