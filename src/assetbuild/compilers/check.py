"""Whether a minified style sheet still says what it said before: token by token."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from assetbuild.references import css_lexer

Token = tuple[str, bytes, bool]
"""Kind, text, and whether white space that counts stands before it."""

# In the preludes of these rules stand selectors, where a blank before a colon is the descendant combinator.
_SELECTOR_AT_RULES = frozenset({b"@scope", b"@nest", b"@page"})
_MARKS = frozenset("{};,")
_OPENERS = frozenset({"(", "[", "function"})


def css_difference(before: bytes, after: bytes) -> str | None:
    """The first token in which two style sheets differ, in words; None if they do not.

    Comments do not count, nor white space where CSS gives it no meaning, nor the last semicolon of a block.
    """
    for one, other in zip_longest(_without_last_semicolons(before), _without_last_semicolons(after)):
        if one != other:
            return f"the minifier would have changed {_shown_token(one)} to {_shown_token(other)}"
    return None


def stripped_css(data: bytes) -> bytes:
    """The sheet without comments (but `/*!`) and without white space without meaning. Slow; changes nothing else."""
    pieces: list[bytes] = []
    former = b""
    for kind, text, spaced in _without_last_semicolons(data, licences=True):
        if kind == "comment":
            pieces += (text, b"\n")
            former = b""
            continue
        if spaced:
            pieces.append(b" ")
        elif former and not _stay_apart(former, text):
            pieces.append(b"/**/")
        pieces.append(text)
        former = text
        if kind == "bad-string" or (kind == "delim" and text == b"\\"):
            # The line's end is what ended the string, or kept the backslash from being an escape.
            pieces.append(b"\n")
            former = b""
    return b"".join(pieces)


def _stay_apart(former: bytes, text: bytes) -> bool:
    """Whether two tokens are still these two when nothing stands between them (CSS Syntax, section 9)."""
    if text[:1] in b"{};,)]:\"'" or former[-1:] in b"{};,)]":
        return True
    return [(start, stop) for _, start, stop in css_lexer.tokens(former + text)] == [
        (0, len(former)),
        (len(former), len(former) + len(text)),
    ]


def _without_last_semicolons(data: bytes, *, licences: bool = False) -> Iterator[Token]:
    """At the top level a semicolon ends an at-rule or spoils a selector: there all of them count."""
    held: list[Token] = []
    depth = 0
    former = ""
    for token in _significant(data, licences=licences):
        kind = token[0]
        if kind == "comment" and held:
            held.append(token)
            continue
        if held:
            yield from held[kind in ("}", ";") :]
            held = []
        if kind == ";" and depth and former != "{":
            held.append(token)
        elif kind != ";" or not depth:
            yield token
        if kind == "{":
            depth += 1
        elif kind == "}" and depth:
            depth -= 1
        if kind not in (";", "comment"):
            former = kind
    yield from held


def _significant(data: bytes, *, licences: bool = False) -> Iterator[Token]:
    """The tokens that count, `{`, `}` and `;` in parentheses as kind "inner"; a comment before the run it stands in."""
    run: list[Token] = []
    depth = 0
    spaced = False
    for kind, start, stop in css_lexer.tokens(data):
        if kind == "whitespace":
            spaced = True
            continue
        if kind == "comment":
            if licences and data.startswith(b"/*!", start):
                text = data[start:stop]
                yield kind, text if text.endswith(b"*/") else text + b"*/", False
            continue
        run.append((kind, _url(data, start, stop) if kind == "url" else data[start:stop], spaced))
        spaced = False
        if kind in _OPENERS:
            depth += 1
        elif depth and kind in (")", "]"):
            depth -= 1
        if depth == 0 and kind in ("{", "}", ";"):
            yield from _of_run(run)
            run = []
    yield from _of_run(run)


def _url(data: bytes, start: int, stop: int) -> bytes:
    """An unquoted URL as written, without the blanks around it."""
    if data[stop - 1] != 0x29:
        return data[start:stop]
    first, last = css_lexer.inside(data, ("url", start, stop))
    return data[start : data.index(b"(", start) + 1] + data[first:last] + b")"


def _of_run(run: list[Token]) -> Iterator[Token]:
    """A declaration or a prelude, up to its `;`, `{` or `}`, with the white space that counts in it."""
    end = run[-1][0] if run and run[-1][0] in ("{", "}", ";") else ""
    body = run[:-1] if end else run
    blanks = _Blanks(body, prelude=end == "{")
    for index, (kind, text, spaced) in enumerate(body):
        counts = spaced and index > 0 and not blanks.are_idle(index)
        yield "inner" if kind in ("{", "}", ";") else kind, text, counts
        blanks.passed(kind, text)
    if len(body) == 2 and blanks.custom and end and run[-1][2]:
        # `--x: ;` is a value, in older browsers `--x:;` is none.
        yield "whitespace", b"", True
    if end:
        yield end, end.encode(), False


class _Blanks:
    """Where in one declaration or prelude white space has no meaning."""

    def __init__(self, body: list[Token], *, prelude: bool) -> None:
        first = body[0] if body else ("", b"", False)
        at_rule = first[0] == "at-keyword"
        self.custom = first[0] == "ident" and first[1].startswith(b"--") and body[1:2] != [] and body[1][0] == ":"
        self._names = [text.decode("latin-1") if kind == "delim" else kind for kind, text, _ in body]
        self._body = body
        self._declares = not at_rule and not prelude
        self._selects = prelude and not (at_rule and first[1].lower() not in _SELECTOR_AT_RULES)
        self._opened: list[str] = []
        self._colons = 0

    def passed(self, kind: str, text: bytes) -> None:
        """Tells that the next token asked about comes after this one."""
        if kind in _OPENERS:
            self._opened.append(text.lower().decode("latin-1") if kind == "function" else kind)
        elif kind in (")", "]"):
            del self._opened[-1:]
        elif kind == ":" and not self._opened:
            self._colons += 1

    def are_idle(self, index: int) -> bool:
        """Whether white space between the token before and this one has no meaning."""
        former, here = self._names[index - 1], self._names[index]
        if former in _MARKS or here in _MARKS or former in _OPENERS or here in (")", "]"):
            return True
        opened = self._opened
        if opened and opened[-1] == "[":
            return self._idle_in_brackets(index)
        if self._selects or "selector(" in opened:
            return former in (">", "~", "+") or here in (">", "~", "+")
        if here == ":":
            return self._colons == 0 if self._declares else bool(opened)
        if former == ":":
            return self._colons == 1 if self._declares and not opened else bool(opened) and not self.custom
        if "!" in (former, here):
            return True
        if not opened or self.custom:
            return False
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


def _shown(token: bytes | None) -> str:
    return "nothing" if token is None else repr(token[:40].decode(errors="replace"))


def _shown_token(token: Token | None) -> str:
    if token is None:
        return "nothing"
    return repr((" " if token[2] else "") + token[1][:40].decode(errors="replace"))
