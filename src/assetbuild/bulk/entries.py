"""Entries of the manifest for plain files, as text.

They are those of `release.text.entries_of` for names that are simple.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Sequence

from assetbuild.bulk.texts import INTEGRITY, Found
from assetbuild.model import Publication

_SPELLED = INTEGRITY * 4 // 3
# What JSON writes as it is, and no blank.
are_simple = re.compile(r"[!#-\[\]-~]*+").fullmatch

Lists = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def entry_of(
    path: str,
    file: str,
    kind: str,
    publication: Publication,
    size: int,
    integrity: bytes,
    references: Sequence[Found],
) -> str:
    """The entry of a file with its name; there is no blank but those between values. `kind` is the media type.

    The path and those referred to are simple.
    """
    before, after = _members(references) if references else ("", "")
    if publication != "plain":
        after = f'"immutable": true, {after}'
    # Of so many bytes Base64 has no padding; what follows is a line break.
    spelled = b2a_base64(integrity)[:_SPELLED].decode()
    return (
        f'  "{path}": {{{before}"file": "{file}", {after}"integrity": "sha384-{spelled}", '
        f'"size": {size}, "type": "{kind}"}}'
    )


def lists_of(references: Sequence[Found]) -> Lists:
    """What is imported, dynamically imported, and referred to otherwise: logical paths, sorted."""
    if not references:
        return (), (), ()
    if len(references) == 1:
        ((_, _, kind, target, _),) = references
        return _list_of(kind, (target,))
    kinds = {one[2] for one in references}
    if len(kinds) == 1:
        paths = tuple(sorted({one[3] for one in references}))
        return _list_of(kinds.pop(), paths)
    imports, dynamic, assets = (
        tuple(sorted({one[3] for one in references if one[2] == kind}))
        for kind in ("import", "dynamic-import", "asset")
    )
    return imports, dynamic, assets


def _list_of(kind: str, paths: tuple[str, ...]) -> Lists:
    return (paths, (), ()) if kind == "import" else ((), paths, ()) if kind == "dynamic-import" else ((), (), paths)


def _members(references: Sequence[Found]) -> tuple[str, str]:
    """The members of an entry that stand before its file, and after it."""
    imports, dynamic, assets = lists_of(references)
    before = _member("assets", assets) if assets else ""
    if dynamic:
        before += _member("dynamicImports", dynamic)
    return before, _member("imports", imports) if imports else ""


def _member(key: str, paths: Sequence[str]) -> str:
    joined = '", "'.join(paths)
    return f'"{key}": ["{joined}"], '
