"""The check behind the minifiers of scripts, and our own stripping: no damage passes, nothing ordinary is held back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rjsmin
from hypothesis import given, settings
from hypothesis import strategies as st

from assetbuild.compilers.javascript.check import javascript_difference, located_difference, says_the_same
from assetbuild.compilers.javascript.gaps import canonical, skeleton_of
from assetbuild.compilers.javascript.strip import minified_javascript, stripped_javascript
from javascript_judge import judged
from references.corpus import PACKAGES, SCRIPTS, corpus
from requirements_of_tests import need


def minify(data: bytes) -> bytes:
    return bytes(rjsmin.jsmin(data, keep_bang_comments=True))


def same(before: bytes, after: bytes) -> bool:
    """What the fast check says."""
    script = skeleton_of(before)
    return script is not None and says_the_same(script, after)


DAMAGED_BY_RJSMIN = {
    "private fields on lines of their own": "class A{#a\n#b\nc}",
    "nested templates": "x=`a${`b ${ c } `}  d`",
    "a quote in a regular expression after an arrow": "f=a=>/ '/.test(a)",
    "after dots": "f(.../ '  '/)",
    "after typeof": "x=typeof / '/",
    "after yield": "function*g(){yield / '/}",
    "inside a substitution": "x=`${/ '`  '/}`",
    "a number's method": "1 .toFixed()",
    "a prefix on the next line": "x\n~y",
    "class fields with string names": "class A{'a'=1\n'b'=2}",
}


@pytest.mark.parametrize("script", DAMAGED_BY_RJSMIN.values(), ids=DAMAGED_BY_RJSMIN)
def test_what_rjsmin_is_known_to_damage_is_caught(script: str) -> None:
    before = script.encode()
    after = bytes(rjsmin.jsmin(before))
    assert after != before
    assert javascript_difference(before, after) is not None
    assert not same(before, after)


def test_a_script_with_a_name_that_has_an_escape_in_braces_keeps_its_gaps() -> None:
    before = b"'\\u{61}'; for (const \\u{62} of c) d // e\n"
    assert javascript_difference(before, minify(before)) is not None
    assert not same(before, minify(before))
    stripped = stripped_javascript(before)
    assert stripped is not None
    assert stripped.rstrip() == b"'\\u{61}'; for (const \\u{62} of c) d"
    assert same(before, stripped)
    # In a literal it is nothing to a minifier.
    assert stripped_javascript(b"a = '\\u{61}'") == b"a='\\u{61}'"


@pytest.mark.parametrize("after", [b"a=e\\u {61}$", b"a=e\\u{ 61}$", b"a=e\\u\n{61}$", b"a=e\\u{61} $"])
def test_no_gap_may_come_into_such_an_escape(after: bytes) -> None:
    assert not same(b"a=e\\u{61}$", after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\nb = 2", "a=1 b=2"),
        ("a/=b", "a/ =b"),
        ("a\n/=b/c", "a/ =b/c"),
        ("return\nx", "return x"),
        ("return x", "return\nx"),
        ("a = b\n++c", "a=b++c"),
        ("a = b\n(c)", "a=b\n(d)"),
        ("class A{get\n*b(){}}", "class A{get*b(){}}"),
        ("class A{a\n[b]=1}", "class A{a[b]=1}"),
        ("class A{in\nx}", "class A{in x}"),
        ("x = function(){}\ny()", "x=function(){}y()"),
        ("a + +b", "a++b"),
        ("a - -b", "a--b"),
        ("3 in x", "3in x"),
        ("a ? .5 : 1", "a?.5.1"),
        ("'a  b'", "'a b'"),
        ("`a  b`", "`a b`"),
        ("/a  b/g", "/a b/g"),
        ("x-->0", "x\n-->0"),
        ("x\n-->0\ny", "x-->0\ny"),
        ("#!/usr/bin/env node\nf()", "#!/usr/bin/env node f()"),
        ("a < !--b", "a<!--b"),
        ("a /*\n*/ b", "a b"),
        ("a\u2028b", "a b"),
        ("throw\na", "throw a"),
        ("f()\n{a}", "f(){a}"),
        ("let a;a", "let a"),
        ("(a", "(a"),
        ("`a", "`a"),
    ],
)
def test_a_script_that_says_something_else_is_caught(before: str, after: str) -> None:
    assert javascript_difference(before.encode(), after.encode()) is not None
    assert not same(before.encode(), after.encode())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1 ;\n b = 2", "a=1;b=2"),
        ("f ( a ,\n b )", "f(a,b)"),
        ("{\n a\n}", "{a}"),
        ("a =\n b", "a=b"),
        ("a\n.b\n?.c", "a.b?.c"),
        ("a // why\nb", "a\nb"),
        ("/*! keep */ a", "/*! keep */\na"),
        ("class A { b() {}\n *c() {} }", "class A{b(){}*c(){}}"),
        ("a ||\n b\n && c", "a||b&&c"),
        ("1.5.toFixed(), 1..toFixed(), .5, 0x1F, 1_0n, 1e+5", "1.5.toFixed(),1..toFixed(),.5,0x1F,1_0n,1e+5"),
        ("\ufeffa", "a"),
        ("a\xa0=\u3000b\u2028/*\u2028*/c\t\v\f;\r\nd", "a=b\nc;d"),
        ("a\n/ b\n/= c", "a/b/=c"),
        ("`a ${ b\n} c ${\nd }`", "`a ${b} c ${d}`"),
        ("x ++ === y -- > z", "x++===y-->z"),
        ("f ( ... a , b1\n.c , 0x1 .d )", "f(...a,b1.c,0x1.d)"),
        ("", ""),
    ],
)
def test_what_minifiers_ordinarily_do_to_a_script_is_no_difference(before: str, after: str) -> None:
    assert javascript_difference(before.encode(), after.encode()) is None
    assert same(before.encode(), after.encode())


TOKENS = r"""
a
b1
1
.5
'x y'
'"'
`t  ${
`z`
}
{
(
)
[
]
/r '/
/
=>
=
+
++
-
--
>
<!--
;
,
.
...
return
yield
typeof
class
#p
@
*
&
|
?
!
:
1.
//c
/*c*/
/*!l*/
"""


@given(st.lists(st.tuples(st.sampled_from(TOKENS.splitlines()), st.sampled_from(["", " ", "\n", "  "]))))
def test_any_soup_is_judged_without_a_crash_and_like_itself_if_whole(pairs: list[tuple[str, str]]) -> None:
    data = "".join(token + gap for token, gap in pairs).encode()
    verdict = javascript_difference(data, data)
    assert verdict is None or "does not end" in verdict.text
    minified = bytes(rjsmin.jsmin(data))
    shown = same(data, minified)
    assert not shown or javascript_difference(data, minified) is None
    own = stripped_javascript(data)
    assert own is None or javascript_difference(data, own) is None
    if own is not None:
        assert stripped_javascript(own) == own
        assert same(data, own) or b"-->" in own or b"<!--" in own


# Programs, as lists of tokens; what stands between these is drawn anew.

OPERATORS = ["+", "-", "*", "/", "%", "<", ">", "===", "&&", "||", "??", "**", "in", "instanceof", "=", "+=", ",", "|"]
PREFIXES = ["-", "+", "~", "!", "typeof", "void", "--", "++"]
ATOMS = ["a", "b1", "1", ".5", "2.", "0x1F", "1_0n", "'x  y'", '"]"', "''", "`t ; u`", "/r '`/g", "/[/ ]/", "this", "é"]
NAMES = ["a", "get", "static", "of", "async", "'k'", "1", "[", "#p"]


