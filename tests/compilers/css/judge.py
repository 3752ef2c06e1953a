"""An independent judge of what a style sheet means: the normal form that lightningcss gives it."""

from __future__ import annotations

import re

import lightningcss

# lightningcss normalises what it knows; what it does not (rules, custom properties, values with `var()`) it prints
# token by token, with the blanks that were there. Of these some say nothing. No selector has a blank after a colon.
_OPAQUE = r"""("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|\\[\s\S])"""
_IDLE = re.compile(_OPAQUE + r"| *([,/]) *| *(\*) *(?=-?\.?\d|\(|var\()|(\(|\[|\{|;) +| +(?=[]);{}]|!important)|( ) +")
_COLON = re.compile(_OPAQUE + r"|(?<=[{;(])([-\w]+:) +")


def normal_form(data: bytes) -> str:
    """What the sheet means; rules with errors are left out, as browsers do."""
    return lightningcss.process_stylesheet(_text(data), error_recovery=True, parser_flags=FLAGS)


def mean_the_same(one: bytes, other: bytes) -> bool:
    former, latter = normal_form(one), normal_form(other)
    return former == latter or squeezed(former) == squeezed(latter)


# A condition that lightningcss does not read, it prints as it was.
_CONDITION = re.compile(r"@(?:media|container)[^{]*")
_COMPARISON = re.compile(r" *([<>]=?|=) *")


def squeezed(text: str) -> str:
    text = _CONDITION.sub(lambda match: _COMPARISON.sub(r"\1", match[0]), text)
    for idle in (_IDLE, _COLON):
        text = idle.sub(lambda match: "".join(group or "" for group in match.groups()), text)
    return text


def has_errors(data: bytes) -> bool:
    """Whether lightningcss finds something in it that it does not read."""
    try:
        lightningcss.process_stylesheet(_text(data), parser_flags=FLAGS)
    except ValueError:
        return True
    return False


FLAGS = lightningcss.calc_parser_flags(nesting=True, custom_media=True)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").removeprefix("\ufeff")
