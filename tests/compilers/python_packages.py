"""Python packages that webassets' filters drive, of exact versions, kept in pytest's cache: most are no wheels."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from requirements_of_tests import do_without

PACKAGES = (
    "chardet==7.7.0",
    "cssmin==0.2.0",
    "cssutils==2.15.0",
    "encutils==1.0.0",
    "jsmin==3.0.1",
    "more-itertools==10.8.0",
    "pyScss==1.4.0",
    "six==1.17.0",
)


def python_packages(config: pytest.Config) -> Path:
    """A directory for sys.path with these packages; skips the test where they cannot be had. Installed once."""
    assert config.cache is not None
    folder = config.cache.mkdir("filter-packages")
    whole = folder / hashlib.sha256(repr(PACKAGES).encode()).hexdigest()[:16]
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.is_dir():
            command = [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--target",
                str(whole),
                *PACKAGES,
            ]
            if subprocess.run(command, capture_output=True, timeout=300, check=False).returncode:
                do_without("packages of webassets' filters")
    return whole
