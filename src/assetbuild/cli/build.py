"""`assetbuild build`."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from assetbuild.cli.counts import counted, tallied
from assetbuild.cli.options import filled
from assetbuild.cli.project import add_config_argument, configuration, refuse_inside, require_build_stage
from assetbuild.cli.report import Report, add_output_arguments
from assetbuild.errors import Diagnostic, UsageError

if TYPE_CHECKING:
    from assetbuild.amending.ledger import Ledger
    from assetbuild.cli.stage import Programs
    from assetbuild.config import Config, LoadPath
    from assetbuild.latest import Latest
    from assetbuild.stage import Finished, Stage
    from assetbuild.survey import Survey

SASS = (".scss", ".sass")
HELP = "compile, minify, fingerprint and precompress all assets into a release"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from assetbuild.cli.stage import add_stage_arguments

    add_config_argument(parser)
    parser.add_argument(
        "--output", type=filled, metavar="DIR", help="where the release goes (default: `output` of the configuration)"
    )
    add_stage_arguments(parser)
    parser.add_argument(
        "--archive", type=filled, metavar="F.tar.gz", help="also write the release as one reproducible archive"
    )
    parser.add_argument(
        "--durable", action="store_true", help="force the release to the disk, step by step: for a loss of power"
    )
    parser.add_argument("--watch", action="store_true", help="build again after each change, until interrupted")
    add_output_arguments(parser, ("text", "json", "github"))


def run(arguments: argparse.Namespace, report: Report) -> int:
    require_build_stage()
    if arguments.watch:
        from assetbuild.cli.watch import watch

        return watch(arguments, report, build_once)
    return build_once(arguments, report)


def build_once(arguments: argparse.Namespace, report: Report, programs: Programs | None = None) -> int:
    """One build, and what there is to say of it. `programs` are those of one build after another."""
    started = time.perf_counter()
    from assetbuild.cli.stage import build_stage
    from assetbuild.config import with_output

    config = configuration(arguments)
    if arguments.output:
        config = with_output(config, arguments.output)
    modified = source_date_epoch() if arguments.archive else 0
    if arguments.archive:
        refuse_inside(arguments.archive, config, "the archive")
        _refuse_device(arguments.archive)
    with _collector_off(), build_stage(arguments, config, report, programs) as stage:
        finished = _build(config, stage, programs)
    if arguments.archive:
        from assetbuild.archive import write_archive

        write_archive(config.output, arguments.archive, modified, arguments.durable)
    if arguments.durable and not finished.summary["files_written"] and hasattr(os, "sync"):
        # What stands there already may have been written by a build that was not durable.
        os.sync()
    summary = {**finished.summary, "seconds": round(time.perf_counter() - started, 3)}
    _say(summary, config, report, finished, arguments.archive)
    return report.finish(0, summary, finished.release)


@contextmanager
def _collector_off() -> Iterator[None]:
    """What a build makes stays until its end, and has no cycles: looking for garbage takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _build(config: Config, stage: Stage, programs: Programs | None) -> Finished:
    """The build, unless all that the latest one left still stands: then the stations are not even imported."""
    from assetbuild.cache.index import INDEX
    from assetbuild.finders import load_paths
    from assetbuild.latest import Latest
    from assetbuild.survey import survey

    latest = Latest(config, stage)
    try:
        directories = load_paths(config)
        begun = _begun(config, stage, latest, directories, () if programs is None else programs.changed)
        former = None if latest.is_there or not stage.jobs else stage.cache.get(INDEX)
        # Where nothing is known of any file, whoever reads it looks at it.
        looks = latest.is_there or former is not None or not stage.jobs or sys.platform == "win32"
        seen = survey(directories, config.root, looks=looks)
        finished = latest.finished(seen)
        meanwhile = partial(_meanwhile, config, stage, seen, directories, begun)
        edits = None if finished is not None else latest.edits(seen, meanwhile)
    finally:
        latest.close()
    if finished is None and edits is not None:
        from assetbuild.amend import amend

        finished = amend(config, stage, seen, edits)
    if finished is not None:
        return finished
    if not stage.jobs:
        from assetbuild.build import build

        return build(config, stage, seen)
    from assetbuild.bulk.reading import Reading

    reading = Reading(config, seen, stage, stage.cache.get(INDEX) if latest.is_there else former)
    try:
        # Others read while this is imported.
        from assetbuild.build import build

        return build(config, stage, seen, reading)
    finally:
        reading.close()


