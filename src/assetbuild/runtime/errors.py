"""What a look-up and a load can raise."""

from __future__ import annotations


class ManifestError(Exception):
    """The manifest is missing, damaged, or not for this deploy; the message says what to do."""


class AssetNotFound(KeyError):
    """No asset has this logical path.

    `name` is what was asked for, `closest` the names most like it, `place` the template and line that ask, as in
    "pages/index.html:12", where a template does.
    """

    def __init__(self, name: object, closest: tuple[str, ...] = (), place: str | None = None) -> None:
        super().__init__(name, closest, place)
        self.name = name
        self.closest = closest
        self.place = place

    def __str__(self) -> str:
        """The message itself: KeyError would print its repr."""
        place = f"{self.place}: " if self.place else ""
        if not self.closest:
            return f"{place}no asset named {self.name!r}, nor any with a name like it"
        return f"{place}no asset named {self.name!r}; did you mean {' or '.join(map(repr, self.closest))}?"
