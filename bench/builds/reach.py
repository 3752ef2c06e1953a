"""What is wanted of builds, and what a run shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """`wall` and `cpu`: what was measured, as text; `cpu` is empty where only wall time means something.

    `reached` is by wall time; None if it is wanted of a larger project.
    """

    wanted: str
    wall: str
    cpu: str
    reached: bool | None


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a run, asked by group, project and row."""

    data: dict[str, Any]

    def groups(self, group: str) -> list[dict[str, Any]]:
        return [one for one in self.data["groups"] if one["group"] == group]

    def row(self, group: str, project: str, name: str) -> dict[str, Any] | None:
        for one in self.groups(group):
            if one["project"] == project:
                found: dict[str, Any] | None = one["rows"].get(name)
                return found
        return None

    def pair(self, group: str, project: str, *names: str) -> Iterator[list[dict[str, Any]]]:
        """The rows of these names, once if all of them are there, else not at all."""
        found = [self.row(group, project, name) for name in names]
        rows = [one for one in found if one is not None]
        if len(rows) == len(names):
            yield rows


def lines(data: dict[str, Any]) -> list[Line]:
    """Whatever the run can tell of what is wanted."""
    results = Results(data)
    return [
        *_plain(results),
        *_changes(results),
        *_minified(results),
        *_everything(results),
        *_scale(results),
        *_starts(data),
        *_watch(data),
    ]


def _plain(results: Results) -> Iterator[Line]:
    for project, most in (("20000", 2.0), ("packages", 2.5)):
        for cold, limit in results.pair("plain", project, "cold", "limit"):
            yield _at_most(f"{_name(project)}, cold: {most:g} × the limit", cold, limit, most)
    for unchanged, limit in results.pair("plain", "20000", "unchanged", "limit"):
        yield _at_most(f"{_name('20000')}, unchanged: 0.5 × the limit", unchanged, limit, 0.5)
    for (unchanged,) in results.pair("plain", "200", "unchanged"):
        wall, cpu = (median(unchanged[kind]) for kind in ("wall", "cpu"))
        yield Line(f"{_name('200')}, unchanged: 0.2 s", f"{wall:.2f} s", f"{cpu:.2f} s", wall <= 0.2)


def _changes(results: Results) -> Iterator[Line]:
    names = ("one sheet changed", "one picture of the large sheet changed", "one Sass partial changed")
    for group in results.groups("changes"):
        most = 150 if group["files"] >= 20_000 else 50
        for name in names:
            for changed, unchanged, sass in results.pair("changes", group["project"], name, "unchanged", "Sass alone"):
                own = {kind: median(sass[kind]) if "Sass" in name else 0.0 for kind in ("wall", "cpu")}
                more = {
                    kind: 1000 * (median(changed[kind]) - median(unchanged[kind]) - own[kind])
                    for kind in ("wall", "cpu")
                }
                compiler = " + the compiler" if "Sass" in name else ""
                wanted = f"{_name(group['project'])}, {name}: unchanged{compiler} + {most} ms"
                yield Line(wanted, f"+ {more['wall']:.0f} ms", f"+ {more['cpu']:.0f} ms", more["wall"] <= most)


def _minified(results: Results) -> Iterator[Line]:
    for group in results.groups("minified"):
        for name, least in (("cold", 2), ("unchanged", 20)):
            wanted = f"minified, {_name(group['project'])}, {name}: {least} × as fast as webassets"
            for ours, theirs in results.pair("minified", group["project"], name, f"webassets, {name}"):
                yield _of_large_ones(group, _at_least(wanted, ours, theirs, least))


