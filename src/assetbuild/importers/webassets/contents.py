"""A bundle's entries as globs of ours, where these give the same files in the same order; else file by file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from assetbuild.globs import check, matcher
from assetbuild.importers.model import Item
from assetbuild.importers.webassets.layout import Layout
from assetbuild.importers.webassets.model import OldItem
from assetbuild.media import media_type


def items_of(item: OldItem, paths: Sequence[str], is_glob: bool, layout: Layout, bundle: str) -> Iterator[Item]:
    """The elements of `contents` for one entry. `paths` are the logical paths it means, `bundle` that of the bundle."""
    if is_glob:
        pattern = _pattern(item.text, paths)
        if pattern is not None and _means(pattern, layout, bundle) == list(paths):
            yield Item(pattern, item.place)
            return
    for path in paths:
        yield Item(literal(path), item.place, f"one of those that '{item.text}' matches" if is_glob else "")


def literal(path: str) -> str:
    """A glob that matches just this path."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)


def _pattern(text: str, paths: Sequence[str]) -> str | None:
    """webassets' glob as one of ours below the same directory, None if it can be none."""
    # Without glob2, ** is one directory there.
    deep = any(path.count("/") != paths[0].count("/") for path in paths)
    text = text if deep else re.sub(r"\*\*+", "*", text)
    fixed = posixpath.normpath(text)
    wild = len([part for part in fixed.split("/") if part])
    lead = paths[0].split("/")[:-wild] if not deep and paths else []
    pattern = "/".join((*lead, fixed))
    try:
        check(pattern)
    except ValueError:
        return None
    return None if pattern.startswith(("/", "..")) else pattern


def _means(pattern: str, layout: Layout, bundle: str) -> list[str]:
    """The sources that a bundle would take for one of our globs, in order."""
    matches = matcher((pattern,))
    lead = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    found = [
        (made, path)
        for path, made in layout.made.items()
        if (path.startswith(lead) and matches(path)) or (made.startswith(lead) and matches(made))
    ]
    fitting = [pair for pair in found if media_type(pair[0]) == media_type(bundle)] or found
    return [path for _, path in sorted(fitting)]
