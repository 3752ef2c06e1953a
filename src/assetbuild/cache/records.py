"""What is known of a file's state, as bytes: its identity, by stat, and SHA-256 of what it held then.

Tens of thousands of them are loaded, compared and dumped in every build: they stay bytes, one after another, and what
is wanted of all is cut from them column by column.
"""

from __future__ import annotations

import os
import struct
import sys
from array import array

_MASK = (1 << 64) - 1
_IDENTITY = struct.Struct("<5Q")  # size, mtime, ctime, inode, device, each modulo 2**64
IDENTITY_SIZE = 40
DIGEST_SIZE = 32
RECORD_SIZE = IDENTITY_SIZE + DIGEST_SIZE


def identity_of(stat: os.stat_result) -> bytes:
    """What a file's state is known by: size, mtime, ctime, inode, device."""
    try:
        return _IDENTITY.pack(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev)
    except struct.error:  # before 1970
        pass
    return _IDENTITY.pack(
        stat.st_size,
        stat.st_mtime_ns & _MASK,
        stat.st_ctime_ns & _MASK,
        stat.st_ino & _MASK,
        stat.st_dev & _MASK,
    )


def is_same_file(before: bytes, after: bytes) -> bool:
    """Whether two identities are of one file that nobody has written to: but for ctime, which a new name changes."""
    return before[:16] == after[:16] and before[24:] == after[24:]


def sizes_in(records: bytes, width: int = RECORD_SIZE) -> array[int]:
    """The sizes of the files of these records, one after another; of identities, if these are the `width`."""
    return numbers_in(records)[:: width // 8]


def identities_in(records: bytes) -> bytes:
    """The identities of these records, one after another, without the digests."""
    return _columns_in(records, 0, IDENTITY_SIZE)


def digests_in(records: bytes) -> bytes:
    """The digests of these records, one after another."""
    return _columns_in(records, IDENTITY_SIZE, RECORD_SIZE)


def _columns_in(records: bytes, start: int, stop: int) -> bytes:
    """What stands between these places in each record: column by column, since a slice for each takes long."""
    numbers = array("Q", records)
    width, kept = RECORD_SIZE // 8, (stop - start) // 8
    found = array("Q", bytes(len(records) // RECORD_SIZE * (stop - start)))
    for column in range(kept):
        found[column::kept] = numbers[start // 8 + column :: width]
    return found.tobytes()


def numbers_in(data: bytes, kind: str = "Q") -> array[int]:
    """Numbers of eight bytes each; `kind` as `array` has it: "Q", or "q" for signed ones."""
    column = array(kind, data)
    if sys.byteorder != "little":
        column.byteswap()
    return column


def last_change(identities: bytes) -> int:
    """The last mtime or ctime of any of these states of files, one after another, in nanoseconds; 0 of none."""
    # Before 1970 they are negative.
    numbers, width = numbers_in(identities, "q"), IDENTITY_SIZE // 8
    return max(max(numbers[1::width]), max(numbers[2::width])) if numbers else 0
