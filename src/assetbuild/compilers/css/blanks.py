"""Where in a run of CSS white space has meaning: exactly, token by token, and the usual cases in one step."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assetbuild.compilers.css.hiding import COMMENT
from assetbuild.references import css_lexer

Token = tuple[str, bytes, bool]
"""Kind, text, and whether white space that counts stands before it."""

# In the preludes of these rules stand selectors, where a blank before a colon is the descendant combinator, ...
_SELECTOR_AT_RULES = frozenset({b"@scope", b"@nest"})
# ... and in the parentheses of these declarations and comparisons, where it is nothing.
_CONDITION_AT_RULES = frozenset({b"@media", b"@supports", b"@container", b"@import", b"@custom-media"})
_CONDITION = re.compile(rb"@(?i:media|supports|container|import|custom-media)(?![-a-zA-Z0-9_\x80-\xff\\])")
_SELECTOR_FUNCTION = re.compile(rb"(?i:selector)\(")
_PLAIN = re.compile(rb"[-a-zA-Z0-9_*]++: [^:!{\x01]*+\Z")
_INNER_COLON = re.compile(rb" ?: ?(?=[^()]{0,200}+\))")
_IMPORTANT = re.compile(rb" ?! ?(?=(?i:important)[;}]?\Z)")
_OPERATOR_IN_BRACKETS = re.compile(rb"\[[^\[\]~>+]*+[~>+\[]")
# Before a digit a plus sign would become part of the number.
_PLUS = re.compile(rb" ?\+(?: (?!\.?[0-9])|(?! |\.?[0-9]))")
_MARKS = frozenset({"{", "}", ";", ","})
_OPENERS = frozenset({"(", "[", "function"})


def tightened(runs: Iterable[bytes]) -> list[bytes]:
    """Quick runs without the white space that has no meaning; in unusual ones some of it is left.

    That is white space next to marks and commas and inside of brackets, around the first colon of a declaration and its
    `!important`, around combinators, and around colons in media queries.
    """
    text = b"\n".join(runs)
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    for idle in (b"{", b"}", b";", b",", b")", b"]"):
        text = text.replace(b" " + idle, idle)
    for idle in (b",", b"(", b"["):
        text = text.replace(idle + b" ", idle)
    plain = _PLAIN.match
    if not text:
        return []
    return [
        run if b" " not in run else run.replace(b": ", b":", 1) if plain(run) else _tight(run)
        for run in text.split(b"\n")
    ]


def _tight(run: bytes) -> bytes:
    if COMMENT in run:
        return run
    first = run[0]
    if first == 0x40:
        if _CONDITION.match(run) and b"[" not in run and not _SELECTOR_FUNCTION.search(run):
            return _INNER_COLON.sub(b":", run)
        return run
    if first == 0x3C or run.startswith(b"-->"):
        return run
    if run[-1] == 0x7B:
        return _tight_selector(run)
    if b"!" in run:
        run = _IMPORTANT.sub(b"!", run)
    name, colon, value = run.partition(b":")
    if not colon or b"(" in name or b"[" in name:
        return run
    return name.removesuffix(b" ") + colon + value.removeprefix(b" ")


def _tight_selector(run: bytes) -> bytes:
    if run[:2] == b"--" or b"->" in run or b"- >" in run or (b"[" in run and _OPERATOR_IN_BRACKETS.search(run)):
        return run
    run = run.replace(b" >", b">").replace(b"> ", b">").replace(b" ~", b"~").replace(b"~ ", b"~")
    return _PLUS.sub(b"+", run) if b"+" in run else run


def run_tokens(text: bytes, mark: bytes) -> list[Token]:
    """The tokens that count of a run, up to its mark, with the white space that counts. Marks inside are "inner"."""
    body: list[Token] = []
    spaced = False
    for kind, start, stop in css_lexer.tokens(text, part=True):
        if kind == "whitespace":
            spaced = True
        elif kind != "comment":
            body.append((kind, _url(text, start, stop) if kind == "url" else text[start:stop], spaced))
            spaced = False
    blanks = _Blanks(body, prelude=mark == b"{")
    significant: list[Token] = []
    for index, (kind, written, blank) in enumerate(body):
        counts = blank and index > 0 and not blanks.are_idle(index)
        significant.append(("inner" if kind in ("{", "}", ";") else kind, written, counts))
        blanks.passed(kind, written)
    if len(body) == 2 and blanks.custom and mark and spaced:
        # `--x: ;` is a value, in older browsers `--x:;` is none.
        significant.append(("whitespace", b"", True))
    if mark:
        significant.append((mark.decode(), mark, False))
    return significant


def _url(data: bytes, start: int, stop: int) -> bytes:
    """An unquoted URL as written, without the blanks around it."""
    if data[stop - 1] != 0x29:
        return data[start:stop]
    first, last = css_lexer.inside(data, ("url", start, stop))
    return data[start : data.index(b"(", start) + 1] + data[first:last] + b")"


class _Blanks:
    """Where in one declaration or prelude white space has no meaning."""

    def __init__(self, body: list[Token], *, prelude: bool) -> None:
        first = next((index for index, token in enumerate(body) if token[0] not in ("CDO", "CDC")), 0)
        kind, text, _ = body[first] if body else ("", b"", False)
        at_rule = text.lower() if kind == "at-keyword" else b""
        self.custom = (
            kind == "ident" and text.startswith(b"--") and [one[0] for one in body[first + 1 : first + 2]] == [":"]
        )
        self._names = [text.decode("latin-1") if kind == "delim" else kind for kind, text, _ in body]
        self._body = body
        self._declares = not at_rule and not prelude
        self._selects = prelude and not self.custom and (not at_rule or at_rule in _SELECTOR_AT_RULES)
        self._tests = at_rule in _CONDITION_AT_RULES
        self._opened: list[str] = []
        self._selectors = 0
        self._colons = 0

    def passed(self, kind: str, text: bytes) -> None:
        """Tells that the next token asked about comes after this one."""
        if kind in _OPENERS:
            self._opened.append(text.lower().decode("latin-1") if kind == "function" else kind)
            self._selectors += self._opened[-1] == "selector("
        elif kind in (")", "]") and self._opened:
            self._selectors -= self._opened.pop() == "selector("
        elif kind == ":" and not self._opened:
            self._colons += 1

    def are_idle(self, index: int) -> bool:
        """Whether white space between the token before and this one has no meaning."""
        former, here = self._names[index - 1], self._names[index]
        if former in _MARKS or here in _MARKS or former in _OPENERS or here in (")", "]"):
            return True
        opened = self._opened
        selects = self._selects or bool(self._selectors)
        if opened and opened[-1] == "[":
            return selects and self._idle_in_brackets(index)
        if selects:
            return former in (">", "~", "+") or here in (">", "~", "+")
        if self._declares:
            return self._idle_in_declaration(former, here)
        if self._tests and opened:
            return ":" in (former, here) or self._idle_operator(former, here)
        return False

    def _idle_in_declaration(self, former: str, here: str) -> bool:
        if self._opened:
            return not self.custom and self._colons > 0 and bool({former, here} & {"/", "*"})
        if (here == ":" and self._colons == 0) or (former == ":" and self._colons == 1):
            return True
        return "!" in (former, here)

    def _idle_operator(self, former: str, here: str) -> bool:
        return bool({former, here} & {"/", "*", "<", ">", "="}) and (former, here) not in ((">", "="), ("<", "="))

    def _idle_in_brackets(self, index: int) -> bool:
        """`[name ~= value]`: around the operator, not inside."""
        former, here = self._names[index - 1], self._names[index]
        if here == "=":
            return former not in ("~", "|", "^", "$", "*")
        follows = self._body[index + 1 : index + 2]
        return former == "=" or (
            here in ("~", "|", "^", "$", "*") and bool(follows) and follows[0][1] == b"=" and not follows[0][2]
        )
