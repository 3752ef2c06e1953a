"""The settings of a Django project, as far as asset systems read them: as data, or run, where they are trusted."""

from __future__ import annotations

import json
import os
import posixpath
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

from assetbuild.dataclass import dataclass, field, replace
from assetbuild.errors import Diagnostic, Severity, UsageError
from assetbuild.importers.model import Place
from assetbuild.importers.project import Project
from assetbuild.importers.python_data import read_module
from assetbuild.importers.python_values import Computed, Data, Plain

_COMMON: Final = ("BASE_DIR", "DEBUG", "INSTALLED_APPS", "STATIC", "STORAGES", "TEMPLATES")
_FRAME: Final = re.compile(r' +File "(.+)", line (\d+)')
_TRUST: Final = "--trust runs the module; else write what it comes to in assetbuild.toml"


@dataclass(slots=True)
class Settings:
    """The names of a settings module. `root` is the directory (POSIX, relative to the project, "" for itself) that the
    project's modules are imported from. `diagnostics` grow as values are asked for that only Python knows."""

    project: Project
    names: dict[str, Data]
    root: str
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def place(self, name: str) -> Place:
        """Where a name is set; the file's first line where it is not."""
        return self.names[name].place if name in self.names else self.project.place(1)

    def get(self, name: str) -> Data | None:
        """The value of a name; None, and a warning, for one that is computed, None alone where there is none."""
        data = self.names.get(name)
        return None if data is None else self.known(data, name)

    def known(self, data: Data, name: str) -> Data | None:
        """The value itself; None, and a warning, if it is computed."""
        if not isinstance(data.value, Computed):
            return data
        self.say(data.place, f"not read: '{name}' is computed by Python: {data.value.reason}", _TRUST)
        return None

    def items(self, name: str) -> Iterator[Data]:
        """The elements of a list that are known; a warning for each other, or if it is no list."""
        data = self.get(name)
        if data is None or data.value is None:
            return
        if not isinstance(data.value, list):
            self.say(data.place, f"'{name}' must be a list or tuple", None, "error")
            return
        for item in data.value:
            if (known := self.known(item, name)) is not None:
                yield known

    def text(self, name: str) -> str | None:
        """The text of a name; None where there is none. An error for anything else."""
        data = self.get(name)
        if data is None or data.value is None:
            return None
        if data.text is None:
            self.say(data.place, f"'{name}' must be a text", None, "error")
        return data.text

    def say(self, place: Place, text: str, hint: str | None = None, severity: Severity = "warning") -> None:
        self.diagnostics.append(place.diagnostic(text, hint, severity))


def read_settings(project: Project, prefixes: tuple[str, ...]) -> Settings:
    """The settings in the project's file. `prefixes` are those of the names that the system itself reads.

    Raises UsageError for a file that cannot be read, or that fails when it is run.
    """
    project = _with_file(project)
    module = read_module(project, project.file)
    settings = Settings(project, module.names, _module_root(project))
    wanted = (*prefixes, *_COMMON)
    if project.trust:
        run = _run(project, settings.root, wanted)
        settings.names = {name: _placed(value, module.names.get(name), project) for name, value in run.items()}
        return settings
    for place, names in module.undecided:
        about = sorted(name for name in names if name.startswith(wanted))
        if about:
            text = f"not read: whether this is so only Python knows, taken for not: {', '.join(about)}"
            settings.say(place, text, _TRUST)
    return settings


def _with_file(project: Project) -> Project:
    """The project with the settings' file, where it was named by its module ("mysite.settings") or its package."""
    below = project.file if project.file.endswith(".py") else project.file.replace(".", "/")
    files = [project.file] if project.is_file(project.file) else [f"{below}.py", f"{below}/__init__.py"]
    return replace(project, file=next(filter(project.is_file, files), project.file))


def _module_root(project: Project) -> str:
    """The directory above the outermost package that the file is in."""
    directory = posixpath.dirname(project.file)
    while directory and project.is_file(f"{directory}/__init__.py"):
        directory = posixpath.dirname(directory)
    return directory


def _run(project: Project, root: str, prefixes: tuple[str, ...]) -> dict[str, Any]:
    """The names of the module, as `settings_listing` prints them. Raises UsageError."""
    inside = project.file.removeprefix(f"{root}/" if root else "").removesuffix(".py")
    module = inside.removesuffix("/__init__").replace("/", ".")
    directory = project.absolute(root) if root else project.root
    path = os.pathsep.join(filter(None, [directory, os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-m", "assetbuild.importers.settings_listing", module, *prefixes],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        return dict(json.loads(done.stdout))
    said = done.stderr.decode(errors="replace").strip().splitlines()
    frames = [match for line in said if (match := _FRAME.match(line))]
    own = [frame for frame in frames if frame[1].startswith(os.path.join(project.root, ""))]
    file, line = (os.path.relpath(own[-1][1], project.root), int(own[-1][2])) if own else (project.file, None)
    reason = said[-1] if said else f"exit code {done.returncode}"
    hint = "the command runs with the interpreter, and the environment, that assetbuild has"
    raise UsageError(Diagnostic(f"the settings cannot be run: {reason}", file.replace(os.sep, "/"), line, hint=hint))


def _placed(value: Any, read: Data | None, project: Project, default: Place | None = None) -> Data:
    """A value of a module that was run, at the place where reading it as data found it, as far as that has one."""
    place = read.place if read is not None else default or project.place(1)
    return Data(_plain(value, read, project, place), place, read.named if read is not None else None)


def _plain(value: Any, read: Data | None, project: Project, place: Place) -> Plain:
    if isinstance(value, list):
        known = read.items() if read is not None else []
        whole = known if len(known) == len(value) else [None] * len(value)
        return [_placed(inner, one, project, place) for inner, one in zip(value, whole, strict=True)]
    if isinstance(value, dict) and "computed" in value:
        return Computed(f"a value of type {value['computed']}")
    if isinstance(value, dict):
        table = read.value if read is not None and isinstance(read.value, dict) else {}
        return {
            key: _placed(inner, table.get(key), project, place)
            for key, inner in value["pairs"]
            if not isinstance(key, list | dict)
        }
    plain: Plain = value
    return plain
