"""A style sheet without comments and without white space that has no meaning, in a few steps over the whole text.

Each step is one call into C. Every one of them takes out only what docs/minifying.md names, so the result needs no
check. What the steps cannot tell, a look at single runs does first: those are kept from them, written in codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assetbuild.compilers.css.blanks import tightened
from assetbuild.compilers.css.hiding import COLON, COMMENT, HIDE, KEPT_BLANK, LICENCE_END, LICENCE_START, hidden
from assetbuild.compilers.css.runs import EMPTY_VALUE, is_regular

# All ends of runs are one sign, and all combinators: `re` passes over all but one sign at memory speed.
_UNIFIED = bytes.maketrans(b"{}" + LICENCE_END + b">~", b";;;++")
_COMBINED = re.compile(rb"\+[^;]*+")
_PLUS_BEFORE_DIGIT = re.compile(rb" ?\+ ?(?=\.?[0-9])")

# In these the meaning of white space depends on more than the two signs beside it.
_AT_OR_ANGLE = tuple((sign, re.compile(re.escape(sign))) for sign in (b"@", b"<", COMMENT))
_NAMES = re.compile(rb"[-@a-zA-Z0-9_ ]*+\Z")
_BANG = re.compile(rb"!(?! ?(?i:important) ?[;}])")
_SPACED_COLON = re.compile(rb" :(?=[^:{};]*+[;}])")
_BLANK_IN_BRACKETS = re.compile(rb"\[[^\[\] {};]*+[ \[]")
_COLON_AND_ANOTHER = re.compile(rb":(?:[^:{};]*+: | [^{};]*+\{)")
_COLON_IN_BRACKETS = re.compile(rb"[(\[][^(\[:{};]*+: ")

# What tells whether the colons with a blank after them are the first ones of declarations, outside of brackets.
_NO_SIGNS = bytes(set(range(256)) - set(COLON + b":{};()[]"))
_AFTER_BRACKET = tuple(sign + COLON for sign in (b"(", b")", b"[", b"]"))

# Bits of _sifted, and the signs that have them. No shift there takes one of them to the place of another.
_GAP, _FORMER, _LATTER = 1, 2, 8
_SIGNS = {
    _GAP: b" ",
    _FORMER: b"{};,([>~+!" + LICENCE_END,
    _LATTER: b"{};,)]>~+!" + LICENCE_START,
}
_BITS = bytes(sum(bit for bit, signs in _SIGNS.items() if code in signs) for code in range(256))
_SEMICOLONS = re.compile(rb"(;;++)")


def compact(data: bytes) -> bytes | None:
    """The sheet, hidden as `css_hiding.shown` shows it; None if it is one that has to be read token by token.

    That is one that is malformed, that has control codes, or a licence comment amid a declaration or a selector.
    """
    read = hidden(data, licences=True)
    if read is None or not is_regular(read.text):
        return None
    text = EMPTY_VALUE.sub(b":" + KEPT_BLANK, read.text)
    text = _sifted(_with_combinators(_without(_unusual(text), text)))
    if read.licences and not _licences_are_apart(text):
        return None
    tight = text.replace(b": ", COLON)
    signs = tight.translate(None, _NO_SIGNS)
    if not _colons_are_first(signs):
        text = _without((_COLON_AND_ANOTHER, _COLON_IN_BRACKETS), text)
        tight = text.replace(b": ", COLON)
        signs = tight.translate(None, _NO_SIGNS)
        if not _colons_are_first(signs):
            return None
    if b";;" in signs or b"{;" in signs:
        tight = _with_single_semicolons(tight).replace(b"{;", b"{")
    return tight.replace(b";}", b"}")


def _unusual(text: bytes) -> list[re.Pattern[bytes]]:
    """What finds the runs that have to be looked at one by one."""
    found = [expression for sign, expression in _AT_OR_ANGLE if sign in text]
    if b"!" in text:
        found.append(_BANG)
    if b" :" in text:
        found.append(_SPACED_COLON)
    if b"[" in text:
        found.append(_BLANK_IN_BRACKETS)
    return found


def _without(unusual: Iterable[re.Pattern[bytes]], text: bytes) -> bytes:
    """The text with those runs hidden, blanks taken out of them one by one, in which an expression finds something."""
    runs: dict[int, int] = {}
    unified = b""
    for expression in unusual:
        position = 0
        while found := expression.search(text, position):
            unified = unified or text.translate(_UNIFIED)
            start = unified.rfind(b";", position, found.start()) + 1 or position
            position = unified.find(b";", found.start())
            if position < 0:
                position = len(text)
            runs[start] = position
            position += 1
    if not runs:
        return text
    known: dict[bytes, bytes] = {}
    pieces: list[bytes] = []
    last = 0
    for start, stop in sorted(runs.items()):
        run = text[start : stop + 1]
        if run not in known:
            known[run] = _hidden_run(run)
        pieces += (text[last:start], known[run])
        last = stop + 1
    pieces.append(text[last:])
    return b"".join(pieces)


def _hidden_run(run: bytes) -> bytes:
    """A run as it is to be written, in codes that no step changes. Its mark stays."""
    mark = run[-1:]
    if mark not in (b"{", b"}", b";", LICENCE_END):
        return b"".join(tightened([run.strip(b" ")])).translate(HIDE)
    body = run[:-1].strip(b" ")
    if not body:
        return run
    if _NAMES.match(body):
        return body.translate(HIDE) + mark
    whole = body if mark in (b"}", LICENCE_END) else body + mark
    return tightened([whole])[0].removesuffix(mark).translate(HIDE) + mark


def _colons_are_first(signs: bytes) -> bool:
    """Whether each COLON is the first colon of a declaration, and in no brackets."""
    if any(pair in signs for pair in _AFTER_BRACKET):
        return False
    signs = signs.translate(None, b"()[]")
    if b":" + COLON in signs:
        return False
    signs = signs.translate(None, b":")
    return COLON + b"{" not in signs and COLON + COLON not in signs


def _with_combinators(text: bytes) -> bytes:
    """With those blanks beside `>`, `~` and `+` kept that mean something: all but those of selectors."""
    if not (b">" in text or b"~" in text or b"+" in text):
        return text
    unified = text.translate(_UNIFIED)
    size = len(text)
    pieces: list[bytes] = []
    last = 0
    for found in _COMBINED.finditer(unified):
        start, stop = found.span()
        start = max(start - 2, last)
        part = text[start:stop]
        if b" " not in part:
            continue
        if stop == size or text[stop] != 0x7B or _may_be_other_than_selector(text, unified, start, part):
            kept = part
            for sign in (b">", b"~", b"+"):
                kept = kept.replace(b" " + sign, KEPT_BLANK + sign).replace(sign + b" ", sign + KEPT_BLANK)
        elif b"+" in part:
            # It would become part of the number.
            kept = _PLUS_BEFORE_DIGIT.sub(lambda plus: plus[0].replace(b" ", KEPT_BLANK), part)
        else:
            continue
        pieces += (text[last:start], kept)
        last = stop
    pieces.append(text[last:])
    return b"".join(pieces)


def _may_be_other_than_selector(text: bytes, unified: bytes, start: int, part: bytes) -> bool:
    """Whether what stands before a `{` may be a custom property, or have the end of a comment of HTML, or become so."""
    return text.startswith((b"--", b" --"), unified.rfind(b";", 0, start) + 1) or b"->" in part or b"- >" in part


def _sifted(text: bytes) -> bytes:
    """Without the blanks of which the byte before or the byte after tells that they say nothing.

    All at once: each byte's number is a set of bits, and the whole text one integer. A gap keeps its bit if the byte
    before it or the byte after it has the bit that lets it go; the exclusive or makes NUL of that blank.
    """
    bits = int.from_bytes(text.translate(_BITS), "little")
    idle = bits & (bits << 7 | bits >> 11)
    sifted = int.from_bytes(text, "little") ^ idle << 5
    return sifted.to_bytes(len(text), "little").translate(None, b"\0")


def _licences_are_apart(text: bytes) -> bool:
    """Whether each licence comment stands before a run, not in one."""
    ends = (b"{", b"}", b";", LICENCE_END, b"")
    return all(before[-1:] in ends for before in text.split(LICENCE_START)[:-1])


def _with_single_semicolons(text: bytes) -> bytes:
    """Without those semicolons in blocks that stand after another; outside of blocks all of them count."""
    pieces = _SEMICOLONS.split(text)
    depth = 0
    for index in range(0, len(pieces) - 1, 2):
        depth += pieces[index].count(b"{") - pieces[index].count(b"}")
        pieces[index + 1] = b";" if depth else pieces[index + 1]
    return b"".join(pieces)
