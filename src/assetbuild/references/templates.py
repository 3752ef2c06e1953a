"""The blocks of template languages in HTML: `{{ }}`, `{% %}`, `{# #}`, `<% %>` and `${ }`.

A block goes from what opens it to the first that closes it, whatever quotes and brackets are between; it is none if
it opens a second time before that, or if nothing closes it. `${` is closed in its line, without braces or angle
brackets.
"""

from __future__ import annotations

from assetbuild.expression import expression

OPENER = expression(rb"\{\{|\{%|\{#|<%|\$\{")
_CLOSERS = {b"{{": b"}}", b"{%": b"%}", b"{#": b"#}", b"<%": b"%>"}
_SUBSTITUTION = expression(rb"\$\{[^{}<>\n]*+\}")


class Blocks:
    """Finds where blocks end; asked for ascending positions it takes time in proportion to the size of `data`."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._next: dict[bytes, int] = {}

    def after(self, position: int) -> int | None:
        """The offset after the block that opens at `position`; None if none does."""
        data = self.data
        opener = data[position : position + 2]
        if opener == b"${":
            match = _SUBSTITUTION.match(data, position)
            return match.end() if match else None
        closer = _CLOSERS.get(opener)
        if closer is None:
            return None
        at = self._next.get(closer, -1)
        if at < position + 2:
            at = data.find(closer, position + 2)
            at = self._next[closer] = len(data) if at < 0 else at
        if at == len(data) or data.find(opener, position + 2, at) >= 0:
            return None
        return at + 2


def is_statement(data: bytes, position: int) -> bool:
    """Whether the block at `position` prints nothing of its own: `{% %}`, `{# #}`, `<% %>`, but not `<%=` and `<%-`."""
    opener = data[position : position + 3]
    return opener[:2] in (b"{%", b"{#") or (opener[:2] == b"<%" and opener[2:] not in (b"=", b"-"))


def blanked(text: bytes) -> bytes:
    """The text with each block written over with as many blanks; `{#`, which style sheets may have, is none here."""
    if OPENER.search(text) is None:
        return text
    blocks = Blocks(text)
    result = bytearray(text)
    position = 0
    while match := OPENER.search(text, position):
        stop = None if match[0] == b"{#" else blocks.after(match.start())
        position = stop or match.end()
        if stop:
            result[match.start() : stop] = b" " * (stop - match.start())
    return bytes(result)
