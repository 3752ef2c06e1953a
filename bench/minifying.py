"""How fast scripts are minified, and how small they get, as a table. See README.md here."""

from __future__ import annotations

import argparse
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

from assetbuild.compilers.strip_javascript import minified_javascript, stripped_javascript
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

Minifier = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Measured:
    """Of each file: megabytes of source a second of CPU time, and the size of the output, as it is and with brotli."""

    speeds: list[float]
    sizes: list[int]
    compressed: list[int]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="the fastest of so many counts for each file")
    runs = options.parse_args().runs
    folder = place_in(CACHE) / "node_modules"
    sources = [(folder / name).read_bytes() for name in ORDINARY]
    print(f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, fastest of {runs}")
    print(f"{len(sources)} files, {sum(map(len, sources)) / 1e6:.1f} MB\n")
    print("| Minifier | MB/s, median | slowest file | fastest file | of the source, % | with brotli, bytes |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, minifier in MINIFIERS.items():
        print(row(name, measure(minifier, sources, runs), sum(map(len, sources))), flush=True)


def plain_rjsmin(data: bytes) -> bytes:
    return bytes(rjsmin.jsmin(data, keep_bang_comments=True))


def checked_rjsmin(data: bytes) -> bytes:
    made = minified_javascript(data, plain_rjsmin)
    return data if made is None else made.output


def own_stripping(data: bytes) -> bytes:
    return stripped_javascript(data) or data


def webassets_rjsmin(data: bytes) -> bytes:
    """The filter as webassets runs it: text in, text out, nothing checked."""
    from webassets import Environment
    from webassets.filter import get_filter

    output = StringIO()
    applied = get_filter("rjsmin")
    applied.set_context(Environment(".", "/"))
    applied.setup()
    applied.output(StringIO(data.decode()), output)
    return output.getvalue().encode()


MINIFIERS: dict[str, Minifier] = {
    "rjsmin alone": plain_rjsmin,
    "rjsmin, checked": checked_rjsmin,
    "our own stripping": own_stripping,
    "webassets' rjsmin filter": webassets_rjsmin,
}


def measure(minifier: Minifier, sources: list[bytes], runs: int) -> Measured:
    speeds, outputs = [], []
    for data in sources:
        times = []
        for _ in range(runs):
            before = time.process_time()
            output = minifier(data)
            times.append(time.process_time() - before)
        outputs.append(output)
        speeds.append(len(data) / 1e6 / min(times))
    return Measured(speeds, list(map(len, outputs)), [len(brotli.compress(output)) for output in outputs])


def row(name: str, measured: Measured, size: int) -> str:
    speeds = measured.speeds
    cells = [name, f"{statistics.median(speeds):.1f}", f"{min(speeds):.1f}", f"{max(speeds):.1f}"]
    return (
        "| " + " | ".join([*cells, f"{100 * sum(measured.sizes) / size:.1f}", f"{sum(measured.compressed):,}"]) + " |"
    )


if __name__ == "__main__":
    main()
