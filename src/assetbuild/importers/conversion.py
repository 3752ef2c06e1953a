"""New source files that an import makes of old ones, if it is asked to: beside them, never in the place of a file."""

from __future__ import annotations

import os

from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.model import Imported, Place
from assetbuild.importers.project import Project


def write(imported: Imported, project: Project) -> list[str]:
    """Writes all converted files, gives their absolute paths. Raises UsageError if one cannot be; then none is left."""
    made: list[str] = []
    for name, text in imported.converted.items():
        file = project.absolute(name)
        try:
            with open(file, "x", encoding="utf-8", newline="\n") as stream:
                made.append(file)
                stream.write(text)
        except OSError as error:
            remove(made)
            raise UsageError(Diagnostic(f"cannot be written: {error.strerror}", name)) from None
    return made


def remove(files: list[str]) -> None:
    """Takes back what `write` wrote."""
    for file in files:
        os.unlink(file)


def told(imported: Imported, written: bool) -> tuple[Diagnostic, ...]:
    """What to say of each converted file, and of each that could be."""
    said = []
    for name in imported.converted:
        place = Place(name.removesuffix(".jinja") + ".erb", 1)
        if written:
            text = f"converted to '{name}', which counts from now on"
            said.append(place.diagnostic(text, "delete the .erb file when you no longer need it", "notice"))
        else:
            text = "ERB is not run; its tags only name assets"
            said.append(place.diagnostic(text, f"--convert writes '{name}' beside it"))
    return tuple(said)
