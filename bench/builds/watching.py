"""`assetbuild build --watch`: from the moment a file is saved until the manifest is that of the new release."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from builds import rows
from builds.measure import Cost
from builds.rows import Project

# Seconds: how often the manifest is looked at, how long a release is waited for, and how long is rested between edits.
_LOOK, _LONGEST, _REST = 0.0005, 60.0, 0.3


def watched(name: str, edits: int, directory: str) -> dict[str, Any]:
    """Milliseconds of each edit of a plain sheet and of a Sass partial, which take turns with Sass alone."""
    with tempfile.TemporaryDirectory(dir=directory, prefix="assetbuild-bench-") as home:
        project = rows.made(name, home, extras=True)
        project.configure("plain")
        process, ready = _started(project)
        try:
            _wait(ready, process)
            took: dict[str, list[float]] = {"sheet": [], "partial": [], "Sass alone": []}
            for number in range(edits + 1):
                sheet = _edited(project, rows.edit_sheet, ready, process)
                partial = _edited(project, rows.edit_partial, ready, process)
                alone: Cost = rows.sass_alone(project).run(False)
                if number:  # the first warms up
                    took["sheet"].append(sheet)
                    took["partial"].append(partial)
                    took["Sass alone"].append(alone.wall * 1000)
        finally:
            # Not by SIGINT, which a process started in the background ignores.
            process.terminate()
            process.wait()
    rounded = {kind: [round(one, 1) for one in each] for kind, each in took.items()}
    return {"project": name, "files": project.files, "milliseconds": rounded}


def _started(project: Project) -> tuple[subprocess.Popen[str], queue.Queue[str]]:
    """The watching process, and a queue of what it says each time it waits for changes."""
    command = [sys.executable, "-m", "assetbuild", "build", "--watch", "--config", "plain.toml"]
    process = subprocess.Popen(
        command, cwd=project.home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    )
    ready: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in process.stdout or ():
            if line.startswith("watching "):
                ready.put(line)

    threading.Thread(target=read, daemon=True).start()
    return process, ready


def _wait(ready: queue.Queue[str], process: subprocess.Popen[str]) -> None:
    try:
        ready.get(timeout=_LONGEST)
    except queue.Empty:
        raise SystemExit("nothing is being watched") from None
    time.sleep(_REST)


def _edited(
    project: Project,
    edit: Callable[[Project], None],
    ready: queue.Queue[str],
    process: subprocess.Popen[str],
) -> float:
    """Milliseconds from before the file is written until another manifest is there."""
    manifest = os.path.join(project.home, "build/plain/manifest.json")
    before = _identity(manifest)
    began = time.perf_counter()
    edit(project)
    while _identity(manifest) == before:
        if process.poll() is not None or time.perf_counter() - began > _LONGEST:
            raise SystemExit("an edit led to no release")
        time.sleep(_LOOK)
    took = time.perf_counter() - began
    _wait(ready, process)
    return took * 1000


def _identity(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_ino, found.st_mtime_ns
