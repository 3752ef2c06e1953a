"""Whether a minified script is the same program as before, by a parser of others: acorn, under node."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from requirements_of_tests import need

JUDGE = Path(__file__).with_name("javascript_judge.mjs")


@dataclass(frozen=True, slots=True)
class Judgement:
    """`goal` is "module" or "script", None if the text before is neither; `difference` says where the two differ."""

    goal: str | None
    difference: str | None


def judged(folder: Path, pairs: Iterable[tuple[bytes, bytes]]) -> list[Judgement]:
    """What acorn, in `folder`/node_modules, says of each pair of a script before and after. Skips without node."""
    lines = "".join(json.dumps([_text(before), _text(after)]) + "\n" for before, after in pairs)
    command = [need("node"), str(JUDGE)]
    done = subprocess.run(command, cwd=folder, input=lines.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return [Judgement(**json.loads(line)) for line in done.stdout.decode().split("\n") if line]


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
