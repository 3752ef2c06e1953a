"""What to make of a filter's answer: what it read is recorded, what it gave is looked at before it is believed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from assetbuild import media
from assetbuild.compilers.base import Tools
from assetbuild.compilers.syntax import faults
from assetbuild.compilers.webassets_table import PREFIX
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, ContentChanged
from assetbuild.origins import line_and_column
from assetbuild.references import css_lexer, javascript_lexer

_SHOWN = 600
_NOTHING = re.compile(r"(?:\s|\ufeff|/\*.*?\*/|//[^\n]*|@charset [^;]*;|)*", re.DOTALL)


def record(answer: Mapping[str, Any], tools: Tools) -> bool:
    """Notes in `tools` what the filter read and looked for; whether there is something that could not be seen.

    Raises ContentChanged if a source was edited since the build looked at it: the filter read something else.
    """
    for name in answer["read"]:
        if os.path.isabs(name):
            tools.exists(name)
            continue
        source = tools.source(name)
        if source and tools.world.digest_of(source.file) != source.digest:
            raise ContentChanged(source.file)
    for name in answer["listed"]:
        tools.names(name)
    return bool(answer["untraced"])


def check_text(
    name: str, of: Sequence[Asset], answer: Mapping[str, Any], made: Asset, said: str, homes: Sequence[str]
) -> tuple[tuple[str, str | None] | None, tuple[Diagnostic, ...]]:
    """What is wrong with the text that a filter gave, and what to do; and what there is to tell about a right one."""
    text: str = answer["text"]
    notes = []
    for path in answer["written"]:
        words = f"filter '{PREFIX}{name}' wrote the file '{path}', which is dropped: only its text goes on"
        notes.append(Diagnostic(words, file=made.file, severity="warning"))
    if said.strip():
        words = f"filter '{PREFIX}{name}' says{words_of(said, homes)}"
        notes.append(Diagnostic(words, file=made.file, severity="notice"))
    if any(home in text for home in homes):
        return ("its text names the temporary directory it ran in", "turn off its source maps and line comments"), ()
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return ("it gave what is no text: it cannot be written as UTF-8", None), ()
    before = [asset.content.read() for asset in of]
    if "\0" in text and not any(b"\0" in one for one in before):
        return ("it gave what is no text: there are NUL characters in it", None), ()
    same = all(asset.type == made.type for asset in of)
    if not text.strip() and not all(_NOTHING.fullmatch(one.decode("utf-8-sig")) for one in before):
        if same:
            return ("it gave nothing for a text that is not empty", None), ()
        words = f"filter '{PREFIX}{name}' gave an empty text"
        notes.append(Diagnostic(words, file=made.file, severity="warning"))
    if (problem := _broken(data, made.type)) and not (same and any(_broken(one, made.type) for one in before)):
        return (problem, None), ()
    return None, tuple(notes)


def without(homes: Sequence[str], text: str) -> str:
    """A text that names temporary directories, with names relative to them."""
    for home in homes:
        text = text.replace(home + os.sep, "").replace(home, ".")
    return text


def words_of(said: str, homes: Sequence[str] = ()) -> str:
    """What was printed, to be put behind a message: its end, if it is long."""
    text = without(homes, said).strip()
    if not text:
        return ""
    return ": " + (text if len(text) <= _SHOWN else "…" + text[-_SHOWN:])


def _broken(data: bytes, kind: str) -> str | None:
    """Why this cannot be a text of its type, None if it may be."""
    if kind in (media.JAVASCRIPT, media.CSS):
        found = faults(kind, data)
        # In a sheet, faults are what browsers read over; but words without any block are a message, and no sheet.
        if found and (found[0].sure or b"{" not in data):
            line, column = line_and_column(data, found[0].start)
            return f"it gave what no browser reads: {found[0].text} at line {line}, column {column} of its text"
    if kind == media.JAVASCRIPT and not javascript_lexer.literals(data)[1]:
        return "it gave a script in which a string, comment, template or bracket is left open"
    if kind == media.CSS and css_lexer.closers(data):
        return "it gave a style sheet in which a string, comment or bracket is left open"
    if kind in (media.JSON, media.WEBMANIFEST):
        try:
            json.loads(data)
        except ValueError as error:
            return f"it gave what is not JSON: {error}"
    return None
