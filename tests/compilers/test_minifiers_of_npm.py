"""Published scripts and style sheets through the minifiers that rewrite: what is accepted, and that it is a program."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from assetbuild import media
from assetbuild.compilers.base import Tools, World
from assetbuild.compilers.minifiers import esbuild, own, rewriting
from assetbuild.compilers.minifiers.refused import Refused
from assetbuild.compilers.minifiers_table import MINIFIERS, REWRITING
from assetbuild.compilers.services import Services
from compilers.node_tools import ESBUILD, node_tools
from compilers.workbench import BASE_URL, asset_of
from javascript_judge import judged
from references.corpus import SCRIPTS, SHEETS, corpus, files, tell

EVERY = {media.JAVASCRIPT: 20, media.CSS: 6}
MOST_REFUSED = {"esbuild": 12, "esbuild-whitespace": 3, "tdewolff": 35, "lightningcss": 8}
"""Of a hundred files, of any type."""


@pytest.mark.long
@pytest.mark.parametrize("kind", [media.JAVASCRIPT, media.CSS])
@pytest.mark.parametrize("tool", REWRITING)
def test_what_is_accepted_of_published_files_parses(
    pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str], tool: str, kind: str
) -> None:
    if kind not in MINIFIERS[tool].types:
        pytest.skip(f"{tool} is not for {kind}")
    program = str(node_tools(pytestconfig, ESBUILD) / ".bin" / "esbuild")
    options = {"esbuild": esbuild.find("/", program, 60, os.environ)}
    folder = corpus(pytestconfig)
    names = files(folder, SCRIPTS if kind == media.JAVASCRIPT else SHEETS)[:: EVERY[kind]]
    services = Services()
    tools = Tools(World("/", BASE_URL, {}, lambda file: None, services=services, environment=os.environ))
    pairs = []
    refused: Counter[str] = Counter()
    for name in names:
        data = name.read_bytes().removeprefix(b"\xef\xbb\xbf")
        asset = asset_of(name.relative_to(folder / "node_modules").with_suffix(_suffix(name)).as_posix(), data)
        assert own.stripped(asset, data) is not None
        try:
            pairs.append((data, rewriting.by(tool, asset, data, options, tools)))
        except Refused as reason:
            refused[reason.text] += 1
    services.close()
    found = {"files": len(names), "refused": sum(refused.values())}
    if kind == media.JAVASCRIPT:
        before = judged(folder, ((one, other) for one, other in pairs))
        after = judged(folder, ((other, other) for _, other in pairs))
        assert [one.goal for one in after] == [one.goal for one in before]
        found["the very same tree"] = sum(one.difference is None for one in before)
    tell(capsys, f"Minified by {tool}, {kind}", found)
    assert 100 * sum(refused.values()) <= MOST_REFUSED[tool] * len(names)


def _suffix(name: Path) -> str:
    return ".js" if name.suffix in SCRIPTS else name.suffix
