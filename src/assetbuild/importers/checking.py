"""Whether an imported configuration holds: what our own rules say of it, at the lines of the old file."""

from __future__ import annotations

import os
from collections.abc import Iterator

from assetbuild.cache.index import FileIndex
from assetbuild.config import OWN_FILE, Config, check_config
from assetbuild.dataclass import replace
from assetbuild.discover import discover
from assetbuild.errors import Diagnostic, UsageError, errors_of
from assetbuild.finders import load_paths
from assetbuild.importers import generation
from assetbuild.importers.model import Imported, ImportedBundle
from assetbuild.importers.project import Project
from assetbuild.importers.writer import Written, spelled, write
from assetbuild.plan import Plan, plan


def check(imported: Imported, written: Written, project: Project) -> tuple[Diagnostic, ...]:
    """What is wrong with the configuration, or differs from what the old system made. Writes nothing."""
    twice = tuple(_twice(imported, project))
    if twice:  # the others are looked at all the same, so that all is told at once
        firsts = {bundle.path: bundle for bundle in reversed(imported.bundles)}
        imported = replace(imported, bundles=tuple(one for one in imported.bundles if firsts[one.path] is one))
        written = write(imported, "")
    with generation.sources(imported) as directory:
        return *twice, *_checked(imported, _with_sources(written, imported, directory), project)


def _with_sources(written: Written, imported: Imported, directory: str | None) -> Written:
    """The same configuration with generated files where they are for now; its lines stay."""
    if imported.generated is None or directory is None:
        return written
    meant = f"path = {spelled(imported.generated.directory)}"
    return replace(written, text=written.text.replace(meant, f"path = {spelled(directory)}", 1))


def _checked(imported: Imported, written: Written, project: Project) -> tuple[Diagnostic, ...]:
    try:
        config = check_config(written.text, os.path.join(project.root, OWN_FILE))
    except UsageError as error:
        return tuple(_moved(one, written, project) for one in error.diagnostics)
    try:
        found = discover(load_paths(config), FileIndex.load(None, None), lambda event: None, project.root)
    except UsageError as error:
        return tuple(_moved(one, written, project) for one in error.diagnostics)
    if errors := errors_of(found.diagnostics):
        return tuple(errors)
    planned = plan(config, found.files, {})
    told = [_moved(one, written, project) for one in planned.diagnostics if one.severity != "notice"]
    if not errors_of(planned.diagnostics):
        for bundle in imported.bundles:
            told += _differences(bundle, planned, config)
    return tuple(told)


def _twice(imported: Imported, project: Project) -> Iterator[Diagnostic]:
    """An error for each bundle of a path that an earlier one has: a table cannot be there twice."""
    seen: dict[str, ImportedBundle] = {}
    for bundle in imported.bundles:
        first = seen.setdefault(bundle.path, bundle)
        if first is not bundle:
            text = f"two bundles would be '{bundle.path}'" + (f": this one and {first.place}" if first.place else "")
            place = bundle.place or project.place(1)
            yield place.diagnostic(text, "rename one of them", "error")


def _moved(diagnostic: Diagnostic, written: Written, project: Project) -> Diagnostic:
    """A diagnostic of our file at the place in the old one that the line comes from."""
    if diagnostic.file != OWN_FILE:
        return diagnostic
    place = written.places.get(diagnostic.line or 0)
    if place is None:
        return replace(diagnostic, file=project.file, line=None, column=None, source=None)
    return place.diagnostic(diagnostic.text, diagnostic.hint, diagnostic.severity)


def _differences(bundle: ImportedBundle, planned: Plan, config: Config) -> Iterator[Diagnostic]:
    if bundle.expected is None or bundle.place is None:
        return
    job = next(job for job in planned.jobs if job.path == bundle.path)
    ours, theirs = [part.source.path for part in job.parts], list(bundle.expected)
    if ours == theirs:
        return
    more, less = [one for one in ours if one not in theirs], [one for one in theirs if one not in ours]
    said = [f"has also {_listed(more)}"] * bool(more) + [f"lacks {_listed(less)}"] * bool(less)
    said = said or [f"has them in another order: {_listed(ours)} instead of {_listed(theirs)}"]
    yield bundle.place.diagnostic(f"bundle '{bundle.path}' {' and '.join(said)}", "name the files one by one")


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:6])
    return f"{shown} and {len(names) - 6} more" if len(names) > 6 else shown
