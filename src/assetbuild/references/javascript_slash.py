"""Whether a slash divides or begins a regular expression: told by what stands before it.

It divides where an operand ends. Most often one byte or word tells. After `)` and `}` the bracket that opens is looked
for, and then whether a statement or an expression begins there. Every way back to a bracket costs `Pieces.patience`;
when that is used up, brackets are not found, and the answer is a guess.
"""

from __future__ import annotations

import re

from assetbuild.references.javascript_pieces import (
    CHUNK_PIECE,
    LINE_END,
    SLASH_PIECE,
    STRINGS,
    TEMPLATE,
    Pieces,
    is_name_byte,
)

# Brackets, and what tells the colon of a `case` from others; `?.` and `??` are no conditionals.
_CASE_MARK = re.compile(
    rb"\(|\)|\[|\]|\{|\}|;|:|\?\?|\?\.(?![0-9])|\?|\bcase(?![\w$\x80-\xff])|" + STRINGS + rb"|" + TEMPLATE
)
_CLASS_HEAD = re.compile(rb"(?<![\w$.#])(class(?![\w$])[^{}();,=]*(?:(?<![\w$.#])extends(?![\w$])[^{}]*)?)\Z")
_LONGEST_CLASS_HEAD = 256

# After these an expression begins, so a slash begins a regular expression.
_BEFORE_EXPRESSION = frozenset(
    b"await break case continue debugger default delete do else extends in instanceof new of return throw typeof "
    b"void yield".split()
)
# A line break after these ends the statement, or what follows is none of their business.
_ENDED_BY_LINE = frozenset([b"await", b"break", b"continue", b"debugger", b"return", b"yield"])
_STATEMENT_HEADS = frozenset([b"if", b"while", b"for", b"with"])
_BLOCK_HEADS = frozenset([b"if", b"while", b"for", b"with", b"switch", b"catch", b"await"])
_BINDERS = frozenset([b"const", b"let", b"var"])
_BEFORE_STATEMENT = frozenset([b"else", b"do"])
_BEFORE_BLOCK = frozenset([b"else", b"do", b"try", b"finally", b"static"])
_BEFORE_DECLARATION = frozenset([b"else", b"do", b"default", b"export"])
_NESTED_LABELS = 16


def operand_before(pieces: Pieces, position: int) -> bool:
    """Whether an operand ends before `position`, with blanks and comments between: then a slash divides."""
    end, piece = pieces.before(position)
    if piece >= 0:
        return _piece_is_operand(pieces, piece)
    if end == 0:
        return False
    data = pieces.data
    byte = data[end - 1]
    if byte in b"]'\"`":
        return True
    if byte == 0x29:
        return _parenthesis_is_operand(pieces, end - 1)
    if byte == 0x7D:
        return _brace_is_operand(pieces, end - 1)
    if byte in b"+-":
        return _is_postfix(pieces, end)
    if byte == 0x2E:
        return data[end - 2 : end - 1].isdigit()
    return is_name_byte(byte) and _is_operand_word(pieces, end)


def is_tagged(pieces: Pieces, position: int) -> bool:
    """Whether the template at `position` has a tag before it."""
    end, piece = pieces.before(position)
    if piece >= 0:
        return _piece_is_operand(pieces, piece)
    if end == 0 or not is_name_byte(pieces.data[end - 1]):
        return end > 0 and pieces.data[end - 1] in b")]'\"`"
    return _is_operand_word(pieces, end)


def _piece_is_operand(pieces: Pieces, piece: int) -> bool:
    kind = pieces.kinds[piece]
    if kind == CHUNK_PIECE:
        return pieces.data[pieces.stops[piece] - 1] == 0x60
    return kind != SLASH_PIECE


def _is_operand_word(pieces: Pieces, end: int) -> bool:
    """Whether the word that ends at `end` is a name, a number or the like of `this`."""
    word, start = pieces.word_at(end)
    if word not in _BEFORE_EXPRESSION or pieces.is_property(start):
        return True
    return word == b"of" and not _is_operator(pieces, start)


