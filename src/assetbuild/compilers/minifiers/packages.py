"""Minifiers of Python packages, in processes of their own: one that crashes or hangs does not take the build along."""

from __future__ import annotations

import os
import re

from assetbuild.compilers.base import World
from assetbuild.compilers.minifiers.refused import Refused
from assetbuild.compilers.pool import Ended, Pool
from assetbuild.compilers.services import ServicesClosed

KEY = "minifiers"
# Where a tool's words end with a place, what it begins to count at and in what: UTF-16 units of CSS, or characters.
_PLACES = {
    "lightningcss": re.compile(r"(?:Parsing stylesheet failed: )?(?P<text>.*) at [^:]*:(?P<line>\d+):(?P<column>\d+)"),
    "tdewolff": re.compile(r"(?P<text>.*) on line (?P<line>\d+) and column (?P<column>\d+)"),
}
_FIRST_LINE = {"lightningcss": 0, "tdewolff": 1}
_UNITS = {"lightningcss": "utf-16-le", "tdewolff": "utf-32-le"}
_LINE_ENDS = {"lightningcss": re.compile(r"\r\n|[\n\r\f]"), "tdewolff": re.compile(r"\r\n|[\n\r\u2028\u2029]")}
_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker.py")


def ask(tool: str, kind: str, data: bytes, world: World) -> bytes:
    """What a package makes of a text in UTF-8 of this media type. Raises Refused."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8: {error.reason}", error.start) from None
    try:
        pool = world.services.lasting.get(KEY, lambda: Pool(_PROGRAM, world.environment))
        answer = pool.ask({"tool": tool, "type": kind, "text": text}, world.time_limit)
    except TimeoutError:
        raise Refused(f"took longer than time_limit = {world.time_limit} seconds", broke=True) from None
    except Ended as ended:
        raise Refused(str(ended), broke=True) from None
    except ServicesClosed:
        raise Refused("was ended with the build", broke=True) from None
    if "problem" in answer:
        raise _refused(tool, answer["problem"].partition("\n")[0], text)
    return str(answer["text"]).encode()


def _refused(tool: str, problem: str, text: str) -> Refused:
    """What a tool says, with the place in the text where it names one."""
    found = _PLACES[tool].fullmatch(problem)
    if found is None:
        return Refused(problem)
    starts = [0, *(end.end() for end in _LINE_ENDS[tool].finditer(text))]
    number = int(found["line"]) - _FIRST_LINE[tool]
    if not 0 <= number < len(starts):
        return Refused(found["text"])
    units = _UNITS[tool]
    wide = 2 if units == "utf-16-le" else 4
    before = text[starts[number] :].encode(units)[: (int(found["column"]) - 1) * wide].decode(units, "ignore")
    return Refused(found["text"], len(text[: starts[number]].encode()) + len(before.encode()))
