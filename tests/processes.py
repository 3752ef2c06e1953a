"""What becomes of processes that a test did not start itself (Linux)."""

from __future__ import annotations

import time
from pathlib import Path

PATIENCE = 60.0


def wait_for_the_end(process: int) -> None:
    """Until the process has ended, whether or not somebody has taken note of it."""
    deadline = time.monotonic() + PATIENCE
    while _runs(process):
        assert time.monotonic() < deadline, f"process {process} goes on without anybody to work for"
        time.sleep(0.01)


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False
