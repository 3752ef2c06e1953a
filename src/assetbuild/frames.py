"""How a build and its worker talk: JSON documents over pipes, each behind its length in eight bytes, big-endian."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO, Any

_LENGTH = 8


def write_frame(stream: IO[bytes], document: Any) -> None:
    """Sends a document. Raises OSError if nobody reads any more."""
    data = json.dumps(document).encode()
    stream.write(len(data).to_bytes(_LENGTH, "big") + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Any:
    """The next document; raises EOFError if there is none, or only a piece of one."""
    head = _read(stream, _LENGTH)
    return json.loads(_read(stream, int.from_bytes(head, "big")))


def digest_of(document: Any) -> str:
    """A document as one that was guessed elsewhere is compared: SHA-256 in hex."""
    return hashlib.sha256(json.dumps(document).encode()).hexdigest()


def end_with(numbers: Sequence[str]) -> None:
    """Lets this process end when the other end of this descriptor is closed, whatever it is busy with (Linux).

    It must be a pipe that nothing is ever written to: the system may tell of what was written after that was read.
    """
    if sys.platform != "linux":
        return
    import fcntl
    import select

    for number in map(int, numbers):
        fcntl.fcntl(number, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(number, fcntl.F_SETFL, fcntl.fcntl(number, fcntl.F_GETFL) | os.O_ASYNC)
        if select.select([number], [], [], 0)[0]:
            os._exit(0)  # It was closed before.


def _read(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if data is None or len(data) < size:
        raise EOFError
    return data
