"""`assetbuild import`."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any

from assetbuild.cli.counts import counted
from assetbuild.cli.options import filled
from assetbuild.cli.report import Report, add_output_arguments

if TYPE_CHECKING:
    from assetbuild.errors import Diagnostic
    from assetbuild.importers.model import Imported
    from assetbuild.importers.writer import Written

HELP = "write assetbuild.toml from another system's configuration"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from assetbuild.importers import SYSTEMS

    systems = ", ".join(f"{name} ({system.file})" for name, system in SYSTEMS.items())
    parser.add_argument("system", choices=list(SYSTEMS), metavar="SYSTEM", help=f"with its usual FILE: {systems}")
    parser.add_argument("file", type=filled, metavar="FILE", help="its configuration; run this in the project's root")
    parser.add_argument("--force", action="store_true", help="replace an assetbuild.toml that is there")
    parser.add_argument("--dry-run", action="store_true", help="print the configuration, and write nothing")
    parser.add_argument(
        "--environment", default="production", metavar="NAME", help="the section that counts (default: production)"
    )
    parser.add_argument(
        "--convert", action="store_true", help="write Jinja2 templates beside ERB files whose tags only name assets"
    )
    parser.add_argument(
        "--trust",
        action="store_true",
        help="run a configuration that is Python (webassets, flask-assets, django-compressor, django-pipeline)",
    )
    add_output_arguments(parser)


def run(arguments: argparse.Namespace, report: Report) -> int:
    from assetbuild.cli.project import require_build_stage
    from assetbuild.config import OWN_FILE
    from assetbuild.errors import UsageError, errors_of
    from assetbuild.importers import conversion, generation, load
    from assetbuild.importers.checking import check
    from assetbuild.importers.project import Project
    from assetbuild.importers.writer import write
    from assetbuild.paths import shown_path

    require_build_stage()
    here = os.getcwd()
    if not arguments.dry_run and not arguments.force:
        _refuse_existing(here)
    project = Project(here, shown_path(os.path.abspath(arguments.file), here), arguments.environment, arguments.trust)
    imported = load(arguments.system)(project)
    written = write(imported, f"Made from {project.file} by `assetbuild import {arguments.system}`.")
    told = imported.diagnostics
    convert = arguments.convert and not arguments.dry_run
    made = conversion.write(imported, project) if convert and not errors_of(told) else []
    told += conversion.told(imported, bool(made))
    try:
        if not errors_of(told):
            told += check(imported, written, project)
        failed = bool(errors_of(told))
        if failed and not arguments.dry_run:
            raise UsageError(*told)
    except BaseException:
        conversion.remove(made)
        raise
    for diagnostic in _in_order(told):
        report.tell(diagnostic)
    if arguments.dry_run:
        if report.format == "text":
            report.print(written.text.removesuffix("\n"))
    else:
        with generation.written(imported, project):
            _save(os.path.join(here, OWN_FILE), written.text, replace=arguments.force)
        report.say(_in_words(imported, told, OWN_FILE))
    return report.finish(UsageError.exit_code if failed else 0, _summary(arguments, imported, written, told))


def _refuse_existing(directory: str) -> None:
    from assetbuild.config import OWN_FILE, find_config
    from assetbuild.errors import Diagnostic, UsageError

    there = find_config(directory)
    if there is not None and os.path.dirname(there) == directory:
        hint = "--force replaces it, --dry-run prints what would be written"
        if os.path.basename(there) != OWN_FILE:
            hint = f"an {OWN_FILE} would be read instead of it: --force writes one, --dry-run prints it"
        text = "there is a configuration already"
        raise UsageError(Diagnostic(text, file=os.path.basename(there), hint=hint))


def _save(file: str, text: str, *, replace: bool) -> None:
    """Writes the whole file or nothing of it. Raises OSError; FileExistsError if it is there and not to be replaced."""
    partly = f"{file}.{os.getpid()}.part"
    try:
        with open(partly, "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        if not replace and os.path.lexists(file):  # another process may have been quicker
            raise FileExistsError(17, "there is a configuration already", file)
        os.replace(partly, file)
    finally:
        if os.path.lexists(partly):
            os.unlink(partly)


def _in_order(diagnostics: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    from assetbuild.cli.diagnostics import in_order

    return in_order(diagnostics)


def _in_words(imported: Imported, told: tuple[Diagnostic, ...], name: str) -> str:
    warnings = sum(one.severity == "warning" for one in told)
    notices = sum(one.severity == "notice" for one in told)
    words = f"wrote {name}: {counted(len(imported.bundles), 'bundle')}"
    words += f"; {counted(warnings, 'thing')} not carried over as it was" if warnings else ""
    return words + (f"; {counted(notices, 'remark')} (-v shows them)" if notices else "")


def _summary(
    arguments: argparse.Namespace, imported: Imported, written: Written, told: tuple[Diagnostic, ...]
) -> dict[str, Any]:
    return {
        "system": arguments.system,
        "file": arguments.file,
        "written": not arguments.dry_run,
        "bundles": [bundle.path for bundle in imported.bundles],
        "warnings": sum(one.severity == "warning" for one in told),
        "config": written.text,
    }
