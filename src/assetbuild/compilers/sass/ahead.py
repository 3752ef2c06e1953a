"""LibSass at work on an entry before the build asks for it: what it will be asked is known from the latest build.

Whoever asks compares the request and each answer to an import with those that were guessed (`pool.py`), so what comes
of it is what would have come without.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assetbuild.compilers.sass.libsass import request_for
from assetbuild.compilers.sass.scan import scan


def request_ahead(
    file: str, options: Mapping[str, Any], files: Iterable[str], bases: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The request for the style sheet in this file and what to guess from, for `Pool.begin`; None if it is not there.

    All files are absolute paths: `files` are those that it read the last time, `bases` the directories of load paths.
    """
    try:
        with open(file, "rb") as stream:
            data = stream.read()
    except OSError:
        return None
    sheet = scan(file, file, None, data, file.endswith(".sass"))
    return request_for(sheet, options), {"file": file, "files": sorted(files), "bases": list(bases)}
