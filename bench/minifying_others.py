"""esbuild and terser of exact versions, from npm, as minifiers for bench/minifying.py."""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import node_tools

PACKAGES = ("esbuild@0.28.2", "terser@5.51.2")
SERVICE = Path(__file__).with_name("minifying_terser.mjs")

Timed = Callable[[bytes], tuple[bytes, float]]
"""Gives the output, and the seconds of CPU time that it took, if these can be told from those of this process."""


def others(cache: Path) -> dict[str, Timed]:
    """By name; none where there is no node, no npm, or no registry."""
    try:
        folder = node_tools.installed(cache, PACKAGES)
    except node_tools.NotAtHand as reason:
        print(f"esbuild and terser left out: {reason}\n")
        return {}
    keep = {"module": False, "format": {"comments": "some"}}
    found = {
        "esbuild, white space only": _esbuild(folder, "--minify-whitespace"),
        "esbuild, everything": _esbuild(folder, "--minify"),
    }
    terser = _Terser(folder)
    found["terser, white space only"] = terser.minifier({**keep, "compress": False, "mangle": False})
    found["terser, everything"] = terser.minifier(keep)
    return found


def _esbuild(folder: Path, *options: str) -> Timed:
    """One process for each file, its start included; all its threads count."""
    program = node_tools.esbuild(folder)

    def minify(data: bytes) -> tuple[bytes, float]:
        before = _seconds_of_children()
        command = [program, *options, "--legal-comments=inline", "--log-level=error", "--charset=utf8"]
        done = subprocess.run(command, input=data, capture_output=True, check=True)
        return done.stdout, _seconds_of_children() - before

    return minify


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Terser:
    """One process for all files, so that its code is compiled after the first of the runs."""

    def __init__(self, folder: Path) -> None:
        command = ["node", str(SERVICE)]
        self._process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def minifier(self, options: dict[str, object]) -> Timed:
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None

        def minify(data: bytes) -> tuple[bytes, float]:
            requests.write(json.dumps([data.decode(), options]).encode() + b"\n")
            requests.flush()
            answer = json.loads(answers.readline())
            return answer["code"].encode(), answer["seconds"]

        return minify
