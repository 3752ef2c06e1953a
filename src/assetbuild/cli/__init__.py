"""The command line: one file a command, thin. Here they are found, and what they raise becomes an exit code."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType

# In the order of the help. Each is a module of this package with HELP, add_arguments(parser) and run(arguments) -> int.
COMMANDS = {
    "build": "build",
    "verify": "verify",
    "list": "list_assets",
    "url": "url",
    "explain": "explain",
    "clean": "clean",
}
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code: 0 done, 1 assets or release at fault, 2 usage, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--version"], ["-V"]):
        from assetbuild import __version__

        print(f"assetbuild {__version__}")
        return 0
    arguments = _parser(words).parse_args(words)
    from assetbuild.cli.report import Report

    report = Report(arguments)
    try:
        return int(arguments.run(arguments, report))
    except KeyboardInterrupt:
        report.interrupted()
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads our output has seen enough (`assetbuild list | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from assetbuild.errors import AssetbuildError

        if not isinstance(error, AssetbuildError):
            raise
        return report.failed(error)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="assetbuild",
        description="Build static assets into an immutable release with a manifest.",
        epilog="Exit codes: 0 done, 1 the assets or the release are at fault, 2 usage or configuration, 130 interrupted.",
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    # Only the module of the command that is called is imported, unless somebody asks what there is.
    named = [word for word in words[:1] if word in COMMANDS] or list(COMMANDS)
    for name in named:
        module = _module(name)
        command = commands.add_parser(name, help=module.HELP, description=module.HELP, allow_abbrev=False)
        module.add_arguments(command)
        command.set_defaults(run=module.run, command=name)
    return parser


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{COMMANDS[name]}")
