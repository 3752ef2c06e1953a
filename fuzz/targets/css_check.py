"""What the check of style sheets accepts has the same tokens: by tinycss2, and by our own slow reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import rcssmin
import tinycss2

from assetbuild.compilers.css.check import css_difference
from assetbuild.compilers.css.strip import minified_sheet, stripped_css
from compilers.css.reference import same
from references.css_soups import PIECES
from targets.checking import pairs

SEEDS = (
    b"a > b , c :hover { d : e ; f : calc( 1px + 2px ) ; }\n----\na>b,c :hover{d:e;f:calc(1px + 2px)}",
    b"@media ( min-width : 1px ) and (a) { .b:is( .c , .d ) { e : f !important } } /*! licence */ g{}",
    b"@layer a { b :hover { c : d } & .e /**/ .f { --g : ; } } @import url( 'h i.css' ) ;",
)
WORDS = (*(piece.encode() for piece in PIECES), b"\n----\n", b" > ", b" + ", b"!important", b"calc(", b"/*!", b"U+1-f")


def target(data: bytes) -> None:
    for before, after in pairs(data):
        check(before, after)
    check(data, stripped_css(data))
    sheet = minified_sheet(data)
    if sheet is not None:
        # What is made runs at the speed of expressions, and the check reads token by token.
        assert css_difference(data, sheet.output) is None, (data, sheet)
        check(data, sheet.output)
    try:
        check(data, bytes(rcssmin.cssmin(data, keep_bang_comments=True)))
    except (ValueError, IndexError):
        pass  # rcssmin's own


def check(before: bytes, after: bytes) -> None:
    found = css_difference(before, after)
    if found is not None:
        assert 0 <= found.start <= len(before)
        return
    assert same(before, after), (before, after)
    try:
        ours, theirs = list(tokens(before)), list(tokens(after))
    except RecursionError:
        return
    assert ours == theirs, (before, after, ours, theirs)


def tokens(data: bytes) -> Iterator[str]:
    """Everything but white space and comments, and no semicolon that ends nothing, or what ends anyway."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    held, former = False, "{"
    for one in flat(tinycss2.parse_component_value_list(text, skip_comments=True)):
        if one == ";":
            held = former != "{"
            continue
        if held and one != "}":
            yield ";"
        held, former = False, one
        yield one


def flat(nodes: Iterable[object]) -> Iterator[str]:
    for node in nodes:
        kind = node.type
        if kind == "whitespace":
            continue
        if kind == "function":
            yield f"{node.name}("
            yield from flat(node.arguments)
            yield ")"
        elif kind in ("() block", "[] block", "{} block"):
            yield kind[0]
            yield from flat(node.content)
            yield kind[1]
        else:
            yield node.serialize()
