"""What a build remembers for the next one: bytes by key.

Losing any of it changes no output, only the time a build takes.
"""

from __future__ import annotations

from typing import Protocol


class Cache(Protocol):
    """A store that may forget anything at any time, and that never raises."""

    def get(self, key: str) -> bytes | None:
        """The bytes last put under this key, None if they are not there or not whole."""

    def put(self, key: str, value: bytes) -> None:
        """Keep the bytes under this key; they need not be on disk before `close`."""

    def close(self) -> None:
        """Write what is left to write; nothing is got or put after it."""


class NoCache:
    """The cache that forgets at once."""

    def get(self, key: str) -> bytes | None:
        return None

    def put(self, key: str, value: bytes) -> None:
        pass

    def close(self) -> None:
        pass
