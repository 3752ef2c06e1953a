"""`assetbuild check`."""

from __future__ import annotations

import argparse
import os

from assetbuild.cli.project import add_config_argument, load_manifest
from assetbuild.cli.report import Report, add_output_arguments
from assetbuild.errors import ReleaseError, UsageError
from assetbuild.runtime import Manifest
from assetbuild.templates import Checked, check_templates
from assetbuild.templates.calls import OtherNames
from assetbuild.templates.engines import ENGINES
from assetbuild.templates.files import template_files

HELP = "check that the assets which templates name are in the manifest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument(
        "templates", nargs="+", metavar="TEMPLATES", help="files, directories, or globs that the shell leaves alone"
    )
    parser.add_argument(
        "--engine", choices=ENGINES, default="auto", help="the templates' language (default: by name and content)"
    )
    parser.add_argument(
        "--flask-static", action="store_true", help="url_for('static', filename='…') names an asset, too"
    )
    add_output_arguments(parser, ("text", "json", "github"))


def run(arguments: argparse.Namespace, report: Report) -> int:
    manifest = _manifest(arguments)
    root = os.path.dirname(os.path.abspath(arguments.config)) if arguments.config else os.getcwd()
    files = template_files(arguments.templates, root)
    checked = check_templates(
        files, frozenset(manifest), root, arguments.engine, arguments.flask_static, manifest.base_url, _others(manifest)
    )
    for diagnostic in checked.diagnostics:
        report.tell(diagnostic)
    report.say(_in_words(checked, report))
    summary = {
        "templates": checked.templates,
        "names": checked.names,
        "missing": checked.missing,
        "computed": checked.computed,
        "unread": checked.unread,
    }
    return report.finish(1 if checked.missing or checked.unread else 0, summary, manifest.release)


def _others(manifest: Manifest) -> OtherNames:
    return OtherNames(manifest.names, {source for sources in manifest.contents.values() for source in sources})


def _manifest(arguments: argparse.Namespace) -> Manifest:
    """Exit code 1 says that a name is missing: without a manifest no name is."""
    try:
        return load_manifest(arguments)
    except ReleaseError as error:
        raise UsageError(*error.diagnostics) from None


def _in_words(checked: Checked, report: Report) -> str:
    parts = [f"{_counted(checked.names, 'name')}, {checked.missing or 'none'} missing"]
    if checked.computed:
        parts.append(f"{checked.computed} computed, not checkable{'' if report.verbose else ' (-v shows them)'}")
    if checked.unread:
        parts.append(f"{_counted(checked.unread, 'template')} with errors, not checked whole")
    return f"checked {_counted(checked.templates, 'template')}: {'; '.join(parts)}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
