"""Whether a script may hold tokens that cannot stand side by side, told over the whole text by steps that run in C.

It looks at canonical skeletons (`gaps`), in which tokens that cannot fuse stand next to one another. What it
does not let through is read token by token (`javascript_neighbours`), which decides.
"""

from __future__ import annotations

import re

from assetbuild.compilers.javascript.gaps import HEAD, LITERAL, MIDDLE, TAIL, Skeleton
from assetbuild.compilers.javascript.neighbours import AFTER_OPERAND, BEFORE_WORD

_STRING = b'"'
_TEMPLATE = b"`"
_LITERAL = re.compile(rb"\"[^\"]*+\"|'[^']*+'|`[^`]*+`")
_ESCAPING = re.compile(rb"\"(?:[^\"\\]++|\\.|)*+\"|'(?:[^'\\]++|\\.|)*+'|`(?:[^`\\]++|\\.|)*+`", re.DOTALL)

_OPERATORS = b"=%&|^!~<>?"
_OPENED = b"([" + HEAD
# A byte of the first before one of the second is in no script. Not `+` and `-`, which may end a postfix operator.
_WRONG_PAIRS: tuple[tuple[bytes, bytes], ...] = (
    (_OPERATORS + b"*", b";)]},:" + TAIL + MIDDLE),
    (_OPERATORS + b":" + _OPENED, b"*%^"),
    (b"%^!~*{,;:" + _OPENED, b"&|<>"),
    (b"%^!~*{,;:&|<>" + _OPENED, b"?"),
    (b"~{,;:" + _OPENED, b"="),
    (b"({;:" + HEAD, b",:"),
    (b"[,", b";:"),
)  # fmt: skip


def _bits(side: int) -> bytes:
    return bytes(
        sum(1 << number for number, pair in enumerate(_WRONG_PAIRS) if byte in pair[side]) for byte in range(256)
    )


_FIRST, _SECOND = _bits(0), _bits(1)
_AFTER = AFTER_OPERAND | {b""}
_DROWEB = frozenset(word[::-1] for word in BEFORE_WORD) | {b""}
_NAME = rb"[\w$\\\x80-\xff]"
_AFTER_BLANK = re.compile(rb" (" + _NAME + rb"*+)")
_AFTER_STRING = re.compile(rb'"(' + _NAME + rb"*+)")
_AFTER_BRACKET = re.compile(rb"\](" + _NAME + rb"++)")
_NOT_TELLING = bytes(byte for byte in range(256) if byte not in b"()[]{};" + HEAD + TAIL)
_SEMICOLON = re.compile(rb"\((?:\(\)|\[\]|\{\}|)*+;(?:\(\)|\[\]|\{\}|)*+\)|\[;|\x05;")
_HEADS = (b"if{", b"while{", b"return)")
_HEAD = re.compile(rb"(?<![.\w$])(?:(?:if|while)\{|return\))")
# By what they begin with; the expressions that look for one byte first are the fast ones.
_FURTHER = tuple(
    map(
        re.compile,
        (
            rb"\+[;)\]},:\x07](?<!\+\+.)",
            rb"-[;)\]},:\x07](?<!--.)",
            rb"\.[;)\]},:=%&|^<>?*\x06\x07](?<![0-9]\..)",
            rb"\.\.(?!\.)(?<![0-9.]..)",
            rb"\.\((?<![?.0-9]\.\()",
            rb" [=*&|]",
            rb"!(?!=)(?<=[\w$\]\"].)(?<!return!)(?<!case!)(?<!typeof!)(?<!in!)(?<!await!)(?<!yield!)(?<!else!)(?<!void!)",
            rb" [1-9][0-9_]*+\.?[a-df-mo-zA-DF-Z$]",
            rb" (?<=[rt] )(?:(?<=const )|(?<=let )|(?<=var ))[\w$]++:",
            rb"\(\)(?!=>)(?<=[=(,\[?:!&|+;{>~^%<\-]\(\))",
            rb",,[^()\[\]{}]*+[)}]",
            rb"=>?(?:break|case|catch|const|continue|do|else|finally|for|if|return|switch|throw|try|var|while)(?!"
            + _NAME
            + rb")",
        ),
    )
)
_NO_VALUE = re.compile(rb'[,{][\w$"]++:\}')
# A line break that is kept, and then a name with a colon, or an operand before a bracket: where lists miss a comma.
_NEW_LINE = re.compile(
    rb'\n(?!case"|default:)(?<=["\w$\]]\n)(?<!else\n)(?:"|[\w$\\\x80-\xff]++)(?::(?!for\W|do\W|while\W)|[)\]])'
)
_LAST = _OPERATORS + b",.*"


