"""What can begin as soon as an edit is known, while sources are looked at and stations imported: LibSass."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from assetbuild.amending.ledger import Ledger
from assetbuild.compilers.libsass_pool import libsass_pool
from assetbuild.config import Config
from assetbuild.paths import shown_path
from assetbuild.stage import Stage

if TYPE_CHECKING:
    from assetbuild.config import LoadPath


def begin_libsass(
    config: Config, stage: Stage, edited: Iterable[str], ledger: Ledger, load_paths: Sequence[LoadPath]
) -> None:
    """Lets LibSass begin with the entries that have read one of the edited files, which are absolute paths.

    Whatever is wrong is for the build to find.
    """
    pool = libsass_pool(stage.programs(), stage.system)
    pool.start()  # It starts while this is imported.
    from assetbuild.compilers.sass.ahead import request_ahead

    bases = [*[one.directory for one in load_paths], *config.sass.load_paths]
    requests = []
    for source, options, read in _entries(config, edited, ledger):
        file = _file_of(source, load_paths)
        files = [os.path.normpath(os.path.join(config.root, shown)) for shown in read]
        request = request_ahead(file, options, files, bases) if file in files else None
        requests += [] if request is None else [request]
    pool.begin(requests[: max(1, stage.jobs)])


def _entries(config: Config, edited: Iterable[str], ledger: Ledger) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """The sources that Sass is made of as they are, by logical path, with the options, and the files that they read."""
    known = set()
    for file in edited:
        for _, files, _, parts, *_ in ledger.records(shown_path(file, config.root)):
            for _, source, steps, *_ in parts:
                if source not in known and steps and steps[0][0] == "sass":
                    known.add(source)
                    yield source, steps[0][1], files


def _file_of(source: str, load_paths: Iterable[LoadPath]) -> str | None:
    """The absolute path of a source, as the first load path has it where it is; the sources were not looked at yet."""
    for one in load_paths:
        before = f"{one.prefix}/" if one.prefix else ""
        if source.startswith(before):
            file = os.path.normpath(os.path.join(one.directory, source[len(before) :]))
            if os.path.isfile(file):
                return file
    return None
