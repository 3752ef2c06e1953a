"""Style sheets for hypothesis: as people write them, and soups of tokens."""

from __future__ import annotations

from hypothesis import strategies as st

BLANK = st.sampled_from(["", "", " ", "\n ", "/**/", " /* c */ "])
COMPOUND = st.sampled_from(
    [
        "a",
        ".b",
        "#c",
        "*",
        "&",
        "a:hover",
        ":is(.a, .b :hover)",
        '[x="y z"]',
        ":nth-child(2n + 1)",
        ".b\\:c",
        "[x~=y]",
        "[ x |= 'y' i ]",
    ]
)
COMBINATOR = st.sampled_from([" ", " > ", "+", " ~ ", ">"])
VALUES = [
    "red", "1px", "-1px", "+1px", "calc(1px + 2px)", "calc(1px*2 / 3)", "calc( (1px + var( --x )) * -1 )",
    "url( a.png )", 'url("a b.png")', "'x  y'", "var(--x, )", "var(--x)", "rgb(0 0 0 / 50%)", "#fff", "!important",
    "/", ",", "\\31 x", "progid:X.Y(a=1)",
]  # fmt: skip
AT_RULES = [
    "@media (min-width : 3px) and (width >= 4px)", "@MEDIA not all and ( monochrome )",
    "@media (width > calc(1px + var(--x)))", "@layer a", "@container c (width > 1px)", "@scope (.a) to (.b :hover)",
    "@supports selector(a :hover) and (a: b)", "@page :first", "@font-face", "@custom-variant x (& :hover)",
    "@container style(--x: a b)", "@keyframes  k",
]  # fmt: skip


@st.composite
def declaration(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(["color", "--x", "*zoom", "-webkit-a"]))
    values = draw(st.lists(st.sampled_from(VALUES), max_size=4))
    return name + draw(BLANK) + ":" + draw(BLANK) + "".join(value + draw(BLANK) + " " for value in values)


@st.composite
def selector(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.tuples(COMPOUND, COMBINATOR), min_size=1, max_size=3))
    return "".join(compound + combinator for compound, combinator in parts) + draw(COMPOUND)


def block(contents: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    rule = st.tuples(selector() | st.sampled_from(AT_RULES), BLANK, st.lists(contents, max_size=3), BLANK)
    return rule.map(lambda parts: f"{parts[0]}{parts[1]}{{{parts[3]}{';'.join(parts[2])}{parts[3]}}}")


RULE = st.recursive(block(declaration()), lambda inner: block(inner | declaration()), max_leaves=6)
LOOSE = st.sampled_from(
    [";", "@layer a , b;", "@import 'x' layer(a) supports(a :b) screen;", "/*! l */", "<!--", "-->", "\n"]
)
SHEET = st.lists(RULE | LOOSE, max_size=5).map("".join)
SOUP = st.lists(
    st.sampled_from(
        [
            *"{}()[];:,.#@+-*/<>!=~|^$\\ \n",
            "a",
            "1",
            "1px",
            "--x",
            "--x:",
            "url(",
            "'",
            '"',
            "/*",
            "*/",
            "@media ",
            "calc(",
            "é",
            "/*!",
            "!important",
            "a:b",
            ";}",
            "\\31 ",
            "\\:",
            "/**/",
            '@charset "a";',
            "@layer a;",
            "\t",
            "\r\n",
            "\x01",
        ]
    )
).map("".join)

# Declarations, selectors and rules in any order, with what is read differently in each of them.
TRICKY = st.lists(
    st.sampled_from(
        [
            "a{", "}", ";", "{", " ", "x > y {", "d : e", "b: c;", "--v: ;", "--v:{", "--v: a > b", "k: 1px + 2px",
            "f: g !important;", "! x", " ! important }", "& :hover {", "a , b {", "@media (min-width : 1px) {",
            "@scope (a > b) to (c :d) {", "@supports selector(a :b) {", "@layer a , b;", "(a: b)", "[a > b]",
            "[a ~= b]", "[a[b] > c]", ":nth-child(2n + 1)", " + .5", " +1", "1e", "- >", "-- >", "-->", "<!--", "~",
            ": ", " :", "filter: progid:X.Y(a=1);", "a: b {", ";;", "};", "/**/", "/*! l */", "/* c */", "\\31 ",
            "url( a )", "URL( b )", "url('c d')", "'s ; t'", '"{ \\" }"', "hsl( 1 )", "calc( (1px + 2px) * 3 )", "\n",
            "/", "*",
        ]
    ),
    max_size=14,
).map("".join)  # fmt: skip
