"""`assetbuild clean`."""

from __future__ import annotations

import argparse

from assetbuild.cli.build import size_of
from assetbuild.cli.counts import counted
from assetbuild.cli.options import at_least_one
from assetbuild.cli.project import add_config_argument, configuration
from assetbuild.cli.report import Report, add_output_arguments

HELP = "drop all releases but the last ones, and the files that only they name"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("--keep", type=at_least_one, default=3, metavar="N", help="how many releases stay (default: 3)")
    parser.add_argument("--durable", action="store_true", help="force each step to the disk: for a loss of power")
    add_output_arguments(parser)


def run(arguments: argparse.Namespace, report: Report) -> int:
    from assetbuild.retain import clean

    cleaned = clean(configuration(arguments).output, arguments.keep, arguments.durable)
    report.say(
        f"dropped {counted(len(cleaned.releases), 'release')}: {counted(cleaned.files, 'file')}, "
        f"{size_of(cleaned.bytes)}; "
        f"the last {'stays' if arguments.keep == 1 else f'{arguments.keep} stay'}"
    )
    summary = {"releases": list(cleaned.releases), "files": cleaned.files, "bytes": cleaned.bytes}
    return report.finish(0, summary)
