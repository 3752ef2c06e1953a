"""What all who read files have in common."""

from __future__ import annotations

CHUNK = 1 << 20


class ContentChanged(Exception):
    """A file no longer holds the bytes of its digest: it was edited while the build read it."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file
