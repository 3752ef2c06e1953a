"""Running assetbuild's own commands from the command line of a framework."""

from __future__ import annotations

from collections.abc import Sequence


def run(words: Sequence[str], *roots: str) -> int:
    """Run a command of assetbuild and return its exit code. Raises SystemExit as `assetbuild.cli.main`.

    Without --config, the configuration is the nearest one at or above the current directory, else at or above the
    first of the directories `roots` that has one.
    """
    # The build stage, imported only when this is run.
    from assetbuild.cli import main

    return main([*words, *_config(words, roots)])


def _config(words: Sequence[str], roots: Sequence[str]) -> list[str]:
    """The option --config, where one has to be named."""
    import os

    from assetbuild.config import find_config

    given = any(word == "--config" or word.startswith("--config=") for word in words)
    if not words or words[0].startswith("-") or words[0] == "init" or given or find_config(os.getcwd()):
        return []
    found = next(filter(None, map(find_config, roots)), None)
    return ["--config", found] if found else []
