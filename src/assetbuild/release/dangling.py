"""References in the files of a release that lead to no file of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from assetbuild.errors import Diagnostic
from assetbuild.expression import expression
from assetbuild.model import Origin
from assetbuild.references import MODULES, find_references
from assetbuild.release.disk import read_if_there
from assetbuild.release.layout import PUBLIC, place

# A release does not know which references its configuration lets lead elsewhere, but no such one has our fingerprint.
_FINGERPRINTED = expression(r"-[0-9a-f]{16}(\.[^/]*)?\Z")


def dangling_references(output: str, document: Mapping[str, Any], files: Collection[str]) -> Iterator[Diagnostic]:
    """A diagnostic for each reference to a fingerprinted name that is not among `files`, paths below the release.

    Raises OSError.
    """
    for path, entry in sorted(document["assets"].items()):
        if entry["type"] not in MODULES or f"{PUBLIC}/{entry['file']}" not in files:
            continue
        data = read_if_there(place(output, f"{PUBLIC}/{entry['file']}"))
        if data is None:
            continue
        for reference in find_references(entry["file"], entry["type"], data, document["base_url"], _nowhere):
            named = f"{PUBLIC}/{reference.target}"
            if _FINGERPRINTED.search(reference.target) and named not in files:
                yield Diagnostic(f"{PUBLIC}/{entry['file']} ({path}) refers to {named}, which is not there")


def _nowhere(start: int, stop: int) -> Origin:
    return Origin("", start, stop - start)
