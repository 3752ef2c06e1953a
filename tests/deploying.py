"""The applications in fixtures/apps as they are deployed: built by the command line, then without sources and without
the build stage, in directories that nobody may write to, as a user without rights."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import assetbuild
from runtime.serving.servers import listening
from runtime.watched import as_nobody, let_nobody_write

APPS = Path(__file__).parents[1] / "fixtures" / "apps"
GUNICORN = (
    *("gunicorn", "--bind", "127.0.0.1:{port}", "--no-control-socket", "--workers", "2", "--preload"),
    *("--access-logfile", "-", "--access-logformat", "worker %(p)s answered %(U)s"),
)
UVICORN = ("uvicorn", "--port", "{port}")


@dataclass(frozen=True, slots=True)
class App:
    """An application: `server` serves it from its release, `plain` without a build; `sources` are its load paths,
    `pages` URLs to look at, `needs` the distributions that it runs with, `workers` how many processes serve it."""

    name: str
    server: Sequence[str]
    plain: Sequence[str]
    sources: Sequence[str]
    pages: Sequence[str]
    needs: Sequence[str]
    workers: int = 2


DJANGO = App(
    "django",
    (*GUNICORN, "inn.wsgi"),
    (*GUNICORN, "inn.plain_wsgi"),
    ("guests/static",),
    ("/", "/book/", "/admin/login/"),
    ("django", "gunicorn"),
)
FLASK = App(
    "flask",
    (*GUNICORN, "app:create_app()"),
    (*GUNICORN, "plain:app"),
    ("static", "boats/static"),
    ("/", "/boats/"),
    ("flask", "gunicorn"),
)
FASTAPI = App(
    "fastapi", (*UVICORN, "app:app"), (*UVICORN, "plain:app"), ("static",), ("/",), ("fastapi", "jinja2", "uvicorn"), 1
)


def copy_of(app: App, folder: Path) -> Path:
    """The application's directory with naive.py beside it, where it may be built."""
    ignored = shutil.ignore_patterns("build", ".assetbuild", "__pycache__")
    shutil.copytree(APPS / app.name, folder / app.name, ignore=ignored)
    shutil.copy(APPS / "naive.py", folder)
    return folder / app.name


def run(home: Path, *command: str, **variables: str) -> str:
    """What a Python command with all that is installed here prints; it must succeed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ASSETBUILD_")}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", **variables}
    done = subprocess.run(
        [sys.executable, *command], cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def drop_sources(app: App, home: Path) -> None:
    """Nothing remains of what the release was made from, nor of the cache; and nobody may write."""
    for name in (*app.sources, ".assetbuild"):
        shutil.rmtree(home / name)
    let_nobody_write(home)


def runtime_only(app: App, folder: Path) -> Path:
    """A directory of packages: those that the application needs, and of assetbuild the runtime alone."""
    folder.mkdir()
    for name in required(app.needs):
        for top in tops(name):
            (folder / top).symlink_to(distribution(name).locate_file(top))
    (folder / "assetbuild").mkdir()
    for name in ("__init__.py", "runtime"):
        (folder / "assetbuild" / name).symlink_to(Path(assetbuild.__file__).parent / name)
    return folder


def tops(name: str) -> list[str]:
    """What a distribution puts into site-packages."""
    parts = {file.parts[0] for file in distribution(name).files or ()}
    return sorted(parts - {"..", "__pycache__"})


def required(names: Sequence[str]) -> list[str]:
    """The distributions, and all that they require."""
    waiting = [*map(canonicalize_name, names)]
    for name in waiting:
        for line in distribution(name).requires or ():
            requirement = Requirement(line)
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and canonicalize_name(requirement.name) not in waiting:
                waiting.append(canonicalize_name(requirement.name))
    return [*waiting]


@contextmanager
def deployed(app: App, home: Path, packages: Path, log: Path, variables: Mapping[str, str]) -> Iterator[str]:
    """The address of the application while its server runs, with these packages and the standard library alone."""
    command = [*as_nobody(), sys.executable, "-S", "-m", *app.server]
    with listening(command, home, log=log, variables={**variables, "PYTHONPATH": str(packages)}) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def unbuilt(app: App, home: Path, log: Path, variables: Mapping[str, str]) -> Iterator[str]:
    """The address of the application while it serves its sources."""
    with listening([sys.executable, "-m", *app.plain], home, log=log, variables=variables) as port:
        yield f"http://127.0.0.1:{port}"
