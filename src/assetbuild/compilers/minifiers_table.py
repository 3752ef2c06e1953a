"""Which minifiers there are, what they are for, and what brings them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from assetbuild import media
from assetbuild.dataclass import dataclass

SVG: Final = "image/svg+xml"
ESBUILD: Final = "esbuild"
JUDGE: Final = "lightningcss"
"""Whose normal form tells whether a style sheet that was rewritten still means the same."""


@dataclass(frozen=True, slots=True)
class Minifier:
    """`types` are media types; `package` is a distribution on PyPI and `extra` ours that has it, none for programs."""

    types: tuple[str, ...]
    package: str | None = None
    extra: str | None = None


MINIFIERS: Final[Mapping[str, Minifier]] = {
    "rjsmin": Minifier((media.JAVASCRIPT,), "rjsmin", "build"),
    "rcssmin": Minifier((media.CSS,), "rcssmin", "build"),
    "esbuild": Minifier((media.JAVASCRIPT, media.CSS)),
    "esbuild-whitespace": Minifier((media.JAVASCRIPT, media.CSS)),
    "tdewolff": Minifier((media.JAVASCRIPT, media.CSS, SVG), "tdewolff-minify", "tdewolff"),
    "lightningcss": Minifier((media.CSS,), "lightningcss", "lightningcss"),
}

REWRITING: Final = tuple(name for name in MINIFIERS if name not in ("rjsmin", "rcssmin"))
"""Those that parse and print: their results cannot be compared token by token."""

LISTS: Final[Mapping[str, str]] = {media.JAVASCRIPT: "javascript", media.CSS: "css", SVG: "svg"}
"""The configuration's key below `minifiers` for a media type."""


def is_program(name: str) -> bool:
    """Whether a minifier is the program esbuild in one of its modes."""
    return name.partition("-")[0] == ESBUILD


def packages(names: tuple[str, ...], kind: str) -> dict[str, Minifier]:
    """What Python packages a list for this media type needs, by the names of the minifiers that are in them."""
    found = {name: MINIFIERS[name] for name in names if MINIFIERS[name].package is not None}
    if kind == media.CSS and any(name not in ("rcssmin", JUDGE) for name in names):
        found[JUDGE] = MINIFIERS[JUDGE]
    return found


def types_of(name: str) -> tuple[str, ...]:
    """The media types that a filter of this name is for, `minify` among them."""
    if name == "minify":
        return (*LISTS, media.JSON, media.WEBMANIFEST)
    return MINIFIERS[name].types if name in MINIFIERS else ()
