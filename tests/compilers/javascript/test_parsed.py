"""What the parser says of scripts in which nothing impossible stands, by the judgement of acorn."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetbuild.compilers.javascript.parsed import unparsed
from assetbuild.planning.syntax import LARGEST
from compilers.javascript.test_corpus import TENTH
from compilers.javascript.test_neighbours import RIGHT
from javascript_judge import judged
from references.corpus import PACKAGES, SCRIPTS, corpus, files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a()\nelse {}", ("cannot be read as JavaScript from 'else' on", 4, 4)),
        ("x = y ? 1;", ("cannot be read as JavaScript from '?' on", 6, 1)),
        ("function f(a, b { }", ("')' is missing", 15, 1)),
        ("@import 'a'", ("cannot be read as JavaScript from '@' on", 0, 1)),
    ],
)
def test_the_place_is_where_the_parser_stumbles(text: str, said: tuple[str, int, int]) -> None:
    assert unparsed(text.encode())[0] == said


def test_what_is_right_is_not_told() -> None:
    assert [text for text in RIGHT if unparsed(text.encode())] == []


def test_what_it_misreads_is_not_told() -> None:
    assert unparsed(b"using = 1") == unparsed(b"a = '\0'") == []


def test_deep_nesting_is_read() -> None:
    assert unparsed(b"[" * 50_000) != []


def wrongly_told(folder: Path, names: list[Path]) -> list[str]:
    """The scripts of which the parser says something though acorn reads them."""
    small = [(name, name.read_bytes()) for name in names if name.stat().st_size <= LARGEST]
    told = [(name, data) for name, data in small if unparsed(data.removeprefix(b"\xef\xbb\xbf"))]
    goals = judged(folder, [(data, data) for _, data in told])
    return [str(name) for (name, _), one in zip(told, goals, strict=True) if one.goal is not None]


def test_nothing_is_told_of_a_tenth_of_the_published_scripts(pytestconfig: pytest.Config) -> None:
    folder = corpus(pytestconfig, {name: PACKAGES[name] for name in TENTH}, SCRIPTS, "npm-corpus-tenth")
    assert wrongly_told(folder, files(folder, SCRIPTS)[::5]) == []


@pytest.mark.long
def test_nothing_is_told_of_published_scripts(pytestconfig: pytest.Config) -> None:
    folder = corpus(pytestconfig)
    names = files(folder, SCRIPTS)
    assert len(names) >= 3000
    assert wrongly_told(folder, names) == []
