"""How fast scripts are minified, and how small they get, as a table. See README.md here."""

from __future__ import annotations

import argparse
import math
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import brotli
import rjsmin
from minifying_others import Timed, others

from assetbuild import media
from assetbuild.compilers.javascript.strip import minified_javascript
from assetbuild.compilers.minify import minify_javascript
from assetbuild.model import Asset, Content
from compilers.workbench import IN_MEMORY
from references.corpus import FOLDER, place_in

CACHE = Path(__file__).parents[1] / ".pytest_cache" / "d" / FOLDER
ORDINARY = (
    "alpinejs/dist/module.esm.js",
    "bootstrap/dist/js/bootstrap.esm.js",
    "bootstrap/dist/js/bootstrap.js",
    "chart.js/dist/chart.js",
    "codemirror/lib/codemirror.js",
    "d3/dist/d3.js",
    "foundation-sites/dist/js/foundation.js",
    "highlight.js/lib/core.js",
    "htmx.org/dist/htmx.js",
    "htmx.org@2/dist/htmx.js",
    "jquery-ui/dist/jquery-ui.js",
    "jquery/dist/jquery.js",
    "katex/dist/katex.js",
    "leaflet/dist/leaflet-src.js",
    "lodash-es/debounce.js",
    "moment/moment.js",
    "prismjs/prism.js",
    "react-dom/cjs/react-dom-client.development.js",
    "react/cjs/react.development.js",
    "rxjs/dist/bundles/rxjs.umd.js",
    "swiper/swiper-bundle.js",
    "three/build/three.core.js",
    "three/build/three.module.js",
    "vue/dist/vue.global.js",
)
"""Sources as libraries publish them, not minified, below the corpus' node_modules."""
OTHERS = (
    "acorn/dist/acorn.js",
    "alpinejs/dist/cdn.js",
    "chart.js/dist/chart.umd.js",
    "d3/dist/d3.min.js",
    "htmx.org@2/dist/htmx.min.js",
    "jquery/dist/jquery.min.js",
    "lodash-es/lodash.default.js",
    "prettier/standalone.js",
    "swagger-ui-dist/swagger-ui-bundle.js",
    "three/build/three.webgpu.js",
    "tinymce/tinymce.js",
    "typescript/lib/typescript.js",
    "vue/dist/vue.global.prod.js",
)
"""Scripts that are minified already, large, or damaged by rjsmin."""
OURS = "assetbuild"


@dataclass(slots=True)
class Measured:
    """Of each file: the least seconds of CPU time, and the output."""

    seconds: list[float]
    outputs: list[bytes]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="the fastest of so many counts for each file")
    runs = options.parse_args().runs
    folder = place_in(CACHE) / "node_modules"
    print(f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, fastest of {runs}")
    minifiers = {name: timed(minifier) for name, minifier in MINIFIERS.items()}
    show("ordinary files", folder, ORDINARY, minifiers | others(CACHE.parent / "bench-tools"), runs)
    show("others", folder, OTHERS, minifiers, runs)


def show(title: str, folder: Path, names: tuple[str, ...], minifiers: dict[str, Timed], runs: int) -> None:
    sources = [(folder / name).read_bytes() for name in names]
    print(f"\n{len(sources)} {title}, {sum(map(len, sources)) / 1e6:.1f} MB\n")
    measured = measure(minifiers, sources, runs)
    ours = measured[OURS]
    print("| Minifier | MB/s, median | slowest file | fastest file | time, × | of the source, % | with brotli, bytes |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, each in measured.items():
        print(row(name, each, ours, sources), flush=True)


def plain_rjsmin(data: bytes) -> bytes:
    return bytes(rjsmin.jsmin(data, keep_bang_comments=True))


def checked_rjsmin(data: bytes) -> bytes:
    made = minified_javascript(data, plain_rjsmin)
    return data if made is None else made.output


def as_built(data: bytes) -> bytes:
    """What a build does with a script if no minifiers are listed."""
    asset = Asset("a.js", media.JAVASCRIPT, Content.of(data), (), "a.js")
    return minify_javascript((asset,), {}, IN_MEMORY).assets[0].content.read()


def webassets_rjsmin(data: bytes) -> bytes:
    """The filter as webassets runs it: text in, text out, nothing checked."""
    from webassets import Bundle, Environment
    from webassets.bundle import wrap
    from webassets.filter import get_filter

    output = StringIO()
    applied = get_filter("rjsmin")
    applied.set_context(wrap(Environment(".", "/"), Bundle()))
    applied.setup()
    applied.output(StringIO(data.decode()), output)
    return output.getvalue().encode()


def timed(minifier: Callable[[bytes], bytes]) -> Timed:
    def minify(data: bytes) -> tuple[bytes, float]:
        before = time.process_time()
        output = minifier(data)
        return output, time.process_time() - before

    return minify


MINIFIERS: dict[str, Callable[[bytes], bytes]] = {
    "rjsmin alone": plain_rjsmin,
    OURS: as_built,
    "rjsmin, compared": checked_rjsmin,
    "webassets' rjsmin filter": webassets_rjsmin,
}


def measure(minifiers: dict[str, Timed], sources: list[bytes], runs: int) -> dict[str, Measured]:
    """The minifiers take turns over each file, so that whatever else the machine does is shared among them."""
    measured = {name: Measured([math.inf] * len(sources), [b""] * len(sources)) for name in minifiers}
    for _ in range(runs):
        for index, data in enumerate(sources):
            for name, minifier in minifiers.items():
                each = measured[name]
                each.outputs[index], seconds = minifier(data)
                each.seconds[index] = min(each.seconds[index], seconds)
    return measured


def row(name: str, measured: Measured, ours: Measured, sources: list[bytes]) -> str:
    """`time` is the median of how many times longer than ours each file takes."""
    speeds = [len(data) / 1e6 / seconds for data, seconds in zip(sources, measured.seconds, strict=True)]
    times = [seconds / own for seconds, own in zip(measured.seconds, ours.seconds, strict=True)]
    share = 100 * sum(map(len, measured.outputs)) / sum(map(len, sources))
    compressed = sum(len(brotli.compress(output)) for output in measured.outputs)
    cells = [name, *(f"{one:.1f}" for one in (statistics.median(speeds), min(speeds), max(speeds)))]
    cells += [f"{statistics.median(times):.2f}", f"{share:.1f}", f"{compressed:,}"]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
