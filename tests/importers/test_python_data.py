"""Python modules read as data."""

from __future__ import annotations

from typing import Any

import pytest

from assetbuild.errors import UsageError
from assetbuild.importers.project import Project as OldProject
from assetbuild.importers.python_data import Module, read_module
from assetbuild.importers.python_values import Computed, Data, FilePath

from .django_projects import project_of


def module(text: str, **others: str) -> Module:
    files = {"site/settings.py": text, **{f"site/{name}.py": other for name, other in others.items()}}
    return read_module(OldProject(str(project_of(files).root), "site/settings.py"), "site/settings.py")


def plain(data: Data) -> Any:
    if isinstance(data.value, list):
        return [plain(one) for one in data.value]
    if isinstance(data.value, dict):
        return {key: plain(one) for key, one in data.value.items()}
    return data.value


def value(text: str, **others: str) -> Any:
    """What X is after these statements."""
    return plain(module(text, **others).names["X"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X = ('a', 1, None, True, -2)", ["a", 1, None, True, -2]),
        ("A = 'a'\nX: str = A + 'b' f'{A}c' '%s' % 'd'", "abacd"),
        ("X = '{}{0}'.format('a')", Computed("'{}{0}'.format('a')")),
        ("A = 'a'\nX = A + f'b{A}' + '%s-%s' % (A, 'd') + '{0}'.format(A)", "abaa-da"),
        ("X = ['a']\nX += ('b',)\nX.append('c')\nX.extend(['d', 'e'])", ["a", "b", "c", "d", "e"]),
        ("X = ['a', 'd']\nX.insert(0, 'z')\nX.remove('d')", ["z", "a"]),
        ("X = [*['a', 'b'], 'c'] + ['d']", ["a", "b", "c", "d"]),
        ("X = {'a': {'b': 1}}\nX['a']['c'] = 2\nX.setdefault('a', 5)", {"a": {"b": 1, "c": 2}}),
        ("X = {}\nX.update({'d': 3}, e=4)", {"d": 3, "e": 4}),
        ("X = {**{'a': 1}, 'b': 2} | dict(c=3)", {"a": 1, "b": 2, "c": 3}),
        ("A, X = 'a', 'b'", "b"),
        ("DEBUG = False\nX = 'a' if DEBUG else 'b'", "b"),
        ("DEBUG = False\nX = not DEBUG and 'x' in ('x', 'y') or None", True),
        ("if 1 == 1:\n    X = 'a'\nelse:\n    X = 'b'", "a"),
        ("try:\n    X = 'a'\nexcept ImportError:\n    X = 'b'", "a"),
        ("X = list(('a',))", ["a"]),
        ("X = {'a': ['b']}['a'][-1]", "b"),
        ("X = ' a/'.strip().rstrip('/')", "a"),
        ("X = open('x').read()", Computed("open('x').read()")),
        ("X = ['a', name()]", ["a", Computed("name()")]),
        ("X = ['a'] + names()", ["a", Computed("names()")]),
        ("for X in ('a',):\n    pass", Computed("a loop")),
        ("X = '%99999999d' % 5", Computed("'%99999999d' % 5")),
        ("X = '{:>99999999}'.format('a')", Computed("'{:>99999999}'.format('a')")),
    ],
)  # fmt: skip
def test_values_that_are_put_together_of_literals_are_known(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "from pathlib import Path\nBASE = Path(__file__).resolve().parent.parent\nX = BASE / 'a' / 'b'",
        "import pathlib\nX = pathlib.Path(__file__).absolute().parents[1].joinpath('a', 'b')",
        "import os\nX = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'a', 'b')",
        "from os.path import dirname as d, join\nX = join(d(d(__file__)), 'a/b')",
        "import os.path\nX = os.path.join(os.path.normpath(os.path.dirname(__file__) + '/..'), 'a', 'b')",
    ],
)
def test_paths_from_the_file_itself_are_known(text: str) -> None:
    found = value(text)
    assert isinstance(found, str)
    assert found.replace("/site/..", "").endswith("/a/b")
    assert "/site/a" not in found
    assert isinstance(found, FilePath) == ("Path(" in text)


def test_modules_of_the_project_are_followed_and_others_are_not() -> None:
    assert value("from .base import *\nX += ['b']", base="X = ['a']") == ["a", "b"]
    assert value("from site.base import Y as X", base="Y = 'y'") == "y"
    assert value("from .gone import *\nX = 1\n") == 1
    assert value("from django.conf import x\nX = x", base="") == Computed("x")
    assert value("from .base import *\nX = 2", base="from .settings import *\nX = 1") == 2


def test_a_condition_that_only_python_knows_counts_as_false_and_is_noted() -> None:
    found = module("import os\nX = ['a']\nif os.environ.get('Y'):\n    X.append('b')\n    Z = 1\nelse:\n    X += ['c']")
    assert plain(found.names["X"]) == ["a", "c"]
    assert [(place.line, sorted(names)) for place, names in found.undecided] == [(3, ["X", "Z"])]


def test_what_a_loop_or_a_with_statement_sets_is_computed_at_its_line() -> None:
    names = module("A = 1\nfor X in (1, 2):\n    A = X\nwith open('f') as stream:\n    B = 2").names
    assert (names["A"].value, str(names["A"].place)) == (Computed("a loop"), "site/settings.py:2")
    assert (names["B"].value, names["B"].place.line) == (Computed("a with statement"), 4)


def test_places_are_those_of_the_values_in_characters() -> None:
    found = module("X = {'é': ['a', 'bc']}")
    data = found.names["X"].get("é")
    assert data is not None
    assert data.named is not None
    assert (str(data.named), data.named.column) == ("site/settings.py:1", 6)
    assert (data.items()[1].place.column, data.items()[1].place.length) == (17, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X = [\nY = 1", "Python syntax error"),
        ("X = 1\n\x00", "Python"),
        ("X = " + "(" * 5000 + ")" * 5000, "Python"),
        ("X = " + "-" * 100_000 + "1", "Python"),
        ("X = 1" + " + 1" * 50_000, "Python"),
    ],
)
def test_what_is_no_python_is_an_error(text: str, expected: str) -> None:
    with pytest.raises(UsageError) as error:
        module(text)
    assert error.value.diagnostics[0].text.startswith(expected)
    assert error.value.diagnostics[0].file == "site/settings.py"
