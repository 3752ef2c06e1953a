"""An environment in Python: the module is run, in a process of its own, if that was allowed."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.model import Place
from assetbuild.importers.project import Project
from assetbuild.importers.webassets.model import OldBundle, OldEnvironment, OldFilter, OldItem

_FRAME = re.compile(r' +File "(.+)", line (\d+)')


@dataclass(frozen=True, slots=True)
class RanModule:
    environment: OldEnvironment
    diagnostics: tuple[Diagnostic, ...]


def run_module(project: Project) -> RanModule:
    """The environment that `project.file` names: "module", "module:name" or a .py file, also with ":name".

    Raises UsageError if running it was not allowed, or did not work.
    """
    module, _, name = project.file.partition(":")
    if module.endswith(".py"):
        project.text(module)
    if not project.trust:
        hint = "--trust runs it, with all that it does; bundles in YAML need no such trust"
        raise UsageError(Diagnostic("this is Python, which has to be run to know its bundles", project.file, hint=hint))
    document = json.loads(_listed(project, module, name))
    reading = _Reading(project, module)
    said = [Diagnostic(text, project.file, severity="warning") for text in document["said"]]
    return RanModule(reading.environment(document), tuple(said))


def _listed(project: Project, module: str, name: str) -> str:
    """What listing.py prints. Raises UsageError, at the line of the project that is at fault."""
    import subprocess

    command = [
        sys.executable,
        "-m",
        "assetbuild.importers.webassets.listing",
        project.root,
        module,
        *([name] if name else []),
    ]
    # What was imported leaves nothing behind.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=project.root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode == 0 and done.stdout:
        return done.stdout.decode()
    said = done.stderr.decode(errors="replace").strip().splitlines()
    reason = said[-1] if said else f"exit code {done.returncode}"
    file, line = _raised_at(said, project.root) or (project.file, None)
    raise UsageError(Diagnostic(f"the module cannot be run: {reason}", file, line))


def _raised_at(traceback: Iterable[str], root: str) -> tuple[str, int] | None:
    """The innermost line of the project's own files in the text of a traceback."""
    lead = os.path.join(os.path.realpath(root), "")
    found = None
    for line in traceback:
        match = _FRAME.match(line)
        if match and os.path.isfile(match[1]) and os.path.realpath(match[1]).startswith(lead):
            inside = os.path.realpath(match[1])[len(lead) :]
            if "site-packages" not in inside:
                found = inside.replace(os.sep, "/"), int(match[2])
    return found


@dataclass(frozen=True, slots=True)
class _Reading:
    """Makes our values of the listing's; what has no place of its own has that of the module."""

    project: Project
    module: str

    def environment(self, document: Mapping[str, Any]) -> OldEnvironment:
        directory, url = document.get("directory"), document.get("url")
        whole = self._whole()
        return OldEnvironment(
            tuple(map(self.bundle, document["bundles"])),
            OldItem(self._relative(directory), whole) if directory else None,
            tuple(OldItem(self._relative(path), whole) for path in document.get("load_path", ())),
            {name: self._relative(path) for name, path in sorted(document.get("blueprints", {}).items())},
            OldItem(url, whole) if url else None,
            {name: (value, whole) for name, value in document.get("config", {}).items()},
            own_filters=True,
        )

    def _whole(self) -> Place:
        """The beginning of the module."""
        below = self.module.replace(".", "/")
        names = (self.module, f"{below}.py", f"{below}/__init__.py")
        return Place(next(filter(self.project.is_file, names), self.project.file), 1)

    def bundle(self, described: Mapping[str, Any]) -> OldBundle:
        place = self._place(described["place"])
        contents = tuple(
            OldItem(one, place) if isinstance(one, str) else self.bundle(one) for one in described["contents"]
        )
        return OldBundle(
            described["name"],
            place,
            contents,
            tuple(OldFilter(one["name"], place, one["options"], one["shown"]) for one in described["filters"]),
            described["output"],
            tuple(OldItem(one, place) for one in described["depends"]),
            described["extra"],
            described["config"],
            described["merge"],
            described["keeps_duplicates"],
        )

    def _place(self, where: list[Any] | None) -> Place:
        if where is None:
            return self._whole()
        file = self._relative(where[0])
        lines = self._lines(file)
        source = lines[where[1] - 1] if where[1] <= len(lines) else ""
        indent = len(source) - len(source.lstrip())
        return Place(file, where[1], indent + 1, max(len(source.strip()), 1), source)

    def _lines(self, file: str) -> list[str]:
        try:
            return self.project.text(file).split("\n")
        except UsageError:
            return []

    def _relative(self, path: str) -> str:
        return os.path.relpath(path, self.project.root).replace(os.sep, "/")
