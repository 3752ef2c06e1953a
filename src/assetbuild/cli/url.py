"""`assetbuild url`."""

from __future__ import annotations

import argparse

from assetbuild.cli.project import add_config_argument, load_manifest
from assetbuild.cli.report import Report
from assetbuild.errors import Diagnostic
from assetbuild.runtime import AssetNotFound

HELP = "print what a template would print for these names"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("names", nargs="+", metavar="NAME", help="a logical path: css/app.css")


def run(arguments: argparse.Namespace, report: Report) -> int:
    assets = load_manifest(arguments)
    missing = 0
    for name in arguments.names:
        try:
            report.print(assets.url(name))
        except AssetNotFound as error:
            report.tell(Diagnostic(str(error)))
            missing += 1
    return 1 if missing else 0
