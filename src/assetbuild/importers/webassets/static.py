"""The directory of the static files, where nothing that can be read without running Python says it."""

from __future__ import annotations

import glob
import posixpath
from collections.abc import Iterable

from assetbuild.dataclass import replace
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.project import Project
from assetbuild.importers.webassets.model import OldBundle, OldEnvironment, OldItem


def where_files_are(project: Project, environment: OldEnvironment) -> str:
    """The environment's directory, relative to the project.

    Raises UsageError if that or another of its directories is no source of ours: the project itself, or outside of it.
    """
    assert environment.directory is not None
    named = [environment.directory, *environment.load_path]
    named += [OldItem(path, environment.directory.place) for path in environment.blueprints.values()]
    wrong = [said for item in named if (said := _why_not(project, item)) is not None]
    if wrong:
        raise UsageError(*wrong)
    below = project.below_root(environment.directory.text)
    assert below is not None
    return below


def _why_not(project: Project, item: OldItem) -> Diagnostic | None:
    below = project.below_root(item.text)
    if below is None:
        text = f"'{item.text}' is outside of this project"
        return item.place.diagnostic(text, "run the command in a directory that has all of it below", "error")
    if below == ".":
        text = "the project's own directory cannot be one of assets: the release would be among them"
        return item.place.diagnostic(text, "move the assets into a directory below it", "error")
    return None


def guessed(
    project: Project, environment: OldEnvironment, bundles: Iterable[OldBundle], flask: bool
) -> tuple[OldEnvironment, tuple[Diagnostic, ...]]:
    """An environment with the directory in which most of its bundles' files are, and a notice that says so.

    `flask`: a name may begin with that of a blueprint, whose own `static` has the file. Raises UsageError if no file
    is found anywhere.
    """
    names = [item.text for bundle in bundles for one in (bundle, *bundle.below()) for item in one.files]
    if environment.load_path:
        directory = environment.load_path[0].text
        said = Diagnostic(f"no 'directory' says where files are served from: '{directory}' is taken", project.file)
        return replace(environment, directory=OldItem(directory, project.place(1))), (replace(said, severity="notice"),)
    found = _where_most_are(project, [name for name in names if not glob.has_magic(name)])
    directory = found or "static"
    if found is None and not project.is_directory(directory):
        hint = "name it in 'directory', or run this in the root of the old project"
        raise UsageError(Diagnostic("none of its files is in a directory of this project", project.file, hint=hint))
    text = f"'{directory}' is taken for the directory of the static files, since they are in it"
    told = [Diagnostic(text, project.file, severity="notice")]
    blueprints = dict(environment.blueprints)
    if flask and not blueprints:
        blueprints = dict(_blueprints(project, directory, names))
        told += [
            Diagnostic(
                f"'{below}' is taken for the static files of the blueprint '{name}'", project.file, severity="notice"
            )
            for name, below in blueprints.items()
        ]
    made = replace(environment, directory=OldItem(directory, project.place(1)), blueprints=blueprints)
    return made, tuple(told)


def _where_most_are(project: Project, names: Iterable[str]) -> str | None:
    """The directory below which most of the named files are, the nearest to the root of those that have as many."""
    there = project.files()
    found: dict[str, int] = {}
    for name in set(names):
        for file in there:
            if file.endswith(f"/{name}"):
                directory = file.removesuffix(f"/{name}")
                found[directory] = found.get(directory, 0) + 1
    return min(found, key=lambda one: (-found[one], one.count("/"), one)) if found else None


def _blueprints(project: Project, directory: str, names: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Names of blueprints with their directories: `shop/a.css` is `…/shop/static/a.css`."""
    there = project.files()
    for name in sorted({name.partition("/")[0] for name in names if "/" in name}):
        if project.is_directory(posixpath.join(directory, name)):
            continue
        ends = (f"{name}/static/", f"/{name}/static/")
        below = {
            file[: file.index(ends[0]) + len(ends[0]) - 1]
            for file in there
            if file.startswith(ends[0]) or ends[1] in file
        }
        if len(below) == 1:
            yield name, below.pop()
