"""Checks of single configuration values, to be put together in the table of keys (keys.py).

A check takes a Reading, the path of a key and its TOML value; it returns the value in the form the program
uses, or reports what is wrong and returns None. Nothing is raised: all mistakes are shown in one run.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic

if TYPE_CHECKING:
    from assetbuild.config.toml_places import KeyPath, Place, Places

REQUIRED: Final = object()
_SHOWN = 40


@dataclass
class Reading:
    """One configuration file while it is checked: where relative paths start, and what was found wrong so far.

    `root` is the absolute directory of the file, `name` the file's name in it, `table` the path
    of the table with our keys, `text` all that is in the file: places in it are looked up when something is wrong.
    """

    root: str
    name: str
    table: KeyPath
    text: str
    problems: list[Diagnostic] = field(default_factory=list)

    @cached_property
    def places(self) -> Places:
        from assetbuild.config.toml_places import read_places

        return read_places(self.text)

    def wrong(self, path: KeyPath, text: str, hint: str | None = None) -> None:
        """Reports a wrong value."""
        self.problems.append(diagnostic_at(self.name, self.places.value(self.table + path), text, hint))

    def wrong_key(self, path: KeyPath, text: str, hint: str | None = None) -> None:
        """Reports a key that should not be there, or is missing (at the table that should have it)."""
        self.problems.append(diagnostic_at(self.name, self.places.key(self.table + path), text, hint))


Check = Callable[[Reading, "KeyPath", Any], Any]
Problem = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its dotted name, "*" for any name or index.

    The default is a TOML value, None if not given is not a value, REQUIRED if it must be given: as in `example`.
    """

    name: str
    check: Check
    default: Any = None
    example: str | None = None


def diagnostic_at(file: str, place: Place | None, text: str, hint: str | None = None) -> Diagnostic:
    if place is None:
        return Diagnostic(text, file, hint=hint)
    return Diagnostic(text, file, place.line, place.column, place.length, place.source, hint)