def may_be_broken(script: Skeleton, stripped: bytes) -> bool:
    """Whether what cannot be may stand in a script with this skeleton; `stripped` is its canonical skeleton.

    A "no" says nothing about other errors; of those of `javascript_neighbours` it overlooks few.
    """
    code = _with_strings(_blanked(stripped), script)
    return (
        _has_wrong_pair(code)
        or _has_wrong_word(code)
        or _SEMICOLON.search(code.translate(None, _NOT_TELLING)) is not None
        or (b":}" in code and _NO_VALUE.search(code) is not None)
        or any(expression.search(code) is not None for expression in _FURTHER)
        or any(head in code and _HEAD.search(code) is not None for head in _HEADS)
        or _NEW_LINE.search(code) is not None
    )


def _blanked(code: bytes) -> bytes:
    """The code with one quotation mark for each string that is in it, a backquote for a template."""
    kinds = [quote for quote in (b'"', b"'", b"`") if quote in code]
    escaping = b"\\" in code
    if len(kinds) == 1 and not escaping:
        return (_TEMPLATE if kinds == [b"`"] else _STRING).join(code.split(kinds[0])[::2])
    literal = _ESCAPING if escaping else _LITERAL
    if b"`" in kinds:
        return _interleaved(literal.split(code), literal.findall(code))
    return _STRING.join(literal.split(code)) if kinds else code


def _with_strings(code: bytes, script: Skeleton) -> bytes:
    """The code with the same for the literals that are marks."""
    if LITERAL not in code:
        return code
    literals = [piece for mark, piece in zip(script.marks, script.pieces, strict=True) if mark == LITERAL]
    if not any(piece.startswith(b"`") for piece in literals):
        return code.replace(LITERAL, _STRING)
    return _interleaved(code.split(LITERAL), literals)


def _interleaved(texts: list[bytes], literals: list[bytes]) -> bytes:
    parts = [b""] * (2 * len(texts) - 1)
    parts[::2] = texts
    parts[1::2] = (_TEMPLATE if piece.startswith(b"`") else _STRING for piece in literals)
    return b"".join(parts)


def _has_wrong_pair(code: bytes) -> bool:
    """All pairs at once: the bits of each byte, and those of the byte after it, are two long integers."""
    first = int.from_bytes(code.translate(_FIRST), "little")
    second = int.from_bytes(code.translate(_SECOND), "little")
    return (first << 8) & second != 0 or code[-1:] in tuple(bytes([byte]) for byte in _LAST)


def _has_wrong_word(code: bytes) -> bool:
    """Whether two words stand side by side of which the first wants no operand, and the second is no operator."""
    backwards = code[::-1]
    before = _AFTER_BLANK.findall(backwards)
    operands = set(before) - _DROWEB
    if operands:
        after = _AFTER_BLANK.findall(code)
        if any(
            former in operands and latter not in _AFTER for former, latter in zip(reversed(before), after, strict=True)
        ):
            return True
    return not (
        _AFTER.issuperset(_AFTER_STRING.findall(code))
        and _AFTER.issuperset(_AFTER_BRACKET.findall(code))
        and _DROWEB.issuperset(_AFTER_STRING.findall(backwards))
        and b'""' not in code
    )
