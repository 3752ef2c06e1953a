"""Where an installed package lies, without importing it or any parent of it.

`importlib.util.find_spec("a.b")` imports `a`. The search here follows the rules of Python's own path
finder (docs.python.org, "The import system"), but only looks at names of files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder, all_suffixes


def find_package(name: str) -> str | None:
    """The absolute directory of the package with this import name (the first one, of a namespace package), or None."""
    directories = package_directories(name)
    return directories[0] if directories else None


def package_directories(name: str) -> tuple[str, ...]:
    """All absolute directories of the package with this import name, several only for a namespace package."""
    first, *rest = name.split(".")
    if not all(part.isidentifier() for part in (first, *rest)):
        return ()
    found = _below((os.path.abspath(entry) for entry in sys.path), first) or _from_other_finders(first)
    for part in rest:
        found = _below(found, part)
    return tuple(found)


def _below(directories: Iterable[str], name: str) -> list[str]:
    """The directories of the package `name` that an import would use, given its parent's search path."""
    portions: list[str] = []
    suffixes = all_suffixes()
    for directory in directories:
        names = _names(directory)
        package = os.path.join(directory, name)
        is_directory = name in names and os.path.isdir(package)
        if is_directory and any(os.path.isfile(os.path.join(package, "__init__" + suffix)) for suffix in suffixes):
            # A regular package ends the search, even where portions of a namespace were seen before it.
            return [package]
        if any(name + suffix in names and os.path.isfile(package + suffix) for suffix in suffixes):
            return []
        if is_directory and package not in portions:
            portions.append(package)
    return portions


def _names(directory: str) -> frozenset[str]:
    """The names in a directory as they are spelled: a file system may ignore case, an import does not."""
    try:
        return frozenset(os.listdir(directory))
    except OSError:
        return frozenset()


def _from_other_finders(name: str) -> list[str]:
    """The directories of a top-level package that sys.path does not show: some editable installs register a finder."""
    for finder in sys.meta_path:
        find_spec = getattr(finder, "find_spec", None)
        if find_spec is None or finder in (BuiltinImporter, FrozenImporter, PathFinder):
            continue
        spec = find_spec(name, None)
        if spec is not None:
            return [os.path.abspath(entry) for entry in spec.submodule_search_locations or () if os.path.isdir(entry)]
    return []
