"""Which stream says what, and how loudly."""

from __future__ import annotations

import argparse
import errno
import io
import json

import pytest

from assetbuild.cli.report import Report
from assetbuild.errors import BuildError, Diagnostic
from assetbuild.events import Advanced, Noted, Started

WARNING = Diagnostic("careful", severity="warning")
NOTICE = Diagnostic("by the way", severity="notice")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def report(err: io.StringIO | None = None, **options: object) -> tuple[Report, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), err or io.StringIO()
    return Report(argparse.Namespace(command="build", **options), out, err), out, err


def test_diagnostics_go_to_standard_error_and_results_to_standard_output() -> None:
    told, out, err = report()
    told.listen(Noted(WARNING))
    told.listen(Noted(NOTICE))
    told.say("done")
    assert (out.getvalue(), err.getvalue()) == ("done\n", "warning: careful\n")


@pytest.mark.parametrize(
    ("options", "shown"),
    [({"verbose": True}, "warning: careful\nnotice: by the way\n"), ({"quiet": True}, ""), ({"format": "json"}, "")],
)
def test_loudness(options: dict[str, object], shown: str) -> None:
    told, out, err = report(**options)
    told.tell(WARNING)
    told.tell(NOTICE)
    assert (out.getvalue(), err.getvalue()) == ("", shown)


def test_the_same_diagnostic_is_told_once() -> None:
    told, _, err = report()
    told.tell(WARNING)
    told.failed(BuildError(WARNING, Diagnostic("wrong")))
    assert err.getvalue() == "warning: careful\nerror: wrong\n"


def test_the_json_document_holds_everything_also_what_is_held_back() -> None:
    told, out, _ = report(format="json")
    told.tell(NOTICE)
    assert told.finish(0, {"assets": 1}, "abc") == 0
    document = json.loads(out.getvalue())
    assert list(document) == ["schema", "command", "exit", "release", "diagnostics", "summary"]
    assert document["diagnostics"][0]["text"] == "by the way"
    assert out.getvalue().isascii()


def test_progress_is_for_terminals_and_leaves_no_trace() -> None:
    told, _, err = report(Terminal())
    told.listen(Started("link", 4))
    told.listen(Advanced("link", 2, "a"))
    assert "link [############            ] 2/4" in err.getvalue()
    told.say("done")
    assert err.getvalue().endswith("\r")
    quiet, _, silence = report(Terminal(), quiet=True)
    quiet.listen(Started("link", 4))
    plain, _, pipe = report()
    plain.listen(Started("link", 4))
    assert silence.getvalue() == pipe.getvalue() == ""


def test_progress_of_many_things_is_not_drawn_for_each() -> None:
    told, _, err = report(Terminal())
    told.listen(Started("link", 10_000))
    for number in range(10_000):
        told.listen(Advanced("link", 1, str(number)))
    assert err.getvalue().count("[") < 200
    assert "10000/10000" in err.getvalue()


class Failing(io.StringIO):
    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def write(self, text: str) -> int:
        raise OSError(self.number, "no")


@pytest.mark.parametrize(("number", "code", "shown"), [(errno.ENOSPC, 1, "error: cannot write"), (errno.EPIPE, 0, "")])
def test_trouble_with_standard_output(number: int, code: int, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())
    err = io.StringIO()
    told = Report(argparse.Namespace(command="list"), Failing(number), err)
    told.say("one")
    told.say("two")
    assert told.close(0) == code
    assert err.getvalue().startswith(shown)


def test_a_failure_keeps_its_code_when_nobody_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())
    told = Report(argparse.Namespace(command="build", format="json"), Failing(errno.EPIPE), io.StringIO())
    assert told.close(told.failed(BuildError(Diagnostic("wrong")))) == 1
