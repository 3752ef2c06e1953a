"""Thousands of published scripts minified: every one is the program it was, by the judgement of acorn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pytest
import rjsmin

from assetbuild.compilers.javascript.strip import minified_javascript, stripped_javascript
from javascript_judge import judged
from references.corpus import PACKAGES, SCRIPTS, corpus, files, tell_line

BATCH = 200
TENTH = ("acorn", "alpinejs", "bootstrap", "d3", "htmx.org", "htmx.org@2", "lodash-es", "swagger-ui-dist", "three")
EACH = 3
TRAPS = (
    "alpinejs/dist/module.esm.js",
    "d3/dist/d3.js",
    "htmx.org/dist/htmx.js",
    "swagger-ui-dist/swagger-ui-bundle.js",
    "three/build/three.webgpu.js",
)
"""Files that rjsmin damages."""
NEITHER_MODULE_NOR_SCRIPT: frozenset[str] = frozenset()
"""Files that acorn does not read as published, below node_modules."""


def minify(data: bytes) -> bytes:
    return bytes(rjsmin.jsmin(data, keep_bang_comments=True))


def batches(names: list[Path]) -> Iterator[list[Path]]:
    rest = iter(names)
    while batch := list(islice(rest, BATCH)):
        yield batch


@dataclass(slots=True)
class Judged:
    """How many files were minified by what, and their bytes; which differ, and which acorn does not read."""

    counts: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)
    different: dict[str, str] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def line(self) -> str:
        by = (f"{self.counts[how]} {how}" for how in ("by rjsmin", "by own stripping", "unchanged"))
        return f"{', '.join(by)}, {self.share():.2f} % of bytes unminified, {len(self.different)} differ"

    def share(self) -> float:
        """How many of a hundred bytes were left as they are."""
        return 100 * self.sizes["unchanged"] / self.sizes.total()


def minified_and_judged(folder: Path, names: list[Path]) -> Judged:
    """Each file minified, and stripped by our own tokens; both judged by acorn."""
    found = Judged()
    for batch in batches(names):
        pairs, owners = [], []
        for name in batch:
            data = name.read_bytes().removeprefix(b"\xef\xbb\xbf")
            made = minified_javascript(data, minify)
            outputs = {made.output, stripped_javascript(data) or data} if made is not None else {data}
            how = "unchanged" if made is None else "by rjsmin" if made.output == minify(data) else "by own stripping"
            found.counts[how] += 1
            found.sizes[how] += len(data)
            pairs += [(data, output) for output in outputs]
            owners += [name.relative_to(folder / "node_modules").as_posix()] * len(outputs)
        for owner, judgement in zip(owners, judged(folder, pairs), strict=True):
            if judgement.goal is None:
                found.unread.add(owner)
            elif judgement.difference is not None:
                found.different[owner] = judgement.difference
    return found


def test_a_tenth_of_the_published_scripts_mean_the_same_when_minified(
    pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = {name: PACKAGES[name] for name in TENTH}
    folder = corpus(pytestconfig, packages, SCRIPTS, "npm-corpus-tenth")
    everything = files(folder, SCRIPTS)
    named = [folder / "node_modules" / name for name in TRAPS]
    names = sorted({*everything[::EACH], *named})
    found = minified_and_judged(folder, names)
    tell_line(capsys, f"Minified JavaScript, {len(names)} files of npm: {found.line()}")
    assert found.different == {}
    assert found.unread == set()
    assert len(names) >= 600
    assert found.share() <= 2
    # rjsmin damages the traps: a check that accepts everything would not get this far.
    assert found.counts["by own stripping"] >= len(TRAPS)


@pytest.mark.long
def test_published_scripts_mean_the_same_when_minified(
    pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = corpus(pytestconfig)
    names = files(folder, SCRIPTS)
    found = minified_and_judged(folder, names)
    tell_line(capsys, f"Minified JavaScript, {len(names)} files of npm: {found.line()}")
    assert found.different == {}
    assert found.unread == NEITHER_MODULE_NOR_SCRIPT
    assert len(names) >= 3000
    assert found.share() <= 2
