"""`flask assets build`, `flask assets verify`, …: assetbuild's own commands, which exit with the truth."""

from __future__ import annotations

import sys

import click

from assetbuild.runtime.commands import run


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
        sys.exit(run(words, root))

    return assets
