"""The rows: what is done to a project by assetbuild, by the limit, and by other programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import node_tools

from builds import projects
from builds.measure import Cost, Work, run

HERE = Path(__file__).parent
NODE_PACKAGES = ("esbuild@0.28.2", "vite@8.3.8")
# What a build is told in all rows: references out of the project are nobody's concern here.
_COMMON = 'sources = [{}]\nexternal = ["**/*"]\n'
CONFIGURATIONS = {
    "plain": 'minify = false\nencodings = []\nsyntax = "off"\n[secrets]\ncheck = false\n',
    "minified": 'encodings = []\nsyntax = "off"\n[secrets]\ncheck = false\n',
    "all checks": 'encodings = []\nsyntax = "warn"\n',
    "everything": 'syntax = "off"\n[secrets]\ncheck = false\n',
}
OPEN_FILES = 64


@dataclass(slots=True)
class Project:
    """A directory with the sources in `assets`, perhaps `extras`; `edits` counts what was edited in it."""

    name: str
    home: str
    sheet: str = ""
    files: int = 0
    size: int = 0
    extras: bool = False
    edits: int = 0

    def configure(self, *names: str) -> None:
        """Writes a configuration file for each of these."""
        sources = ['"assets"', *(['"extras"'] if self.extras else [])]
        for name in names:
            text = f'output = "build/{name}"\n' + _COMMON.format(", ".join(sources)) + CONFIGURATIONS[name]
            Path(self.home, f"{name}.toml").write_text(text)

    def remove(self, *names: str) -> None:
        for name in names:
            shutil.rmtree(os.path.join(self.home, name), ignore_errors=True)


def made(name: str, home: str, extras: bool = False) -> Project:
    """A new project. Made by a process of its own, whose memory is not inherited by those that are measured."""
    assets = os.path.join(home, "assets")
    os.mkdir(assets)
    beside = [os.path.join(home, "extras")] if extras else []
    for one in beside:
        os.mkdir(one)
    subprocess.run([sys.executable, "-P", str(HERE / "projects.py"), name, assets, *beside], check=True)
    project = Project(name, home, extras=extras)
    for top in (assets, *beside):
        for folder, _, names in os.walk(top):
            project.files += len(names)
            project.size += sum(os.path.getsize(os.path.join(folder, one)) for one in names)
    project.sheet = min(str(one) for one in Path(assets).rglob("*.css") if not one.stem.endswith(".min"))
    return project


def limit(project: Project) -> Work:
    def work(sampled: bool) -> Cost:
        project.remove("limit")
        cost = run([sys.executable, "-P", str(HERE / "limit.py"), "assets", "limit"], project.home, sampled)
        project.remove("limit")
        return cost

    return Work("limit", work)


def command(configuration: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "assetbuild", "build", "-q", "--config", f"{configuration}.toml", *options]


def cold(project: Project, configuration: str = "plain", name: str = "cold", once: bool = False) -> Work:
    def work(sampled: bool) -> Cost:
        project.remove(f"build/{configuration}", ".assetbuild")
        return run(command(configuration), project.home, sampled)

    return Work(name, work, once=once)


def each_file_alone(project: Project) -> Work:
    """Every file through every station by itself: what a build is to equal, and to beat."""

    def work(sampled: bool) -> Cost:
        project.remove("build/alone")
        options = ("--no-cache", "--jobs", "1", "--output", "build/alone")
        cost = run(command("plain", *options), project.home, sampled)
        project.remove("build/alone")
        return cost

    return Work("each file alone", work)


def few_open_files(project: Project) -> Work:
    """A cold build that may open so many files at a time: what it costs is not the point, but that it ends well."""

    def work(sampled: bool) -> Cost:
        project.remove("build/plain", ".assetbuild")
        limited = ["sh", "-c", f'ulimit -n {OPEN_FILES}; exec "$@"', "sh", *command("plain")]
        return run(limited, project.home, sampled)

    return Work(f"cold, at most {OPEN_FILES} open files", work, once=True)


def unchanged(project: Project, configuration: str = "plain", name: str = "unchanged") -> Work:
    return Work(name, lambda sampled: run(command(configuration), project.home, sampled))


def edit_sheet(project: Project) -> None:
    project.edits += 1
    with open(project.sheet, "a") as sheet:
        sheet.write(f"\n.edited{project.edits} {{ color: red }}\n")


def edit_picture(project: Project) -> None:
    project.edits += 1
    projects.edit_picture(os.path.join(project.home, "extras"), project.edits)


def edit_partial(project: Project) -> None:
    project.edits += 1
    projects.edit_partial(os.path.join(project.home, "extras"), project.edits)


def changed(project: Project, name: str, edit: Callable[[Project], None], configuration: str = "plain") -> Work:
    def work(sampled: bool) -> Cost:
        edit(project)
        return run(command(configuration), project.home, sampled)

    return Work(name, work)


def sass_alone(project: Project) -> Work:
    entry = os.path.join("extras", projects.SASS_ENTRY)
    return Work(
        "Sass alone", lambda sampled: run([sys.executable, "-P", str(HERE / "sass_alone.py"), entry], project.home)
    )


def compressors(project: Project) -> Work:
    """The same bytes as in the release that a row before this one made."""
    program = [sys.executable, "-P", str(HERE / "compressors.py"), "build/everything"]
    return Work("compressors alone", lambda sampled: run(program, project.home, sampled))


def peer(project: Project, name: str, again: str = "unchanged") -> list[Work]:
    """A program of Python's: cold and once more."""
    return _cold_and_again(
        project, name, [sys.executable, "-P", str(HERE / "peers.py"), name, "assets", f"out-{name}"], again
    )


