"""How long builds take beside other programs, and beside the limit: the same files walked, read, hashed and written."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import corpora

BENCH = Path(__file__).parent
CONFIG = 'sources = ["assets"]\nminify = false\nencodings = []\nsyntax = "off"\n'
CONFIG += 'external = ["**/*"]\n[secrets]\ncheck = false\n'
PACKAGES = "packages"
# Of larger projects nobody would wait for the end.
MOST_FILES = {"each file alone": 20_000, "django": 20_000, "whitenoise": 20_000, "webassets": 5_000}

Cost = tuple[float, float, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "projects", nargs="*", default=["200", "5000", PACKAGES], help="numbers of files, or 'packages'"
    )
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts")
    parser.add_argument("--peers", nargs="*", default=["django", "webassets"], help="django, whitenoise, webassets")
    parser.add_argument("--directory", default="/dev/shm", help="where to work: a tmpfs")
    parser.add_argument("--json", metavar="FILE", help="also write what was measured to a file")
    arguments = parser.parse_args()
    measured = [_measure(project, arguments) for project in arguments.projects]
    _print(measured)
    if arguments.json:
        machine = {"python": platform.python_version(), "processors": os.cpu_count(), "load": os.getloadavg()}
        Path(arguments.json).write_text(json.dumps({"machine": machine, "projects": measured}, indent=2) + "\n")


def _measure(project: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Everything on one project, taking turns; the median of each."""
    costs: dict[str, list[Cost]] = {}
    with tempfile.TemporaryDirectory(dir=arguments.directory, prefix="assetbuild-bench-") as home:
        assets = Path(home, "assets")
        assets.mkdir()
        corpora.packages(str(assets)) if project == PACKAGES else corpora.synthetic(str(assets), int(project))
        Path(home, "assetbuild.toml").write_text(CONFIG)
        files = [file for file in sorted(assets.rglob("*")) if file.is_file()]
        size = sum(file.stat().st_size for file in files)
        leaf = next(file for file in files if file.suffix == ".css")
        for _ in range(arguments.runs):
            for name, work in _works(len(files), arguments.peers).items():
                costs.setdefault(name, []).append(work(home, leaf))
    medians = {name: [statistics.median(values) for values in zip(*runs, strict=True)] for name, runs in costs.items()}
    return {"project": project, "files": len(files), "bytes": size, "costs": medians}


def _works(files: int, peers: list[str]) -> dict[str, Callable[[str, Path], Cost]]:
    """What is measured, in its order: names and functions of the project's directory and a sheet to edit."""
    build = [sys.executable, "-m", "assetbuild", "build", "-q"]

    def limit(home: str, leaf: Path) -> Cost:
        _remove(home, "limit")
        return _cost([sys.executable, "-P", str(BENCH / "limit.py"), "assets", "limit"], home)

    def cold(home: str, leaf: Path) -> Cost:
        _remove(home, "limit", "build", ".assetbuild")
        return _cost(build, home)

    def alone(home: str, leaf: Path) -> Cost:
        """Each file by itself, through every station: what a build of today is to equal, and to beat."""
        _remove(home, "limit", "build", ".assetbuild")
        return _cost([*build, "--no-cache", "--jobs", "1"], home)

    def unchanged(home: str, leaf: Path) -> Cost:
        return _cost(build, home)

    def changed(home: str, leaf: Path) -> Cost:
        leaf.write_bytes(leaf.read_bytes() + b"\n")
        return _cost(build, home)

    works = {"limit": limit, "cold": cold, "unchanged": unchanged, "one sheet changed": changed}
    if files <= MOST_FILES["each file alone"]:
        works = {"limit": limit, "each file alone": alone, **works}
    for peer in peers:
        if files <= MOST_FILES[peer]:
            works[f"{peer}, cold"] = _peer(peer, fresh=True)
            works[f"{peer}, unchanged"] = _peer(peer, fresh=False)
    return works


def _peer(name: str, fresh: bool) -> Callable[[str, Path], Cost]:
    def work(home: str, leaf: Path) -> Cost:
        if fresh:
            _remove(home, f"out-{name}")
            os.mkdir(f"{home}/out-{name}")
        return _cost([sys.executable, "-P", str(BENCH / "peers.py"), name, "assets", f"out-{name}"], home)

    return work


def _remove(home: str, *names: str) -> None:
    for name in names:
        shutil.rmtree(os.path.join(home, name), ignore_errors=True)


def _cost(command: list[str], home: str) -> Cost:
    """Seconds of processor time and of wall time, and the largest resident size in megabytes, of a command."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss / unit


def _print(measured: list[dict[str, Any]]) -> None:
    print(f"Load {os.getloadavg()[0]:.1f}, open files {resource.getrlimit(resource.RLIMIT_NOFILE)[0]}\n")
    print("| Project | Files | MB | What | CPU, s | × limit | Wall, s | × limit | Memory, MB |")
    print("|---|--:|--:|---|--:|--:|--:|--:|--:|")
    for one in measured:
        limit = one["costs"]["limit"]
        for name, (processor, wall, memory) in one["costs"].items():
            print(
                f"| {one['project']} | {one['files']} | {one['bytes'] / 1e6:.1f} | {name} | {processor:.2f} "
                f"| {processor / limit[0]:.1f} | {wall:.2f} | {wall / limit[1]:.1f} | {memory:.0f} |"
            )


if __name__ == "__main__":
    main()
