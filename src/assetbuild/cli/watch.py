"""`assetbuild build --watch`: a build after each change of what it read."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NoReturn

from assetbuild.cli.counts import counted
from assetbuild.cli.report import Report
from assetbuild.cli.stage import Programs
from assetbuild.errors import AssetbuildError, Diagnostic, UsageError

if TYPE_CHECKING:
    from assetbuild.config import Config

# In milliseconds: a build begins when nothing more has changed for QUIET, at the latest after LONGEST. Editors write a
# file in several steps, and a switch of branches changes thousands.
QUIET, LONGEST = 8, 1000
# How soon Ctrl-C is noticed where the system does not interrupt the waiting.
LOOK = 500
# For what has changed already.
STEP = 5
# Of more changes than these at once, the system may have dropped some.
MANY = 1000
# How often a place may go before it is watched.
ATTEMPTS = 100

Build = Callable[[argparse.Namespace, Report, Programs], int]


def watch(arguments: argparse.Namespace, report: Report, build: Build) -> int:
    """Builds, waits for a change, and builds again, until it is interrupted: KeyboardInterrupt is its only end.

    What a build raises is shown, and waits to be mended as everything else does; the former release stands. Raises
    UsageError if the watching library is not installed, or the output would be one document.
    """
    if arguments.format == "json":
        raise UsageError(Diagnostic("--watch cannot report as json", hint="leave out --format json"))
    _require_watchfiles()
    programs = Programs()
    try:
        _watch(arguments, report, build, programs)
    finally:
        programs.close()


def _watch(arguments: argparse.Namespace, report: Report, build: Build, programs: Programs) -> NoReturn:
    known: set[str] = set()
    places: list[str] = []
    notifier: object = None
    while True:
        config = _configuration(arguments)
        paths = set(_watched(config, arguments))
        # Of a configuration that cannot be used: what was watched before may be where it is mended.
        known = paths if config is not None else paths | known
        is_kept = notifier is not None and places == _places(known)
        if not is_kept:
            notifier, places = _notifier(known)
        try:
            build(arguments, report, programs)
        except AssetbuildError as error:
            report.failed(error)
        report.say(f"watching {counted(len(places), 'place')} for changes (Ctrl-C ends it)")
        changed: list[str] = []
        if is_kept:
            # To watch anew takes a while for many directories: it is done while nobody waits for a build. What has
            # changed until then is known to the former one.
            former = notifier
            notifier, places = _notifier(known)
            changed = _pending(former, config)
        changed = changed or _changed(notifier, config)
        if len(changed) > MANY or any(path in places or os.path.isdir(path) for path in changed):
            # Another file or directory has their names now, or some of it was not told: watched before the build.
            notifier = None
        programs.changed = changed
        report = Report(arguments)


def _require_watchfiles() -> None:
    try:
        import watchfiles  # noqa: F401
    except ImportError:
        text = '--watch needs the library watchfiles: pip install "assetbuild[watch]"'
        raise UsageError(Diagnostic(text)) from None


def _configuration(arguments: argparse.Namespace) -> Config | None:
    """The configuration as it is now; None if it cannot be used: then the build says why."""
    from assetbuild.cli.project import configuration

    try:
        return configuration(arguments)
    except AssetbuildError:
        # Without a file there is nothing to watch, and nothing to mend.
        if not arguments.config:
            raise
        return None


def _watched(config: Config | None, arguments: argparse.Namespace) -> Iterable[str]:
    """The files and directories whose changes may change the release."""
    yield arguments.config
    if config is None:
        return
    from assetbuild.finders import load_paths

    try:
        directories = [source.directory for source in load_paths(config)]
    except AssetbuildError:
        directories = []
    directories += [os.path.join(config.root, path) for path in config.sass.load_paths]
    directories += [os.path.join(config.root, _base(pattern)) for rule in config.rules for pattern in rule.depends]
    yield from directories


def _base(pattern: str) -> str:
    """The directory that all files which a glob matches lie below; the file itself for one without wildcards."""
    fixed = []
    for segment in pattern.split("/"):
        if any(character in segment for character in "*?["):
            break
        fixed.append(segment)
    return "/".join(fixed)


def _places(paths: Iterable[str]) -> list[str]:
    """Where to watch for changes of these: the nearest that is there of each, sorted."""
    found = set()
    for path in paths:
        place = path
        while not os.path.lexists(place):
            place = os.path.dirname(place)
        found.add(os.path.realpath(place))
    return sorted(found)


def _notifier(paths: Iterable[str]) -> tuple[object, list[str]]:
    """What tells of changes, and of which places. Raises OSError if the system does not let it."""
    from watchfiles._rust_notify import RustNotify

    for _ in range(ATTEMPTS):
        places = _places(paths)
        notifier = RustNotify(places, False, False, 300, True, True)
        # What is not there is not watched, without a word.
        if _places(paths) == places:
            break
    return notifier, places


def _pending(notifier: object, config: Config | None) -> list[str]:
    """What has changed that a build may see, without waiting for it."""
    changes = notifier.watch(LONGEST, STEP, STEP, None)  # type: ignore[attr-defined]
    if changes == "signal":
        raise KeyboardInterrupt
    return [path for _, path in changes if _counts(path, config)] if isinstance(changes, set) else []


def _changed(notifier: object, config: Config | None) -> list[str]:
    """What has changed that a build may see, as soon as there is such a thing."""
    while True:
        changes = notifier.watch(LONGEST, QUIET, LOOK, None)  # type: ignore[attr-defined]
        if changes == "signal":
            raise KeyboardInterrupt
        if isinstance(changes, set) and (found := [path for _, path in changes if _counts(path, config)]):
            return found


def _counts(path: str, config: Config | None) -> bool:
    """Whether a change there is one of sources: not what builds and version control write."""
    from assetbuild.survey import NEVER_ENTERED

    if config is None:
        return True
    output = os.path.join(os.path.realpath(config.output), "")
    return not f"{path}/".startswith(output) and NEVER_ENTERED.isdisjoint(path.split(os.sep))
