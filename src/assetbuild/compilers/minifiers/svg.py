"""SVG that was rewritten: what tools are not given, and what must be the same afterwards."""

from __future__ import annotations

import re
from xml.parsers import expat

from assetbuild.compilers.minifiers.refused import Refused
from assetbuild.dataclass import dataclass, field

# Style sheets and scripts inside would be minified unchecked; entities and `xml:space` get lost.
_UNSAFE = re.compile(
    rb"<(?:[\w.-]++:)?(?:script|style|foreignObject)(?![\w.:-])|<!DOCTYPE|<!\[CDATA\[|xml:space|<!--!|<\?(?!xml\s)"
)
_UNREAD = frozenset({"metadata", "title", "desc"})


@dataclass(slots=True)
class _Drawing:
    """What a drawing says, as far as it is compared: identifiers and classes, the text that is shown."""

    names: list[tuple[str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def refuse_svg(data: bytes) -> None:
    """Raises Refused for a drawing with what minifiers damage, at its place."""
    if found := _UNSAFE.search(data):
        raise Refused(f"it does not get drawings with '{found[0].decode()}'", found.start(), len(found[0]))


def check_svg(before: bytes, after: bytes) -> None:
    """Raises Refused unless both are well-formed, with the same identifiers, classes and text."""
    parser = expat.ParserCreate()
    try:
        one = _read(before, parser)
    except expat.ExpatError as error:
        reason = f"the drawing is not well-formed: {expat.errors.messages[error.code]}"
        raise Refused(reason, parser.ErrorByteIndex) from None
    try:
        other = _read(after, expat.ParserCreate())
    except expat.ExpatError as error:
        raise Refused(f"its result is not well-formed: {expat.errors.messages[error.code]}") from None
    if one.names != other.names:
        lost = next((value for name, value in one.names if (name, value) not in other.names), None)
        raise Refused(f"its result lacks the name '{lost}'" if lost else "its result has other names, or another order")
    if one.words != other.words:
        raise Refused("its result has another text")


def _read(data: bytes, parser: expat.XMLParserType) -> _Drawing:
    drawing = _Drawing()
    unread: list[str] = []
    pieces: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        pieces.append(" ")
        if unread or name in _UNREAD:
            unread.append(name)
        else:
            drawing.names += [(key, attributes[key]) for key in ("id", "class") if attributes.get(key)]

    def end(name: str) -> None:
        pieces.append(" ")
        if unread:
            unread.pop()

    def text(characters: str) -> None:
        if not unread:
            pieces.append(characters)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.Parse(data, True)
    drawing.words = "".join(pieces).split()
    return drawing