def _is_operator(pieces: Pieces, start: int) -> bool:
    """Whether the `of` at `start` is a keyword: in the head of a `for`, after an operand."""
    end, piece = pieces.before(start)
    if piece >= 0 or end == 0:
        return False
    if pieces.data[end - 1] not in b"]}":
        word, place = pieces.word_at(end)
        if not is_name_byte(pieces.data[end - 1]) or word in _BINDERS:
            return False
        if word in _BEFORE_EXPRESSION and (word != b"of" or pieces.word_before(place)[0] not in _BINDERS):
            return False
    head = pieces.opener(start)
    if head < 0 or pieces.data[head] != 0x28:
        return False
    word, place = pieces.word_before(head)
    if word == b"await":
        word, place = pieces.word_before(place)
    return word == b"for" and not pieces.is_property(place)


def _is_postfix(pieces: Pieces, end: int) -> bool:
    """Whether `+` or `-` before `end` belongs to a postfix `++` or `--`."""
    data, first = pieces.data, end - 1
    while first and data[first - 1] == data[end - 1]:
        first -= 1
    if (end - first) % 2 or end - first > 2:
        return False
    operand, piece = pieces.before(first)
    if piece >= 0 or operand == 0 or LINE_END.search(data, operand, first):
        return False
    if data[operand - 1] in b")]":
        return True
    return is_name_byte(data[operand - 1]) and _is_operand_word(pieces, operand)


def _parenthesis_is_operand(pieces: Pieces, close: int) -> bool:
    """`(a) / b` divides; after `if (a)` and its like a statement begins."""
    opener = pieces.opener(close)
    if opener < 0:
        return True
    word, start = pieces.word_before(opener)
    if word == b"await":
        word, start = pieces.word_before(start)
        return word != b"for"
    return word not in _STATEMENT_HEADS or pieces.is_property(start)


def _brace_is_operand(pieces: Pieces, close: int) -> bool:
    """Whether the `}` at `close` ends an object, a function expression or a class expression."""
    opener = pieces.opener(close)
    return opener >= 0 and _opens_operand(pieces, opener, _NESTED_LABELS)


def _opens_operand(pieces: Pieces, opener: int, labels: int) -> bool:
    """As `_brace_is_operand`, for the `{`; looks through at most `labels` labels and blocks that begin with one."""
    end, piece = pieces.before(opener)
    if piece >= 0:
        return not _piece_is_operand(pieces, piece)
    if end == 0:
        return False
    byte = pieces.data[end - 1]
    if byte == 0x29:
        return _is_function_expression(pieces, pieces.opener(end - 1))
    if byte == 0x3E:
        return pieces.data[end - 2 : end - 1] != b"="
    if byte in b";{}]'\"`":
        return False
    if byte == 0x3A:
        return _is_value(pieces, end, labels)
    if is_name_byte(byte):
        return _word_begins_operand(pieces, opener, end)
    return not _ends_operator_like(pieces, end)


def _ends_operator_like(pieces: Pieces, end: int) -> bool:
    """Whether an operand ends with what looks like an operator: `a++`, `1.`"""
    byte = pieces.data[end - 1]
    return (byte in b"+-" and _is_postfix(pieces, end)) or (byte == 0x2E and pieces.ends_number(end))


def _is_value(pieces: Pieces, end: int, labels: int) -> bool:
    """Whether a value follows the colon that ends at `end`: of a property or a conditional, not a label or a case."""
    name_end, piece = pieces.before(end - 1)
    if piece >= 0 or not name_end or not is_name_byte(pieces.data[name_end - 1]):
        return not _ends_case(pieces, end - 1)
    start = _name_start(pieces.data, name_end)
    if pieces.data[start:name_end] == b"default" and not pieces.is_property(start):
        enclosing = pieces.opener(start)
        return enclosing >= 0 and not _is_after_parenthesis(pieces, enclosing)
    before, piece = pieces.before(start)
    if piece < 0 and before == 0:
        return False
    byte = pieces.data[before - 1]
    if piece < 0 and byte == 0x7B:
        if _is_after_parenthesis(pieces, before - 1):
            return False
        return not labels or _opens_operand(pieces, before - 1, labels - 1)
    if piece < 0 and byte == 0x3A and labels and not _is_value(pieces, before, labels - 1):
        return False
    return not _may_end_statement(pieces, before, piece, start) and not _ends_case(pieces, end - 1)


