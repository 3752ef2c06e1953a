"""`assetbuild verify`."""

from __future__ import annotations

import argparse

from assetbuild.cli.build import size_of
from assetbuild.cli.counts import counted
from assetbuild.cli.project import add_config_argument, configuration
from assetbuild.cli.report import Report, add_output_arguments
from assetbuild.errors import errors_of

HELP = "prove a release: hash every file again, and find what is extra, missing, changed or dangling"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument(
        "release", nargs="?", metavar="RELEASE", help="a release's directory (default: the configuration's)"
    )
    add_output_arguments(parser)


def run(arguments: argparse.Namespace, report: Report) -> int:
    from assetbuild.verify import verify

    directory = arguments.release or configuration(arguments).output
    verified = verify(directory)
    for diagnostic in verified.diagnostics:
        report.tell(diagnostic)
    faults = len(errors_of(verified.diagnostics))
    if not faults:
        report.say(
            f"verified {counted(verified.assets, 'asset')}: {counted(verified.files, 'file')}, "
            f"{size_of(verified.bytes)}, nothing wrong"
        )
    elif report.format == "text":
        report.say(f"{counted(faults, 'fault')} in {counted(verified.files, 'file')}")
    summary = {"assets": verified.assets, "files": verified.files, "bytes": verified.bytes, "faults": faults}
    return report.finish(1 if faults else 0, summary, verified.release)
