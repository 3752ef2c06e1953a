"""A fixture of Django's `dumpdata` in JSON: its records, with their lines."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic, UsageError
from assetbuild.importers.model import Place
from assetbuild.importers.project import Project

_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `key` sorts records of one model as they were made. `start` and `stop` are offsets in `text`."""

    model: str
    key: tuple[int, str]
    fields: Mapping[str, Any]
    file: str
    text: str
    start: int
    stop: int

    def place(self, name: str = "") -> Place:
        """Where a field of this name stands, the record itself if it has none."""
        found = (
            re.compile(rf'"{re.escape(name)}"(?=[ \t\n\r]*:)').search(self.text, self.start, self.stop)
            if name
            else None
        )
        start, stop = found.span() if found else (self.start, self.start + 1)
        begin = self.text.rfind("\n", 0, start) + 1
        line = self.text[begin:].split("\n", 1)[0]
        return Place(self.file, self.text.count("\n", 0, start) + 1, start - begin + 1, stop - start, line)


def read_records(project: Project) -> list[Record]:
    """The records of the configuration. Raises UsageError with what is wrong in it."""
    text = project.text()
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        lines = text.split("\n")
        source = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
        raise UsageError(
            Diagnostic(f"JSON syntax error: {error.msg}", project.file, error.lineno, error.colno, source=source)
        ) from None
    except (RecursionError, ValueError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise UsageError(Diagnostic(f"JSON that cannot be read: {reason}", project.file)) from None
    if not isinstance(whole, list):
        hint = "write it with  manage.py dumpdata assetpackager --indent 2"
        raise UsageError(Diagnostic("it must be a list of records", project.file, 1, hint=hint))
    found, wrong = [], []
    for value, start, stop in _elements(text, len(whole)):
        problem = _problem(value)
        if problem:
            wrong.append(
                Record("", (0, ""), {}, project.file, text, start, stop).place().diagnostic(problem, None, "error")
            )
            continue
        key = value.get("pk")
        sortable = (key, "") if isinstance(key, int) else (0, str(key))
        found.append(Record(value["model"], sortable, value["fields"], project.file, text, start, stop))
    if wrong:
        raise UsageError(*wrong)
    return found


def _elements(text: str, count: int) -> list[tuple[Any, int, int]]:
    decoder = json.JSONDecoder()
    position = _after_space(text, 0) + 1
    elements = []
    for _ in range(count):
        start = _after_space(text, position)
        value, stop = decoder.raw_decode(text, start)
        elements.append((value, start, stop))
        position = _after_space(text, stop) + 1
    return elements


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    assert match is not None
    return match.end()


def _problem(value: Any) -> str | None:
    if not isinstance(value, dict):
        return "a record is an object"
    if not isinstance(value.get("model"), str):
        return "a record has a 'model'"
    return None if isinstance(value.get("fields"), dict) else "a record has 'fields'"
