"""The elements of HTML: start tags with the places of their attributes (WHATWG HTML, section 13.2.5), by byte offsets.

Comments, declarations, and the text of elements that hold text alone (`textarea`, `title`, `xmp` …) are passed;
`noscript` and `template` are read. A tag that the end of the file cuts off is none. Two things are known of the tree:
which tags are in SVG or MathML, where `<script/>` and `<style/>` end at once, and what follows `plaintext`.

Blocks of template languages (`templates`) are read first: as part of a text, a value or a name, whatever they
contain. Those that print nothing, as `{% if %}`, stand apart from the name that follows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from assetbuild.named_tuple import NamedTuple
from assetbuild.references.markup import Attribute
from assetbuild.references.templates import OPENER, Blocks, is_statement

_MARKUP = re.compile(rb"<[a-zA-Z/!?]")
_MARKUP_OR_BLOCK = re.compile(rb"<[a-zA-Z/!?%]|\{[{%#]|\$\{")
_TAG = re.compile(rb"</?([a-zA-Z][^\t\n\f\r />]*+)")
_SIMPLE_TAG = re.compile(rb"</?[a-zA-Z][^\t\n\f\r />]*+[\t\n\f\r ]*+>")
_BLANKS = rb"[\t\n\f\r ]*+"
_EQUALS = re.compile(_BLANKS + rb"=" + _BLANKS)
_BETWEEN = re.compile(rb"[\t\n\f\r /]*+")
_ATTRIBUTE = re.compile(
    rb"[\t\n\f\r /]*+(?:(?P<end>>)|(?P<name>=?[^\t\n\f\r />=]*+)(?:" + _BLANKS + rb"=" + _BLANKS
    + rb"(?:\"(?P<double>[^\"]*+)(?:\"|\Z)|'(?P<single>[^']*+)(?:'|\Z)"
    rb"|(?P<bare>[^\t\n\f\r >\"'][^\t\n\f\r >]*+)|(?=>)|\Z))?)"
)  # fmt: skip
# Up to the next byte that may end a name or a value, or open a block.
_IN_NAME = re.compile(rb"[^\t\n\f\r />=<{$]*+")
_IN_VALUE = {
    b'"': re.compile(rb"[^\"<{$]*+"),
    b"'": re.compile(rb"[^'<{$]*+"),
    b"": re.compile(rb"[^\t\n\f\r ><{$]*+"),
}
_AFTER_TAG_NAME = b"\t\n\f\r />"
_AFTER_NAME = b"\t\n\f\r />="
_AFTER_BARE = b"\t\n\f\r >"

_COMMENT_END = re.compile(rb"--!?>")
_TEXT_ONLY = frozenset(b"script style textarea title xmp iframe noembed noframes".split())
_TEXT_END = {name: re.compile(rb"(?i)</" + name + rb"(?=[\t\n\f\r />])") for name in _TEXT_ONLY}
_SCRIPT_MARK = re.compile(rb"(?i)<!--|-->|<(/?)script(?=[\t\n\f\r />])")

_FOREIGN = frozenset({b"svg", b"math"})
_INTEGRATION = frozenset(b"foreignobject desc title annotation-xml mi mo mn ms mtext".split())
# Start tags that end all SVG and MathML around them (WHATWG HTML, section 13.2.6.5).
_BREAKOUT = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta "
    b"nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)


class Element(NamedTuple):
    """A start tag. `content` is the extent of the text of a `script` or `style`, else None.

    `attributes` are the first of each name; all of them where a block of a template language may choose between them.
    `foreign`: in SVG or MathML, or the `svg` or `math` element itself.
    """

    name: bytes
    attributes: list[Attribute]
    foreign: bool
    content: tuple[int, int] | None


def elements(data: bytes) -> Iterator[Element]:
    """The elements of a file in the order of their start tags. Whatever the bytes, nothing is raised."""
    return _Lexer(data).run()


class _Lexer:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.blocks = Blocks(data) if OPENER.search(data) else None
        self.attributes: list[Attribute] = []
        # How many blocks were passed so far.
        self.passed = 0
        # The open elements among svg, math and those in which HTML is allowed again.
        self.around: list[bytes] = []
        self.count: Counter[bytes] = Counter()

    def run(self) -> Iterator[Element]:
        data = self.data
        stops = _MARKUP_OR_BLOCK if self.blocks else _MARKUP
        position: int | None = 0
        while position is not None and (match := stops.search(data, position)):
            start = match.start()
            mark = data[start + 1 : start + 2]
            if data[start] != 0x3C or mark == b"%":
                position = self._after_block(start) or start + 2
            elif mark in b"!?":
                position = self._after_declaration(start)
            elif tag := _TAG.match(data, start):
                position = self._tag(tag)
                if position is None:
                    return
                name = tag[1].lower()
                if mark == b"/":
                    self._close(name)
                    continue
                closed = self._is_closed(position)
                foreign = self._open(name, closed)
                content, position = self._content(name, position, foreign, closed)
                yield Element(name, self.attributes, foreign, content)
            else:
                position = start + 3 if data.startswith(b"</>", start) else self._after(b">", start + 2)

    def _is_closed(self, position: int) -> bool:
        """Whether the tag that ends at `position` ends in "/>", and the slash belongs to no value."""
        value = self.attributes[-1] if self.attributes else None
        return self.data[position - 2 : position] == b"/>" and (value is None or value.stop < position - 1)

    def _after(self, closer: bytes, position: int) -> int:
        at = self.data.find(closer, position)
        return len(self.data) if at < 0 else at + len(closer)

    def _after_block(self, position: int) -> int | None:
        after = self.blocks.after(position) if self.blocks else None
        self.passed += after is not None
        return after

    def _after_declaration(self, start: int) -> int:
        data = self.data
        if data.startswith(b"<!--", start):
            for empty in (b">", b"->"):
                if data.startswith(empty, start + 4):
                    return start + 4 + len(empty)
            end = _COMMENT_END.search(data, start + 4)
            return end.end() if end else len(data)
        if self._is_foreign() and data.startswith(b"<![CDATA[", start):
            return self._after(b"]]>", start + 9)
        return self._after(b">", start + 2)

    def _tag(self, tag: re.Match[bytes]) -> int | None:
        """Reads the attributes of a tag. Returns the offset after its `>`, None if it has none."""
        data = self.data
        simple = _SIMPLE_TAG.match(data, tag.start())
        if simple and not (self.blocks and OPENER.search(simple[0])):
            self.attributes = []
            return simple.end()
        found: dict[bytes, Attribute] = {}
        every: list[Attribute] = []
        position: int | None = tag.end()
        passed = self.passed
        if self.blocks and OPENER.search(tag[0]):
            position, _ = self._piecewise(tag.start() + 1, _IN_NAME, _AFTER_TAG_NAME)
        while position is not None:
            match = _ATTRIBUTE.match(data, position)
            assert match is not None
            if match.lastgroup == "end":
                self.attributes = every if self.passed > passed else list(found.values())
                return match.end()
            if self.blocks and OPENER.search(data, position, match.end()):
                position, attribute = self._attribute(position)
            else:
                position, attribute = self._plain_attribute(match)
            if attribute is not None:
                found.setdefault(attribute.name, attribute)
                if self.blocks:
                    every.append(attribute)
        return None

    def _plain_attribute(self, match: re.Match[bytes]) -> tuple[int | None, Attribute | None]:
        stop = match.end()
        group = match.lastgroup
        if stop == len(self.data):
            return None, None
        assert group is not None
        if group == "name":
            return stop, Attribute(match["name"].lower(), match.end("name"), match.end("name"), b"")
        quote = {"double": b'"', "single": b"'"}.get(group, b"")
        return stop, Attribute(match["name"].lower(), *match.span(group), quote)

    def _attribute(self, position: int) -> tuple[int | None, Attribute | None]:
        """An attribute that may have blocks before or in it. Returns where to go on, None at the end of the file."""
        data = self.data
        while True:
            between = _BETWEEN.match(data, position)
            assert between is not None
            position = between.end()
            after = self._after_block(position) if is_statement(data, position) else None
            if after is None:
                break
            position = after
        if data[position : position + 1] == b">":
            return position, None
        start = position
        stop, computed = self._piecewise(position + data.startswith(b"=", position), _IN_NAME, _AFTER_NAME)
        if stop is None:
            return None, None
        name = b"" if computed else data[start:stop].lower()
        equals = _EQUALS.match(data, stop)
        if equals is None or data[equals.end() : equals.end() + 1] == b">":
            return equals.end() if equals else stop, Attribute(name, stop, stop, b"")
        quote = data[equals.end() : equals.end() + 1]
        quote = quote if quote in (b'"', b"'") else b""
        start = equals.end() + len(quote)
        stop, _ = self._piecewise(start, _IN_VALUE[quote], quote or _AFTER_BARE)
        return (None, None) if stop is None else (stop + len(quote), Attribute(name, start, stop, quote))

    def _piecewise(self, position: int, inside: re.Pattern[bytes], enders: bytes) -> tuple[int | None, bool]:
        """The offset of the first of `enders` outside of blocks, None if there is none; whether blocks were passed."""
        data = self.data
        computed = False
        while True:
            match = inside.match(data, position)
            assert match is not None
            position = match.end()
            if position == len(data):
                return None, computed
            if data[position] in enders:
                return position, computed
            after = self._after_block(position)
            computed = computed or after is not None
            position = after or position + 1

    def _content(self, name: bytes, position: int, foreign: bool, closed: bool) -> tuple[tuple[int, int] | None, int]:
        """The text of an element that holds text alone, and where to go on after it."""
        data = self.data
        if name == b"plaintext" and not foreign:
            return None, len(data)
        if name not in _TEXT_ONLY or (foreign and (closed or name not in (b"script", b"style"))):
            return None, position
        if name == b"script" and not foreign:
            stop = self._script_end(position)
        else:
            end = _TEXT_END[name].search(data, position)
            stop = end.start() if end else len(data)
        return ((position, stop) if name in (b"script", b"style") else None), stop

    def _script_end(self, position: int) -> int:
        """Where a script's text ends: not at a `</script>` in a comment that has a `<script>` (13.2.5.15 to 31)."""
        state = "data"
        while match := _SCRIPT_MARK.search(self.data, position):
            position = match.end()
            if match[0] == b"<!--":
                if state == "data":
                    state = "escaped"
                position -= 2
            elif match[0] == b"-->":
                state = "data"
            elif match[1]:
                if state != "double":
                    return match.start()
                state = "escaped"
            elif state == "escaped":
                state = "double"
        return len(self.data)

    def _is_foreign(self) -> bool:
        return bool(self.around) and self.around[-1] in _FOREIGN

    def _open(self, name: bytes, closed: bool) -> bool:
        """Notes a start tag. Returns whether its element is one of SVG or MathML."""
        if name in _BREAKOUT:
            while self._is_foreign():
                self.count[self.around.pop()] -= 1
        foreign = self._is_foreign() or name in _FOREIGN
        if not closed and (name in _FOREIGN or (foreign and name in _INTEGRATION)):
            self.around.append(name)
            self.count[name] += 1
        return foreign

    def _close(self, name: bytes) -> None:
        if self.count[name] > 0:
            while True:
                last = self.around.pop()
                self.count[last] -= 1
                if last == name:
                    return