def _may_end_statement(pieces: Pieces, end: int, piece: int, start: int) -> bool:
    """Whether the name at `start`, a label or not, begins a statement, judging by what ends at `end` before it."""
    byte = pieces.data[end - 1]
    if piece < 0 and byte in b";})":
        return True
    word = pieces.word_at(end)[0] if piece < 0 else b""
    if word in _BEFORE_STATEMENT:
        return True
    if LINE_END.search(pieces.data, end, start) is None:
        return False
    return word in _ENDED_BY_LINE or operand_before(pieces, start)


def _ends_case(pieces: Pieces, colon: int) -> bool:
    """Whether the colon at `colon` is that of a `case`."""
    pending = 0
    for place in pieces.backwards(colon, _CASE_MARK):
        mark = pieces.data[place : place + 2] if place >= 0 else b""
        if mark == b"ca":
            if pieces.data[place - 1 : place] != b"$" and not pieces.is_property(place):
                return not pending
        elif mark[:1] == b":":
            pending += 1
        elif mark[:1] != b"?":
            return False
        elif mark != b"??" and not (mark == b"?." and not pieces.data[place + 2 : place + 3].isdigit()):
            if not pending:
                return False
            pending -= 1
    return False


def _is_after_parenthesis(pieces: Pieces, position: int) -> bool:
    end, piece = pieces.before(position)
    return piece < 0 and pieces.data[end - 1 : end] == b")"


def _word_begins_operand(pieces: Pieces, opener: int, end: int) -> bool:
    """What the brace at `opener` opens when a word ends at `end` before it."""
    word, _ = pieces.word_at(end)
    if word in _BEFORE_BLOCK:
        return False
    if not _is_operand_word(pieces, end):
        return word not in _ENDED_BY_LINE or LINE_END.search(pieces.data, end, opener) is None
    floor = max(0, end - _LONGEST_CLASS_HEAD)
    head = _CLASS_HEAD.search(pieces.data[floor:end])
    return head is not None and _is_in_expression(pieces, floor + head.start())


def _is_function_expression(pieces: Pieces, parameters: int) -> bool:
    """Whether the parenthesis at `parameters` belongs to a function that is not a declaration."""
    if parameters < 0:
        return False
    word, start = pieces.word_before(parameters)
    if word in _BLOCK_HEADS and not pieces.is_property(start):
        return False
    if word != b"function":
        end, piece = _skip_star(pieces, start if word else _name_start(pieces.data, start))
        word, start = (b"", end) if piece >= 0 else pieces.word_at(end)
    if word != b"function":
        return False
    word, before = pieces.word_before(start)
    return _is_in_expression(pieces, before if word == b"async" else start)


def _skip_star(pieces: Pieces, position: int) -> tuple[int, int]:
    end, piece = pieces.before(position)
    return pieces.before(end - 1) if piece < 0 and pieces.data[end - 1 : end] == b"*" else (end, piece)


def _name_start(data: bytes, end: int) -> int:
    while end and is_name_byte(data[end - 1]):
        end -= 1
    return end


def _is_in_expression(pieces: Pieces, start: int) -> bool:
    """Whether `function` or `class` at `start` stands where an expression is wanted."""
    end, piece = pieces.before(start)
    if piece >= 0:
        return not _piece_is_operand(pieces, piece)
    if end == 0 or pieces.data[end - 1] in b";{})]'\"`":
        return False
    if pieces.data[end - 1] == 0x3A:
        return _is_value(pieces, end, _NESTED_LABELS)
    if not is_name_byte(pieces.data[end - 1]):
        return not _ends_operator_like(pieces, end)
    word, _ = pieces.word_at(end)
    if _is_operand_word(pieces, end) or word in _BEFORE_DECLARATION:
        return False
    return word not in _ENDED_BY_LINE or LINE_END.search(pieces.data, end, start) is None
