"""Tools from npm, of exact versions, kept in pytest's cache."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from requirements_of_tests import do_without, need

PACKAGES = ("less@4.9.1", "uglify-js@3.19.3")
ESBUILD = ("esbuild@0.28.2",)


def node_tools(config: pytest.Config, packages: tuple[str, ...] = PACKAGES) -> Path:
    """A `node_modules` with these packages and what they depend on; skips the test where it cannot be had."""
    assert config.cache is not None
    need("node")
    npm = need("npm")
    folder = config.cache.mkdir("node-tools")
    whole = folder / hashlib.sha256(repr(packages).encode()).hexdigest()[:16]
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.is_dir():
            fetched = folder / "fetched"
            shutil.rmtree(fetched, ignore_errors=True)
            fetched.mkdir()
            quiet = ("--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1")
            # esbuild's programs are optional dependencies, one for each platform.
            omit = () if packages == ESBUILD else ("--omit=optional",)
            command = [npm, "install", *quiet, *omit, "--prefix", str(fetched), *packages]
            if subprocess.run(command, cwd=fetched, capture_output=True, timeout=300, check=False).returncode:
                do_without("npm packages")
            fetched.rename(whole)
    return whole / "node_modules"
