"""The order of the releases kept. releases/history holds their ids, one a line, oldest first."""

from __future__ import annotations

import os
from collections.abc import Iterable

from assetbuild.release.disk import read_if_there
from assetbuild.release.layout import HISTORY, RELEASES, is_release_id, place


def kept_ids(output: str) -> list[str]:
    """The ids of the manifests in releases/, sorted. Raises OSError."""
    try:
        names = os.listdir(place(output, RELEASES))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name[:-5] for name in names if name.endswith(".json") and is_release_id(name[:-5]))


def releases_in_order(output: str) -> list[str]:
    """The ids of the releases kept, oldest first. Those the history does not know come first, sorted.

    The history may be missing or damaged: lines that are no id of a kept release are passed over.
    """
    kept = set(kept_ids(output))
    last_place = {line: number for number, line in enumerate(recorded(output)) if line in kept}
    return sorted(kept, key=lambda release: (last_place.get(release, -1), release))


def recorded(output: str) -> list[str]:
    """The lines of the history as they stand. Raises OSError."""
    data = read_if_there(place(output, HISTORY)) or b""
    return data.decode("ascii", "replace").splitlines()


def history_bytes(releases: Iterable[str]) -> bytes:
    return "".join(f"{release}\n" for release in releases).encode()