def peer_changed(project: Project, name: str) -> Work:
    program = [sys.executable, "-P", str(HERE / "peers.py"), name, "assets", f"out-{name}"]

    def work(sampled: bool) -> Cost:
        edit_sheet(project)
        return run(program, project.home, sampled)

    return Work(f"{name}, one sheet changed", work, peer=True)


def esbuild(project: Project, folder: Path) -> list[Work]:
    """Every script and every sheet is an entry point: bundled, split, with a hash in each name, not minified."""
    options = [
        "--bundle",
        "--splitting",
        "--format=esm",
        "--log-level=error",
        "--loader:.png=file",
        "--loader:.svg=file",
    ]
    options += ["--outbase=assets", "--outdir=out-esbuild", "--entry-names=[dir]/[name]-[hash]"]
    options += ["--chunk-names=chunks/[name]-[hash]", "--asset-names=[dir]/[name]-[hash]"]
    return _cold_and_again(project, "esbuild", [node_tools.esbuild(folder), *options, *_entries(project)], "again")


def vite(project: Project, folder: Path) -> list[Work]:
    """The same with Vite."""
    import json

    Path(project.home, "vite-entries.json").write_text(
        json.dumps([f"{project.home}/{one}" for one in _entries(project)])
    )
    program = ["node", str(HERE / "vite.mjs"), str(folder), "assets", "out-vite"]
    return _cold_and_again(project, "vite", program, "again")


def _entries(project: Project) -> list[str]:
    assets = Path(project.home, "assets")
    return sorted(str(one.relative_to(project.home)) for one in assets.rglob("*") if one.suffix in (".css", ".js"))


def _cold_and_again(project: Project, name: str, program: Sequence[str], again: str) -> list[Work]:
    def work(sampled: bool) -> Cost:
        project.remove(f"out-{name}")
        os.mkdir(os.path.join(project.home, f"out-{name}"))
        return run(program, project.home, sampled)

    once_more = Work(f"{name}, {again}", lambda sampled: run(program, project.home, sampled), peer=True)
    return [Work(f"{name}, cold", work, peer=True), once_more]
