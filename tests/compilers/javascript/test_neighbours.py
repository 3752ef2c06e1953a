"""What no script can hold is told at its place; what some script or module can hold is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild import media
from assetbuild.compilers.javascript.gaps import read_script
from assetbuild.compilers.javascript.neighbours import unexpected_tokens
from assetbuild.compilers.javascript.sieve import may_be_broken
from assetbuild.compilers.syntax import faults
from assetbuild.references import javascript_lexer
from compilers.javascript.test_corpus import TENTH
from javascript_judge import judged
from references.corpus import PACKAGES, SCRIPTS, corpus, files


def told(text: str) -> list[tuple[str, int]]:
    data = text.encode()
    lexer = javascript_lexer.lexer_of(data)
    lexer.read(len(data))
    return [(one.text, one.start) for one in unexpected_tokens(lexer)]


def suspected(text: str) -> bool:
    read = read_script(text.encode())
    assert read is not None
    return may_be_broken(*read)


WRONG = [
    ("let x = ;", "unexpected ';' after '='", 8),
    ("let x =", "the file ends after '='", 6),
    ("a = 1 + ;", "unexpected ';' after '+'", 8),
    ("f(a b)", "unexpected 'b' after 'a'", 4),
    ("f(a,, b)", "unexpected ',' after ','", 4),
    ("f(a;)", "unexpected ';' after 'a'", 3),
    ("[1; 2]", "unexpected ';' after '1'", 2),
    ("x = {a: 1, b: }", "unexpected '}' after ':'", 14),
    ("x = {a: 1\n b: 2}", "unexpected 'b' after '1'", 11),
    ("return {a: 1\n b: 2}", "unexpected 'b' after '1'", 14),
    ("f('a'\n 'b')", "unexpected \"'b'\" after \"'a'\"", 7),
    ("import x form './y.js'", "unexpected 'form' after 'x'", 9),
    ("retrun x", "unexpected 'x' after 'retrun'", 7),
    ("x = () ;", "unexpected ';' after ')'", 7),
    ("x => return y", "unexpected 'return' after '=>'", 5),
    ("y = if (a) b", "unexpected 'if' after '='", 4),
    ("if (a) b else c", "unexpected 'else' after 'b'", 9),
    ("if {}", "unexpected '{' after 'if'", 3),
    ("a..b", "unexpected '.' after '.'", 2),
    ("a.(b)", "unexpected '(' after '.'", 2),
    ("x ? : y", "unexpected ':' after '?'", 4),
    ("let 1a", "'1a' is no number", 4),
    ("let y = 3 px", "unexpected 'px' after '3'", 10),
    ("a = b = = c", "unexpected '=' after '='", 8),
    ("x = `${a b}`", "unexpected 'b' after 'a'", 9),
    ("x = `${a +}`", "unexpected '}`' after '+'", 10),
    ("let x: number = 1", "unexpected ':' after 'x'", 5),
    ("(,a)", "unexpected ',' after '('", 1),
    ("f(...)", "unexpected ')' after '...'", 5),
    ("console.log 'a'", "unexpected \"'a'\" after 'log'", 12),
    ("{% if x %}", "unexpected '%' after '{'", 1),
    ("a ! b", "unexpected '!' after 'a'", 2),
]


@pytest.mark.parametrize(("text", "words", "start"), WRONG)
def test_what_no_script_can_hold_is_told_at_its_place(text: str, words: str, start: int) -> None:
    assert told(text)[0] == (words, start)


@pytest.mark.parametrize("text", [one[0] for one in WRONG])
def test_the_sieve_does_not_let_it_through(text: str) -> None:
    assert suspected(text)


def test_all_are_told_but_of_one_line_only_the_first() -> None:
    assert told("a b c d\nlet x = ;\nlet y = , ;") == [
        ("unexpected 'b' after 'a'", 2),
        ("unexpected ';' after '='", 16),
        ("unexpected ',' after '='", 26),
    ]


def test_nothing_is_told_where_an_operator_may_be_a_comment() -> None:
    assert told("a <!-- = ;\nb = ;") == []


RIGHT = [
    "f(a,)", "[,]", "[a,,b]", "[,,a] = b", "for (;;) {}", "for (a;b;c) d",
    "({if(){}, *g(){}, get a(){}, async *b(){}})",
    "x = class { *a(){} ; *b(){} ; static { } get\nx(){} static async *[y](){} 'z' = 1\n #p = 2; in; typeof\n}",
    "a\n++b", "a++ + ++b", "a++\n;", "x = a++ % b", "for (const x of y);", "for (x in y);",
    "export {}; for await (a of b);", "import a, * as b from 'c'", "export * as x from 'y'",
    "export * as 'x' from 'y'", "import x from 'y' with {type: 'json'}", "export {a as default, b as 'c'}; let a, b",
    "import('a',)", "x?.[0]?.(1)?.a", "a ? .5 : .6", "1..toString()", "1.5.toFixed()", "1..a", "[1.]", "f(1.)",
    "x = 1.;", "0x1f", "0b11n", "1_000", ".5e-3", "1.e-5", "08.5", "5e+3", "10n", "a: ;",
    "switch (a) { case 1: default: }", "switch (a) { case b: case 'c': }", "a:b:for(;;){break a}", "() => {}",
    "x = () => 1", "async () => 1", "async x => x", "f(async () => {})", "x = async function* () {}", "let\nx",
    "let = 5", "of = 1", "var of, get, set, static_, async, from, as; of\nget\nset", "if (a) ; else ;",
    "do x(); while (y) z()", "if (a) 'use'; else b", "a\n!b", "a\n~b", "x => {a: 1\n b: 2}", "{a: 'x'\n b: 2}",
    "(a\nin b)", "(a\ninstanceof b)", "return\n{a: 1\n b: 2}", "import.meta.url", "html`a ${b} c`", "html`${a}``b`",
    "`a${`b${c}`}`", "x = a\n?.b", "x = class extends a.b {}", "class A extends (b) {}", "x = {get, set, async, of}",
    "a.if(b)", "a.for(b)", "a.return\nb", "x = {async: 1, get: 2, static: 3, if: 4}", "f((a, b) => c)",
    "f(function () {;}, [function () {;}])", "a.b(() => c.d())", "`${function () {;}}`", "a = b ? (c, d) : e",
    "with (a) b", "a <!--b\nc", "x = /[/;]=/", "'use strict'\n'b'", "a\n'b'", "if (a) {}\n[b]", "debugger\nx",
    "for (var i = 0, n = 2; i < n; i++);", "using: while (y);", "(\n)=>1",
]  # fmt: skip


@pytest.mark.parametrize("text", RIGHT)
def test_what_a_script_or_module_can_hold_is_not_told(text: str) -> None:
    assert told(text) == []


def test_acorn_reads_what_is_right_and_refuses_what_is_wrong(pytestconfig: pytest.Config) -> None:
    folder = corpus(pytestconfig, {name: PACKAGES[name] for name in TENTH}, SCRIPTS, "npm-corpus-tenth")
    texts = [*RIGHT, *(one[0] for one in WRONG)]
    goals = [one.goal for one in judged(folder, [(text.encode(), text.encode()) for text in texts])]
    assert [text for text, goal in zip(RIGHT, goals, strict=False) if goal is None] == []
    assert [text for text, goal in zip(texts, goals, strict=True) if goal is not None][len(RIGHT) :] == []


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """A script of right statements with a token taken away, put in, or put in place of another."""
    statements = draw(st.lists(st.sampled_from(RIGHT), min_size=1, max_size=3))
    text = "\n;\n".join(statements)
    tokens = re.findall(r"\s+|[\w$]+|.", text)
    place = draw(st.integers(0, len(tokens) - 1))
    kept = draw(st.sampled_from([place, place + 1]))
    return "".join([*tokens[:place], draw(st.sampled_from(EXTRA)), *tokens[kept:]])


EXTRA = [
    "", ";", ",", "(", ")", "{", "}", "[", "]", "=", "=>", ".", "?.", "...", "?", ":", "+", "*", "!", " in ", " of ",
    " if ", " else ", " return ", " let ", " async ", " await ", " yield ", " static ", " get ", " class ",
    " function ", " extends ", " 1 ", "'s'", "`t`", " a ", "++", " from ", " as ", " new ", " typeof ", " case ", "\n",
    "&&", "<", "\n!", " var ", "()",
]  # fmt: skip


def test_no_mutant_that_acorn_reads_is_told(pytestconfig: pytest.Config) -> None:
    folder = corpus(pytestconfig, {name: PACKAGES[name] for name in TENTH}, SCRIPTS, "npm-corpus-tenth")
    texts: list[str] = []

    @settings(max_examples=1500, database=None, deadline=None, derandomize=True)
    @given(mutants())
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    suspects = [text for text in texts if faults(media.JAVASCRIPT, text.encode()) or is_told(text)]
    assert len(suspects) > len(texts) / 5
    goals = judged(folder, [(text.encode(), text.encode()) for text in suspects])
    assert [text for text, judgement in zip(suspects, goals, strict=True) if judgement.goal is not None] == []


def is_told(text: str) -> bool:
    """Whether the slower reading tells something of a text that is whole, whatever the sieve says."""
    return read_script(text.encode()) is not None and told(text) != []


def wrongly_told(folder: Path, names: list[Path]) -> dict[str, object]:
    """What is told of published scripts, by their paths below node_modules, those aside that acorn does not read."""
    found = {}
    for name in names:
        data = name.read_bytes()
        if one := faults(media.JAVASCRIPT, data):
            found[name.relative_to(folder / "node_modules").as_posix()] = (data, one)
    goals = judged(folder, [(data, data) for data, _ in found.values()])
    return {name: found[name][1] for name, one in zip(found, goals, strict=True) if one.goal is not None}


def test_nothing_is_told_of_a_tenth_of_the_published_scripts(pytestconfig: pytest.Config) -> None:
    folder = corpus(pytestconfig, {name: PACKAGES[name] for name in TENTH}, SCRIPTS, "npm-corpus-tenth")
    names = files(folder, SCRIPTS)[::3]
    assert wrongly_told(folder, names) == {}
    small = [name for name in names if name.stat().st_size < 20_000]
    assert [name for name in small if told(name.read_text("utf-8").removeprefix("\ufeff"))] == []


@pytest.mark.long
def test_nothing_is_told_of_published_scripts(pytestconfig: pytest.Config) -> None:
    folder = corpus(pytestconfig)
    names = files(folder, SCRIPTS)
    assert len(names) >= 3000
    assert wrongly_told(folder, names) == {}
