"""What can begin as soon as the edits are known, while the stations are still imported: LibSass."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from assetbuild.amending.ledger import Ledger
from assetbuild.compilers.libsass_pool import libsass_pool
from assetbuild.config import Config
from assetbuild.paths import shown_path
from assetbuild.stage import Stage
from assetbuild.survey import Survey


def begin_libsass(
    config: Config, stage: Stage, seen: Survey, edited: Sequence[str], ledger: Ledger, directories: Sequence[str]
) -> None:
    """Lets LibSass begin with the entries that read one of the edited sources, which are logical paths.

    `directories` are those of the load paths. Whatever is wrong is for the build to find.
    """
    pool = libsass_pool(stage.programs(), stage.system)
    pool.start()  # It starts while this is imported.
    from assetbuild.compilers.sass.ahead import request_ahead

    requests = []
    for source, options, read in _entries(config, seen, edited, ledger):
        files = [os.path.normpath(os.path.join(config.root, file)) for file in read]
        request = request_ahead(seen.table[source][0], options, files, [*directories, *config.sass.load_paths])
        requests += [] if request is None else [request]
    pool.begin(requests[: max(1, stage.jobs)])


def _entries(
    config: Config, seen: Survey, edited: Sequence[str], ledger: Ledger
) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """The sources that Sass is made of as they are, by logical path, with the options, and the files that they read."""
    known = set()
    for path in edited:
        for _, files, _, parts, *_ in ledger.records(shown_path(seen.table[path][0], config.root)):
            for _, source, steps, *_ in parts:
                if source in seen.table and source not in known and steps and steps[0][0] == "sass":
                    known.add(source)
                    yield source, steps[0][1], files
