"""All targets, or those that are named, one after another, for so many seconds each; what is new in the corpus stays.

An input that breaks a target ends it, is kept as `fuzz/found/NAME-…`, and makes the exit code 1.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT / "tests")]

from targets import NAMES, load  # noqa: E402


def run(name: str, seconds: int) -> tuple[int, int]:
    """The exit code and the number of executions."""
    module = load(name)
    work = ROOT / ".fuzz" / name
    seeds, corpus = work / "seeds", work / "corpus"
    for directory in (seeds, corpus, HERE / "found"):
        directory.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(module.SEEDS):
        (seeds / str(number)).write_bytes(seed)
    words = work / "words"
    words.write_text("".join(f'"{escaped(word)}"\n' for word in sorted({*module.WORDS} - {b""})), "ascii")
    kept = HERE / "corpus" / name
    command = [sys.executable, "-P", str(HERE / "one.py"), name, str(corpus), str(seeds)]
    command += [str(kept)] if kept.is_dir() else []
    command += [f"-max_total_time={seconds}", f"-dict={words}", f"-artifact_prefix={HERE / 'found'}/{name}-"]
    command += ["-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1", "-verbosity=0", "-max_len=4096"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(ROOT / "tests")])}
    ran = subprocess.run(
        command,
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    counted = re.search(r"stat::number_of_executed_units:\s*(\d+)", ran.stdout)
    if ran.returncode:
        print(ran.stdout[-6000:], file=sys.stderr)
    return ran.returncode, int(counted[1]) if counted else 0


def escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def main() -> int:
    seconds, names = int(sys.argv[1]), sys.argv[2:] or NAMES
    failed = 0
    for name in names:
        code, count = run(name, seconds)
        print(f"{name}: {count} executions{'' if code == 0 else ', and a failure: see fuzz/found'}", flush=True)
        failed |= code != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
