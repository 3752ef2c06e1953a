"""Which files are the templates that a command line names."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable

from assetbuild.errors import Diagnostic, UsageError
from assetbuild.paths import shown_path

EXTENSIONS = (
    *(".html", ".htm", ".xhtml", ".djhtml", ".jinja", ".jinja2", ".j2"),
    *(".txt", ".xml", ".svg", ".rss", ".atom", ".mjml"),
)
_NEVER_ENTERED = frozenset({"node_modules", "__pycache__"})


def template_files(words: Iterable[str], root: str) -> tuple[str, ...]:
    """The paths of the templates, each once, sorted as messages show them.

    A word is a file, a directory (all files below it with one of EXTENSIONS, but not in hidden directories nor in
    node_modules) or a glob that the shell has left as it is. `root` is the directory that messages are relative to.
    Raises UsageError, with every word that names no template.
    """
    found: dict[str, str] = {}
    wrong: list[Diagnostic] = []
    for word in words:
        try:
            for file in _named_by(word):
                found.setdefault(os.path.abspath(file), file)
        except _NoTemplateError as error:
            wrong.append(Diagnostic(str(error)))
    if wrong:
        raise UsageError(*wrong)
    return tuple(sorted(found, key=lambda file: shown_path(file, root)))


class _NoTemplateError(Exception):
    """Why a word of the command line names no template."""


def _named_by(word: str) -> list[str]:
    if os.path.lexists(word):
        return _at(word)
    if not glob.has_magic(word):
        raise _NoTemplateError(f"no such template: '{word}'")
    matched = glob.glob(word, recursive=True)
    if not matched:
        raise _NoTemplateError(f"no template matches '{word}'")
    # What a glob matches beside templates is as it is with the shell: a directory is looked into, if it holds any.
    files = [file for match in matched if not os.path.isdir(match) for file in _at(match)]
    files += [file for match in matched if os.path.isdir(match) for file in _below(match)]
    if not files:
        raise _NoTemplateError(f"no template matches '{word}'")
    return files


def _at(path: str) -> list[str]:
    if os.path.isdir(path):
        files = _below(path)
        if not files:
            raise _NoTemplateError(f"no templates in '{path}' ({', '.join(f'*{one}' for one in EXTENSIONS)})")
        return files
    if not os.path.exists(path):
        raise _NoTemplateError(f"no such template: '{path}' is a link to nothing")
    if not os.path.isfile(path):
        raise _NoTemplateError(f"'{path}' is neither a file nor a directory")
    return [path]


def _below(directory: str) -> list[str]:
    files = []
    seen = set()
    for parent, directories, names in os.walk(directory, onerror=_refuse, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen:  # a link to where we have been
            directories.clear()
            continue
        seen.add(real)
        directories[:] = sorted(name for name in directories if not name.startswith(".") and name not in _NEVER_ENTERED)
        paths = (os.path.join(parent, name) for name in names if name.lower().endswith(EXTENSIONS))
        files += [path for path in paths if os.path.isfile(path)]
    return files


def _refuse(error: OSError) -> None:
    raise _NoTemplateError(f"cannot read the directory '{error.filename}': {error.strerror}")
