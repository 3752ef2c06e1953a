"""The tables of docs/performance.md, from results.json here: `tables.py` writes them, `tables.py --check` compares.

Only what stands between the two marks is written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from builds.reach import lines

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN = "<!-- What follows is written by bench/tables.py. -->"
END = "<!-- What was written by bench/tables.py ends here. -->"

_GROUPS = {
    "changes": "One edit",
    "minified": "Minified and checked",
    "everything": "Everything on: minified, brotli 11, gzip 9",
    "large file": "One large file",
}
_REACHED = {True: "yes", False: "**no**", None: "–"}
_NAMES = {"django": "Django", "whitenoise": "WhiteNoise", "vite": "Vite"}
_OURS = ("limit", "each file alone", "cold", "unchanged", "one sheet changed")


def write() -> None:
    PAGE.write_text(_page(PAGE.read_text("utf-8"), json.loads(RESULTS.read_bytes())), "utf-8")


def is_as_measured() -> bool:
    page = PAGE.read_text("utf-8")
    return _page(page, json.loads(RESULTS.read_bytes())) == page


def text(results: dict[str, Any]) -> str:
    """Everything that was measured, as Markdown."""
    parts = [_machine(results), _wanted(results), *_plain(results), *_details(results), *_watch(results)]
    return "\n\n".join([*parts, *_left_out(results)])


def _page(page: str, results: dict[str, Any]) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{text(results)}\n\n{END}{after}"


def _machine(results: dict[str, Any]) -> str:
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    settings = results["settings"]
    counted = "one run" if settings["runs"] < 2 else f"{settings['runs']} runs"
    short = f"{settings['short_runs']} of what takes less than {settings['short']:g} s"
    return (
        f"{machine['python']}, {machine['system']}, {machine['processors']} processors ({machine['processor']}), "
        f"{machine['memory_gb']} GB, {machine['file_system']}; load {machine['load_before']} before the run, "
        f"{machine['load_afterwards']} after it. Median of {counted}, {short}; what takes more than "
        f"{settings['patience']:g} s ran once. {versions}."
    )


def _wanted(results: dict[str, Any]) -> str:
    rows = [[one.wanted, one.wall, one.cpu, _REACHED[one.reached]] for one in lines(results)]
    return _table(["Wanted", "Measured", "In processor time", "Reached"], rows, "lrrl")


def _plain(results: dict[str, Any]) -> Iterable[str]:
    """Projects as lines, rows as columns: once ours, once others', each for wall time, processor time and memory."""
    groups = [one for one in results["groups"] if one["group"] == "plain"]
    names = list(dict.fromkeys(name for one in groups for name in one["rows"] if not name.endswith("open files")))
    others = [name for name in names if name not in _OURS]
    for columns, title in ((_OURS, "Plain builds"), (["limit", "cold", "unchanged", *others], "Beside other programs")):
        if not groups or (columns is not _OURS and not others):
            continue
        yield f"### {title}"
        for kind, what in (("wall", "Wall time"), ("cpu", "Processor time"), ("memory", "Memory, MB")):
            head = [what, *map(_row_name, columns)]
            rows = [[_project(one), *(_cell(one, name, kind) for name in columns)] for one in groups]
            yield _table(head, rows, "l" + "r" * (len(head) - 1))


def _cell(group: dict[str, Any], name: str, kind: str) -> str:
    row = group["rows"].get(name)
    if row is None:
        return ""
    if kind == "memory":
        return str(row["memory"])
    value = median(row[kind])
    least = median(group["rows"]["limit"][kind])
    return _seconds(value) if name == "limit" else f"{_seconds(value)} ({value / least:.1f})"


def _details(results: dict[str, Any]) -> Iterable[str]:
    for kind, title in _GROUPS.items():
        rows = []
        for group in results["groups"]:
            if group["group"] == kind:
                rows += [[_project(group), *_detail(group, name)] for name in group["rows"]]
        if rows:
            yield f"### {title}"
            head = ["Project", "What", "Wall time", "× limit", "Processor time", "× limit", "Memory, MB"]
            yield _table(head, rows, "llrrrrr")


def _detail(group: dict[str, Any], name: str) -> list[str]:
    row, limit = group["rows"][name], group["rows"].get("limit")
    cells = [_row_name(name)]
    for kind in ("wall", "cpu"):
        value = median(row[kind])
        cells += [_seconds(value), f"{value / median(limit[kind]):.1f}" if limit else ""]
    return [*cells, str(row["memory"])]


def _watch(results: dict[str, Any]) -> Iterable[str]:
    if "watch" in results:
        watch = results["watch"]
        names = {"sheet": "a sheet is saved", "partial": "a Sass partial is saved", "Sass alone": "Sass alone"}
        rows = [
            [names[kind], *(f"{one:.0f} ms" for one in (min(took), median(took), max(took)))]
            for kind, took in watch["milliseconds"].items()
        ]
        yield f"### `--watch`\n\nFrom the save to the new manifest, {watch['files']:,} files."
        yield _table(["What", "Shortest", "Median", "Longest"], rows, "lrrr")
    if "starts" in results:
        starts = results["starts"]
        rows = [[f"`{name}`", f"{over['wall']} ms", f"{over['cpu']} ms"] for name, over in starts["over"].items()]
        bare = starts["bare interpreter"]
        yield (
            f"### Starts\n\nOver the bare interpreter, which takes {bare['wall']} ms ({bare['cpu']} ms of processor "
            f"time); medians of {starts['times']}."
        )
        yield _table(["What", "Wall time", "Processor time"], rows, "lrr")


def _left_out(results: dict[str, Any]) -> Iterable[str]:
    projects: dict[str, list[str]] = {}
    for one in results["groups"]:
        for name, reason in one.get("left_out", {}).items():
            projects.setdefault(f"{_row_name(name)} ({one['group']}): {reason}", []).append(_project(one))
    if projects:
        yield "\n".join(["Left out:", "", *(f"- {what}: {'; '.join(where)}" for what, where in projects.items())])


def _project(group: dict[str, Any]) -> str:
    size = f"{group['files']:,} files, {group['bytes'] / 1e6:.1f} MB" if group["files"] > 1 else ""
    if group["project"].isdigit():
        return size
    return f"`{group['project']}`, {size}" if size else f"{group['bytes'] / 1e9:g} GB"


def _row_name(name: str) -> str:
    first, comma, rest = name.partition(", ")
    return _NAMES.get(first, first) + comma + rest


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 10 else f"{value:.2f} s" if value >= 0.1 else f"{value:.3f} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], sides: str) -> str:
    marks = ["--:" if side == "r" else "---" for side in sides]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, marks, *rows))


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(
            None
            if is_as_measured()
            else "docs/performance.md is not what bench/results.json gives: run bench/tables.py"
        )
    write()
