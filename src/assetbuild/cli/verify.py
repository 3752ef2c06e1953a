"""`assetbuild verify`."""

from __future__ import annotations

import argparse
import filecmp
import os
import tempfile
from contextlib import closing
from typing import TYPE_CHECKING

from assetbuild.cli.build import size_of
from assetbuild.cli.counts import counted
from assetbuild.cli.options import at_least_one
from assetbuild.cli.project import add_config_argument, configuration, require_build_stage
from assetbuild.cli.report import Report, add_output_arguments
from assetbuild.config import find_config, load_config
from assetbuild.errors import Diagnostic, ReleaseError, UsageError, errors_of
from assetbuild.paths import CACHE_DIRECTORY

if TYPE_CHECKING:
    from assetbuild.config import Config
    from assetbuild.release.archived import Archived
    from assetbuild.verify import Verified

HELP = "prove a release: hash every file again, and find what is extra, missing, changed or dangling"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument(
        "release",
        nargs="?",
        metavar="RELEASE",
        help="a release's directory, or an archive of one (default: the configuration's)",
    )
    parser.add_argument(
        "--rebuild", action="store_true", help="also build it again from nothing, and compare every byte"
    )
    parser.add_argument("--jobs", type=at_least_one, metavar="N", help="how many workers for --rebuild")
    add_output_arguments(parser)


def run(arguments: argparse.Namespace, report: Report) -> int:
    if arguments.rebuild:
        require_build_stage()
    release = arguments.release or configuration(arguments).output
    try:
        verified = _verified(release, arguments, report)
    except OSError as error:
        name = error.filename2 or error.filename or release
        raise ReleaseError(Diagnostic(f"cannot read or write {name}: {error.strerror or error}")) from error
    for diagnostic in verified.diagnostics:
        report.tell(diagnostic)
    faults = len(errors_of(verified.diagnostics))
    if not faults:
        again = ", built again with the same bytes" if arguments.rebuild else ""
        report.say(
            f"verified {counted(verified.assets, 'asset')}: {counted(verified.files, 'file')}, "
            f"{size_of(verified.bytes)}, nothing wrong{again}"
        )
    elif report.format == "text":
        report.say(f"{counted(faults, 'fault')} in {counted(verified.files, 'file')}")
    summary = {"assets": verified.assets, "files": verified.files, "bytes": verified.bytes, "faults": faults}
    return report.finish(1 if faults else 0, summary, verified.release)


def _verified(release: str, arguments: argparse.Namespace, report: Report) -> Verified:
    from assetbuild.dataclass import replace
    from assetbuild.release.archived import is_archive, unpacked
    from assetbuild.verify import Verified, verify

    if not is_archive(release):
        verified = _searched(verify(release), arguments)
        again = _rebuilt(verified.directory, None, arguments, report) if arguments.rebuild else ()
        return replace(verified, diagnostics=(*verified.diagnostics, *again))
    with unpacked(release) as archived:
        if not archived.readable:
            return Verified(archived.diagnostics)
        verified = _searched(verify(archived.directory), arguments)
        again = _rebuilt(archived.directory, (release, archived), arguments, report) if arguments.rebuild else ()
        return replace(verified, diagnostics=(*archived.diagnostics, *verified.diagnostics, *again))


def _searched(verified: Verified, arguments: argparse.Namespace) -> Verified:
    """The same, with warnings about secrets in what the current release publishes.

    What is allowed, and what was looked at before, is known to the nearest configuration if there is one.
    """
    from assetbuild.cache import Cache, NoCache
    from assetbuild.cache.local import LocalCache
    from assetbuild.config import Secrets
    from assetbuild.dataclass import replace
    from assetbuild.detector import is_installed
    from assetbuild.disclosures import in_release, is_wanted, require_detector
    from assetbuild.release.named import current_document
    from assetbuild.runtime import ManifestError

    config = _nearest(arguments)
    if config is not None:
        require_detector(config)
    secrets = config.secrets if config else Secrets()
    if verified.release is None or not is_wanted(secrets) or not is_installed():
        return verified
    remembered = os.path.join(config.root, CACHE_DIRECTORY) if config else ""
    cache: Cache = LocalCache(remembered, lambda text: None) if os.path.isdir(remembered) else NoCache()
    with closing(cache):
        try:
            found = current_document(verified.directory)
        except ManifestError:
            return verified
        told = in_release(verified.directory, found[1], secrets, cache) if found else ()
    return replace(verified, diagnostics=(*verified.diagnostics, *told))


def _nearest(arguments: argparse.Namespace) -> Config | None:
    """The configuration, if there is one that can be read: to verify a release that is named needs none."""
    file = arguments.config or find_config(os.getcwd())
    try:
        return load_config(file) if file else None
    except UsageError:
        return None


def _rebuilt(
    directory: str, archive: tuple[str, Archived] | None, arguments: argparse.Namespace, report: Report
) -> tuple[Diagnostic, ...]:
    """What tells a release from one that is built again from nothing, in a directory that is there for the moment.

    `archive` is the file path of the release's archive, if it came as one, and what was found in it.
    """
    from assetbuild.build import build
    from assetbuild.cli.stage import build_stage
    from assetbuild.config import Secrets, with_output
    from assetbuild.dataclass import replace
    from assetbuild.finders import load_paths
    from assetbuild.rebuilt import differences
    from assetbuild.survey import survey

    # What is published has been searched by now.
    config = replace(configuration(arguments), secrets=Secrets(check=False))
    with tempfile.TemporaryDirectory(prefix="assetbuild-verify-") as scratch:
        config = with_output(config, os.path.join(scratch, "release"))
        stage_arguments = argparse.Namespace(cache=None, no_cache=True, jobs=arguments.jobs)
        with build_stage(stage_arguments, config, report) as stage:
            build(config, stage, survey(load_paths(config), config.root))
        found = differences(directory, config.output)
        if archive and not found:
            file, archived = archive
            found = _of_archives(file, archived, config.output, os.path.join(scratch, "release.tar.gz"))
        return found


def _of_archives(file: str, archived: Archived, output: str, scratch: str) -> tuple[Diagnostic, ...]:
    from assetbuild.archive import write_archive

    if archived.diagnostics:
        return ()
    write_archive(output, scratch, archived.mtime)
    if filecmp.cmp(file, scratch, shallow=False):
        return ()
    return (Diagnostic(f"{file} holds the same files as a new build, and is not the archive that it gives"),)
