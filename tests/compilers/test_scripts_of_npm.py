"""Thousands of published scripts minified: every one is the program it was, by the judgement of acorn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import rjsmin

from assetbuild.compilers.strip_javascript import minified_javascript, stripped_javascript
from javascript_judge import judged
from references.corpus import SCRIPTS, corpus, files, tell

BATCH = 200
NEITHER_MODULE_NOR_SCRIPT: frozenset[str] = frozenset()
"""Files that acorn does not read as published, below node_modules."""


def minify(data: bytes) -> bytes:
    return bytes(rjsmin.jsmin(data, keep_bang_comments=True))


def batches(names: list[Path]) -> Iterator[list[Path]]:
    rest = iter(names)
    while batch := list(islice(rest, BATCH)):
        yield batch


@pytest.mark.long
def test_published_scripts_mean_the_same_when_minified(
    pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = corpus(pytestconfig)
    names = files(folder, SCRIPTS)
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    different: dict[str, str] = {}
    unread: set[str] = set()
    for batch in batches(names):
        pairs = []
        for name in batch:
            data = name.read_bytes().removeprefix(b"\xef\xbb\xbf")
            made = minified_javascript(data, minify)
            own = stripped_javascript(data)
            how = "unchanged" if made is None else "own stripping" if made.output == own != minify(data) else "rjsmin"
            counts[how] += 1
            sizes[how] += len(data)
            sizes["all"] += len(data)
            pairs += [(data, data if made is None else made.output), (data, own or data)]
        judgements = judged(folder, pairs)
        for index, judgement in enumerate(judgements):
            name = batch[index // 2].relative_to(folder / "node_modules").as_posix()
            if judgement.goal is None:
                unread.add(name)
            elif judgement.difference is not None:
                different[name] = judgement.difference
    share = 10_000 * sizes["unchanged"] // sizes["all"]
    found = {"files": len(names), "differ": len(different), "by rjsmin": counts["rjsmin"]}
    found |= {"by our own stripping": counts["own stripping"], "left as they are": counts["unchanged"]}
    tell(capsys, "Minified JavaScript", found | {"of 10,000 bytes unminified": share})
    assert different == {}
    assert unread == NEITHER_MODULE_NOR_SCRIPT
    assert len(names) >= 3000
    assert share <= 200
