"""The project that is built while it is killed or its calls fail, in several states, and what must hold afterwards."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assetbuild.errors import errors_of
from assetbuild.scratch import PREFIX
from assetbuild.verify import verify
from scenario import Project, files_below

CONFIG = """\
sources = ["assets"]
encodings = ["br", "gzip", "zstd"]
source_maps = "hidden"
manifests = ["flat"]
[bundles."js/all.js"]
contents = ["js/lib/*.js", "js/more.js"]
[[rules]]
match = "filtered/*.css"
filters = ["webassets:cssrewrite"]
"""
STATES = 3

CONFIG_OF_EDITED = 'sources = ["assets"]\nencodings = ["gzip"]\n'
EDITED = {
    "assets/js/app.js": "import { part } from './part.js';\npart();\n",
    "assets/js/part.js": "export function part() { }\n" + "let line = 1;\n" * 100,
    "assets/css/app.scss": "a { b: c }\n",
    "assets/img/a.png": "a picture",
}
TEXT = "".join(f"line {number} of a text that is worth compressing\n" for number in range(500))


def files(state: int) -> Mapping[str, str | bytes]:
    """The sources in one of their states: some differ, some are there in one state alone."""
    return {
        "assets/css/_colours.scss": f"$red: rgb({state}, 0, 0);\n",
        "assets/css/app.scss": "@import 'colours';\nbody { color: $red; .x { background: url(../img/dot.svg) } }\n",
        "assets/css/site.css": "@import 'app.css';\n@font-face{src:url('../f/x.woff2')}\n/* why */\n",
        "assets/filtered/old.css": "a { background: url(../img/dot.svg) }\n",
        "assets/img/dot.svg": f'<svg xmlns="http://www.w3.org/2000/svg" width="{state}"/>',
        "assets/f/x.woff2": bytes([state]) * 5000,
        "assets/js/app.js": "import { part } from './part.js';\nimport './ring.js';\npart();\n",
        "assets/js/part.js": f"export function part() {{ return {state}; }}\n",
        "assets/js/ring.js": "import './app.js';\n",
        "assets/js/lib/a.js": "var a = 1\n",
        "assets/js/lib/b.js": f"var b = {state}\n",
        "assets/js/more.js": "var c = 3\n",
        "assets/page.css.jinja": "{{ '.a' }} { background: url({{ asset_url('img/dot.svg') }}) }\n",
        "assets/text.txt": f"{state}\n{TEXT}",
        "assets/same.txt": TEXT,
        "assets/robots.txt": f"# {state}\n",
        f"assets/only-{state}.txt": "x",
    }


@dataclass(frozen=True, slots=True)
class Hurt:
    """The project, and the bytes of the manifest of each state."""

    project: Project
    manifests: tuple[bytes, ...]

    @property
    def manifest(self) -> bytes | None:
        """The current one's bytes."""
        file = self.project.release / "manifest.json"
        return file.read_bytes() if file.exists() else None

    def put(self, state: int) -> None:
        """Give the sources this state."""
        put(self.project, state)

    def whole(self) -> None:
        """A release that was committed stands, with nothing of another one."""
        assert faults(self.project.release) == []
        assert self.manifest in self.manifests

    def clean(self, state: int) -> None:
        """The release of this state stands, and nothing else was left."""
        assert list(self.left(state)) == []

    def left(self, state: int) -> Iterator[str]:
        """What is wrong after a build of this state that was not disturbed."""
        if self.manifest != self.manifests[state]:
            yield "another manifest"
        yield from (one.text for one in verify(str(self.project.release)).diagnostics)
        for path in sorted(self.project.root.rglob("*")):
            if path.name in (".pending", ".staging") or path.name.startswith(PREFIX) or path.name.endswith(".part"):
                yield f"left: {path.name}"


def hurt() -> Hurt:
    """A project whose release has the state 0; what the other states give is known."""
    manifests = []
    for state in range(STATES):
        other = Project({}, CONFIG)
        put(other, state)
        outcome = other.build("--no-cache")
        assert outcome.code == 0, outcome.errors
        manifests.append((outcome.release / "manifest.json").read_bytes())
    project = Project({}, CONFIG)
    put(project, 0)
    project.build()
    return Hurt(project, tuple(manifests))


def hurt_by_edits() -> Hurt:
    """The same of a project whose two states differ in the text of a script alone: builds have only to follow edits."""
    manifests = []
    project = Project(EDITED, CONFIG_OF_EDITED)
    for state in (1, 0):
        edit(project, state)
        outcome = project.build()
        assert outcome.code == 0, outcome.errors
        manifests.insert(0, (outcome.release / "manifest.json").read_bytes())
    settle(project)
    return Hurt(project, tuple(manifests))


def edit(project: Project, state: int) -> None:
    project.write({"assets/js/part.js": f"{EDITED['assets/js/part.js']}let state = {state};\n"})
    time.sleep(0.02)


def settle(project: Project) -> None:
    """Builds when no source is new any more, so that the next build may start from this one."""
    time.sleep(0.02)
    assert project.build().code == 0


def put(project: Project, state: int) -> None:
    wanted = files(state)
    for name in files_below(project.root / "assets"):
        if f"assets/{name}" not in wanted:
            os.unlink(project.root / "assets" / name)
    project.write(wanted)


def faults(release: Path) -> list[str]:
    return [error.text for error in errors_of(verify(str(release)).diagnostics)]
