from __future__ import annotations

import hashlib
import os
import stat
import struct
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.cache.index import FileIndex, Moment, file_system_moment
from assetbuild.cache.records import identity_of
from assetbuild.model import ContentChanged


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write(file: Path, data: bytes) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return str(file)


def later(file: str) -> Moment:
    """A moment after the last change of this file, by its own file system."""
    found = os.stat(file)
    return Moment(max(found.st_mtime_ns, found.st_ctime_ns) + 1, found.st_dev)


def is_remembered(index: FileIndex, file: str, data: bytes) -> bool:
    """Whether the index knows the digest of `data` without reading: it is asked with the stat of before a change."""
    before = os.stat(file)
    Path(file).write_bytes(bytes(byte ^ 255 for byte in data))
    answer = index.digest(file, before)
    assert answer in (sha256(data), sha256(Path(file).read_bytes()))
    return answer == sha256(data)


def test_the_digest_is_sha256_of_the_bytes(tmp_path: Path):
    index = FileIndex()
    for size in (0, 1, 4096, 1 << 20, (1 << 20) - 1, (1 << 20) + 1, (3 << 20) + 17):
        data = os.urandom(size)
        file = write(tmp_path / f"{size}.bin", data)
        assert index.digest(file) == sha256(data)
        assert index.sized_digest(file, os.stat(file)) == (size, sha256(data))


def test_what_is_no_regular_file_has_no_digest(tmp_path: Path):
    write(tmp_path / "file", b"x")
    (tmp_path / "circle").symlink_to("circle")
    os.mkfifo(tmp_path / "fifo")
    index = FileIndex()
    for name in ("missing", "", "file/below", "circle", "fifo", "a\0b", "\ud800", "x" * 300, "d/" * 3000 + "x"):
        assert index.digest(os.path.join(tmp_path, name)) is None, name


def test_a_file_that_goes_away_has_no_digest_any_more(tmp_path: Path):
    file = write(tmp_path / "a.css", b"a")
    index = FileIndex()
    known = os.stat(file)
    assert index.digest(file) == sha256(b"a")
    os.remove(file)
    assert index.digest(file) is None
    assert FileIndex().digest(file, known) is None


def test_an_unchanged_old_file_is_not_read_again(tmp_path: Path):
    file = write(tmp_path / "a.css", b"one")
    first = FileIndex(later(file))
    first.digest(file)
    second = FileIndex.load(first.dump(), later(file))
    assert is_remembered(second, file, b"one")


def test_a_file_as_young_as_the_build_is_read_again_by_the_next(tmp_path: Path):
    file = write(tmp_path / "a.css", b"one")
    found = os.stat(file)
    first = FileIndex(Moment(max(found.st_mtime_ns, found.st_ctime_ns), found.st_dev))
    first.digest(file)
    second = FileIndex.load(first.dump(), later(file))
    assert not is_remembered(second, file, b"one")


def test_a_file_with_an_old_mtime_that_was_put_there_just_now_is_read_again(tmp_path: Path):
    began = file_system_moment(str(tmp_path))
    file = write(tmp_path / "a.css", b"one")
    os.utime(file, ns=(1, 1))
    first = FileIndex(began)
    first.digest(file)
    assert not is_remembered(FileIndex.load(first.dump()), file, b"one")


def test_another_file_system_gets_two_seconds_more(tmp_path: Path):
    file = write(tmp_path / "a.css", b"one")
    moment = later(file)
    for margin, trusted in ((0, False), (2_000_000_001, True)):
        first = FileIndex(Moment(moment.nanoseconds + margin, None))
        first.digest(file)
        assert is_remembered(FileIndex.load(first.dump()), file, b"one") is trusted
        Path(file).write_bytes(b"one")
        moment = later(file)


