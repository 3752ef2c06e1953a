"""Published style sheets keep their meaning: thousands of real ones before and after, by judges that are not ours."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
import tinycss2

from assetbuild.compilers.minify import minify_css
from compilers.css.judge import mean_the_same
from compilers.workbench import IN_MEMORY, asset_of
from references.corpus import FOLDER, SHEETS, corpus, files, place_in, tell

INSTALLED = ("django", "fontawesomefree", "swagger_ui_bundle", "xstatic", "hypothesis", "webassets")
EVERY_OF_NPM = 10

_THEME = "@theme is Tailwind's own rule, in what is a source for its tool: lightningcss prints it blanks and all"
EXPLAINED = {"tailwindcss/index.css": _THEME, "tailwindcss/theme.css": _THEME}
"""Why lightningcss tells a sheet from what is published, by its path below node_modules. tinycss2 judges these."""


def published(data: bytes) -> tuple[bytes, str]:
    """What is published, and how it was made."""
    (asset,), (*diagnostics,) = (
        (result := minify_css((asset_of("a.css", data),), {}, IN_MEMORY)).assets,
        result.diagnostics,
    )
    texts = " ".join(diagnostic.text for diagnostic in diagnostics)
    if "left unminified" in texts:
        return data, "unminified"
    output = asset.content.read()
    return output, "by stripping" if "our own" in texts else "unchanged" if output == data else "by rcssmin"


def of_tinycss2(data: bytes) -> list[object]:
    """The tokens another lexer sees, without white space, comments and semicolons."""

    def walk(nodes: Iterable[object]) -> Iterable[object]:
        for node in nodes:
            if node.type in ("whitespace", "comment") or node == ";":
                continue
            yield node.type, getattr(node, "value", None) or getattr(node, "name", None), getattr(node, "unit", None)
            yield from walk(getattr(node, "content", None) or getattr(node, "arguments", None) or ())

    return list(walk(tinycss2.parse_component_value_list(data.decode("utf-8", "replace").removeprefix("\ufeff"))))


def judge(sheets: Iterable[tuple[str, bytes]]) -> tuple[Counter[str], set[str]]:
    counts = Counter(files=0, bytes=0, published=0)
    found = set()
    for name, data in sheets:
        output, way = published(data)
        counts += Counter({"files": 1, "bytes": len(data), "published": len(output), way: 1, f"bytes {way}": len(data)})
        if not mean_the_same(data, output):
            assert of_tinycss2(data) == of_tinycss2(output), name
            found.add(name)
    return counts, found


def distinct(folder: Path) -> list[tuple[str, bytes]]:
    """Each content of the npm packages once, with its path."""
    contents = {
        file.read_bytes(): file.relative_to(folder / "node_modules").as_posix() for file in files(folder, SHEETS)
    }
    return [(name, data) for data, name in contents.items()]


def installed() -> list[tuple[str, bytes]]:
    specs = [importlib.util.find_spec(name) for name in INSTALLED]
    folders = [Path(folder) for spec in specs if spec for folder in spec.submodule_search_locations or ()]
    found = sorted(file for folder in folders for file in folder.rglob("*.css") if file.is_file())
    return [(file.name, file.read_bytes()) for file in found]


def test_a_tenth_of_the_published_sheets_and_those_at_hand_mean_the_same(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.cache is not None
    fetched = place_in(pytestconfig.cache.mkdir(FOLDER))
    sheets = installed() + (distinct(fetched)[::EVERY_OF_NPM] if fetched.is_dir() else [])
    counts, found = judge(sheets)
    assert counts["files"] > 50
    assert counts["unminified"] == 0
    assert found <= EXPLAINED.keys()


@pytest.mark.long
def test_all_published_sheets_mean_the_same(pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]) -> None:
    folder = corpus(pytestconfig)
    counts, found = judge(distinct(folder))
    tell(capsys, "CSS", counts | {"differences": len(found - EXPLAINED.keys())})
    assert counts["files"] >= 600
    assert counts["bytes unminified"] <= counts["bytes"] * 0.02
    assert found == EXPLAINED.keys()
