"""The text of a configuration file, and the TOML in it; `name` is what messages call the file."""

from __future__ import annotations

import re
import tomllib
from codecs import BOM_UTF8
from typing import Any

from assetbuild.config.checks import diagnostic_at
from assetbuild.errors import Diagnostic, UsageError

DEEPEST = 100


def read(file: str, name: str) -> str:
    """The text of a file, with "\\n" line ends and without a byte order mark. Raises UsageError."""
    try:
        with open(file, "rb") as stream:
            data = stream.read().removeprefix(BOM_UTF8)
    except FileNotFoundError:
        raise UsageError(Diagnostic(f"no configuration file '{file}'", name)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(Diagnostic(f"the configuration file cannot be read: {reason}", name)) from None
    try:
        return data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        from assetbuild.config.toml_places import place_at

        before = data[: error.start].decode().replace("\r\n", "\n")
        rest = data[error.start :].split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
        place = place_at(before + rest, len(before), len(before) + 1)
        raise UsageError(diagnostic_at(name, place, "the file is not UTF-8", "save it as UTF-8")) from None


def parse(text: str, name: str) -> dict[str, Any]:
    """The TOML document of the text. Raises UsageError, also where it is nested more than DEEPEST levels deep."""
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError as error:
        from assetbuild.config.toml_places import place_at

        # Besides TOMLDecodeError: int() refuses thousands of digits.
        message, start = str(error), None
        if found := re.search(r" \(at line (\d+), column (\d+)\)$", message):
            lines = text.split("\n")
            start = sum(len(line) + 1 for line in lines[: int(found[1]) - 1]) + int(found[2]) - 1
        elif found := re.search(r" \(at end of document\)$", message):
            start = len(text.rstrip())
        message = message[: found.start()] if found else message
        place = None if start is None else place_at(text, start, start + 1)
        raise UsageError(diagnostic_at(name, place, f"TOML syntax error: {message[:1].lower()}{message[1:]}")) from None
    if _is_too_deep(document):
        raise _too_deep(name)
    return document


def _is_too_deep(document: dict[str, Any]) -> bool:
    waiting: list[tuple[Any, int]] = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, dict | list):
            if depth >= DEEPEST:
                return True
            waiting += ((inner, depth + 1) for inner in (value.values() if isinstance(value, dict) else value))
    return False


def _too_deep(name: str) -> UsageError:
    return UsageError(Diagnostic(f"tables or arrays are nested more than {DEEPEST} deep", name))
