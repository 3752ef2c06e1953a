"""Groups of rows that take turns, each on a project of its own in a directory that is removed afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import node_tools

from builds import rows
from builds.measure import ONCE, Rounds, Work, as_data, run, take_turns
from builds.projects import PACKAGES
from builds.rows import Project

# Of larger projects nobody would wait for the end, or have the memory.
MOST_FILES = {"each file alone": 20_000, "django": 50_000, "webassets": 8_000, "esbuild": 50_000, "vite": 50_000}
# From so many on, what takes open files shows.
_MANY = 20_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to work (a tmpfs), how often, beside which programs."""

    directory: str
    rounds: Rounds
    peers: tuple[str, ...]
    most_files: int = max(MOST_FILES.values())

    def allows(self, name: str, files: int) -> bool:
        return files <= min(self.most_files, MOST_FILES[name])


def plain(name: str, settings: Settings) -> dict[str, Any]:
    """Fingerprints and rewritten references alone."""

    def works(project: Project, left_out: dict[str, str]) -> list[Work]:
        project.configure("plain")
        made = [rows.limit(project)]
        if settings.allows("each file alone", project.files):
            made.append(rows.each_file_alone(project))
        if project.files >= _MANY:
            made.append(rows.few_open_files(project))
        edited = rows.changed(project, "one sheet changed", rows.edit_sheet)
        made += [rows.cold(project), rows.unchanged(project), edited]
        if _wanted("django", project, settings, left_out):
            made += rows.peer(project, "django")
        for peer in ("esbuild", "vite"):
            made += _of_node(peer, project, settings, left_out)
        return made

    return _measured("plain", name, settings, works)


def changes(name: str, settings: Settings) -> dict[str, Any]:
    """The same, with a large sheet and a Sass file besides: what one edit costs."""

    def works(project: Project, left_out: dict[str, str]) -> list[Work]:
        project.configure("plain")
        return [
            rows.limit(project),
            rows.sass_alone(project),
            rows.cold(project),
            rows.unchanged(project),
            rows.changed(project, "one sheet changed", rows.edit_sheet),
            rows.changed(project, "one picture of the large sheet changed", rows.edit_picture),
            rows.changed(project, "one Sass partial changed", rows.edit_partial),
        ]

    return _measured("changes", name, settings, works, extras=True)


def minified(name: str, settings: Settings) -> dict[str, Any]:
    """Minified as by default, and checked."""

    def works(project: Project, left_out: dict[str, str]) -> list[Work]:
        project.configure("minified", "all checks")
        made = [
            rows.limit(project),
            rows.cold(project, "all checks", "cold, syntax and secrets checked too", once=True),
            rows.cold(project, "minified"),
            rows.unchanged(project, "minified"),
            rows.changed(project, "one sheet changed", rows.edit_sheet, "minified"),
        ]
        if _wanted("webassets", project, settings, left_out):
            made += rows.peer(project, "webassets")
        return made

    return _measured("minified", name, settings, works)


def everything(name: str, settings: Settings) -> dict[str, Any]:
    """Minified, and precompressed with brotli 11 and gzip 9."""

    def works(project: Project, left_out: dict[str, str]) -> list[Work]:
        project.configure("everything")
        made = [
            rows.limit(project),
            rows.cold(project, "everything"),
            rows.compressors(project),
            rows.unchanged(project, "everything"),
            rows.changed(project, "one sheet changed", rows.edit_sheet, "everything"),
        ]
        if "whitenoise" in settings.peers:
            made += [rows.peer(project, "whitenoise")[0], rows.peer_changed(project, "whitenoise")]
        return made

    return _measured("everything", name, settings, works)


def large_file(size: int, settings: Settings) -> dict[str, Any]:
    """One file of so many bytes."""
    with _home(settings) as home:
        Path(home, "assets").mkdir()
        with open(f"{home}/assets/film.mp4", "wb") as stream:
            stream.truncate(size)
        project = Project("one large file", home, files=1, size=size)
        project.configure("plain")
        costs, _ = take_turns([rows.cold(project), rows.unchanged(project)], ONCE)
    return {"group": "large file", "project": project.name, "files": 1, "bytes": size, "rows": as_data(costs)}


def _measured(
    group: str,
    name: str,
    settings: Settings,
    works: Callable[[Project, dict[str, str]], list[Work]],
    extras: bool = False,
) -> dict[str, Any]:
    with _home(settings) as home:
        project = rows.made(name, home, extras)
        left_out: dict[str, str] = {}
        costs, failed = take_turns(works(project, left_out), settings.rounds)
        result = {"group": group, "project": name, "files": project.files, "bytes": project.size}
        return {**result, "rows": as_data(costs), "left_out": {**left_out, **failed}}


@contextmanager
def _home(settings: Settings) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=settings.directory, prefix="assetbuild-bench-") as home:
        yield home


def _wanted(peer: str, project: Project, settings: Settings, left_out: dict[str, str]) -> bool:
    if peer not in settings.peers:
        return False
    if not settings.allows(peer, project.files):
        left_out[peer] = "too many files to wait for it"
        return False
    return True


def _of_node(peer: str, project: Project, settings: Settings, left_out: dict[str, str]) -> list[Work]:
    """Bundlers want a graph that is whole: what packages publish is not made to be bundled once more."""
    if project.name in PACKAGES or not _wanted(peer, project, settings, left_out):
        return []
    try:
        folder = node_tools.installed(node_tools.CACHE, rows.NODE_PACKAGES)
        if peer == "vite":
            return rows.vite(project, folder)
        run([node_tools.esbuild(folder), "--version"], project.home)
        return rows.esbuild(project, folder)
    except (node_tools.NotAtHand, OSError) as reason:
        left_out[peer] = str(reason)
        return []
