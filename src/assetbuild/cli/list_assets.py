"""`assetbuild list`."""

from __future__ import annotations

import argparse
import json

from assetbuild.cli.project import add_config_argument, load_manifest
from assetbuild.cli.report import Report

HELP = "list the assets of the release and their files"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("--json", action="store_true", help="as JSON: the `assets` of the manifest, with their URLs")


def run(arguments: argparse.Namespace, report: Report) -> int:
    assets = load_manifest(arguments)
    if arguments.json:
        listed = {
            name: {
                "url": assets.url(name),
                "file": assets[name].file,
                "type": assets[name].type,
                "size": assets[name].size,
                "integrity": assets[name].integrity,
            }
            for name in assets
        }
        report.print(json.dumps(listed, indent=2))
        return 0
    width = max(map(len, assets), default=0)
    for name in assets:
        report.say(f"{name:<{width}}  {assets[name].file}")
    return 0
