"""New source files that an imported configuration needs: texts that the old system had in templates."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.model import Imported
from assetbuild.importers.project import Project


@contextmanager
def sources(imported: Imported) -> Iterator[str | None]:
    """The files in a temporary directory, for a look at them; None if there are none."""
    if imported.generated is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="assetbuild-") as directory:
        for name, text in imported.generated.files.items():
            with open(os.path.join(directory, name), "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        yield directory


@contextmanager
def written(imported: Imported, project: Project) -> Iterator[None]:
    """The files in the project while, and after, what is done with them; none of them is left if that fails.

    A file that is there with the same text stays. Raises UsageError for one with another text, or that cannot be
    written.
    """
    made: list[str] = []
    directories: list[str] = []
    try:
        if imported.generated is not None:
            _write(imported.generated.directory, imported.generated.files, project, made, directories)
        yield
    except BaseException:
        for file in made:
            os.unlink(file)
        for directory in reversed(directories):
            os.rmdir(directory)
        raise


def _write(below: str, files: Mapping[str, str], project: Project, made: list[str], directories: list[str]) -> None:
    name = below
    try:
        if not project.is_directory(below):
            os.mkdir(project.absolute(below))
            directories.append(project.absolute(below))
        for one, text in files.items():
            name = f"{below}/{one}"
            if project.is_file(name) and project.text(name) == text:
                continue
            with open(project.absolute(name), "x", encoding="utf-8", newline="\n") as stream:
                made.append(project.absolute(name))
                stream.write(text)
    except OSError as error:
        raise UsageError(Diagnostic(f"cannot be written: {error.strerror}", name)) from None
