"""How long builds take beside other programs, and beside the limit: the same files walked, read, hashed and written.

Without options: what `make bench` shows, in some minutes. With --all: every row that docs/performance.md has. README.md
here explains what stands in the results.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import plot
import tables
from builds.groups import Settings, changes, everything, large_file, minified, plain
from builds.machine import described
from builds.starting import starts
from builds.watching import watched

PEERS = ("django", "whitenoise", "webassets", "esbuild", "vite")
GROUPS = ("plain", "changes", "minified", "everything", "watch", "starts")
# Projects of each group: by default, and in all.
SOME = {
    "plain": ["200", "1000", "5000", "packages"],
    "changes": ["5000"],
    "minified": ["1000", "few-packages"],
    "everything": ["1000", "few-packages"],
    "watch": ["5000"],
}
ALL = {
    "plain": ["200", "1000", "2000", "5000", "10000", "20000", "50000", "100000", "packages"],
    "changes": ["200", "5000", "20000", "packages"],
    "minified": ["1000", "5000", "packages"],
    "everything": ["1000", "few-packages", "packages"],
    "watch": ["5000"],
}
GROUP_OF = {"plain": plain, "changes": changes, "minified": minified, "everything": everything}


def main() -> None:
    arguments = _arguments()
    settings = Settings(arguments.directory, arguments.runs, arguments.patience, tuple(arguments.peers))
    projects = ALL if arguments.all else SOME
    chosen = arguments.group or GROUPS
    results: dict[str, Any] = {"machine": described(arguments.directory), "groups": []}
    results["settings"] = {"runs": settings.runs, "patience": settings.patience}
    if "starts" in chosen:
        _tell("starts")
        results["starts"] = starts(arguments.starts)
    for group in chosen:
        for name in (arguments.projects or projects[group]) if group != "starts" else ():
            _tell(f"{group}: {name}")
            if group == "watch":
                results["watch"] = watched(name, arguments.edits, arguments.directory)
            else:
                results["groups"].append(GROUP_OF[group](name, settings))
    if arguments.all and "plain" in chosen:
        _tell("one large file")
        results["groups"].append(large_file(arguments.large, settings))
    results["machine"]["load_afterwards"] = round(os.getloadavg()[0], 1)
    print(tables.text(results))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=1) + "\n")
    if arguments.keep:
        tables.RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        tables.write()
        plot.write()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", help="numbers of files, 'packages' or 'few-packages', for each group")
    parser.add_argument("--group", nargs="*", choices=GROUPS, help="which groups of rows (default: all of them)")
    parser.add_argument("--all", action="store_true", help="every project of every group, and a file of 2 GB")
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts; one more warms up")
    parser.add_argument("--patience", type=float, default=20, help="what takes more seconds than this runs only once")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS, help="beside which programs")
    parser.add_argument("--starts", type=int, default=25, help="how many starts of each command")
    parser.add_argument("--edits", type=int, default=10, help="how many edits of each kind are watched")
    parser.add_argument("--large", type=int, default=2_000_000_000, help="bytes of the large file")
    parser.add_argument("--directory", default="/dev/shm", help="where to work: a tmpfs")
    parser.add_argument("--json", metavar="FILE", help="also write what was measured to a file")
    parser.add_argument(
        "--keep", action="store_true", help="results.json, docs/performance.md and the plot as measured"
    )
    # `--group` takes several values, so projects come first or behind `--`.
    return parser.parse_args()


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
