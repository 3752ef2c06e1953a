"""Values of Python as an importer knows them, and what operators and functions make of such."""

from __future__ import annotations

import ast
import os
import posixpath
import re
import string
from collections.abc import Iterator
from typing import Final

from assetbuild.dataclass import dataclass
from assetbuild.importers.model import Place

_PLAIN_FORMAT: Final = re.compile(r"(?:[^%]|%[sd%])*")


@dataclass(frozen=True, slots=True)
class Computed:
    """A value that only a running program knows; `reason` is what it comes from, as it is written."""

    reason: str


class FilePath(str):
    """A pathlib.Path."""

    __slots__ = ()


Plain = str | int | float | bool | None | Computed | list["Data"] | dict[object, "Data"]


@dataclass(frozen=True, slots=True)
class Data:
    """A value: text, number, truth value, None, a FilePath, a list (of tuples and sets, too), a dict, or Computed.

    `place` is where it is written, `named` where its key in a dict is.
    """

    value: Plain
    place: Place
    named: Place | None = None

    def items(self) -> list[Data]:
        """The elements of a list, none of anything else."""
        return self.value if isinstance(self.value, list) else []

    def pairs(self) -> Iterator[tuple[str, Data]]:
        """The keys that are texts, and their values, of a dict; none of anything else."""
        if isinstance(self.value, dict):
            yield from ((key, value) for key, value in self.value.items() if isinstance(key, str))

    def get(self, key: str) -> Data | None:
        """The value of a key of a dict; None where there is none."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    @property
    def text(self) -> str | None:
        """The text, or path, that it is; None for anything else."""
        return str(self.value) if isinstance(self.value, str) else None


_PATHLIB: Final = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "path.Path", "Path"})
_AS_IT_IS: Final = frozenset({"os.path.abspath", "os.path.realpath", "os.path.normpath", "os.fspath", "str"})
_OF_PATHS: Final = frozenset({"resolve", "absolute", "as_posix", "expanduser"})


def called(function: str, texts: list[str]) -> Plain | None:
    """What a function of pathlib or os.path gives; None for any other. `texts` are one or more."""
    first = texts[0]
    if function in _PATHLIB:
        return FilePath(posixpath.join(*texts))
    if function == "os.path.join":
        return posixpath.join(*texts)
    if function in _AS_IT_IS and len(texts) == 1:
        return str(first)
    if function == "os.path.dirname" and len(texts) == 1:
        return parent(first)
    return None


def of_path(holder: Plain, method: str, given: list[Data], texts: list[str]) -> Plain | None:
    """What a method of a path or text gives; None if that is not known. `texts` are those of `given` that are."""
    if isinstance(holder, FilePath):
        if method == "joinpath" and len(texts) == len(given):
            return FilePath(posixpath.join(holder, *texts))
        if method in _OF_PATHS and not given:
            return str(holder) if method == "as_posix" else holder
    elif isinstance(holder, str) and len(texts) == len(given):
        if method in ("strip", "rstrip", "lstrip", "lower", "upper") and len(given) <= 1:
            stripped: str = (
                getattr(holder, method)(*texts) if texts and method.endswith("strip") else (getattr(holder, method)())
            )
            return stripped
        if method == "format" and _is_plain(holder):
            try:
                return holder.format(*texts)
            except (ValueError, IndexError):
                return None
    return None


def _is_plain(text: str) -> bool:
    """Whether a text for `format` only takes arguments by their places, as they are."""
    try:
        return all(
            name in (None, "", *map(str, range(9))) and not spec and not conversion
            for _, name, spec, conversion in string.Formatter().parse(text)
        )
    except ValueError:
        return False


def parent(path: str, levels: int = 1) -> str:
    """The directory so many levels above a file path."""
    slashed = path.replace(os.sep, "/")
    for _ in range(levels):
        slashed = posixpath.dirname(slashed)
    return slashed


def operated(left: Data, operator: ast.operator, right: Data) -> Plain | None:
    """What an operator gives; None if that is not known."""
    one, other = left.value, right.value
    if isinstance(operator, ast.Div) and isinstance(one, str) and isinstance(other, str):
        if isinstance(one, FilePath) or isinstance(other, FilePath):
            return FilePath(posixpath.join(one, other))
    elif isinstance(operator, ast.Add):
        if isinstance(one, str) and isinstance(other, str):
            return one + other
        if isinstance(one, list) and isinstance(other, list):
            return [*one, *other]
        # Of a list that is only partly known, what is known counts.
        if isinstance(one, list) or isinstance(other, list):
            return [*(one if isinstance(one, list) else [left]), *(other if isinstance(other, list) else [right])]
    elif isinstance(operator, ast.BitOr) and isinstance(one, dict) and isinstance(other, dict):
        return {**one, **other}
    elif isinstance(operator, ast.Mod) and isinstance(one, str) and _PLAIN_FORMAT.fullmatch(one):
        values = other if isinstance(other, list) else [right]
        plain = [item.value for item in values]
        if all(isinstance(value, str | int) for value in plain):
            try:
                return one % tuple(plain)
            except (TypeError, ValueError):
                return None
    return None
