"""Which regular expressions the oldest interpreters match rightly: told from how they are written.

CPython 3.11.0 to 3.11.4 (gh-106052, gh-100061) go on from the wrong place after a possessive repeat of a group of which
an iteration failed: not from where that iteration began, but from wherever an assertion, a repeat or a branch in it
left off. So no iteration may fail there: an empty alternative, the last, makes it succeed, and one that takes nothing
ends the repeat. What fails at its first character harms nothing. Atomic groups and other repeats are not concerned.

The interpreter that runs this may be a later one, so nothing is matched here: expressions are parsed.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from types import BuiltinMethodType
from typing import Any

import pytest

import assetbuild
from assetbuild.expression import expression

# What `re.compile` parses with; it has no public name.
PARSER: Any = importlib.import_module("re._parser")
ONE_CHARACTER = {"LITERAL", "NOT_LITERAL", "IN", "ANY", "CATEGORY"}
REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}


def test_no_possessive_repeat_meets_the_fault_of_older_interpreters() -> None:
    found = {f"{module}.{name}": bad for module, name, each in expressions() if (bad := faults(each))}
    assert found == {}


def test_the_expressions_of_all_modules_are_seen() -> None:
    seen = {f"{module.removeprefix('assetbuild.')}.{name}" for module, name, _ in expressions()}
    assert {"references.css_lexer._TOKEN", "references.xml_lexer._OPEN"} <= seen
    assert {"compilers.javascript.check._JAVASCRIPT_TOKEN", "references.javascript_lexer._PLAIN"} <= seen
    # In a dictionary, and by a method alone.
    assert {"references.html_lexer._IN_VALUE", "release.layout._INSIDE"} <= seen


@pytest.mark.parametrize(
    "expression",
    [
        r"(?:[^`\\$]++|\\[\s\S]|\$(?!\{))*+",
        r"(?:[^`\\$]++|\\[\s\S]|(?!\$\{)\$)*+",
        r"(?:ab?c)++",
        r"(?:ab?c)?+",
        r"(?:ab?c){1,3}+",
        r"(?:x|a(?:bc|de))*+",
        r"(?:x|(?>a)c)*+",
        r"(?:x|\\\Z)*+",
        r"(?:[a-z]++,)*+",
        r"(?:(?:a|bc|)d)*+",
        r"x(?:y|(?:(?:ab?c)*+|z))",
        r"(?=(?:ab?c)*+)",
        r"(?>(?:ab?c)*+)",
        r"(y)?(?(1)(?:ab?c)*+|x)",
    ],
)
def test_an_iteration_that_may_fail_half_way_is_refused(expression: str) -> None:
    assert faults(re.compile(expression))


@pytest.mark.parametrize(
    "expression",
    [
        r"[a-z]*+x++.?+\d{1,6}+",
        r"(?:[^`\\$]++|\\[\s\S]|\$(?!\{)|)*+",
        r"(?:ab?c|)*+",
        r"(?:(?:a|bc)d|)*+",
        r"(?:[^,(]++|\))*+",
        r"(?:,[^,]*+)*+",
        r"(?:a(?:x|)(?:bc)*)*+",
        r"(?>(?:ab?c)*)",
        r"(?:ab?c)*",
    ],
)
def test_an_iteration_that_fails_at_its_start_or_never_is_accepted(expression: str) -> None:
    assert faults(re.compile(expression)) == []
    assert faults(re.compile(expression.encode())) == []


def expressions() -> Iterator[tuple[str, str, re.Pattern[Any]]]:
    """Those that are globals of the package's modules, by themselves, in a collection, or by a method."""
    for info in pkgutil.walk_packages(assetbuild.__path__, "assetbuild."):
        if info.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(info.name)).items():
            for each in values(value):
                # By type alone: a framework's proxies answer to isinstance only where it is set up.
                pattern = each.__self__ if issubclass(type(each), BuiltinMethodType) else each
                if type(pattern) is re.Pattern or type(pattern) is type(expression("")):
                    yield info.name, name, re.compile(pattern.pattern, pattern.flags)


def values(value: object) -> Iterable[object]:
    if type(value) is dict:
        return value.values()
    return value if type(value) in (list, tuple, set, frozenset) else (value,)  # type: ignore[return-value]


def faults(expression: re.Pattern[Any]) -> list[str]:
    """The bodies of possessive repeats that may fail half way, as the parser gives them."""
    parsed = PARSER.parse(expression.pattern, expression.flags)
    return [repr(body) for body in possessive_bodies(parsed) if not (never_fails(body) or fails_at_start(body))]


def possessive_bodies(parsed: Any) -> Iterator[Any]:
    if isinstance(parsed, (PARSER.SubPattern, list, tuple)):
        for item in parsed:
            yield from possessive_bodies(item)
    if isinstance(parsed, tuple) and len(parsed) == 2 and str(parsed[0]) == "POSSESSIVE_REPEAT":
        yield parsed[1][2]


def never_fails(items: Iterable[Any]) -> bool:
    """Whether the sequence matches anywhere, if nothing."""
    return all(always_matches(str(operator), argument) for operator, argument in items)


def always_matches(operator: str, argument: Any) -> bool:
    if operator == "BRANCH":
        return any(never_fails(alternative) for alternative in argument[1])
    if operator == "SUBPATTERN":
        return never_fails(argument[-1])
    if operator == "ATOMIC_GROUP":
        return never_fails(argument)
    return operator in REPEATS and argument[0] == 0


def fails_at_start(items: Iterable[Any]) -> bool:
    """Whether the sequence fails only where its first character does not match, or one of several such sequences."""
    (operator, argument), *rest = items
    if not never_fails(rest):
        return False
    if str(operator) == "BRANCH":
        return all(never_fails(each) or fails_at_start(each) for each in argument[1])
    if str(operator) == "SUBPATTERN":
        return fails_at_start(argument[-1])
    return is_of_one_character(str(operator), argument)


def is_of_one_character(operator: str, argument: Any) -> bool:
    """A character, a class, or a repeat of one."""
    if operator in REPEATS:
        return len(argument[2]) == 1 and str(argument[2][0][0]) in ONE_CHARACTER
    return operator in ONE_CHARACTER
