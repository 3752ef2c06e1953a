"""What starts cost over the bare interpreter: the command's version, and the import of the runtime."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from typing import Any

from builds.measure import Cost, run

_BARE = "bare interpreter"


def starts(times: int) -> dict[str, Any]:
    """Medians of milliseconds over the bare interpreter; all take turns."""
    console = os.path.join(os.path.dirname(sys.executable), "assetbuild")
    commands = {
        _BARE: [sys.executable, "-c", "pass"],
        "assetbuild --version": [console, "--version"],
        "import assetbuild.runtime": [sys.executable, "-c", "import assetbuild.runtime"],
    }
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(times + 1):
            for name, command in commands.items():
                costs[name].append(run(command, directory))
    median = {
        name: [1000 * statistics.median(getattr(cost, kind) for cost in each[1:]) for kind in ("wall", "cpu")]
        for name, each in costs.items()
    }
    bare = median.pop(_BARE)
    over = {
        name: {"wall": round(wall - bare[0], 1), "cpu": round(cpu - bare[1], 1)} for name, (wall, cpu) in median.items()
    }
    return {"times": times, _BARE: {"wall": round(bare[0], 1), "cpu": round(bare[1], 1)}, "over": over}