def _everything(results: Results) -> Iterator[Line]:
    cores = results.data["machine"]["processors"]
    for group in results.groups("everything"):
        name = _name(group["project"])
        for ours, theirs in results.pair("everything", group["project"], "cold", "compressors alone"):
            least = median(theirs["cpu"])
            wall, cpu = median(ours["wall"]) / (least / cores), median(ours["cpu"]) / least
            wanted = f"everything on, {name}, cold: 1.3 × the compressors' processor time divided by the processors"
            yield _of_large_ones(group, Line(wanted, f"{wall:.2f} ×", f"{cpu:.2f} ×", wall <= 1.3))
        changed = "one sheet changed"
        for ours, theirs in results.pair("everything", group["project"], changed, f"whitenoise, {changed}"):
            wanted = f"everything on, {name}, {changed}: 300 × as fast as WhiteNoise"
            yield _of_large_ones(group, _at_least(wanted, ours, theirs, 300))


def _of_large_ones(group: dict[str, Any], line: Line) -> Line:
    """Small projects show how it comes about, but are not what this is wanted of."""
    return line if group["files"] >= 5_000 else replace(line, reached=None)


def _scale(results: Results) -> Iterator[Line]:
    less, more = results.row("plain", "5000", "cold"), results.row("plain", "100000", "cold")
    if less and more:
        wall, cpu = (median(more[kind]) / 100_000 / (median(less[kind]) / 5_000) for kind in ("wall", "cpu"))
        wanted = "a file among 100,000, cold: 1.3 × one among 5,000"
        yield Line(wanted, f"{wall:.2f} ×", f"{cpu:.2f} ×", wall <= 1.3)
    for (cold,) in results.pair("plain", "50000", "cold"):
        yield _at_most_memory("50,000 files", cold)
    for one in results.groups("large file"):
        yield _at_most_memory(f"one file of {one['bytes'] / 1e9:g} GB", one["rows"]["cold"])
    few = [(one, name) for one in results.groups("plain") for name in one["rows"] if name.endswith("open files")]
    if few:
        one, name = max(few, key=lambda each: int(each[0]["files"]))
        yield Line(f"{_name(one['project'])}, {name}: it ends well", "it does", "", True)


def _starts(data: dict[str, Any]) -> Iterator[Line]:
    for name, most in (("assetbuild --version", 60), ("import assetbuild.runtime", 15)):
        over = data.get("starts", {}).get("over", {}).get(name)
        if over:
            wanted = f"`{name}`: {most} ms over the bare interpreter"
            yield Line(wanted, f"{over['wall']:.0f} ms", f"{over['cpu']:.0f} ms", over["wall"] <= most)


def _watch(data: dict[str, Any]) -> Iterator[Line]:
    if "watch" not in data:
        return
    took = {kind: median(each) for kind, each in data["watch"]["milliseconds"].items()}
    name = _name(data["watch"]["project"])
    yield Line(f"`--watch`, {name}, a sheet saved: 100 ms", f"{took['sheet']:.0f} ms", "", took["sheet"] <= 100)
    more = took["partial"] - took["Sass alone"]
    wanted = f"`--watch`, {name}, a Sass partial saved: the compiler + 100 ms"
    yield Line(wanted, f"+ {more:.0f} ms", "", more <= 100)


def _at_most_memory(what: str, cold: dict[str, Any]) -> Line:
    return Line(f"{what}, cold: 150 MB", f"{cold['memory']} MB", "", cold["memory"] <= 150)


def _at_most(wanted: str, ours: dict[str, Any], theirs: dict[str, Any], most: float) -> Line:
    wall, cpu = (median(ours[kind]) / median(theirs[kind]) for kind in ("wall", "cpu"))
    return Line(wanted, f"{wall:.2f} ×", f"{cpu:.2f} ×", wall <= most)


def _at_least(wanted: str, ours: dict[str, Any], theirs: dict[str, Any], least: float) -> Line:
    wall, cpu = (median(theirs[kind]) / median(ours[kind]) for kind in ("wall", "cpu"))
    return Line(wanted, f"{wall:.1f} ×", f"{cpu:.1f} ×", wall >= least)


def _name(project: str) -> str:
    return f"{int(project):,} files" if project.isdigit() else f"`{project}`"
