"""From places in a template's output to what the author wrote there: in which template, and where in it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from urllib.parse import unquote

from assetbuild.compilers.jinja_marks import MARK, Marks, Template, Written, has_marks
from assetbuild.dataclass import dataclass, field
from assetbuild.model import Origin

_SCHEME = re.compile(r"asset(?:-data)?:")


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """A piece that is printed, inside of those that print it: a macro's text inside the expression that calls it."""

    written: Written
    outer: _Layer | None


@dataclass(frozen=True, slots=True)
class _Printed:
    """Output without its marks: `layers[n]` printed what begins at the character `starts[n]`.

    `aligned[n]`: whether that is text as long as the template has it, as it is or in other letters (`|lower`).
    """

    text: str
    starts: Sequence[int]
    layers: Sequence[_Layer | None]
    aligned: Sequence[bool]


@dataclass
class Places:
    """Where each byte of `output`, a template's, was written.

    `render` prints the same once more, with marks around the pieces, or None where it cannot; it is called when the
    first place is asked for.
    """

    output: str
    marks: Marks
    render: Callable[[], str | None]
    _found: dict[str, tuple[list[int], list[int]]] = field(default_factory=dict)

    def origin(self, offset: int, written: bytes) -> Origin | None:
        """What the author wrote for the bytes `written` at `offset`; None where that is not known."""
        printed = self._printed
        if printed is None or not written:
            return None
        start = bisect_right(self._bytes_before, offset) - 1
        text = written.decode(errors="replace")
        place = self._in_printed(printed, start, text)
        return None if place is None else _origin(printed, place, place + len(text), text)

    @cached_property
    def _bytes_before(self) -> Sequence[int]:
        if self.output.isascii():
            return range(len(self.output) + 1)
        return array("Q", accumulate((len(one.encode()) for one in self.output), initial=0))

    @cached_property
    def _printed(self) -> _Printed | None:
        # Whoever prints such characters himself gets no places from them.
        marked = None if has_marks(self.output) else self.render()
        return None if marked is None else _read(marked, self.marks)

    @cached_property
    def _same(self) -> bool:
        return self._printed is not None and self._printed.text == self.output

    @cached_property
    def _solid(self) -> tuple[Sequence[int], Sequence[int]] | None:
        """Where the characters that are no blanks stand, here and in the marked output, if they are the same."""
        there = self._printed.text if self._printed is not None else ""
        if "".join(self.output.split()) != "".join(there.split()):
            return None
        return _solid_characters(self.output), _solid_characters(there)

    def _in_printed(self, printed: _Printed, start: int, text: str) -> int | None:
        """Where the marked output has what stands at `start`.

        A template that looks at what it has printed (`|trim`, `|length`) may print something else with marks in it:
        other blanks, or other text. There a name is still known by its number, if it comes as often.
        """
        if self._same:
            return start
        if self._solid is not None and not text[0].isspace():
            here, there = self._solid
            return there[bisect_right(here, start) - 1]
        if text not in self._found:
            self._found[text] = (list(_occurrences(self.output, text)), list(_occurrences(printed.text, text)))
        ours, theirs = self._found[text]
        number = bisect_right(ours, start) - 1
        return theirs[number] if len(ours) == len(theirs) and number >= 0 else None


def _solid_characters(text: str) -> Sequence[int]:
    return array("Q", (index for index, character in enumerate(text) if not character.isspace()))


def _read(marked: str, marks: Marks) -> _Printed:
    pieces: list[tuple[str, int, _Layer | None, bool]] = []
    layer: _Layer | None = None
    length = position = 0
    for match in (*MARK.finditer(marked), None):
        text = marked[position : match.start() if match else None]
        if text or match is None:
            pieces.append((text, length, layer, layer is not None and _is_aligned(text, layer.written)))
            length += len(text)
        if match is None:
            break
        position = match.end()
        number = match["number"]
        if number and (piece := marks.piece(number)):
            layer = _Layer(piece, layer)
        elif not number and layer is not None:
            layer = layer.outer
    texts, starts, layers, aligned = zip(*pieces, strict=True)
    return _Printed("".join(texts), starts, layers, aligned)