def flat(parts: tuple[list[str], ...]) -> list[str]:
    return [token for part in parts for token in part]


def joined(*parts: st.SearchStrategy[list[str]] | str) -> st.SearchStrategy[list[str]]:
    return st.tuples(*(st.just([part]) if isinstance(part, str) else part for part in parts)).map(flat)


def one(*tokens: str) -> st.SearchStrategy[list[str]]:
    return st.sampled_from(tokens).map(lambda token: [token])


def larger(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    return st.one_of(
        joined(inner, one(*OPERATORS), inner),
        joined(one(*PREFIXES), inner),
        joined("a", one("++", "--")),
        joined("(", inner, ")"),
        joined("[", inner, ",", "...", inner, "]"),
        joined("a", "[", inner, "]"),
        joined("f", "(", inner, ")", "?.", "b"),
        joined("1", ".", "toFixed", "(", ")"),
        joined("`x ${", inner, "} '${", inner, "}`"),
        joined("(", "{", "k", ":", inner, "}", ")"),
        joined("x", "=>", inner),
        joined(inner, "?", inner, ":", inner),
        joined("function", "(", ")", "{", "return", inner, "}"),
    )


EXPRESSION = st.recursive(one(*ATOMS), larger, max_leaves=6)
END = one(";", "\n")
MEMBER = st.one_of(
    joined(one("#p", "a", "'k'", "get", "static", "1"), END),
    joined(one("#p", "a", "'k'"), "=", EXPRESSION, END),
    joined(one("get", "static", "*", "async"), "a", "(", ")", "{", "}"),
    joined("[", EXPRESSION, "]", "=", "1", END),
)
STATEMENT = st.one_of(
    joined(EXPRESSION, END),
    joined("var", "x", "=", EXPRESSION, END),
    joined("if", "(", EXPRESSION, ")", EXPRESSION, END),
    joined("for", "(", "x", "of", EXPRESSION, ")", "{", EXPRESSION, "}"),
    joined("function", "*", "g", "(", ")", "{", "yield", EXPRESSION, END, "return", EXPRESSION, "}"),
    joined("class", "A", "{", MEMBER, MEMBER, "}"),
    joined("l", ":", "while", "(", EXPRESSION, ")", "{", "break", "l", END, "}"),
)
PROGRAM = st.lists(STATEMENT, min_size=1, max_size=4).map(lambda parts: flat(tuple(parts)))
# Blanks before comments, so that a slash before them stays one. tree-sitter overlooks line breaks in comments and does
# not take every space for one: these stand in the tests above.
GAP = st.sampled_from([" ", " ", " ", "  ", "\t", "\n", "\n", "\r\n", " /* c */ ", " // ' c\n"])
ALONE = frozenset("(){}[],;:~")


def text_of(tokens: list[str], gaps: list[str]) -> bytes:
    """The tokens with these gaps between them, in turn; none where the tokens part by themselves and one is a blank."""
    parts = []
    for number, token in enumerate(tokens):
        gap = gaps[number % len(gaps)]
        if gap == " " and number and (token in ALONE or tokens[number - 1] in ALONE):
            gap = ""
        parts += [gap, token]
    return "".join(parts).encode()


def is_another_program(config: pytest.Config, before: bytes, after: bytes) -> bool:
    """Whether acorn sees another tree, which has the last word where tree-sitter does: that misreads some programs.

    It knows no line break between the name of a generator method and its parameters, for one. What acorn does not read
    was no program before.
    """
    folder = corpus(config, {"acorn": PACKAGES["acorn"]}, SCRIPTS, "npm-acorn")
    (judgement,) = judged(folder, [(before, after)])
    return judgement.goal is not None and judgement.difference is not None


class TreeSitter:
    """The tree of a script by another parser, without positions and comments."""

    def __init__(self) -> None:
        need("tree_sitter")
        need("tree_sitter_javascript")
        import tree_sitter
        import tree_sitter_javascript

        self._parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))

    def read(self, data: bytes) -> list[tuple[str, bytes]] | None:
        """Nodes in order, leaves with their text; None for what is no script."""
        root = self._parser.parse(data).root_node
        if root.has_error:
            return None
        found: list[tuple[str, bytes]] = []
        pending = [root]
        while pending:
            node = pending.pop()
            # A semicolon may be written or not.
            if node.type not in ("comment", ";"):
                found.append((node.type, b"" if node.child_count else node.text or b""))
                pending += reversed(node.children)
        return found


