"""How fast references are found: the finders, and others on the same files, as a table. See README.md here."""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import re
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import tinycss2
import tree_sitter
import tree_sitter_javascript
from django.contrib.staticfiles.storage import HashedFilesMixin

from assetbuild.references import css, javascript
from references.corpus import FOLDER, SCRIPTS, SHEETS, files, place_in

Reader = Callable[[bytes], object]

CACHE = Path(__file__).parents[1] / ".pytest_cache" / "d" / FOLDER
INSTALLED = ("django", "fontawesomefree", "swagger_ui_bundle", "xstatic")
EVERY_OF_NPM = 8
"""Of the npm packages every so many files are taken: all of them take the slower readers minutes."""

HOSTILE_SIZE = 10_000_000
HOSTILE = ("/*", "(", "`", "import", "import(", "import {", "url(", "@import ", "\\")
IMPORTS = """
(import_statement source: (string) @url) (export_statement source: (string) @url)
(call_expression function: (import) arguments: (arguments . (string) @url))
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=3, help="the median of so many is shown")
    runs = options.parse_args().runs
    print(f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, median of {runs}\n")
    print("| Files | Number | MB | assetbuild, MB/s | parser, MB/s | Django, MB/s | to parser | to Django |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, contents, readers in rows():
        print(row(name, contents, medians(contents, readers, runs)), flush=True)
    print("\n| 10 MB of | CSS, s | of 5 MB | JavaScript, s | of 5 MB |")
    print("|---|--:|--:|--:|--:|")
    for unit in HOSTILE:
        print(hostile_row(unit, runs), flush=True)


def rows() -> Iterable[tuple[str, list[bytes], list[Reader]]]:
    """Each with the readers that are compared: ours, a parser, Django's expressions."""
    of_css: list[Reader] = [css.find, parse_css, by_expressions(django_patterns("*.css"))]
    of_javascript: list[Reader] = [javascript.find, tree_sitter_reader(), by_expressions(django_patterns("*.js"))]
    sheets, scripts = installed(SHEETS), installed(SCRIPTS)
    yield "CSS, installed packages", sheets, of_css
    yield "JavaScript, installed packages, as they are", scripts, of_javascript
    yield "JavaScript, installed packages, read to the end", list(map(with_import, distinct(scripts))), of_javascript
    corpus = place_in(CACHE)
    if corpus.is_dir():
        sheets, scripts = npm(corpus, SHEETS), npm(corpus, SCRIPTS)
        yield "CSS, npm packages", sheets, of_css
        # Not Django's expressions: they took 90 seconds for these, by far the most for a few large files.
        yield "JavaScript, npm packages, as they are", scripts, of_javascript[:2]
        yield "JavaScript, npm packages, read to the end", list(map(with_import, scripts)), of_javascript[:2]


def installed(suffixes: tuple[str, ...]) -> list[bytes]:
    """All files of these endings in packages from PyPI."""
    found: list[Path] = []
    for name in INSTALLED:
        spec = importlib.util.find_spec(name)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            found += sorted(file for file in Path(folder).rglob("*") if file.suffix in suffixes and file.is_file())
    return [file.read_bytes() for file in found]


def npm(corpus: Path, suffixes: tuple[str, ...]) -> list[bytes]:
    return [file.read_bytes() for file in files(corpus, suffixes)[::EVERY_OF_NPM]]


def distinct(contents: list[bytes]) -> list[bytes]:
    return list(dict.fromkeys(contents))


def with_import(script: bytes) -> bytes:
    """The script with a reference at its end, so that no search can spare the reading."""
    return script + b"\nimport('./x.js')\n"


def parse_css(data: bytes) -> object:
    """Only the syntax tree of the rules: to walk it comes on top."""
    return tinycss2.parse_stylesheet(data.decode("utf-8", "replace"), skip_comments=True, skip_whitespace=True)


def tree_sitter_reader() -> Reader:
    language = tree_sitter.Language(tree_sitter_javascript.language())
    parser = tree_sitter.Parser(language)
    cursor = tree_sitter.QueryCursor(tree_sitter.Query(language, IMPORTS))
    return lambda data: cursor.captures(parser.parse(data).root_node)


def django_patterns(glob: str) -> list[str]:
    """The expressions of ManifestStaticFilesStorage with imports in modules turned on."""
    tables = (*HashedFilesMixin.patterns, HashedFilesMixin._js_module_import_aggregation_patterns)
    found = [pattern for extension, patterns in tables if extension == glob for pattern in patterns]
    return [pattern if isinstance(pattern, str) else pattern[0] for pattern in found]


def by_expressions(patterns: list[str]) -> Reader:
    compiled = [re.compile(pattern, re.IGNORECASE) for pattern in patterns]

    def read(data: bytes) -> object:
        text = data.decode("utf-8", "replace")
        return [match["url"] for pattern in compiled for match in pattern.finditer(text)]

    return read


def medians(contents: list[bytes], readers: list[Reader], runs: int) -> list[float]:
    """Seconds of CPU that each reader takes for all contents; the readers take turns."""
    taken: list[list[float]] = [[] for _ in readers]
    for _ in range(runs):
        for reader, times in zip(readers, taken, strict=True):
            times.append(seconds(reader, contents))
    return [statistics.median(times) for times in taken]


def seconds(reader: Reader, contents: Iterable[bytes]) -> float:
    before = time.process_time()
    for data in contents:
        reader(data)
    return time.process_time() - before


def row(name: str, contents: list[bytes], taken: list[float]) -> str:
    size = sum(map(len, contents)) / 1e6
    missing = ["–"] * (3 - len(taken))
    speeds = [f"{size / each:.1f}" for each in taken] + missing
    ratios = [f"{each / taken[0]:.1f}" for each in taken[1:]] + missing
    return f"| {' | '.join([name, str(len(contents)), f'{size:.1f}', *speeds, *ratios])} |"


def hostile_row(unit: str, runs: int) -> str:
    """Seconds for 10 MB, and the ratio to 5 MB: 2 where time is linear."""
    cells = []
    for reader, before, after in (
        (css.find, b"a{b:url(c)}", b""),
        (javascript.find, b"import('a');", b"\nimport('b')"),
    ):
        half, whole = (
            statistics.median(seconds(reader, [before + repeated(unit, size) + after]) for _ in range(runs))
            for size in (HOSTILE_SIZE // 2, HOSTILE_SIZE)
        )
        cells.append(f"{whole:.2f} | × {whole / half:.1f}")
    shown = unit.replace("`", "a backtick") if "`" in unit else f"`{unit}`"
    return f"| {shown} | {' | '.join(cells)} |"


def repeated(unit: str, size: int) -> bytes:
    return (unit * (size // len(unit) + 1)).encode()[:size]


if __name__ == "__main__":
    main()
