"""Whether a minified text still says what the text before it said: token by token."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from assetbuild.references import css_lexer, javascript_lexer

Token = tuple[str, bytes, bool]
"""Kind, text, and whether white space that counts stands before it."""

# In these parentheses stand selectors, where a blank before a colon is the descendant combinator.
_SELECTOR_AT_RULES = frozenset({b"@scope", b"@nest"})
_MARKS = frozenset("{};,")


def javascript_difference(before: bytes, after: bytes) -> str | None:
    """Where the strings, templates and regular expressions of two scripts differ, in words; None if they do not.

    What minifiers damage is found there: a literal taken for code, or code for a literal, shifts all that follow.
    """
    literals, whole = javascript_lexer.literals(before)
    kept, still_whole = javascript_lexer.literals(after)
    if literals != kept:
        for index, (one, other) in enumerate(zip_longest(literals, kept)):
            if one != other:
                return f"the minifier would have changed literal {index + 1}, {_shown(one)}, to {_shown(other)}"
    if whole and not still_whole:
        return "the minifier would have left a bracket or literal open"
    return None


def css_difference(before: bytes, after: bytes) -> str | None:
    """The first token in which two style sheets differ, in words; None if they do not.

    Comments do not count, nor white space where CSS gives it no meaning, nor the last semicolon of a block.
    """
    for one, other in zip_longest(_without_last_semicolons(before), _without_last_semicolons(after)):
        if one != other:
            return f"the minifier would have changed {_shown_token(one)} to {_shown_token(other)}"
    return None


def stripped_css(data: bytes) -> bytes:
    """The sheet without comments (but `/*!`) and without white space that has no meaning: slow, and nothing else changes."""
    pieces = []
    for kind, text, spaced in _without_last_semicolons(data, licences=True):
        pieces.append(b" " + text if spaced else text)
        if kind == "comment":
            pieces.append(b"\n")
    return b"".join(pieces)


def _without_last_semicolons(data: bytes, *, licences: bool = False) -> Iterator[Token]:
    held: Token | None = None
    for token in _significant(data, licences=licences):
        if held is not None and token[0] != "}":
            yield held
        held = token if token[0] == ";" else None
        if held is None:
            yield token


def _significant(data: bytes, *, licences: bool = False) -> Iterator[Token]:
    run: list[Token] = []
    depth = 0
    spaced = False
    for kind, start, stop in css_lexer.tokens(data):
        if kind == "whitespace":
            spaced = True
            continue
        if kind == "comment":
            if licences and data.startswith(b"/*!", start):
                yield kind, data[start:stop], False
            continue
        depth = max(0, depth + (kind in ("(", "[", "function")) - (kind in (")", "]")))
        run.append((kind, data[start:stop], spaced))
        spaced = False
        if depth == 0 and kind in ("{", "}", ";"):
            yield from _of_run(run)
            run = []
    yield from _of_run(run)


def _of_run(run: list[Token]) -> Iterator[Token]:
    """A declaration or a prelude, up to its `;`, `{` or `}`, with the white space that counts in it."""
    end = run[-1][0] if run else ""
    body = run[:-1] if end in ("{", "}", ";") else run
    prelude = end == "{"
    custom = bool(body) and body[0][1].startswith(b"--")
    conditions = prelude and body and body[0][0] == "at-keyword" and body[0][1].lower() not in _SELECTOR_AT_RULES
    opened: list[str] = []
    former = ""
    colons = 0
    for index, (kind, text, spaced) in enumerate(body):
        selector = (prelude and not conditions) or any(name == "selector(" for name in opened)
        counts = spaced and index > 0 and not _is_idle(former, kind, text, body, index, selector, opened, colons)
        yield kind, text, counts
        if kind in ("(", "[", "function"):
            opened.append(text.lower().decode("latin-1") if kind == "function" else kind)
        elif kind in (")", "]") and opened:
            opened.pop()
        colons += kind == ":" and not opened
        former = kind if kind != "delim" else text.decode("latin-1")
    if custom and former == ":" and run[-1][2]:
        yield "whitespace", b"", True
    # An empty declaration, and the semicolon before a closing brace, say nothing.
    if end in ("{", "}"):
        yield end, end.encode(), False
    elif end == ";" and body:
        yield ";", b";", False


def _is_idle(
    former: str, kind: str, text: bytes, body: list[Token], index: int, selector: bool, opened: list[str], colons: int
) -> bool:
    """Whether white space between the token before and this one has no meaning."""
    here = text.decode("latin-1") if kind == "delim" else kind
    if former in _MARKS or here in _MARKS or former in ("(", "[", "function") or here in (")", "]"):
        return True
    if opened and opened[-1] == "[":
        return "=" in (former, here) or here in "~|^$*=" or former in "~|^$*="
    if selector:
        return former in (">", "~", "+") or here in (">", "~", "+")
    if ":" in (former, here):
        return bool(opened) or colons <= 1
    if here == "!" or former == "!":
        return True
    if opened and ("/" in (former, here) or "*" in (former, here)):
        return True
    return bool(opened) and (former in ("<", ">", "=") or here in ("<", ">", "="))


def _shown(literal: bytes | None) -> str:
    return "nothing" if literal is None else repr(literal[:40].decode(errors="replace"))


def _shown_token(token: Token | None) -> str:
    if token is None:
        return "nothing"
    return repr((" " if token[2] else "") + token[1][:40].decode(errors="replace"))
