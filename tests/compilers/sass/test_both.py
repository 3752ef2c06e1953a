"""What LibSass and Dart Sass have in common: the same CSS for plain style sheets, errors at the same places."""

from __future__ import annotations

import re

import pytest
import tinycss2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assetbuild.errors import errors_of
from compilers.sass.conftest import Make
from compilers.sass.test_sass import origin

BROKEN = {
    "an undefined variable": ("a { b: $nope; }", "$nope"),
    "a property without a value": ("a { b: 1; c }", "c }"),
    "units that do not fit": ("a { b: 1px + 1s; }", "1px + 1s"),
    "an error of the author's": ("@if true { @error 'mine'; }", "@error"),
}
BEFORE = {
    "nothing": "",
    "lines": "/* one */\n\n",
    "CRLF": "/* one */\r\n\r\n$a: 1;\r\n",
    "characters beyond ASCII": "/* é 😀 */ $é: '😀';\n/* 😀é */ ",
    "a byte order mark": "\ufeff",
    "a mark, CRLF and more": "\ufeff/* 😀 */\r\n$é: 'ü';\r\n/* 😀 */ ",
}


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE.keys())
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("depth", [0, 2])
def test_an_error_points_at_the_file_the_line_and_the_column(
    either: Make, before: str, broken: tuple[str, str], depth: int
) -> None:
    text, at = broken
    files = {
        0: {"a/app.scss": before + text},
        2: {"a/app.scss": "@import 'x/one';", "a/x/_one.scss": "@import 'two';", "a/x/_two.scss": before + text},
    }[depth]
    (one,) = errors_of(either(files).compile("app.scss").diagnostics)
    written = before.removeprefix("\ufeff") + text
    line = written.count("\n", 0, written.index(at)) + 1
    assert (one.file, one.line) == ("a/x/_two.scss" if depth else "a/app.scss", line)
    assert one.source == written.split("\n")[line - 1].rstrip("\r")
    assert one.column is not None
    # LibSass points behind what it could not read, or at the value that a problem is in.
    start = written.split("\n")[line - 1].index(at) + 1
    assert start <= one.column <= len(one.source) + 1


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE.keys())
def test_an_undefined_name_is_shown_where_it_stands(either: Make, before: str) -> None:
    project = either({"a/app.scss": f"{before}a {{ b: 1 + $nope; }}"})
    (one,) = errors_of(project.compile("app.scss").diagnostics)
    assert one.source is not None
    assert one.column is not None
    assert one.source[one.column - 1 :].startswith("$nope")
    assert one.length == 5


def test_an_error_in_a_function_of_another_file_is_shown_there_with_its_user(either: Make) -> None:
    files = {
        "a/app.scss": "@import 'f';\n\na { b: f(1px) }",
        "a/_f.scss": "/* é */\n@function f($x) {\n  @return $x + 1s;\n}",
    }
    (one,) = errors_of(either(files).compile("app.scss").diagnostics)
    assert (one.file, one.line, one.column) == ("a/_f.scss", 3, 11)
    assert "a/app.scss:3:8" in (one.hint or "")


def test_an_undefined_mixin_is_shown_where_it_is_included(either: Make) -> None:
    files = {"a/app.scss": "@import 'p';", "a/_p.scss": "\r\na {\r\n  /* é */ @include nope;\r\n}"}
    (one,) = errors_of(either(files).compile("app.scss").diagnostics)
    assert (one.file, one.line, one.source) == ("a/_p.scss", 3, "  /* é */ @include nope;")
    assert one.column in (11, 20)


def test_an_error_in_the_indented_syntax_is_shown_on_its_line(either: Make) -> None:
    files = {"a/app.scss": "@import 'p';", "a/_p.sass": "// é\r\na\r\n  b: c\r\n\r\n  d: $nope\r\n"}
    (one,) = errors_of(either(files).compile("app.scss").diagnostics)
    assert (one.file, one.line, one.source) == ("a/_p.sass", 5, "  d: $nope")


@pytest.mark.parametrize("style", ["expanded", "compressed"])
def test_a_url_belongs_to_the_sheet_that_it_is_written_in(either: Make, style: str) -> None:
    files = {
        "a/app.scss": "@import 'one/m', 'two/m', 'two/v'; p { @include in-one; @include in-two; v: $v; w: url(w.png) }",
        "a/one/_m.scss": "@mixin in-one { background: url('one.png') } a { b: url(a.png) }",
        "a/two/_m.scss": "/* é */ @mixin in-two { background: url('two.png') }",
        "a/two/_v.scss": "$v: url('v.png');",
    }
    project = either(files)
    result = project.compile("app.scss", style=style)
    assert origin(project, result, "one.png") == ("a/one/_m.scss", "one.png")
    assert origin(project, result, "a.png") == ("a/one/_m.scss", "a.png")
    assert origin(project, result, "two.png") == ("a/two/_m.scss", "two.png")
    assert origin(project, result, "v.png") == ("a/two/_v.scss", "v.png")
    assert origin(project, result, "w.png") == ("a/app.scss", "w.png")


NAMES = st.sampled_from(["a", "b-c", "x1", "é"])
VALUES = st.recursive(
    st.one_of(
        NAMES,
        st.integers(0, 999).map(str),
        st.integers(1, 99).map("{}px".format),
        st.just("'text'"),
        st.just("$v"),
        st.just("url(x.png)"),
        st.just("#abcdef"),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" ".join),
        st.tuples(inner, inner).map(", ".join),
        inner.map("nth(({} z), 1)".format),
    ),
    max_leaves=4,
)
DECLARATIONS = st.tuples(NAMES, VALUES).map(lambda one: f"p-{one[0]}: {one[1]};")
RULES = st.recursive(
    st.lists(DECLARATIONS, min_size=1, max_size=3).map("\n".join),
    lambda inner: st.one_of(
        st.tuples(NAMES, inner).map(lambda one: f".{one[0]} {{ {one[1]} }}"),
        st.tuples(NAMES, inner).map(lambda one: f"&:hover .{one[0]} {{ {one[1]} }}"),
        inner.map("@media (min-width: 10px) {{ {} }}".format),
        inner.map("@if 1 < 2 {{ {} }}".format),
        inner.map("@each $v in 1, 2 {{ .n-#{{$v}} {{ {} }} }}".format),
    ),
    max_leaves=4,
)


def normal_form(css: str) -> list[str]:
    """The tokens, without white space between them and with one kind of quotes."""
    text = re.sub(r"\s+", " ", css).replace('"', "'")
    parts = [token.serialize() for token in tinycss2.parse_component_value_list(text, skip_comments=True)]
    return [part for one in parts if (part := re.sub(r"\s*([{};:,])\s*", r"\1", one).strip())]


@given(rule=RULES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_plain_style_sheets_come_out_the_same(both: tuple[Make, Make], rule: str) -> None:
    text = f"$v: 1px;\n.top {{ {rule} }}\n"
    results = [make({"a/app.scss": text}).compile("app.scss") for make in both]
    assert all(result.assets for result in results)
    made = [result.assets[0].content.read().decode() for result in results]
    first, second = ("".join(normal_form(css)).replace(";}", "}") for css in made)
    assert first == second