@settings(max_examples=100)
@given(PROGRAM, st.lists(GAP, min_size=1, max_size=9))
def test_stripping_leaves_the_tree_that_another_parser_sees(
    pytestconfig: pytest.Config, tokens: list[str], gaps: list[str]
) -> None:
    parser = TreeSitter()
    before = text_of(tokens, gaps)
    own = stripped_javascript(before)
    assert own is not None
    assert javascript_difference(before, own) is None
    expected = parser.read(before)
    if expected is not None and parser.read(own) != expected:
        assert not is_another_program(pytestconfig, before, own)


def damaged(tokens: list[str]) -> Iterator[list[str]]:
    """The tokens with one of them gone, doubled, changed, or changed places with the next."""
    for index, token in enumerate(tokens):
        if token == "\n":
            continue
        rest = tokens[index + 1 :]
        yield tokens[:index] + rest
        yield [*tokens[:index], token, token, *rest]
        yield [*tokens[:index], token[:-1] + "0" + token[-1:], *rest]
        yield [*tokens[:index], token[:-1] + " ; " + token[-1:], *rest]
        yield [*tokens[:index], token.replace("x", "y").replace("1", "2").replace("a", "b").replace(" ", ""), *rest]
        if rest:
            yield [*tokens[:index], rest[0], token, *rest[1:]]
            yield [*tokens[:index], token + rest[0], *rest[1:]]


