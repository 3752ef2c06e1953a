"""`manage.py assetbuild build`, `… verify`, …: assetbuild's own commands, which exit with the truth."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assetbuild.runtime.commands import run
from assetbuild.runtime.django.current import release_storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Command(BaseCommand):
    """Takes a command of assetbuild and its options. Without --config, the configuration is the nearest one at or above
    the current directory, else above BASE_DIR, else above the settings module."""

    help = "Run a command of assetbuild, such as build, verify or check."
    requires_system_checks = ()  # it is what one runs if they fail

    def run_from_argv(self, argv: Sequence[str]) -> None:
        """All words but Django's own --settings and --pythonpath, which Django has read, go on to assetbuild."""
        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        parser.add_argument("--settings")
        parser.add_argument("--pythonpath")
        sys.exit(_run(parser.parse_known_args(argv[2:])[1]))

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND …", help="see `assetbuild --help`")

    def handle(self, *args: Any, words: Sequence[str], **options: Any) -> None:
        """For call_command("assetbuild", "build"). Raises CommandError with the exit code of what failed."""
        code = _run(words)
        if code:
            raise CommandError(f"assetbuild {' '.join(words)} failed", returncode=code)


def _run(words: Sequence[str]) -> int:
    code = run(words, *_roots())
    if code == 0 and words[:1] == ["build"]:
        _mark_as_current()
    return code


def _mark_as_current() -> None:
    """The build has seen all sources; a check would still call those newer that were touched and made no difference."""
    storage = release_storage()
    location = storage.manifest_location if storage else None
    if isinstance(location, str | os.PathLike) and os.path.isfile(location):
        os.utime(location)


def _roots() -> Iterator[str]:
    from django.conf import settings

    base = getattr(settings, "BASE_DIR", None)
    if base is not None:
        yield os.fspath(base)
    module = sys.modules.get(os.environ.get("DJANGO_SETTINGS_MODULE", ""))
    file = getattr(module, "__file__", None)
    if file:
        yield os.path.dirname(os.path.abspath(file))
