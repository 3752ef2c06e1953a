"""`flask assets build`, `flask assets verify`, …: assetbuild's own commands, which exit with the truth."""

from __future__ import annotations

import sys

import click


def assets_command(root: str) -> click.Command:
    """The command "assets", which takes a command of assetbuild and its options.

    Without --config, the configuration is the nearest one at or above the current directory, else above `root`, the
    application's directory.
    """

    @click.command(
        "assets",
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
        add_help_option=False,
        short_help="Build and verify static assets: flask assets build.",
    )
    @click.argument("words", nargs=-1, type=click.UNPROCESSED)
    def assets(words: tuple[str, ...]) -> None:
        """Run a command of assetbuild, such as build, verify or check."""
        # The build stage, imported only when this is run.
        from assetbuild.cli import main

        sys.exit(main([*words, *_config(words, root)]))

    return assets


def _config(words: tuple[str, ...], root: str) -> list[str]:
    """The option --config, where one has to be named."""
    import os

    from assetbuild.config import find_config

    given = any(word == "--config" or word.startswith("--config=") for word in words)
    if not words or words[0].startswith("-") or words[0] == "init" or given or find_config(os.getcwd()):
        return []
    found = find_config(root)
    return ["--config", found] if found else []
