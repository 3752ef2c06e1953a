"""`assetbuild init`."""

from __future__ import annotations

import argparse
import os

from assetbuild.cli.report import Report, add_output_arguments

HELP = "write a starting configuration for the project in the current directory"
_KINDS = {
    "django": "a Django project",
    "flask": "a Flask application",
    "starlette": "a Starlette or FastAPI application",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_output_arguments(parser)


def run(arguments: argparse.Namespace, report: Report) -> int:
    from assetbuild.config import OWN_FILE, find_config
    from assetbuild.errors import Diagnostic, UsageError
    from assetbuild.starting import look, next_steps, starting_config

    here = os.getcwd()
    there = find_config(here)
    if there is not None and os.path.dirname(there) == here:
        name = os.path.basename(there)
        raise UsageError(Diagnostic("there is a configuration already", file=name, hint="edit it, or remove it first"))
    found = look(here)
    made = [] if found.kind == "django" else [one for one in found.sources if not os.path.isdir(one)]
    for source in made:
        os.makedirs(source)
    # "x": another process may have been quicker.
    with open(OWN_FILE, "x", encoding="utf-8", newline="\n") as stream:
        stream.write(starting_config(found))
    kind = _KINDS.get(found.kind)
    report.say(f"wrote {OWN_FILE}" + (f" for {kind} ({found.module})" if kind else ""))
    for source in made:
        report.say(f"made {source}/: put the assets there")
    for line in next_steps(found):
        report.say(line)
    return report.finish(0, {"kind": found.kind, "config": OWN_FILE, "sources": list(found.sources)})
