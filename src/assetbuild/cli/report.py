"""What a command says: progress and diagnostics on standard error, results on standard output."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TextIO

from assetbuild.cli.diagnostics import as_annotation, as_data, as_text, in_order, printable
from assetbuild.dataclass import replace
from assetbuild.errors import AssetbuildError, Diagnostic
from assetbuild.events import Advanced, Event, Noted, Started

SCHEMA = 1
_BAR = 24


def add_output_arguments(parser: argparse.ArgumentParser, formats: Iterable[str] = ("text", "json")) -> None:
    """The options that every command which reports has in common."""
    parser.add_argument("--format", choices=list(formats), default="text", help="how to report (default: text)")
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-v", "--verbose", action="store_true", help="also show notices")
    loudness.add_argument("-q", "--quiet", action="store_true", help="show errors only")


class Report:
    """Gathers and shows; its `listen` is the listener of a build.

    Nothing here fails: a stream that its reader has closed is written to no more, and any other trouble with
    standard output is told at the end, by `close`.
    """

    def __init__(self, arguments: argparse.Namespace, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.command: str = arguments.command
        self.format: str = getattr(arguments, "format", "text")
        self.verbose: bool = getattr(arguments, "verbose", False)
        self.quiet: bool = getattr(arguments, "quiet", False)
        self._arguments = arguments
        # None where the process was started with the stream closed.
        self._out: TextIO | None = out or sys.stdout
        self._err: TextIO | None = err or sys.stderr
        self._terminal = self._err is not None and self._err.isatty() and self.format == "text"
        self._colour = self._terminal and not os.environ.get("NO_COLOR")
        self._shown: dict[Diagnostic, None] = {}
        self._trouble: OSError | None = None
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
            self._progress()

    def tell(self, diagnostic: Diagnostic) -> None:
        """Shows a diagnostic, once, unless it is one that -q or the lack of -v holds back."""
        diagnostic = self._below_root(diagnostic)
        if diagnostic in self._shown:
            return
        self._shown[diagnostic] = None
        held = diagnostic.severity == "notice" and not self.verbose
        if held or (self.quiet and diagnostic.severity != "error") or self.format == "json":
            return
        if self.format == "github":
            self.print(as_annotation(diagnostic, self._directory()))
        else:
            self._complain(as_text(diagnostic, colour=self._colour))

    def _below_root(self, diagnostic: Diagnostic) -> Diagnostic:
        """The diagnostic with the files that its text names relative to the configuration, as its place is.

        Whatever writes the release or the cache knows no configuration, and names files as it was given them.
        """
        config = getattr(self._arguments, "config", None)
        if not config:
            return diagnostic
        root = os.path.join(os.path.dirname(os.path.abspath(config)), "")
        hint = diagnostic.hint.replace(root, "") if diagnostic.hint else diagnostic.hint
        return replace(diagnostic, text=diagnostic.text.replace(root, ""), hint=hint)

    def say(self, text: str) -> None:
        """A line of the result for people, on standard output; nothing with -q or --format json."""
        if not self.quiet and self.format != "json":
            self.print(printable(text))

    def warn(self, text: str) -> None:
        """A warning in words, of something that has no place in a file."""
        self.tell(Diagnostic(text, severity="warning"))

    def print(self, text: str) -> None:
        """A line on standard output, as it is."""
        self._clear()
        if self._out is None:
            return
        try:
            _write(self._out, text + "\n")
        except OSError as error:
            self._out, self._trouble = None, error

    def finish(self, code: int, summary: dict[str, Any], release: str | None = None) -> int:
        """The end of a command: with --format json the one document. Returns the exit code."""
        self._clear()
        if self.format == "json":
            document = {
                "schema": SCHEMA,
                "command": self.command,
                "exit": code,
                "release": release,
                "diagnostics": as_data(in_order(self._shown)),
                "summary": summary,
            }
            self.print(json.dumps(document, indent=2))
        return code

    def failed(self, error: AssetbuildError) -> int:
        """Shows the diagnostics of an error, and how many there are of them. Returns its exit code."""
        for diagnostic in in_order(error.diagnostics):
            self.tell(diagnostic)
        errors = sum(diagnostic.severity == "error" for diagnostic in self._shown)
        if errors > 1 and self.format == "text":
            self._complain(f"{errors} errors")
        return self.finish(error.exit_code, {})

    def interrupted(self, code: int) -> int:
        """Ends a command that the user has interrupted. Returns the exit code given."""
        self.tell(Diagnostic("interrupted"))
        return self.finish(code, {})

    def close(self, code: int) -> int:
        """Writes what is left to write. Returns the exit code: 1 if a command did its work but could not say so."""
        self._clear()
        stream = self._out
        if stream is not None:
            try:
                stream.flush()
            except OSError as error:
                self._trouble = error
        if self._trouble is None:
            return code
        # Python writes what is left in its buffers once more when it exits, and would complain in its own words.
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(self._trouble, BrokenPipeError):
            return code  # whoever reads has seen enough: `assetbuild list | head`
        self._complain(as_text(Diagnostic(f"cannot write to standard output: {self._trouble.strerror}")))
        return code or 1

    def _complain(self, text: str) -> None:
        self._clear()
        if self._err is not None:
            with suppress(OSError):
                _write(self._err, text + "\n")

    def _directory(self) -> str:
        """What the files in diagnostics are relative to: the configuration's directory."""
        file = getattr(self._arguments, "config", None)
        return os.path.dirname(os.path.abspath(file)) if file else os.getcwd()

    def _progress(self) -> None:
        if not self._terminal or self.quiet or not self._total:
            return
        # Not for every file: a terminal is slower than a build.
        if self._count not in (0, self._total) and self._count % max(1, self._total // 100):
            return
        filled = min(_BAR, _BAR * self._count // self._total)
        self._clear()
        self._line = f"{self._station:>8} [{'#' * filled}{' ' * (_BAR - filled)}] {self._count}/{self._total}"
        self._draw(self._line)

    def _clear(self) -> None:
        if self._line:
            self._draw("\r" + " " * len(self._line) + "\r")
            self._line = ""

    def _draw(self, text: str) -> None:
        if self._err is not None:
            with suppress(OSError):
                self._err.write(text)
                self._err.flush()


def _write(stream: TextIO, text: str) -> None:
    """Text to a stream whose encoding may not know all of it."""
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
