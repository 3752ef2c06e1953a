"""What the results were measured on: never names or paths of the machine."""

from __future__ import annotations

import os
import platform
import re
from importlib import metadata
from typing import Any

from builds.rows import NODE_PACKAGES

_DISTRIBUTIONS = ("django", "whitenoise", "webassets", "rjsmin", "rcssmin", "libsass", "brotli", "deflate")


def described(directory: str) -> dict[str, Any]:
    versions = {name: metadata.version(name) for name in _DISTRIBUTIONS}
    for package in NODE_PACKAGES:
        name, _, versions[name] = package.partition("@")
    return {
        "processors": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "file_system": _file_system(directory),
        "load_before": round(os.getloadavg()[0], 1),
        "versions": versions,
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as stream:
            found = re.search(r"^model name\s*:\s*(.+)$", stream.read(), re.MULTILINE)
    except OSError:
        return platform.machine()
    name = found[1] if found else platform.machine()
    return re.sub(r"\((?:R|TM)\)", "", name)


def _file_system(directory: str) -> str:
    """The type of what is mounted there, on Linux."""
    best = ("", "unknown")
    try:
        with open("/proc/mounts") as stream:
            for line in stream:
                _, place, kind, *_ = line.split()
                if f"{os.path.realpath(directory)}/".startswith(f"{place.rstrip('/')}/"):
                    best = max(best, (place, kind), key=lambda one: len(one[0]))
    except OSError:
        pass
    return best[1]