@settings(max_examples=15)
@given(PROGRAM, st.lists(GAP, min_size=1, max_size=5))
def test_a_script_with_a_damaged_token_is_refused_unless_another_parser_sees_the_same_tree(
    pytestconfig: pytest.Config, tokens: list[str], gaps: list[str]
) -> None:
    parser = TreeSitter()
    before = text_of(tokens, gaps)
    script, expected = skeleton_of(before), parser.read(before)
    if script is None or expected is None:
        return
    for mutant in damaged(tokens):
        whole = text_of(mutant, [" "])
        for after in {whole, stripped_javascript(whole) or whole, minify(whole)}:
            assert located_difference(before, after) == javascript_difference(before, after)
            if says_the_same(script, after):
                assert javascript_difference(before, after) is None
                if parser.read(after) != expected:
                    assert not is_another_program(pytestconfig, before, after), after


@settings(max_examples=60)
@given(PROGRAM, st.lists(GAP, min_size=1, max_size=5))
def test_a_gap_lost_or_a_line_break_added_is_refused_or_changes_nothing(
    pytestconfig: pytest.Config, tokens: list[str], gaps: list[str]
) -> None:
    parser = TreeSitter()
    before = text_of(tokens, gaps)
    script = skeleton_of(before)
    expected = parser.read(before)
    if script is None or expected is None:
        return
    own = stripped_javascript(before) or b""
    for index in range(1, len(own)):
        for after in (
            own[:index] + own[index + 1 :],
            own[:index] + b"\n" + own[index:],
            own[:index] + b" " + own[index:],
        ):
            shown = says_the_same(script, after)
            assert located_difference(before, after) == javascript_difference(before, after)
            assert not shown or javascript_difference(before, after) is None
            if shown and parser.read(after) != expected:
                assert not is_another_program(pytestconfig, before, after), after


CLASSES = [
    *DAMAGED_BY_RJSMIN.values(),
    "class A{#a\n#b = 1\n#c(){}\nstatic\nd\n'e' = 1\n'f' = 2}",
    "x = `a${ `b ${ c } ` } ${ {a: `}`} }`",
    "f = a => /['\"`]/.test(a); g(... /[ ']/g); x = typeof / '/; function *h(){ yield / '/; return /;/ }",
    "x = `${ / '`  '/ }`; if (a) / '/.test(b); x = a ++ / b / c; x = {} / 1",
    "a = 1 .toFixed() + 1. .x + 0x1 .y + b1 .c; d = 3 in x; e = a ? .5 : b ?.c",
    "x\n~y\nx\n++y\nx\n!y\nx\n/y/g",
    "while (n --> 0) a = b --> c; a < ! --b; a + + b; a - - b; a + ++ b; a - --b; a / /x/g",
    "function f(){ return\nx }\nl: for (;;) { break\nl\ncontinue\nl }\nx = async\n(y)\nthrow a",
    "x = function(){}\ny()\nx = () => {}\n[1]\nlet z\nz",
]


def leaves(parser: TreeSitter, data: bytes) -> list[bytes]:
    return [text for _, text in parser.read(data) or [] if text]


@pytest.mark.parametrize("text", CLASSES)
def test_what_minifiers_are_known_to_damage_is_guarded_byte_by_byte(text: str) -> None:
    """Every character of a right output dropped, doubled, changed, or put in the place of the next one."""
    before = text.encode()
    script, own = skeleton_of(before), stripped_javascript(before)
    assert script is not None
    assert own is not None
    assert says_the_same(script, own) or b"-->" in own
    for index in range(len(own)):
        head, byte, tail = own[:index], own[index : index + 1], own[index + 1 :]
        for middle in (b"", byte + byte, bytes([byte[0] ^ 1]), b"0", b"/", tail[:1] + byte):
            after = head + middle + (tail[1:] if len(middle) == 2 and middle != byte + byte else tail)
            if after.translate(None, b" \n") == own.translate(None, b" \n") and after != own:
                continue  # only white space moved: see the test of gaps
            assert after == own or not says_the_same(script, after), after
            assert after == own or javascript_difference(before, after) is not None, after


