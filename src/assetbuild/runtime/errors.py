"""What a look-up and a load can raise."""

from __future__ import annotations


class ManifestError(Exception):
    """The manifest is missing, damaged, or not for this deploy; the message says what to do."""


class AssetNotFound(KeyError):
    """No asset has this logical path. `name` is what was asked for, `closest` the names most like it."""

    def __init__(self, name: object, closest: tuple[str, ...] = ()) -> None:
        super().__init__(name, closest)
        self.name = name
        self.closest = closest

    def __str__(self) -> str:
        """The message itself: KeyError would print its repr."""
        if not self.closest:
            return f"no asset named {self.name!r}, nor any with a name like it"
        return f"no asset named {self.name!r}; did you mean {' or '.join(map(repr, self.closest))}?"
