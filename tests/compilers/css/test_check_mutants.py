"""Damaged style sheets, thousands of them: the check accepts none that an independent judge tells from its source."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.compilers.css.check import css_difference
from assetbuild.compilers.css.runs import placed
from assetbuild.compilers.css.strip import minified_css, stripped_css
from assetbuild.references.css_lexer import Token, tokens
from compilers.css.judge import mean_the_same
from compilers.css.sheets import SHEET

Damage = Callable[[bytes, random.Random], bytes]

KNOWN = b"""@charset "utf-8";
@import url( "a b.png" ) layer(x) supports( display : grid ) screen;
@layer base , theme;
:root { --empty: ; --list: a , b; --sum: calc(1px + 2px); --block: { a: b }; }
.a/**/.b , .a :hover , a > b + c ~ d , [type="x y"] , [ lang |= en i ] { color : red ; margin : 0 auto -1px !important }
.nest { color: blue; & :hover { top: 1px } > .b , + .c { left: calc( 100% - ( 1px + 2px ) * 2 ) } .d & { top: 3em } }
.md\\:flex , .\\31 0 , .w-1\\/2 { content : "\\201C  x" ; background : url( a.png ) , url('b  c.png') }
:is(.i[type=url],.j):not( .k , :first-child ) , li:nth-child( 2n + 1 ) { width: max( 1px , 2em ) }
@media screen and (min-width : 3px) and (max-width:4px) , print { a { color : rgb(0 0 0 / 50%) } }
@supports selector(a :hover) and (not (display: grid)) { a { b : c } }
@container card (width > 400px) { .x :first-child { margin-left: -1px ; margin-right: +1px } }
@scope (.card :hover) to (.end) { img { border: 1px solid } }
@keyframes spin { from { rotate: 0deg } 50.5% { rotate: 180deg } to { rotate: 360deg } }
@font-face { font-family: "X  Y"; src: url(x.woff2) format("woff2") , local( X ); unicode-range: U+25-FF , u+4?? }
@page :first { margin: 1in }
.t { transition: all 1s cubic-bezier(.25, .1, .25, 1) , color .5s; grid-template-areas: "a  b" "c d"; --x:a:b }
.m { margin: 1px/**/2px }
"""


def swapped(data: bytes, first: tuple[int, int], second: tuple[int, int]) -> bytes:
    """With the bytes of two stretches, the first of which comes first, in each other's place."""
    (a, b), (c, d) = first, second
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def without(data: bytes, start: int, stop: int) -> bytes:
    return data[:start] + data[stop:]


def one_of(chance: random.Random, data: bytes, wanted: Callable[[str, bytes], bool]) -> Token | None:
    found = [token for token in tokens(data) if wanted(token[0], data[token[1] : token[2]])]
    return chance.choice(found) if found else None


def drop(wanted: Callable[[str, bytes], bool]) -> Damage:
    def damage(data: bytes, chance: random.Random) -> bytes:
        token = one_of(chance, data, wanted)
        return without(data, token[1], token[2]) if token else data

    return damage


def change(wanted: Callable[[str, bytes], bool], new: Callable[[bytes], bytes]) -> Damage:
    def damage(data: bytes, chance: random.Random) -> bytes:
        token = one_of(chance, data, wanted)
        return data[: token[1]] + new(data[token[1] : token[2]]) + data[token[2] :] if token else data

    return damage


def swap_neighbours(data: bytes, chance: random.Random) -> bytes:
    """Two declarations or rules' parts in the other order."""
    runs = [run for run in placed(data) if run.start < run.stop]
    if len(runs) < 2:
        return data
    index = chance.randrange(len(runs) - 1)
    one, other = runs[index : index + 2]
    return swapped(data, (one.start, one.stop), (other.start, other.stop))


def move_important(data: bytes, chance: random.Random) -> bytes:
    """`!important` at the end of another declaration."""
    if b"!important" not in data:
        return data
    start = data.index(b"!important")
    rest = without(data, start, start + len(b"!important"))
    ends = [run.stop for run in placed(rest) if run.mark in (b";", b"}") and run.start < run.stop]
    place = chance.choice([*ends, start])
    return rest[:place] + b"!important" + rest[place:]


