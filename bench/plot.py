"""Wall time against number of files as docs/build-time.svg, from results.json here; `plot.py --check` compares.

Both axes are logarithmic: a line of slope 1 is a program that takes the same time for each file.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).with_name("results.json")
PICTURE = Path(__file__).parents[1] / "docs" / "build-time.svg"

# Row of the results, label, class of the line; in the order in which they are drawn.
SERIES = (
    ("vite, cold", "Vite", "vite"),
    ("esbuild, cold", "esbuild", "esbuild"),
    ("django, cold", "Django", "django"),
    ("django, unchanged", "Django, unchanged", "django thin"),
    ("limit", "the limit", "limit"),
    ("one sheet changed", "assetbuild, one sheet changed", "ours dashed"),
    ("unchanged", "assetbuild, unchanged", "ours thin"),
    ("cold", "assetbuild, cold", "ours"),
)
# Dark text on light pages, light text on dark ones; the colours of the lines are to be seen on both.
COLOURS = {"ours": "#2f7de1", "limit": "#888", "django": "#2c9a62", "esbuild": "#c98a00", "vite": "#a05be0"}
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600; font-size: 15px }
.grid { stroke: #888; stroke-opacity: .25 }
.axis { stroke: #888 }
.leader { stroke: #888; stroke-opacity: .6; stroke-dasharray: 1 3 }
path { fill: none; stroke-width: 2; stroke-linejoin: round }
@media (prefers-color-scheme: dark) { text { fill: #ddd } }
"""
LINES = """
path.thin { stroke-dasharray: 2 4 }
path.dashed { stroke-dasharray: 8 5 }
path.ours { stroke-width: 3 }
text.ours { font-weight: 600 }
"""

WIDTH, HEIGHT = 900, 520
LEFT, RIGHT, TOP, BOTTOM = 70, 260, 50, 60
_LABEL_HEIGHT = 16


@dataclass(frozen=True, slots=True)
class Line:
    """A series: its label, its class, and points of files and seconds."""

    label: str
    kind: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The decades that both axes show, as exponents of ten."""

    x: tuple[float, float]
    y: tuple[float, float]

    def place(self, files: float, seconds: float) -> tuple[float, float]:
        across = (math.log10(files) - self.x[0]) / (self.x[1] - self.x[0])
        up = (math.log10(seconds) - self.y[0]) / (self.y[1] - self.y[0])
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def picture(results: dict[str, Any]) -> str:
    """The plot as SVG."""
    series = _series(results)
    frame = _frame(series)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title">',
        '<title id="title">Wall time of a build against the number of files in the project</title>',
        f"<style>{STYLE}{_colours()}{LINES}</style>",
        f'<text class="title" x="{LEFT}" y="26">Wall time of a build, about 1 kB a file, no minifying</text>',
        *_axes(frame),
        *(part for line in series for part in _drawn(line, frame)),
        *_labels(series, frame),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _colours() -> str:
    return "\n".join(
        f"path.{kind} {{ stroke: {colour} }} circle.{kind}, text.{kind} {{ fill: {colour} }}"
        for kind, colour in COLOURS.items()
    )


def write() -> None:
    PICTURE.write_text(picture(json.loads(RESULTS.read_bytes())), "utf-8")


def is_as_measured() -> bool:
    return PICTURE.read_text("utf-8") == picture(json.loads(RESULTS.read_bytes()))


def _series(results: dict[str, Any]) -> list[Line]:
    groups = [one for one in results["groups"] if one["group"] == "plain" and one["project"].isdigit()]
    groups.sort(key=lambda one: one["files"])
    found = []
    for row, label, kind in SERIES:
        points = tuple((one["files"], median(one["rows"][row]["wall"])) for one in groups if row in one["rows"])
        if points:
            found.append(Line(label, kind, points))
    return found


def _frame(series: list[Line]) -> Frame:
    files = [files for line in series for files, _ in line.points] or [1, 10]
    seconds = [seconds for line in series for _, seconds in line.points] or [1, 10]
    x = math.log10(min(files)), max(math.log10(max(files)), math.log10(min(files)) + 0.5)
    return Frame(x, (_below(min(seconds)), _above(max(seconds))))


def _below(value: float) -> float:
    return math.log10(max(tick for tick in _ticks(-4, 5) if tick <= value))


def _above(value: float) -> float:
    return math.log10(min(tick for tick in _ticks(-4, 5) if tick >= value))


def _ticks(first: int, last: int) -> list[float]:
    return [float(f"{step}e{exponent}") for exponent in range(first, last) for step in (1, 2, 5)]


def _axes(frame: Frame) -> list[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = []
    for tick in _ticks(0, 7):
        if frame.x[0] - 1e-9 <= math.log10(tick) <= frame.x[1] + 1e-9:
            x, _ = frame.place(tick, 10 ** frame.y[0])
            parts.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>')
            parts.append(f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{tick:,.0f}</text>')
    for tick in _ticks(-4, 5):
        if frame.y[0] - 1e-9 <= math.log10(tick) <= frame.y[1] + 1e-9:
            _, y = frame.place(10 ** frame.x[0], tick)
            parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g} s</text>')
    parts.append(f'<line class="axis" x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>')
    parts.append(f'<line class="axis" x1="{LEFT}" y1="{TOP}" x2="{LEFT}" y2="{bottom}"/>')
    middle = (LEFT + right) / 2
    parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - 16}" text-anchor="middle">files in the project</text>')
    return parts


def _drawn(line: Line, frame: Frame) -> list[str]:
    places = [frame.place(*point) for point in line.points]
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return [
        f'<path class="{line.kind}" d="M{way}"/>',
        *(f'<circle class="{line.kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places),
    ]


def _labels(series: list[Line], frame: Frame) -> list[str]:
    """Beside the plot, each at the height where its line ends, moved apart where they would touch, and led to."""
    ends = sorted((frame.place(*line.points[-1])[::-1], line.label, line.kind) for line in series)
    heights: list[float] = []
    for (wanted, _), _, _ in ends:
        heights.append(max(wanted, heights[-1] + _LABEL_HEIGHT) if heights else max(wanted, TOP))
    lowest: float = HEIGHT - BOTTOM
    for number in reversed(range(len(heights))):
        heights[number] = min(heights[number], lowest)
        lowest = heights[number] - _LABEL_HEIGHT
    left = WIDTH - RIGHT + 20
    parts = []
    for height, ((y, x), label, kind) in zip(heights, ends, strict=True):
        parts.append(f'<line class="leader" x1="{x + 5:.1f}" y1="{y:.1f}" x2="{left - 4}" y2="{height:.1f}"/>')
        parts.append(f'<text class="{kind}" x="{left}" y="{height + 4:.1f}">{label}</text>')
    return parts


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(
            None if is_as_measured() else "docs/build-time.svg is not what bench/results.json gives: run bench/plot.py"
        )
    write()
