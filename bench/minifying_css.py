"""How fast style sheets are minified with the check, and how small, beside others, as a table. See README.md here."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import brotli
import lightningcss
import rcssmin

from assetbuild.compilers.check_css import css_difference
from assetbuild.compilers.strip_css import minified_css, stripped_css
from references.corpus import FOLDER, place_in

CACHE = Path(__file__).parents[1] / ".pytest_cache" / "d" / FOLDER
SHEETS = (
    "@fortawesome/fontawesome-free/css/all.css",
    "@mdi/font/css/materialdesignicons.css",
    "animate.css/animate.css",
    "bootstrap/dist/css/bootstrap.css",
    "bulma/css/bulma.css",
    "daisyui/daisyui.css",
    "foundation-sites/dist/css/foundation.css",
    "tinymce/skins/ui/oxide/skin.css",
)
HOSTILE_SIZE = 10_000_000
HOSTILE = ("/*", "(", "{", "}", ";", ":", "url(", "\\", "[", "'", "@import ", "a{--x: ;}", "a b ")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="the median of so many is shown")
    runs = options.parse_args().runs
    folder = place_in(CACHE) / "node_modules"
    print(f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, median of {runs}\n")
    sheets = {name: (folder / name).read_bytes() for name in SHEETS}
    print("| Sheet | kB | rcssmin, MB/s | and check | stripping | and check |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, data in sheets.items():
        speeds = [
            f"{len(data) / 1e6 / seconds(each, data, runs):.1f}" for each in (by_rcssmin, checked, stripped_css, both)
        ]
        print(f"| {name} | {len(data) / 1e3:.0f} | {' | '.join(speeds)} |", flush=True)
    print("\n| All of them | MB/s | kB | kB, brotli |")
    print("|---|--:|--:|--:|")
    for title, minify in WAYS.items():
        print(whole_row(title, minify, list(sheets.values())), flush=True)
    print("\n| 10 MB of | s | of 5 MB |")
    print("|---|--:|--:|")
    for unit in HOSTILE:
        half, whole = (seconds(published, repeated(unit, size), 1) for size in (HOSTILE_SIZE // 2, HOSTILE_SIZE))
        print(f"| `{unit}` | {whole:.2f} | × {whole / half:.1f} |", flush=True)


def by_rcssmin(data: bytes) -> bytes:
    return bytes(rcssmin.cssmin(data, keep_bang_comments=True))


def checked(data: bytes) -> bytes:
    output = minified_css(data)
    css_difference(data, output)
    return output


def both(data: bytes) -> bytes:
    output = stripped_css(data)
    css_difference(data, output)
    return output


def published(data: bytes) -> bytes:
    """As a build does it."""
    output = minified_css(data)
    return output if css_difference(data, output) is None else both(data)


def by_lightningcss(data: bytes) -> bytes:
    return lightningcss.process_stylesheet(data.decode(), error_recovery=True).encode()


def by_webassets(data: bytes) -> bytes:
    """webassets' filter of that name, with what is around it."""
    from webassets.bundle import wrap
    from webassets.env import Environment
    from webassets.filter import get_filter
    from webassets.merge import FilterTool, MemoryHunk

    environment = Environment(directory="/", url="/", cache=False, manifest=False)
    filters = [get_filter("rcssmin")]
    for each in filters:
        each.set_context(wrap(environment, None))
        each.setup()
    return bytes(FilterTool().apply(MemoryHunk(data.decode()), filters, "output").data().encode())


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "as they are": bytes,
    "rcssmin": by_rcssmin,
    "rcssmin and check, else stripping and check": published,
    "our own stripping": stripped_css,
    "webassets:rcssmin": by_webassets,
    "lightningcss (rewrites values too)": by_lightningcss,
}


def whole_row(title: str, minify: Callable[[bytes], bytes], sheets: list[bytes]) -> str:
    began = time.process_time()
    outputs = [minify(data) for data in sheets]
    speed = sum(map(len, sheets)) / 1e6 / max(time.process_time() - began, 1e-6)
    small = sum(len(brotli.compress(output)) for output in outputs)
    shown = "–" if minify is bytes else f"{speed:.1f}"
    return f"| {title} | {shown} | {sum(map(len, outputs)) / 1e3:.0f} | {small / 1e3:.0f} |"


def seconds(minify: Callable[[bytes], bytes], data: bytes, runs: int) -> float:
    """Seconds of CPU."""
    taken = []
    for _ in range(runs):
        began = time.process_time()
        minify(data)
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def repeated(unit: str, size: int) -> bytes:
    return (unit * (size // len(unit) + 1)).encode()[:size]


if __name__ == "__main__":
    main()
