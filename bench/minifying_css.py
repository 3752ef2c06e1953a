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

from assetbuild import media
from assetbuild.compilers.base import Result, Tools, World
from assetbuild.compilers.css.strip import minified_sheet, stripped_css
from assetbuild.compilers.minify import minify_css
from assetbuild.model import Asset, Content
from references.corpus import FOLDER, place_in

CACHE = Path(__file__).parents[1] / ".pytest_cache" / "d" / FOLDER
SHEETS = (
    "@fortawesome/fontawesome-free/css/all.css",
    "@fortawesome/fontawesome-free/css/brands.css",
    "@fortawesome/fontawesome-free/css/svg-with-js.css",
    "@mdi/font/css/materialdesignicons.css",
    "animate.css/animate.css",
    "bootstrap/dist/css/bootstrap.css",
    "bootstrap/dist/css/bootstrap.rtl.css",
    "bootstrap/dist/css/bootstrap-grid.css",
    "bootstrap/dist/css/bootstrap-reboot.css",
    "bootstrap/dist/css/bootstrap-utilities.css",
    "bulma/css/bulma.css",
    "bulma/css/versions/bulma-no-helpers.css",
    "codemirror/lib/codemirror.css",
    "daisyui/components/button.css",
    "daisyui/daisyui.css",
    "daisyui/themes.css",
    "foundation-sites/dist/css/foundation.css",
    "highlight.js/styles/base16/solarized-dark.css",
    "jquery-ui/dist/themes/base/jquery-ui.css",
    "katex/dist/katex.css",
    "leaflet/dist/leaflet.css",
    "swagger-ui-dist/swagger-ui.css",
    "swiper/swiper-bundle.css",
    "tailwindcss/index.css",
    "tailwindcss/preflight.css",
    "tinymce/skins/ui/oxide/content.css",
    "tinymce/skins/ui/oxide/skin.css",
)
HOSTILE_SIZE = 10_000_000
HOSTILE = ("/*", "(", "{", "}", ";", ":", "url(", "\\", "[", "'", "@import ", "a{--x: ;}", "a b ")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="the fastest of so many is shown")
    runs = options.parse_args().runs
    folder = place_in(CACHE) / "node_modules"
    print(f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, fastest of {runs}\n")
    sheets = {name: (folder / name).read_bytes() for name in SHEETS}
    print("| Sheet | kB | rcssmin, MB/s | minified as in a build | stripping alone |")
    print("|---|--:|--:|--:|--:|")
    columns = []
    for name, data in sheets.items():
        speeds = [len(data) / 1e6 / seconds(each, data, runs) for each in (by_rcssmin, built(name), stripped_css)]
        columns.append(speeds)
        print(f"| {name} | {len(data) / 1e3:.0f} | {' | '.join(f'{speed:.1f}' for speed in speeds)} |", flush=True)
    for title, of in (("median", statistics.median), ("slowest", min)):
        print(f"| *{title}* | | {' | '.join(f'{of(speeds):.1f}' for speeds in zip(*columns, strict=True))} |")
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


def built(name: str) -> Callable[[bytes], Result]:
    """The step of a build, with all that it tells."""
    tools = Tools(World("/nowhere", "/static/", {}, lambda file: None))

    def run(data: bytes) -> Result:
        return minify_css((Asset(name, media.CSS, Content.of(data), (), f"src/{name}"),), {}, tools)

    return run


def published(data: bytes) -> bytes:
    """As a build does it, without what it tells."""
    made = minified_sheet(data)
    return data if made is None else made.output


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
    "rcssmin, checked, else stripping": published,
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


def seconds(minify: Callable[[bytes], object], data: bytes, runs: int) -> float:
    """Seconds of CPU of the fastest run."""
    taken = []
    for _ in range(runs):
        began = time.process_time()
        minify(data)
        taken.append(time.process_time() - began)
    return min(taken)


def repeated(unit: str, size: int) -> bytes:
    return (unit * (size // len(unit) + 1)).encode()[:size]


if __name__ == "__main__":
    main()