def test_the_place_of_a_difference_is_told() -> None:
    before = b"a = 1 // why\nb = `${ 'x  y' }`\n~c"
    difference = javascript_difference(before, b"a=1\nb=`${'x y'}`\n~c")
    assert difference is not None
    assert before[difference.start :][: difference.length] == b"'x  y'"
    difference = javascript_difference(before, b"a=1\nb=`${'x  y'}`~c")
    assert difference is not None
    assert before[difference.start :][: difference.length] == b"~"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/*! a */\nb ( ) ;", "/*! a */b();"),
        ("/** @license a */\nb ( ) ;", "/** @license a */b();"),
        ("b ;\n// @preserve a\n( c )", "b;// @preserve a\n(c)"),
        ("return /* @cc_on */ a /* b */", "return/* @cc_on */a"),
        ("a / /*! b */ c / // @license\n /d/", "a/ /*! b */c/ // @license\n/d/"),
        ("a // @license\n > b", "a// @license\n>b"),
        ("#!/bin/node\n a ( ) // b", "#!/bin/node\na()"),
        ("class A {\n  #a\n  #b\n  get\n  c\n}", "class A{#a\n#b\nget\nc}"),
    ],
)
def test_our_own_stripping_keeps_licences_and_the_first_line(before: str, after: str) -> None:
    assert stripped_javascript(before.encode()) == after.encode()


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([";\n", ";\r\n", "; \n\t", ";\n++ =", ";\n1 .c", "b1 .c", "--", ">"]),
            st.sampled_from(TOKENS.splitlines()),
        ),
        max_size=40,
    ),
    st.lists(st.sampled_from(["", " ", "\n", "\xa0", "\x08", "\x0e\n"]), min_size=1),
)
def test_a_skeleton_made_in_parts_is_the_same(tokens: list[str], gaps: list[str]) -> None:
    code = "".join(token + gaps[number % len(gaps)] for number, token in enumerate(tokens)).encode()
    whole = canonical(code, len(code) + 1)
    assert all(canonical(code, size) == whole for size in range(6))


def test_a_line_break_after_a_licence_of_several_lines_is_one_too_many() -> None:
    before = b"a\n/*! l\n */\n(b)\n/*! m */\n(c) /\n/*! n\n*/\n\n/d/.e"
    after = b"a\n/*! l\n */(b)\n/*! m */\n(c)/\n/*! n\n*/\n/d/.e"
    assert stripped_javascript(before) == after
    assert javascript_difference(before, after) is None


@settings(max_examples=60)
@given(PROGRAM, st.lists(GAP, min_size=1, max_size=9))
def test_no_output_that_is_accepted_is_shorter_than_our_own_stripping(tokens: list[str], gaps: list[str]) -> None:
    before = text_of(tokens, gaps)
    script, own = skeleton_of(before), stripped_javascript(before)
    after = minify(before)
    if script is not None and own is not None and says_the_same(script, after):
        assert len(own) <= len(after)


@pytest.mark.parametrize(
    "text", ["(a", "`a", "a)", "'a", "/* a", "a /b", "x = {]", "`${a`", " #!a", "\x03 + 1", "<!-- @license\na"]
)
def test_what_is_not_read_with_certainty_is_not_stripped(text: str) -> None:
    if text == "a /b":
        assert stripped_javascript(text.encode()) == b"a/b"
    else:
        assert stripped_javascript(text.encode()) is None


def test_a_minifier_is_used_where_it_is_right_and_says_why_where_not() -> None:
    right = minified_javascript(b"a ( ) ;", lambda data: b"a();\n")
    assert right is not None
    assert (right.output, right.difference) == (b"a();\n", None)
    wrong = minified_javascript(b"a ( ) ;", lambda data: b"b();")
    assert wrong is not None
    assert wrong.output == b"a();"
    assert wrong.difference is not None
    licensed = minified_javascript(b"/*! a */ b ( ) ;", lambda data: b"b();")
    assert licensed is not None
    assert licensed.output == b"/*! a */b();"
