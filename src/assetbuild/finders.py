"""What Django's staticfiles finders find, as load paths: `sources = [{django = "mysite.settings"}]`.

The settings are Python and may do anything, so they are run in a process of their own.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

from assetbuild.config import Config, DjangoFinders, LoadPath, with_output
from assetbuild.dataclass import replace
from assetbuild.errors import UsageError
from assetbuild.paths import shown_path

_FRAME = re.compile(r' +File "(.+)", line (\d+)')
_LOOKED_FOR = "the module is looked for beside this file and in the environment"


def load_paths(config: Config) -> tuple[LoadPath, ...]:
    """All load paths of a configuration. Raises UsageError if settings cannot be used, or the output is in one."""
    found: list[LoadPath] = []
    for index, source in enumerate(config.sources):
        found += _found(config, index, source) if isinstance(source, DjangoFinders) else [source]
    if tuple(found) != config.sources:
        # Now it is known which directories the output may not be in.
        with_output(replace(config, sources=tuple(found)), config.output)
    return tuple(found)


def _found(config: Config, index: int, source: DjangoFinders) -> list[LoadPath]:
    load_paths = []
    for one in _listed(config, index, source):
        directory = os.path.normpath(one["directory"])
        prefix = "/".join(part for part in (source.prefix, one["prefix"].replace(os.sep, "/").strip("/")) if part)
        only = None if one["files"] is None else frozenset(name.replace(os.sep, "/") for name in one["files"])
        if os.path.isdir(directory):
            load_paths.append(LoadPath(directory, prefix, shown_path(directory, config.root), only))
    return load_paths


def _listed(config: Config, index: int, source: DjangoFinders) -> list[dict[str, Any]]:
    """As `finders_listing` prints it."""
    import subprocess

    path = os.pathsep.join(filter(None, [config.root, os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": source.module}
    command = [sys.executable, "-m", "assetbuild.finders_listing"]
    done = subprocess.run(
        command, cwd=config.root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode == 0:
        return list(json.loads(done.stdout))
    said = done.stderr.decode(errors="replace").strip().splitlines()
    reason = said[-1] if said else f"exit code {done.returncode}"
    text = f"the finders of Django's settings '{source.module}' cannot be asked: {reason}"
    key = ("sources", index, "django")
    raise UsageError(config.diagnostic(key, text, _raised_at(said, config.root) or _LOOKED_FOR))


def _raised_at(traceback: list[str], root: str) -> str | None:
    """The innermost line of the project's own files in the text of a traceback."""
    frames = [match for line in traceback if (match := _FRAME.match(line))]
    own = [frame for frame in frames if frame[1].startswith(os.path.join(root, ""))]
    return f"see {shown_path(own[-1][1], root)}, line {own[-1][2]}" if own else None