def insert_blank(data: bytes, chance: random.Random) -> bytes:
    place = chance.choice([start for _, start, _ in tokens(data)] + [len(data)])
    return data[:place] + b" " + data[place:]


def double(data: bytes, chance: random.Random) -> bytes:
    token = one_of(chance, data, lambda kind, text: True)
    return data[: token[2]] + data[token[1] : token[2]] + data[token[2] :] if token else data


DAMAGES: dict[str, Damage] = {
    "a token removed": drop(lambda kind, text: kind not in ("whitespace", "comment")),
    "a blank removed": drop(lambda kind, text: kind == "whitespace"),
    "a bracket dropped": drop(lambda kind, text: kind in ("(", ")", "[", "]", "{", "}")),
    "a semicolon dropped": drop(lambda kind, text: kind == ";"),
    "a colon dropped": drop(lambda kind, text: kind == ":"),
    "a comment dropped": drop(lambda kind, text: kind == "comment"),
    "a comment become a blank": change(lambda kind, text: kind == "comment", lambda text: b" "),
    "a blank become a comment": change(lambda kind, text: kind == "whitespace", lambda text: b"/**/"),
    "a string changed": change(lambda kind, text: kind == "string", lambda text: text[:-1] + b" " + text[-1:]),
    "blanks of a string removed": change(
        lambda kind, text: kind == "string" and b" " in text, lambda text: text.replace(b" ", b"", 1)
    ),
    "a url changed": change(lambda kind, text: kind == "url", lambda text: text.replace(b".", b"", 1)),
    "a unit changed": change(lambda kind, text: kind == "dimension", lambda text: text + b"x"),
    "a number changed": change(lambda kind, text: kind in ("number", "dimension"), lambda text: b"1" + text),
    "a name's case changed": change(lambda kind, text: kind in ("ident", "hash"), bytes.swapcase),
    "an escape changed": change(lambda kind, text: b"\\" in text, lambda text: text.replace(b"\\", b"", 1)),
    "an escape's end changed": change(lambda kind, text: b"1 " in text, lambda text: text.replace(b"1 ", b"1", 1)),
    "neighbours swapped": swap_neighbours,
    "!important moved": move_important,
    "a blank put in": insert_blank,
    "a token doubled": double,
}


def is_judged(sheet: str) -> bool:
    """Not one with a rule that lightningcss does not know, or a licence whose place moves the first token's."""
    return not any(text in sheet for text in ("@custom-variant", "<!--", "-->", "progid"))


def judged_alike(before: bytes, after: bytes) -> bool:
    return css_difference(before, after) is not None or mean_the_same(before, after)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@settings(max_examples=15)
@given(SHEET.filter(is_judged), st.integers(0, 1 << 30))
def test_no_damage_to_a_generated_sheet_is_accepted(damage: Damage, sheet: str, seed: int) -> None:
    chance = random.Random(seed)
    before = sheet.encode()
    for good in {before, stripped_css(before), minified_css(before)}:
        for _ in range(2):
            assert judged_alike(before, damage(good, chance))


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_no_damage_to_a_sheet_with_a_bit_of_everything_is_accepted(damage: Damage) -> None:
    chance = random.Random(1)
    good = stripped_css(KNOWN)
    assert css_difference(KNOWN, good) is None
    caught = 0
    for _ in range(60):
        bad = damage(good, chance)
        assert judged_alike(KNOWN, bad)
        caught += css_difference(KNOWN, bad) is not None
    assert caught or damage is DAMAGES["a comment become a blank"]


def test_any_one_byte_less_is_noticed_unless_it_says_nothing() -> None:
    good = stripped_css(KNOWN)
    for bad in _one_byte_less(good):
        assert judged_alike(KNOWN, bad)


def _one_byte_less(data: bytes) -> Iterator[bytes]:
    for place in range(len(data)):
        yield without(data, place, place + 1)
