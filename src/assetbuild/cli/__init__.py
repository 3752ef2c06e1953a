"""The command line: one file a command, thin. Here they are found, and what they raise becomes an exit code."""

from __future__ import annotations

import _thread
import argparse
import atexit
import gc
import importlib
import os
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from types import ModuleType
from typing import TYPE_CHECKING

from assetbuild import __version__

if TYPE_CHECKING:
    from types import FrameType

    from assetbuild.cli.report import Report

# In the order of the help. Each is a module of this package with HELP, add_arguments(parser) and run(arguments) -> int.
COMMANDS = {
    "init": "init",
    "import": "import_",
    "build": "build",
    "verify": "verify",
    "list": "list_assets",
    "url": "url",
    "explain": "explain",
    "check": "check",
    "clean": "clean",
}
INTERRUPTED = 130
# What CPython names its code that holds locks of imports, and after how many seconds that has probably gone on.
_LOCKS_IMPORTS = "<frozen importlib._bootstrap>"
_A_MOMENT = 0.001


class Interruption:
    """Whether somebody has interrupted this process, told by its own handler of the signal.

    An import that is interrupted may raise another exception in the place of KeyboardInterrupt: CPython loses it
    where it makes an ImportError of whatever went wrong. Where it has just taken the lock of all imports, it would keep
    that for ever, and each thread that imports would wait for it.
    """

    def __init__(self) -> None:
        self.came = False
        self._is_noticed = False

    def notice(self) -> None:
        """From now on, if nobody else sees to the signal."""
        import signal

        main = threading.main_thread().ident or 0

        def handle(number: int, frame: FrameType | None) -> None:
            self.came = True
            if frame is not None and frame.f_code.co_filename == _LOCKS_IMPORTS:
                # Where there is no room for a thread, the lock may be lost.
                with suppress(RuntimeError):
                    _thread.start_new_thread(once_more, (number,))
                    return
            signal.default_int_handler(number, frame)

        def once_more(number: int) -> None:
            time.sleep(_A_MOMENT)
            if hasattr(signal, "pthread_kill"):
                signal.pthread_kill(main, number)
            else:
                signal.raise_signal(number)

        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, handle)
            self._is_noticed = True

    def is_over(self) -> None:
        """From now on nobody is left who could be told of it: the process ends."""
        if self._is_noticed:
            import signal

            signal.signal(signal.SIGINT, lambda number, frame: os._exit(INTERRUPTED))


def main(argv: Sequence[str] | None = None, interruption: Interruption | None = None) -> int:
    """Runs a command and returns its exit code: 0 done, 1 assets or release at fault, 2 usage, 130 interrupted.

    Raises SystemExit as argparse does: 2 for a command line that it does not understand, 0 after --help and --version.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    _open_standard_streams()
    try:
        arguments = command_line(words).parse_args(words)
        from assetbuild.cli.report import Report

        report = Report(arguments)
        return report.close(_run(arguments, report, interruption or Interruption()))
    except KeyboardInterrupt:  # before or after the command itself
        return INTERRUPTED
    except Exception:
        if interruption is None or not interruption.came:
            raise
        return INTERRUPTED


def script() -> int:
    """`main` for a process of its own, which ends at once: to take apart all that was imported and made takes 10 ms.

    Returns where that would lose something: a thread still works, or what was printed cannot be written.
    """
    interruption = Interruption()
    interruption.notice()
    code = main(interruption=interruption)
    gc.freeze()
    if threading.active_count() == 1:
        interruption.is_over()
        with suppress(OSError, ValueError):
            atexit._run_exitfuncs()
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
            os._exit(code)
    return code


def _open_standard_streams() -> None:
    """Lets what was closed of the descriptors 0 to 2 lead nowhere: else files and pipes of ours get these numbers, and
    what other programs take for their standard streams.
    """
    with suppress(OSError):
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:  # the lowest that is free
            os.set_inheritable(descriptor, True)
        os.close(descriptor)


def _run(arguments: argparse.Namespace, report: Report, interruption: Interruption) -> int:
    from assetbuild.errors import AssetbuildError, Diagnostic, ReleaseError

    try:
        return int(arguments.run(arguments, report))
    except KeyboardInterrupt:
        return report.interrupted(INTERRUPTED)
    except Exception as error:
        if interruption.came:
            return report.interrupted(INTERRUPTED)
        if isinstance(error, AssetbuildError):
            return report.failed(error)
        if isinstance(error, OSError):
            # The stations name what they were doing; this is for what none of them foresaw.
            named = error.filename if isinstance(error.filename, str) else None
            return report.failed(ReleaseError(Diagnostic(error.strerror or str(error), file=named)))
        raise


def command_line(words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The parser of all commands; of one alone, if the words begin with its name: only its module is imported then."""
    parser = argparse.ArgumentParser(
        prog="assetbuild",
        description="Build static assets into an immutable release with a manifest.",
        epilog="Exit codes: 0 done, 1 assets or release at fault, 2 usage or configuration, 130 interrupted.",
        allow_abbrev=False,
        formatter_class=_formatter,
    )
    parser.add_argument(
        "-V", "--version", action="version", version=f"assetbuild {__version__}", help="print the version"
    )
    if words and words[0] in ("-V", "--version"):
        return parser
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in [word for word in words[:1] if word in COMMANDS] or list(COMMANDS):
        module = _module(name)
        command = commands.add_parser(
            name, help=module.HELP, description=module.HELP, allow_abbrev=False, formatter_class=_formatter
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run, command=name)
    return parser


def _formatter(prog: str) -> argparse.HelpFormatter:
    """As wide as the terminal. argparse makes one for each argument, and would import shutil for the width alone."""
    try:
        columns = int(os.environ.get("COLUMNS", "0"))
    except ValueError:
        columns = 0
    if columns <= 0:
        try:
            columns = os.get_terminal_size(1).columns
        except OSError:
            columns = 0
    return argparse.HelpFormatter(prog, width=(columns or 80) - 2)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{COMMANDS[name]}")
