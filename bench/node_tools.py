"""Programs of exact versions from npm, fetched once, for the benchmarks that compare with them."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

CACHE = Path(__file__).parents[1] / ".pytest_cache" / "d" / "npm-tools"


class NotAtHand(Exception):
    """Why a program cannot be had here."""


def installed(cache: Path, packages: tuple[str, ...]) -> Path:
    """A folder with the packages in its node_modules; no script of theirs is run. Raises NotAtHand."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NotAtHand("no node or no npm")
    folder = cache / "-".join(packages).replace("/", "_")
    if not (folder / "node_modules").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ("--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1")
        done = subprocess.run([npm, "install", *quiet, "--prefix", str(folder), *packages], cwd=folder, check=False)
        if done.returncode:
            shutil.rmtree(folder)
            raise NotAtHand("no connection to the npm registry")
    return folder


def esbuild(folder: Path) -> str:
    """The program itself, which needs no node."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return str(folder / "node_modules" / "@esbuild" / f"{platform.system().lower()}-{machine}" / "bin" / "esbuild")
