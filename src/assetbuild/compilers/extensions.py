"""Compilers of third parties: what they register under the entry point group `assetbuild.compilers`.

What a compiler is, and what it may do, is explained in docs/compilers.md. Everything that one needs can be imported
from here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from assetbuild import media
from assetbuild.compilers.base import Compiler, Result, Tools
from assetbuild.dataclass import dataclass, replace
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content, ContentChanged

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "Asset", "Content", "Diagnostic", "Extension", "Result", "Tools", "replace"]

GROUP = "assetbuild.compilers"
_METADATA = (".dist-info", ".egg-info")


@dataclass(frozen=True, slots=True)
class Extension:
    """What an entry point names: a compiler (it has `suffixes`) or a filter (it has none).

    `suffixes` maps the end of a source's name to the end of the asset's: {".md": ".html"}. `types` are the media types
    of the assets that a filter is for, none for all. `options` are the names that `[[rules]]` may give it, None for
    any. `libraries` are the distributions whose versions belong into the cache key, beside that of the entry point.
    """

    function: Compiler
    suffixes: Mapping[str, str] | None = None
    types: Sequence[str] = ()
    options: Sequence[str] | None = None
    libraries: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """A name that a package registers. `extension` is None if it could not be loaded; `problem` says why."""

    name: str
    distribution: str
    version: str
    extension: Extension | None
    problem: str | None = None

    @property
    def suffixes(self) -> tuple[tuple[str, str], ...]:
        return tuple((self.extension.suffixes or {}).items()) if self.extension else ()


def registered() -> Mapping[str, Registered]:
    """All that is registered, by name. Loaded once for each sys.path; nothing is imported if there is nothing."""
    return _registered(tuple(sys.path))


def run(name: str, assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """One step of an extension. Whatever it raises or returns becomes a result, in words.

    Raises only ContentChanged, and OSError from a source that is gone.
    """
    one = registered()[name]
    if one.extension is None:
        return _failed(one, assets[0], one.problem or "it cannot be loaded")
    try:
        result = one.extension.function(assets, options, tools)
    except ContentChanged:
        raise
    # Foreign code may raise anything.
    except Exception as error:  # noqa: BLE001
        return _failed(one, assets[0], f"{type(error).__name__}: {error}", "tell its authors")
    if problem := _fault(result):
        return _failed(one, assets[0], f"it returned {problem}", "tell its authors")
    if not result.assets:
        return result if result.diagnostics else _failed(one, assets[0], "it made nothing and does not say why")
    first = result.assets[0]
    path = path_made(first.path, one.suffixes) if first.path == assets[0].path else first.path
    expected = path_made(assets[0].path, one.suffixes)
    if path != expected:
        return _failed(one, assets[0], f"it made '{path}', and not '{expected}'", "tell its authors")
    first = replace(first, path=path, type=media.media_type(path), references=())
    return replace(result, assets=(first, *result.assets[1:]))


def path_made(path: str, suffixes: Sequence[tuple[str, str]]) -> str:
    """The logical path with the first of these suffixes that it has exchanged."""
    for suffix, replacement in suffixes:
        if path.endswith(suffix):
            return path.removesuffix(suffix) + replacement
    return path


def _fault(result: object) -> str | None:
    """What a result is if it is no right one."""
    if not isinstance(result, Result):
        return f"{type(result).__name__}, not a Result"
    if not isinstance(result.assets, tuple) or not all(isinstance(one, Asset) for one in result.assets):
        return "a Result whose `assets` is no tuple of Asset"
    if not all(isinstance(one.content, Content) for one in result.assets):
        return "an Asset whose `content` is no Content"
    if not isinstance(result.diagnostics, tuple) or not all(isinstance(one, Diagnostic) for one in result.diagnostics):
        return "a Result whose `diagnostics` is no tuple of Diagnostic"
    return None


def _failed(one: Registered, asset: Asset, text: str, hint: str | None = None) -> Result:
    words = f"compiler '{one.name}' of {one.distribution} {one.version} failed: {' '.join(text.split())}"
    return Result((), (Diagnostic(words, file=asset.file, hint=hint),))


@lru_cache(maxsize=8)
def _registered(path: tuple[str, ...]) -> Mapping[str, Registered]:
    if not any(map(_has_group, path)):
        return {}
    # 34 ms: only where there is something to be found.
    from importlib import metadata

    found: dict[str, Registered] = {}
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda one: (one.name, one.value)):
        one = _loaded(point)
        other = found.get(one.name)
        if other and other.distribution != one.distribution:
            problem = f"two packages register it: {other.distribution} and {one.distribution}"
            one = replace(one, extension=None, problem=problem)
        found[one.name] = one
    return found


def _loaded(point: EntryPoint) -> Registered:
    dist = point.dist
    package, version = (dist.name, dist.version) if dist else ("an unknown package", "?")
    try:
        extension = point.load()
    # Importing foreign code may raise anything.
    except Exception as error:  # noqa: BLE001
        return Registered(point.name, package, version, None, f"{type(error).__name__}: {error}")
    if not isinstance(extension, Extension):
        problem = f"'{point.value}' is {type(extension).__name__}, not an assetbuild Extension"
        return Registered(point.name, package, version, None, problem)
    return Registered(point.name, package, version, extension)


def _has_group(directory: str) -> bool:
    """Whether a distribution in this directory of sys.path may register something, by a look at its files."""
    try:
        with os.scandir(directory or ".") as listing:
            names = [entry.name for entry in listing if entry.name.endswith(_METADATA)]
    except NotADirectoryError:
        return directory.endswith((".whl", ".egg"))
    except OSError:
        return False
    return any(_mentions_group(os.path.join(directory, name, "entry_points.txt")) for name in names)


def _mentions_group(file: str) -> bool:
    try:
        with open(file, "rb") as stream:
            return GROUP.encode() in stream.read()
    except OSError:
        return False