def _begun(
    config: Config, stage: Stage, latest: Latest, load_paths: Sequence[LoadPath], changed: Sequence[str]
) -> frozenset[str]:
    """The edited Sass files that are known before the sources are looked at: LibSass has begun with what reads them.

    They need not be all; `changed` are files of which somebody has told.
    """
    edited = frozenset([*latest.edited_already(SASS), *[file for file in changed if file.endswith(SASS)]])
    ledger = latest.ledger() if edited else None
    if ledger is None:
        return frozenset()
    _begin(config, stage, load_paths, edited, ledger)
    return edited


def _meanwhile(
    config: Config,
    stage: Stage,
    seen: Survey,
    load_paths: Sequence[LoadPath],
    begun: frozenset[str],
    edited: Sequence[str],
    ledger: Ledger,
) -> None:
    """While somebody may still be looking at the release: what a build that follows these edits needs."""
    files = frozenset([seen.table[path][0] for path in edited if path.endswith(SASS)])
    if not files <= begun:
        _begin(config, stage, load_paths, files, ledger)
    from assetbuild import amend  # noqa: F401  imported here, it costs nothing


def _begin(
    config: Config, stage: Stage, load_paths: Sequence[LoadPath], edited: frozenset[str], ledger: Ledger
) -> None:
    if config.sass.implementation == "libsass":
        from assetbuild.early import begin_libsass

        begin_libsass(config, stage, sorted(edited), ledger, load_paths)


def _from_here(directory: str) -> str:
    try:
        return os.path.relpath(directory)
    except (OSError, ValueError):  # the working directory is gone; another drive, on Windows
        return directory


def _refuse_device(file: str) -> None:
    """Raises UsageError if an archive would take the place of what is no regular file: a directory, /dev/null."""
    if os.path.exists(file) and not os.path.isfile(file):
        raise UsageError(Diagnostic(f"the archive cannot be '{file}': that is not a regular file"))


def source_date_epoch() -> int:
    """The time that an archive bears, in seconds since 1970. Raises UsageError if SOURCE_DATE_EPOCH is none."""
    text = os.environ.get("SOURCE_DATE_EPOCH") or "0"
    if not (text.isascii() and text.isdigit() and int(text) < 1 << 32):
        hint = "seconds since 1970, as a whole number"
        raise UsageError(Diagnostic(f"SOURCE_DATE_EPOCH is '{text}': not a time that an archive can bear", hint=hint))
    return int(text)


def _say(summary: dict[str, Any], config: Config, report: Report, finished: Finished, archive: str | None) -> None:
    encoded = "".join(f", {size_of(size)} as {name}" for name, size in summary["encoded_bytes"].items())
    report.say(
        f"built {counted(summary['assets'], 'asset')} in {summary['seconds']:.2f} s: "
        f"{size_of(summary['source_bytes'])} of sources, {size_of(summary['bytes'])} published{encoded}"
    )
    compiled, compressed = summary["compiled"], summary["compressed"]
    report.say(
        f"compiled {compiled['ran']} ({compiled['cached']} from the cache), "
        f"compressed {compressed['ran']} ({compressed['cached']} from the cache)"
    )
    renamed = summary["renamed"]
    if any(renamed.values()):
        report.say(f"renamed {renamed['edited']} edited, and {renamed['following']} for what they refer to")
    tallies = [one.tally for one in finished.diagnostics if one.tally]
    if tallies:
        report.say(tallied(tallies))
    notices = sum(one.severity == "notice" for one in finished.diagnostics)
    if notices and not report.verbose:
        report.say(f"{counted(notices, 'notice')} (-v shows them)")
    report.say(
        f"release {finished.release[:16]} in {_from_here(config.output)}: "
        f"{counted(summary['files_written'], 'file')} written, {summary['files_unchanged']} unchanged"
    )
    if archive:
        report.say(f"archive {archive}")


def size_of(count: int) -> str:
    """A number of bytes for people: SI units, three digits."""
    if count < 1000:
        return f"{count} B"
    for unit in ("kB", "MB", "GB"):
        scaled = count / 1000 if unit == "kB" else count / 1_000_000 if unit == "MB" else count / 1_000_000_000
        if scaled < 1000 or unit == "GB":
            break
    return f"{scaled:.3g} {unit}" if scaled < 100 else f"{scaled:.0f} {unit}"