def test_other_content_of_equal_size_and_mtime_is_found(tmp_path: Path):
    file = write(tmp_path / "a.css", b"one")
    before = os.stat(file)
    first = FileIndex(later(file))
    first.digest(file)
    time.sleep(0.02)
    Path(file).write_bytes(b"two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert os.stat(file).st_mtime_ns == before.st_mtime_ns
    assert FileIndex.load(first.dump()).digest(file) == sha256(b"two")


def test_another_file_moved_to_the_name_is_found(tmp_path: Path):
    file, other = write(tmp_path / "a.css", b"one"), write(tmp_path / "b.css", b"two")
    same = os.stat(file).st_mtime_ns
    os.utime(other, ns=(same, same))
    first = FileIndex(later(other))
    first.digest(file)
    os.replace(other, file)
    assert FileIndex.load(first.dump()).digest(file) == sha256(b"two")


@pytest.mark.parametrize("field", ["st_size", "st_mtime_ns", "st_ctime_ns", "st_ino", "st_dev"])
def test_a_stat_that_differs_in_any_field_is_another_file(tmp_path: Path, field: str):
    file = write(tmp_path / "a.css", b"one")
    index = FileIndex(later(file))
    index.digest(file)
    known = os.stat(file)
    names = ("st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size")
    values = {name: getattr(known, name) for name in (*names, "st_mtime_ns", "st_ctime_ns")}
    Path(file).write_bytes(b"two")
    for change, expected in ((0, b"one"), (1, b"two")):
        values[field] += change
        times = {name: values[name] for name in ("st_mtime_ns", "st_ctime_ns")}
        asked = os.stat_result((*(values[name] for name in names), 0, 0, 0), times)
        assert index.digest(file, asked) == sha256(expected)


def test_a_file_with_an_mtime_to_come_is_read_again(tmp_path: Path):
    file = write(tmp_path / "a.css", b"one")
    os.utime(file, ns=(1 << 62, 1 << 62))
    first = FileIndex(Moment(os.stat(file).st_ctime_ns + 1, os.stat(file).st_dev))
    first.digest(file)
    assert not is_remembered(FileIndex.load(first.dump()), file, b"one")


def test_a_file_that_changes_in_every_reading_is_told(tmp_path: Path):
    file = write(tmp_path / "log", b"x" * 20_000_000)
    stop = threading.Event()

    def append() -> None:
        with open(file, "ab", buffering=0) as stream:
            while not stop.wait(0.0005):
                stream.write(b"x")

    thread = threading.Thread(target=append)
    thread.start()
    try:
        with pytest.raises(ContentChanged):
            FileIndex().digest(file)
    finally:
        stop.set()
        thread.join()


def test_an_edit_within_the_run_is_found(tmp_path: Path):
    file = write(tmp_path / "a.css", b"one")
    index = FileIndex(file_system_moment(str(tmp_path)))
    assert index.digest(file) == sha256(b"one")
    time.sleep(0.02)
    Path(file).write_bytes(b"two")
    assert index.digest(file) == sha256(b"two")


def test_within_a_run_even_a_young_file_is_read_once(tmp_path: Path):
    file = write(tmp_path / "a.css", b"one")
    index = FileIndex(Moment(0))
    index.digest(file)
    assert is_remembered(index, file, b"one")


def test_entries_not_asked_for_are_dropped(tmp_path: Path):
    files = [write(tmp_path / name, b"one") for name in ("a.css", "b.css")]
    moment = later(files[1])
    first = FileIndex(moment)
    for file in files:
        first.digest(file)
    second = FileIndex.load(first.dump(), moment)
    second.digest(files[0])
    third = FileIndex.load(second.dump(), moment)
    assert is_remembered(third, files[0], b"one")
    assert not is_remembered(third, files[1], b"one")


def test_size_and_digest_belong_together_while_the_file_grows(tmp_path: Path):
    file = write(tmp_path / "log", b"x")
    stop = threading.Event()

    def append() -> None:
        with open(file, "ab", buffering=0) as stream:
            while not stop.is_set() and stream.tell() < 50_000_000:
                stream.write(b"x" * 1000)

    thread = threading.Thread(target=append)
    thread.start()
    try:
        for _ in range(40):
            with suppress(ContentChanged):
                found = FileIndex().sized_digest(file)
                assert found is not None
                assert found[1] == sha256(b"x" * found[0])
    finally:
        stop.set()
        thread.join()
    assert FileIndex().digest(file) == sha256(Path(file).read_bytes())


def test_odd_names_and_times_survive_a_dump(tmp_path: Path):
    files = [write(tmp_path / name, b"one") for name in ("a\nb", "日本語", os.fsdecode(b"\xff.css"), "c d")]
    os.utime(files[0], ns=(-(10**18), -(10**18)))
    index = FileIndex(later(files[-1]))
    for file in files:
        index.digest(file)
    again = FileIndex.load(index.dump())
    for file in files:
        assert is_remembered(again, file, b"one"), file


def test_an_empty_index_has_a_dump(tmp_path: Path):
    file = write(tmp_path / "a", b"a")
    assert FileIndex.load(FileIndex().dump()).digest(file) == sha256(b"a")
    assert FileIndex.load(None).digest(file) == sha256(b"a")


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    file = write(tmp_path_factory.mktemp("index") / "a.css", b"one")
    index = FileIndex(later(file))
    index.digest(file)
    return file, index.dump()


@given(data=st.data())
def test_a_damaged_dump_is_an_empty_index(dumped: tuple[str, bytes], data: st.DataObject):
    file, dump = dumped
    place = data.draw(st.integers(0, len(dump) - 1))
    flipped = dump[:place] + bytes([dump[place] ^ data.draw(st.integers(1, 255))]) + dump[place + 1 :]
    damaged = data.draw(st.sampled_from([flipped, dump[:place], dump + b"\0", dump[place + 1 :]]))
    wrong = os.stat_result((stat.S_IFREG, 1, 1, 1, 0, 0, 0, 0, 0, 0))
    index = FileIndex.load(damaged)
    assert index.dump() == FileIndex().dump()
    assert index.digest(file, wrong) == sha256(b"one")


@given(st.binary(max_size=200))
def test_any_bytes_load(data: bytes):
    assert FileIndex.load(data).dump() == FileIndex().dump()


def test_the_moment_is_the_file_systems_and_does_not_run_backwards(tmp_path: Path):
    one = file_system_moment(str(tmp_path))
    assert one.device == os.stat(tmp_path).st_dev
    file = write(tmp_path / "a", b"a")
    assert os.stat(file).st_mtime_ns >= one.nanoseconds
    assert file_system_moment(str(tmp_path)).nanoseconds >= one.nanoseconds


def test_without_a_directory_to_write_in_the_systems_clock_serves(tmp_path: Path):
    assert file_system_moment(str(tmp_path / "missing")).device is None


def test_what_is_told_of_many_files_is_known_of_each_and_dumped(tmp_path: Path):
    files = [write(tmp_path / f"{name}.txt", name.encode()) for name in "abc"]
    records = b"".join(identity_of(os.stat(file)) + bytes.fromhex(sha256(Path(file).read_bytes())) for file in files)
    index = FileIndex(later(files[-1]))
    index.learn_all(files[:2], records[:144])
    index.trust_all(f"{tmp_path}/", ["c.txt"], records[144:])
    assert index.are_settled(files[:2])
    whole, again = index.dump(), FileIndex.load(index.dump())
    assert [again.known(file, identity_of(os.stat(file))) for file in files] == [
        bytes.fromhex(sha256(name)) for name in (b"a", b"b", b"c")
    ]
    assert index.settled_identity(files[2]) == identity_of(os.stat(files[2])).hex()
    assert index.are_settled(files[:2])
    assert len(index.dump()) == len(whole)


def test_of_many_files_those_that_may_change_unnoticed_are_not_dumped(tmp_path: Path):
    old, new = write(tmp_path / "old.txt", b"old"), write(tmp_path / "new.txt", b"new")
    os.utime(new, ns=(0, time.time_ns() + 10**12))
    index = FileIndex(later(old))
    files = [old, new]
    index.learn_all(files, b"".join(identity_of(os.stat(file)) + bytes(32) for file in files))
    assert not index.are_settled(files)
    again = FileIndex.load(index.dump())
    assert again.known(old, identity_of(os.stat(old))) == bytes(32)
    assert again.known(new, identity_of(os.stat(new))) is None


def test_what_was_told_of_one_file_later_counts(tmp_path: Path):
    file = write(tmp_path / "a.txt", b"a")
    identity = identity_of(os.stat(file))
    index = FileIndex(later(file))
    index.trust(file, identity, sha256(b"later"))
    index.learn_all([file], identity + bytes(32))
    again = FileIndex.load(index.dump())
    assert again.known(file, identity) == index.known(file, identity) == bytes.fromhex(sha256(b"later"))


BEGAN = Moment(10_000_000_000, 7)
# The first is long past, the second may change unnoticed; on another device the clock may be coarser.
AGES = st.sampled_from([(1_000, 7), (20_000_000_000, 7), (9_000_000_000, 8), (1_000, 8), (-5, 7)])
NAMES = st.sampled_from(["/p/a", "/p/b", "/p/c", "/q/a", "/q/d"])


def record(age: tuple[int, int], size: int) -> bytes:
    moment, device = age
    return struct.pack("<QqqQQ", size, moment, -1, 3, device) + bytes([size]) * 32


@given(
    st.lists(st.tuples(st.booleans(), st.dictionaries(NAMES, st.tuples(AGES, st.integers(0, 9)))), max_size=3),
    st.lists(st.tuples(st.booleans(), NAMES, AGES, st.integers(0, 9)), max_size=4),
    st.sets(NAMES),
)
def test_many_files_told_at_once_are_as_each_told_alone(
    many: list[tuple[bool, dict[str, tuple[tuple[int, int], int]]]],
    single: list[tuple[bool, str, tuple[int, int], int]],
    asked: set[str],
):
    together, alone = FileIndex(BEGAN), FileIndex(BEGAN)
    for is_sure, files in many:
        records = [record(*one) for one in files.values()]
        if is_sure:
            together.trust_all("", list(files), b"".join(records))
        else:
            together.learn_all(list(files), b"".join(records))
        for file, one in zip(files, records, strict=True):
            tell(alone, is_sure, file, one)
    for is_sure, file, age, size in single:
        for index in (together, alone):
            tell(index, is_sure, file, record(age, size))
    assert together.are_settled(asked) == alone.are_settled(asked)
    for file in ["/p/a", "/p/b", "/p/c", "/q/a", "/q/d", "/none"]:
        assert together.settled_identity(file) == alone.settled_identity(file)
        assert together.known(file, b"") == alone.known(file, b"")
        assert together.records([file]) == alone.records([file])
    again, other = FileIndex.load(together.dump(), BEGAN), FileIndex.load(alone.dump(), BEGAN)
    assert {file: again.known(file, b"") for file in asked} == {file: other.known(file, b"") for file in asked}


def tell(index: FileIndex, is_sure: bool, file: str, one: bytes) -> None:
    if is_sure:
        index.trust(file, one[:40], one[40:].hex())
    else:
        index.learn(file, one)
