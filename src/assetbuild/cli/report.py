"""What a command says: progress and diagnostics on standard error, results on standard output."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from assetbuild.cli.diagnostics import as_annotation, as_data, as_text
from assetbuild.errors import AssetbuildError, Diagnostic
from assetbuild.events import Advanced, Event, Noted, Started

SCHEMA = 1


def add_output_arguments(parser: argparse.ArgumentParser, formats: Iterable[str] = ("text", "json")) -> None:
    """The options that every command which reports has in common."""
    parser.add_argument("--format", choices=list(formats), default="text", help="how to report (default: text)")
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-v", "--verbose", action="store_true", help="also show notices")
    loudness.add_argument("-q", "--quiet", action="store_true", help="show errors only")


class Report:
    """Gathers and shows; its `listen` is the listener of a build."""

    def __init__(self, arguments: argparse.Namespace, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.command: str = arguments.command
        self.format: str = getattr(arguments, "format", "text")
        self.verbose: bool = getattr(arguments, "verbose", False)
        self.quiet: bool = getattr(arguments, "quiet", False)
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._terminal = self._err.isatty() and self.format == "text"
        self._colour = self._terminal and not os.environ.get("NO_COLOR")
        self._shown: list[Diagnostic] = []
        self._line = ""
        self._station, self._total, self._count = "", 0, 0

    def listen(self, event: Event) -> None:
        """The listener of a build: a progress line on a terminal, diagnostics as they come."""
        if isinstance(event, Noted):
            self.tell(event.diagnostic)
        elif isinstance(event, Started):
            self._station, self._total, self._count = event.station, event.total, 0
            self._progress()
        elif isinstance(event, Advanced):
            self._count += event.count
            self._progress(event.name)

    def tell(self, diagnostic: Diagnostic) -> None:
        """Shows a diagnostic, unless it is one that -q or the lack of -v holds back."""
        self._shown.append(diagnostic)
        held = diagnostic.severity == "notice" and not self.verbose
        if held or (self.quiet and diagnostic.severity != "error") or self.format == "json":
            return
        self._clear()
        if self.format == "github":
            print(as_annotation(diagnostic), file=self._out)
        else:
            print(as_text(diagnostic, colour=self._colour), file=self._err)

    def say(self, text: str) -> None:
        """A line of the result, on standard output; nothing with -q or --format json."""
        self._clear()
        if not self.quiet and self.format != "json":
            print(text, file=self._out)

    def warn(self, text: str) -> None:
        """A warning in words, of something that has no place in a file."""
        self.tell(Diagnostic(text, severity="warning"))

    def finish(self, code: int, summary: dict[str, Any], release: str | None = None) -> int:
        """The end of a command: with --format json the one document. Returns the exit code."""
        self._clear()
        if self.format == "json":
            document = {
                "schema": SCHEMA,
                "command": self.command,
                "exit": code,
                "release": release,
                "diagnostics": as_data(self._shown),
                "summary": summary,
            }
            print(json.dumps(document, ensure_ascii=False, indent=2), file=self._out)
        return code

    def failed(self, error: AssetbuildError) -> int:
        """Shows the diagnostics of an error, and how many there are of them. Returns its exit code."""
        for diagnostic in error.diagnostics:
            self.tell(diagnostic)
        errors = sum(diagnostic.severity == "error" for diagnostic in error.diagnostics)
        if errors > 1 and self.format == "text":
            self._clear()
            print(f"{errors} errors", file=self._err)
        return self.finish(error.exit_code, {})

    def interrupted(self) -> None:
        self._clear()
        print("interrupted; the former release stands", file=self._err)

    def _progress(self, name: str = "") -> None:
        if not self._terminal or self.quiet or not self._total:
            return
        # Not for every file: a terminal is slower than a build.
        if self._count not in (0, self._total) and self._count % max(1, self._total // 100):
            return
        width = 24
        filled = min(width, width * self._count // self._total)
        self._clear()
        self._line = f"{self._station:>8} [{'#' * filled}{' ' * (width - filled)}] {self._count}/{self._total}"
        self._err.write(self._line)
        self._err.flush()

    def _clear(self) -> None:
        if self._line:
            self._err.write("\r" + " " * len(self._line) + "\r")
            self._line = ""
