"""Load paths of ours for the directories of an old project, and the logical paths that its files have in them.

A logical path is where a browser finds the file below the environment's URL, as long as that is known: so relative
URLs in style sheets mean what they meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from assetbuild.compilers import compiled_name
from assetbuild.dataclass import dataclass
from assetbuild.importers.model import Item, Place
from assetbuild.importers.project import Project
from assetbuild.importers.webassets.files import Files


@dataclass(frozen=True, slots=True)
class Root:
    """A directory (POSIX, relative to the project), and what stands before the logical paths of its files."""

    directory: str
    prefix: str = ""
    place: Place | None = None
    why: str = ""

    def logical(self, file: str) -> str | None:
        """The logical path of a file, None for one that is elsewhere."""
        inside = file.removeprefix(f"{self.directory}/")
        if inside == file:
            return None
        return f"{self.prefix}/{inside}" if self.prefix else inside


@dataclass(frozen=True, slots=True)
class Layout:
    """`roots` in the order in which they are searched; `files` are all of them by logical path.

    `made` are the logical paths of the assets that we make of them, by those of the files.
    """

    roots: tuple[Root, ...]
    files: Mapping[str, str]
    made: Mapping[str, str]

    def logical(self, file: str) -> str | None:
        """The logical path of a file of the project, None if it has none: outside of all roots, or shadowed."""
        for root in self.roots:
            path = root.logical(file)
            if path is not None and self.files.get(path) == file:
                return path
        return None

    def sources(self) -> tuple[Item, ...]:
        """The load paths as the configuration has them."""
        return tuple(
            Item(
                {"path": root.directory, "prefix": root.prefix} if root.prefix else root.directory, root.place, root.why
            )
            for root in self.roots
        )


def layout_of(project: Project, files: Files, wanted: Iterable[str]) -> Layout:
    """The layout for an environment. `wanted` are the files that bundles are made of.

    One that another directory's file of the same logical path would shadow gets its directory as a prefix.
    """
    roots = [root for root in _roots(files) if project.is_directory(root.directory)]
    # A file in no root: written with an absolute path, or with "..".
    for file in sorted(set(wanted)):
        if not any(root.logical(file) is not None for root in roots) and "/" in file and not file.startswith(".."):
            directory = file.rpartition("/")[0]
            roots.append(Root(directory, directory, None, f"for '{file}'"))
    layout = _layout(project, roots)
    shadowed = [file for file in set(wanted) if layout.logical(file) is None]
    if shadowed:
        roots = [
            Root(root.directory, root.directory, root.place, "its files have the names of others")
            if not root.prefix and at and any(root.logical(file) is not None for file in shadowed)
            else root
            for at, root in enumerate(roots)
        ]
        layout = _layout(project, roots)
    return layout


def _layout(project: Project, roots: Iterable[Root]) -> Layout:
    files = _by_logical_path(project, roots)
    return Layout(tuple(roots), files, {path: compiled_name(path)[0] for path in files})


def _roots(files: Files) -> Iterator[Root]:
    environment = files.environment
    static = Root(files.static, "", environment.directory.place if environment.directory else None, "`directory`")
    seen: list[str] = []
    for directory, item in files.load_path().items():
        if directory == static.directory:
            yield static
            seen.append(directory)
        elif not any(_is_below(directory, one) for one in (static.directory, *seen)):
            seen.append(directory)
            yield Root(directory, "", item.place, "`load_path`")
    if static.directory not in seen:
        yield static
    for name, directory in environment.blueprints.items():
        yield Root(directory, name, None, f"the blueprint '{name}'")


def _is_below(directory: str, other: str) -> bool:
    return directory == other or directory.startswith(f"{other}/")


def _by_logical_path(project: Project, roots: Iterable[Root]) -> dict[str, str]:
    found: dict[str, str] = {}
    for root in roots:
        for file in project.files(root.directory):
            path = root.logical(file)
            if path is not None:
                found.setdefault(path, file)
    return found
