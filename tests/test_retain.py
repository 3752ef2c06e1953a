from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.errors import ReleaseError, UsageError
from assetbuild.release.history import releases_in_order
from assetbuild.retain import clean
from releasing import build, faults, stamps, tree


def three(output: Path) -> list[str]:
    return [
        build(output, {"all.css": b"all", f"only/{name}.css": name.encode()}, encodings=["br"]).release
        for name in ("1", "2", "3")
    ]


def only(output: Path) -> list[str]:
    return sorted(path.name[0] for path in (output / "public").glob("only/*.css"))


def test_all_releases_but_the_last_are_dropped_with_the_files_only_they_name(tmp_path: Path) -> None:
    ids = three(tmp_path)
    before = tree(tmp_path)
    cleaned = clean(str(tmp_path), 2)
    after = tree(tmp_path)
    assert cleaned.releases == (ids[0],)
    gone = {path: data for path, data in before.items() if path not in after and not path.startswith("releases/")}
    assert (cleaned.files, cleaned.bytes) == (2, sum(map(len, gone.values())))
    assert only(tmp_path) == ["2", "3"]
    assert releases_in_order(str(tmp_path)) == ids[1:]
    assert faults(tmp_path) == []


def test_keeping_more_than_there_are_touches_nothing(tmp_path: Path) -> None:
    three(tmp_path)
    before = stamps(tmp_path)
    assert clean(str(tmp_path), 3).releases == ()
    assert stamps(tmp_path) == before


def test_less_than_one_is_refused(tmp_path: Path) -> None:
    three(tmp_path)
    with pytest.raises(UsageError, match="at least one release"):
        clean(str(tmp_path), 0)


def test_empty_directories_are_removed(tmp_path: Path) -> None:
    build(tmp_path, {"a/b/c.css": b"1"}, private={"x/y.map": b"{}"})
    build(tmp_path, {"a/d.css": b"2"})
    clean(str(tmp_path), 1)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_dir()) == ["a", "private", "public", "releases"]


def test_after_a_rollback_by_hand_the_live_files_stay(tmp_path: Path) -> None:
    ids = three(tmp_path)
    (tmp_path / "manifest.json").write_bytes((tmp_path / f"releases/{ids[0]}.json").read_bytes())
    assert clean(str(tmp_path), 1).releases == (ids[1],)
    assert only(tmp_path) == ["1", "3"]
    assert faults(tmp_path) == []


def test_the_current_release_keeps_its_files_even_if_its_kept_copy_is_gone(tmp_path: Path) -> None:
    first = build(tmp_path, {"only/1.css": b"1"})
    second = build(tmp_path, {"only/1.css": b"1", "only/2.css": b"2"})
    build(tmp_path, {"only/3.css": b"3"})
    (tmp_path / f"releases/{first.release}.json").rename(tmp_path / "manifest.json")
    assert clean(str(tmp_path), 1).releases == (second.release,)
    assert only(tmp_path) == ["1", "3"]


def test_a_release_committed_again_is_the_last(tmp_path: Path) -> None:
    ids = three(tmp_path)
    build(tmp_path, {"all.css": b"all", "only/1.css": b"1"}, encodings=["br"])
    assert releases_in_order(str(tmp_path)) == [ids[1], ids[2], ids[0]]
    clean(str(tmp_path), 2)
    assert only(tmp_path) == ["1", "3"]


@pytest.mark.parametrize("history", [None, b"", b"\xff\x00garbage\n", b"\n\n"])
def test_without_a_history_the_current_release_and_the_highest_ids_are_kept(
    tmp_path: Path, history: bytes | None
) -> None:
    ids = three(tmp_path)
    path = tmp_path / "releases/history"
    path.unlink() if history is None else path.write_bytes(history)
    assert releases_in_order(str(tmp_path)) == sorted(ids)
    clean(str(tmp_path), 1)
    assert set(releases_in_order(str(tmp_path))) == {ids[2], max(ids)}
    assert faults(tmp_path) == []


def test_ids_the_history_does_not_know_are_the_oldest(tmp_path: Path) -> None:
    ids = three(tmp_path)
    (tmp_path / "releases/history").write_text(f"{ids[1]}\n{'0' * 64}\n{ids[2]}\n")
    assert releases_in_order(str(tmp_path)) == ids


def test_what_is_no_release_is_refused_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"")
    with pytest.raises(ReleaseError, match="no release in"):
        clean(str(tmp_path), 1)
    assert os.listdir(tmp_path) == ["mine"]


def test_a_damaged_manifest_stops_it(tmp_path: Path) -> None:
    ids = three(tmp_path)
    (tmp_path / f"releases/{ids[0]}.json").write_bytes(b"{")
    before = tree(tmp_path)
    with pytest.raises(ReleaseError, match=rf"{ids[0]}\.json cannot be read"):
        clean(str(tmp_path), 1)
    (tmp_path / "manifest.json").write_bytes(b"{")
    with pytest.raises(ReleaseError, match="damaged"):
        clean(str(tmp_path), 1)
    assert tree(tmp_path).keys() == before.keys()


def test_a_file_that_was_removed_already_is_no_error(tmp_path: Path) -> None:
    three(tmp_path)
    next((tmp_path / "public/only").glob("1-*.css")).unlink()
    assert clean(str(tmp_path), 1).files == 3


CONTENTS = st.dictionaries(st.sampled_from(["a.css", "b/c.js", "b/d/e.js"]), st.sampled_from([b"1", b"2" * 30]))
RELEASES = st.fixed_dictionaries(
    {
        "files": CONTENTS,
        "plain": st.dictionaries(st.sampled_from(["sw.js", "b/robots.txt"]), st.sampled_from([b"1", b"2" * 30])),
        "private": st.dictionaries(st.sampled_from(["m.map"]), st.sampled_from([b"1", b"2"])),
        "encodings": st.sampled_from([(), ("gzip",), ("gzip", "zstd")]),
        "level": st.sampled_from([1, 9]),
    }
)


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(st.one_of(RELEASES, st.integers(1, 3), st.sampled_from(["rollback"])), max_size=8))
def test_after_any_commits_cleans_and_rollbacks_the_current_release_is_that_of_a_clean_build(
    steps: list[object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    output = tmp_path_factory.mktemp("steps") / "out"
    last = None
    for step in steps:
        if isinstance(step, dict):
            build(output, **step)
            last = step
            assert faults(output) == []
        elif isinstance(step, int) and last is not None:
            clean(str(output), step)
        elif last is not None:
            oldest = releases_in_order(str(output))[0]
            (output / "manifest.json").write_bytes((output / f"releases/{oldest}.json").read_bytes())
            # Fixed files are all there; mutable ones are of the release before, until the next build.
            assert not any("-" in fault.split()[0] for fault in faults(output))
    if last is not None:
        build(output, **last)
        clean(str(output), 1)
        assert faults(output) == []
        build(output.parent / "clean", **last)
        assert tree(output) == tree(output.parent / "clean")
