"""How long builds take beside other programs, and beside the limit: the same files walked, read, hashed and written.

Without options: what `make bench` shows, in some minutes. With --all: every row that docs/performance.md has. README.md
here explains what stands in the results.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import plot
import tables
from builds.groups import Settings, changes, everything, large_file, minified, plain
from builds.machine import described
from builds.measure import Rounds
from builds.starting import starts
from builds.watching import watched

PEERS = ("django", "whitenoise", "webassets", "esbuild", "vite")
# Projects of each group: by default, and in all.
SOME: dict[str, list[str]] = {
    "starts": [],
    "plain": ["200", "1000", "5000", "20000", "packages"],
    "changes": ["5000"],
    "minified": ["1000", "few-packages"],
    "everything": ["1000", "few-packages"],
    "watch": ["5000"],
}
ALL: dict[str, list[str]] = {
    "starts": [],
    "plain": ["200", "1000", "2000", "5000", "10000", "20000", "50000", "100000", "packages"],
    "changes": ["200", "5000", "20000", "packages"],
    "minified": ["1000", "5000", "packages"],
    "everything": ["1000", "few-packages", "packages"],
    "watch": ["5000"],
    "large file": ["2000000000"],
}
_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else tempfile.gettempdir()
GROUP_OF = {"plain": plain, "changes": changes, "minified": minified, "everything": everything}


def main() -> None:
    arguments = _arguments()
    # Whoever ends it so leaves nothing on the tmpfs.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    peers = tuple(arguments.peers)
    rounds = Rounds(arguments.runs, arguments.short_runs, arguments.short, arguments.patience)
    settings = Settings(arguments.directory, rounds, peers, arguments.most_files)
    results: dict[str, Any] = {
        "machine": described(arguments.directory),
        "settings": asdict(rounds),
        "groups": [],
    }
    for group, projects in _chosen(arguments).items():
        if group == "starts":
            _tell(group)
            results["starts"] = starts(arguments.starts)
        for name in projects:
            _tell(f"{group}: {name}")
            if group == "watch":
                results["watch"] = watched(name, arguments.edits, arguments.directory)
            elif group == "large file":
                results["groups"].append(large_file(int(name), settings))
            else:
                results["groups"].append(GROUP_OF[group](name, settings))
    results["machine"]["load_afterwards"] = round(os.getloadavg()[0], 1)
    print(tables.text(results))
    for file in filter(None, (arguments.json, tables.RESULTS if arguments.keep else None)):
        Path(file).write_text(_as_json(results))
    if arguments.keep:
        tables.write()
        plot.write()


def _as_json(results: dict[str, Any]) -> str:
    """One list of figures a line."""
    text = json.dumps(results, indent=1)
    return (
        re.sub(r"\[[\d.,\s]+\]", lambda found: "[" + ", ".join(found[0][1:-1].replace(",", " ").split()) + "]", text)
        + "\n"
    )


def _chosen(arguments: argparse.Namespace) -> dict[str, list[str]]:
    """The projects of each group."""
    chosen = dict(ALL if arguments.all else SOME)
    if arguments.projects:
        asked = [one.rpartition(":") for one in arguments.projects]
        chosen = {group: [name for of, _, name in asked if of in ("", group)] for group in GROUP_OF}
        chosen["watch"] = [name for of, _, name in asked if of == "watch"]
        chosen["large file"] = [name for of, _, name in asked if of == "large-file"]
        if {"", "starts"} & {of for of, _, _ in asked}:
            chosen["starts"] = []
    if arguments.group:
        chosen = {group: projects for group, projects in chosen.items() if group in arguments.group}
    return {group: projects for group, projects in chosen.items() if projects or group == "starts"}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "projects",
        nargs="*",
        help="numbers of files, 'packages', 'few-packages': for all groups, or of one, as in plain:200 starts:",
    )
    parser.add_argument("--group", action="append", choices=sorted(ALL), help="which groups of rows (default: all)")
    parser.add_argument("--all", action="store_true", help="every project of every group, and a file of 2 GB")
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts; one more warms up")
    parser.add_argument("--short", type=float, default=2, help="what takes fewer seconds than this runs more often")
    parser.add_argument("--short-runs", type=int, default=9, help="so often in all")
    parser.add_argument("--patience", type=float, default=10, help="what takes more seconds than this runs only once")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS, help="beside which programs")
    parser.add_argument("--most-files", type=int, default=50_000, help="no other programs with more files than these")
    parser.add_argument("--starts", type=int, default=25, help="how many starts of each command")
    parser.add_argument("--edits", type=int, default=10, help="how many edits of each kind are watched")
    parser.add_argument("--directory", default=_MEMORY, help="where to work: a tmpfs")
    parser.add_argument("--json", metavar="FILE", help="also write what was measured to a file")
    parser.add_argument("--keep", action="store_true", help="also write results.json, docs/performance.md and its plot")
    return parser.parse_args()


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