def spell(path: KeyPath) -> str:
    """A key path as users write it: `bundles."js/app.js".contents[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else '"' + part.replace('"', '\\"') + '"'
            text += f".{name}" if text else name
    return text


def describe(value: Any) -> str:
    """A TOML value for a message: what it is, and its text where that is short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the string '{value}'" if len(value) <= _SHOWN and value.isprintable() else "a string"
    if isinstance(value, int | float):
        # An integer of a few thousand digits is legal TOML, but str() of one may raise.
        return f"the number {value}" if isinstance(value, float) or abs(value) < 10**15 else "a number"
    if isinstance(value, list):
        return "an array"
    return "a table" if isinstance(value, dict) else "a date or time"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like this one, None if none does."""
    import difflib

    found = difflib.get_close_matches(name, sorted(known), n=1)
    return found[0] if found else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str | None) -> str | None:
    best = nearest(name, known)
    return f"did you mean '{best}'?" if best else otherwise


def mistyped(reading: Reading, path: KeyPath, expected: str, value: Any, hint: str | None = None) -> None:
    reading.wrong(path, f"'{spell(path)}' must be {expected}, not {describe(value)}", hint)


def boolean(reading: Reading, path: KeyPath, value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    mistyped(reading, path, "true or false", value)
    return None


def integer(low: int, high: int) -> Check:
    """A check for an integer from `low` to `high`, both included."""

    def check(reading: Reading, path: KeyPath, value: Any) -> int | None:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            mistyped(reading, path, f"an integer from {low} to {high}", value)
            return None
        return value

    return check


def text(reading: Reading, path: KeyPath, value: Any) -> str | None:
    if isinstance(value, str):
        return value
    mistyped(reading, path, "a string", value)
    return None


def text_that(problem_of: Callable[[str], Problem | None]) -> Check:
    """A check for a string; `problem_of` gives what is wrong with it ("must be …") and a hint, or None."""

    def check(reading: Reading, path: KeyPath, value: Any) -> str | None:
        if text(reading, path, value) is None:
            return None
        problem = problem_of(value)
        if problem:
            reading.wrong(path, f"'{spell(path)}' {problem[0]}", problem[1])
            return None
        return str(value)

    return check


def one_of(*allowed: str) -> Check:
    """A check for one of the strings."""
    choices = "use " + " or ".join(f"'{choice}'" for choice in allowed)

    def check(reading: Reading, path: KeyPath, value: Any) -> str | None:
        if text(reading, path, value) is None:
            return None
        if value in allowed:
            return str(value)
        reading.wrong(
            path, f"'{spell(path)}' cannot be {describe(value)}", did_you_mean(value, allowed, otherwise=choices)
        )
        return None

    return check


def list_of(check_entry: Check, *, filled: bool = False, distinct: bool = False) -> Check:
    """A check for an array, its entries checked one by one: `filled`, at least one; `distinct`, none twice."""

    def check(reading: Reading, path: KeyPath, value: Any) -> tuple[Any, ...] | None:
        if not isinstance(value, list):
            hint = f'write ["{value}"]' if isinstance(value, str) and '"' not in value and value.isprintable() else None
            mistyped(reading, path, "an array", value, hint)
            return None
        if filled and not value:
            reading.wrong(path, f"'{spell(path)}' must not be empty")
        entries = []
        for index, entry in enumerate(value):
            if distinct and entry in value[:index]:
                reading.wrong((*path, index), f"'{spell(path)}' names '{entry}' twice", "drop one of them")
            else:
                entries.append(check_entry(reading, (*path, index), entry))
        return tuple(entries)

    return check


def one_or_list_of(check_entry: Check) -> Check:
    """A check for one entry, or for an array of at least one; a tuple in both cases."""
    check_list = list_of(check_entry, filled=True)

    def check(reading: Reading, path: KeyPath, value: Any) -> Any:
        if isinstance(value, list):
            return check_list(reading, path, value)
        if not isinstance(value, str):
            mistyped(reading, path, "a string or an array of strings", value)
            return None
        return (check_entry(reading, path, value),)

    return check


def free_table(reading: Reading, path: KeyPath, value: Any) -> dict[str, Any] | None:
    """Any table; dates and times become their ISO text, so that all of it is JSON."""
    if isinstance(value, dict):
        return {name: _json(entry) for name, entry in value.items()}
    mistyped(reading, path, "a table", value)
    return None


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _json(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_json(entry) for entry in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value


def tables_by_name(check_name: Callable[[Reading, KeyPath, str], None], check_table: Check, example: str) -> Check:
    """A check for a table of tables: a dict of them by name, in Unicode NFC. `example` is a header as it is written."""

    def check(reading: Reading, path: KeyPath, value: Any) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            mistyped(reading, path, "a table", value, f"write [{header(reading, example)}]")
            return None
        tables: dict[str, Any] = {}
        for name, entry in value.items():
            normal = unicodedata.normalize("NFC", name)
            if normal in tables:
                reading.wrong_key((*path, name), f"'{spell((*path, name))}' is there in two Unicode normal forms")
            elif isinstance(entry, dict):
                check_name(reading, (*path, name), name)
                tables[normal] = check_table(reading, (*path, name), entry)
            else:
                mistyped(reading, (*path, name), "a table", entry, f"write [{header(reading, example)}]")
        return tables

    return check


def header(reading: Reading, name: str) -> str:
    """What stands between the brackets above a table of ours."""
    return ".".join((*map(str, reading.table), name))


def table_of(keys: Sequence[Key], value: Any, reading: Reading, path: KeyPath, top: Sequence[Key]) -> dict[str, Any]:
    """The keys of one table, checked, with their defaults; `top` are the keys of the outermost table, for hints."""
    known = {key.name.rpartition(".")[2]: key for key in keys}
    for name in value:
        if name not in known:
            reading.wrong_key(
                (*path, name), f"unknown key '{spell((*path, name))}'", _unknown(name, reading, known, path, top)
            )
    values: dict[str, Any] = {}
    for name, key in known.items():
        values[name] = None
        if name in value:
            values[name] = key.check(reading, (*path, name), value[name])
        elif key.default is REQUIRED:
            reading.wrong_key((*path, name), f"'{spell((*path, name))}' is missing", f"for example {key.example}")
        elif key.default is not None:
            values[name] = key.check(reading, (*path, name), key.default)
    return values


def _unknown(name: str, reading: Reading, known: Iterable[str], path: KeyPath, top: Sequence[Key]) -> str | None:
    if path and any(name == key.name for key in top):
        where = f"under [{spell(reading.table)}]" if reading.table else "at the top, above every [table]"
        return f"'{name}' belongs {where}"
    if name == "tool" and not path and not reading.table:
        return "outside pyproject.toml the keys stand at the top, not under [tool.assetbuild]"
    return did_you_mean(name, known, otherwise="the keys here are " + ", ".join(sorted(known)))