def _is_aligned(text: str, written: Written) -> bool:
    return written.is_text and written.stop - written.start == len(text)


def _occurrences(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _origin(printed: _Printed, start: int, stop: int, text: str) -> Origin | None:
    """What was written for the characters from `start` to `stop`, which are `text`."""
    first = bisect_right(printed.starts, start) - 1
    end = printed.starts[first + 1] if first + 1 < len(printed.starts) else len(printed.text)
    if stop > end and text[end - start] in "?#" and (layer := printed.layers[first]) and not layer.written.is_text:
        # An expression that makes the whole name, and a query or fragment after it.
        stop, text = end, text[: end - start]
    last = bisect_right(printed.starts, stop - 1) - 1
    one, other = printed.layers[first], printed.layers[last]
    if literal := _literal(_outer(one), set(_outer(other)), text):
        return literal
    if one is None or (first != last and other is None):
        return None
    if first == last:
        return _inside(printed, first, one.written, start, stop, text)
    return _across(printed, (first, start), (last, stop)) or _inside(printed, first, one.written, start, end, text)


def _outer(layer: _Layer | None) -> Iterator[_Layer]:
    while layer is not None:
        yield layer
        layer = layer.outer


def _literal(layers: Iterator[_Layer], common: set[_Layer], text: str) -> Origin | None:
    """The string literal, in the innermost expression that has one, that is the name itself."""
    bare = _SCHEME.sub("", text, count=1)
    names = {text, bare, unquote(bare)}
    for layer in layers:
        found = [one for one in layer.written.strings if one[1] in names] if layer in common else []
        if len(found) == 1:
            return _between(layer.written.template, found[0][0], found[0][0] + len(found[0][1]))
    return None


def _inside(printed: _Printed, index: int, written: Written, start: int, stop: int, text: str) -> Origin:
    """In one piece: under the text itself; under the whole expression that made it."""
    template = written.template
    if not written.is_text:
        return _between(template, *written.inner)
    if printed.aligned[index]:
        shift = written.start - printed.starts[index]
        return _between(template, start + shift, stop + shift)
    at = template.text.find(text, written.start, written.stop)
    if at >= 0:
        return _between(template, at, at + len(text))
    inside = template.text[written.start : written.stop]
    return _between(template, written.start + len(inside) - len(inside.lstrip()), written.start + len(inside.rstrip()))


def _across(printed: _Printed, first: tuple[int, int], last: tuple[int, int]) -> Origin | None:
    """From one piece to another: `img/{{ name }}.png`. None where they do not stand in this order in one template."""
    one, other = _side_by_side(printed.layers[first[0]], printed.layers[last[0]])
    if one is None or other is None or one.written.template is not other.written.template:
        return None
    start, stop = one.written.start, other.written.stop
    if one is printed.layers[first[0]] and printed.aligned[first[0]]:
        start += first[1] - printed.starts[first[0]]
    if other is printed.layers[last[0]] and printed.aligned[last[0]]:
        stop = other.written.start + last[1] - printed.starts[last[0]]
    return _between(one.written.template, start, stop) if start < stop else None


def _side_by_side(one: _Layer | None, other: _Layer | None) -> tuple[_Layer | None, _Layer | None]:
    """The layers that hold these two and are printed by the same expression, or by none."""
    others = {layer.outer: layer for layer in _outer(other)}
    for layer in _outer(one):
        if layer.outer in others:
            return layer, others[layer.outer]
    return None, None


def _between(template: Template, start: int, stop: int) -> Origin:
    before = template.bytes_before
    return Origin(template.file, before[start], before[stop] - before[start])
