from __future__ import annotations

import os
import struct
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assetbuild.cache.records import (
    DIGEST_SIZE,
    IDENTITY_SIZE,
    RECORD_SIZE,
    digests_in,
    identities_in,
    identity_of,
    is_same_file,
    last_change,
    sizes_in,
)

# Before 1970 times are negative; sizes and inodes may have all 64 bits.
unsigned = st.integers(0, 2**64 - 1)
times = st.integers(-(2**62), 2**63 - 1)
states = st.tuples(unsigned, times, times, unsigned, unsigned)
records = st.lists(st.tuples(states, st.binary(min_size=DIGEST_SIZE, max_size=DIGEST_SIZE)), max_size=5)


def identity(state: tuple[int, int, int, int, int]) -> bytes:
    return struct.pack("<QqqQQ", *state)


@given(records)
def test_columns_are_what_stands_at_their_places_in_each_record(made: list[tuple[tuple[int, ...], bytes]]) -> None:
    identities = [identity(state) for state, _ in made]  # type: ignore[arg-type]
    digests = [digest for _, digest in made]
    data = b"".join([one + digest for one, digest in zip(identities, digests, strict=True)])
    assert len(data) == RECORD_SIZE * len(made)
    assert identities_in(data) == b"".join(identities)
    assert digests_in(data) == b"".join(digests)
    assert list(sizes_in(data)) == list(sizes_in(b"".join(identities), IDENTITY_SIZE)) == [one[0][0] for one in made]
    assert last_change(b"".join(identities)) == max((max(one[0][1:3]) for one in made), default=0)


def test_an_identity_is_that_of_a_stat_and_no_time_is_too_early(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    os.utime(file, ns=(0, -1_000_000_000))
    stat = file.stat()
    found = struct.unpack("<QqqQQ", identity_of(stat))
    assert found == (5, -1_000_000_000, stat.st_ctime_ns, stat.st_ino, stat.st_dev)


def test_a_file_that_is_renamed_is_the_same_and_one_that_is_written_to_or_replaced_is_not(tmp_path: Path) -> None:
    file, renamed = tmp_path / "a", tmp_path / "b"
    file.write_bytes(b"1")
    before = identity_of(file.stat())
    file.rename(renamed)
    assert is_same_file(before, identity_of(renamed.stat()))
    os.utime(renamed, ns=(0, 1))
    assert not is_same_file(before, identity_of(renamed.stat()))
    file.write_bytes(b"1")
    os.utime(file, ns=(0, file.stat().st_mtime_ns))
    assert not is_same_file(before, identity_of(file.stat()))
    assert not is_same_file(b"", before)
