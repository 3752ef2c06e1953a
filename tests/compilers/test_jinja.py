"""Jinja2 for assets: sandboxed, the same for everyone, and every mistake has a file and a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assetbuild.compilers.run import Run
from assetbuild.errors import Diagnostic
from compilers.workbench import Workbench, text_of
from scenario import build_files


def run(root: Path, text: str, others: dict[str, str | bytes] | None = None, **options: Any) -> Run:
    return Workbench(root, {"css/a.css.jinja": text, **(others or {})}).run("css/a.css.jinja", ("jinja", options))


def problem(result: Run) -> Diagnostic:
    assert result.assets == ()
    (diagnostic,) = result.diagnostics
    return diagnostic


def test_values_come_from_the_context_and_the_declared_environment(tmp_path: Path) -> None:
    result = run(tmp_path, "a{b:{{ c.d }};e:{{ env.F }}}\n", context={"c": {"d": "1px"}}, env={"F": "2px"})
    assert text_of(result) == "a{b:1px;e:2px}\n"
    assert (result.assets[0].path, result.assets[0].type) == ("css/a.css", "text/css")


def test_asset_functions_print_urls_that_link_knows(tmp_path: Path) -> None:
    text = "\n a{b:url({{ asset_url('img/l o.png') }}) url({{ asset_data_url('i.svg') }})}"
    result = run(tmp_path, text)
    assert text_of(result) == "\n a{b:url(asset:img/l%20o.png) url(asset-data:i.svg)}"
    first, second = result.assets[0].references
    assert (first.kind, first.target, second.kind, second.target) == ("asset", "img/l o.png", "inline", "i.svg")
    assert (first.origin.file, first.origin.start) == ("src/css/a.css.jinja", text.index("img"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ missing }}", "'missing' is undefined"),
        ("{{ env.NOT }}", "no environment variable 'NOT' is declared"),
        ("{{ c.d.e }}", "c"),
        ("{% if x %}", ""),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ 'a' + 1 }}", "TypeError"),
        ("{{ [].append(1) }}", "SecurityError"),
        ("{{ ''.__class__ }}", ""),
        ("{{ range(10 ** 9) }}", "OverflowError"),
        ("{{ 'a' * 10 ** 15 }}", "OverflowError"),
        ("{{ 9 ** 9 | random }}", "No filter named 'random'"),
        ("{{ lipsum() }}", "'lipsum' is undefined"),
        ("{% include 'css/b.css' %}", "no source named 'css/b.css'"),
        ("{% include '../../etc/passwd' %}", "no source named"),
        ("{% include 'css/a.css.jinja' %}", "RecursionError"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "RecursionError"),
        ("{{ asset_url() }}", "TypeError"),
        ("{{ asset_url(3) }}", "a logical path is a string"),
        ("{{ asset_url('') }}", "no logical path"),
        ("{{ asset_url('/img/a.png') }}", "without a leading slash"),
        ("{{ asset_url(missing) }}", "'missing' is undefined"),
        ("{{ asset_url }}", "cannot be printed"),
        ("{{ 'a'.upper }}", "cannot be printed"),
        ("{{ [1]|map('string') }}", "cannot be printed"),
        ("{{ ['a'.upper] }}", "cannot be printed"),
        ("{{ cycler(1) }}", "cannot be printed"),
        ('{{ "\\ud800" }}', "UnicodeEncodeError"),
        ("{{ a b }}", "expected token"),
        ("{% for %}", ""),
        ("{% for a in [1] %}" * 25 + "{% endfor %}" * 25, ""),
        ("{{ " + "(" * 3000 + ")" * 3000 + " }}", ""),
    ],
)
def test_every_mistake_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    diagnostic = problem(run(tmp_path, f"a{{}}\n{text}\n"))
    assert diagnostic.file == "src/css/a.css.jinja"
    assert words in diagnostic.text
    assert "0x" not in diagnostic.text
    if diagnostic.line == 1:
        assert "Recursion" in diagnostic.text or "Unicode" in diagnostic.text or "Syntax" in diagnostic.text
    else:
        assert diagnostic.line in (2, 3)


def test_a_mistake_in_an_included_file_is_told_there(tmp_path: Path) -> None:
    others: dict[str, str | bytes] = {"b.css": "x\n\n{{ missing }}", "c.css": "\n{% if %}", "d.css": b"a\n\xff"}
    for name, line in (("b.css", 3), ("c.css", 2), ("d.css", 2)):
        diagnostic = problem(run(tmp_path, "{% include '" + name + "' %}", others))
        assert (diagnostic.file, diagnostic.line) == (f"src/{name}", line)


def test_a_template_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    result = Workbench(tmp_path, {"a.css.jinja": b"a{}\n\xe9"}).run("a.css.jinja", "jinja")
    assert (problem(result).file, problem(result).line) == ("src/a.css.jinja", 2)


def test_a_missing_include_names_the_nearest_source(tmp_path: Path) -> None:
    diagnostic = problem(run(tmp_path, "{% include 'css/bas.css' %}", {"css/base.css": ""}))
    assert diagnostic.hint == "did you mean 'css/base.css'?"


def test_what_was_included_and_what_was_missing_is_remembered(tmp_path: Path) -> None:
    bench = Workbench(tmp_path, {"a.css.jinja": "{% include ['no.css', 'b.css'] %}", "b.css": "b{}"})
    assert text_of(bench.run("a.css.jinja", "jinja")) == "b{}"
    assert bench.tools.logical["no.css"] is None
    assert bench.tools.logical["b.css"] == bench.sources["b.css"].digest


def test_the_context_of_the_build_cannot_be_changed(tmp_path: Path) -> None:
    values: dict[str, Any] = {"c": [1]}
    assert "SecurityError" in problem(run(tmp_path, "{{ c.append(2) }}", context=values)).text
    assert values == {"c": [1]}


def test_output_does_not_depend_on_the_order_of_the_environment(tmp_path: Path) -> None:
    text = "{% for name in env %}{{ name }}{% endfor %}"
    assert text_of(run(tmp_path, text, env={"B": "", "A": ""})) == text_of(run(tmp_path, text, env={"A": "", "B": ""}))


def test_a_byte_order_mark_goes_and_the_last_newline_stays(tmp_path: Path) -> None:
    assert text_of(run(tmp_path, "\ufeffa{}\n\n")) == "a{}\n\n"


@pytest.mark.parametrize("text", ["{{ env.A }}", "{{ env['A'] }}", "{% set e = env %}{{ e.A|upper }}", "{{ env.A.b }}"])
def test_a_variable_that_is_not_declared_or_not_set_says_so(tmp_path: Path, text: str) -> None:
    undeclared = problem(run(tmp_path, text, env={"B": "1"}))
    assert undeclared.text == "no environment variable 'A' is declared"
    assert undeclared.hint == "name it in `env` of the configuration"
    unset = problem(run(tmp_path, text, env={"A": None}))
    assert (unset.text, unset.hint) == ("the environment variable 'A' is not set", None)


def test_a_variable_that_is_not_set_may_have_a_default_and_is_not_listed(tmp_path: Path) -> None:
    text = "{{ env.A|default('d') }}{{ env.B is defined }}{{ env.get('A', 'g') }}{{ env|list }}"
    assert text_of(run(tmp_path, text, env={"A": None, "C": "1"})) == "dFalseg['C']"


def test_what_is_not_the_environment_has_jinjas_own_words(tmp_path: Path) -> None:
    assert problem(run(tmp_path, "{{ c.A }}", context={"c": {}})).text == "'dict object' has no attribute 'A'"
    assert "unsafe" in problem(run(tmp_path, "{{ env.__class__ }}")).text


def test_each_reference_of_a_template_is_placed_where_its_name_stands() -> None:
    template = (
        ".a{b:url(max.png)}\n.b{b:url(\"{{ asset_url('x.png') }}\")}\n.c{b:url(x.png)}\n"
        ".d{b:url(asset:x.png)}\n{% for i in [1, 2] %}.e{b:url(y.png)}{% endfor %}\n"
    )
    outcome = build_files({"a.css.jinja": template, "max.png": ""})
    assert [error.split(" no asset")[0] for error in outcome.errors] == [
        "error: assets/a.css.jinja:2:25:",
        "error: assets/a.css.jinja:3:10:",
        "error: assets/a.css.jinja:4:10:",
        "error: assets/a.css.jinja:5:31:",
    ]


@pytest.mark.parametrize("text", ["{{ 'a' * 10 ** 10 }}", "{{ [1, 2] * 9999999999 }}", "{{ 9 ** (9 ** 9) }}"])
def test_one_expression_cannot_take_all_memory(tmp_path: Path, text: str) -> None:
    found = problem(run(tmp_path, "\n" + text))
    assert (found.line, found.text.split(":")[0]) == (2, "OverflowError")
    assert "would be too large" in found.text


def test_products_and_powers_are_those_of_python(tmp_path: Path) -> None:
    text = "{{ 'ab' * 2 }} {{ 2 * 'ab' }} {{ 'a' * -1 }} {{ 2 ** 3 }} {{ 2 ** -1 }} {{ 4 ** 0.5 }} {{ [1] * 2 }}"
    assert text_of(run(tmp_path, text)) == "abab abab  8 0.5 2.0 [1, 1]"


def test_a_template_that_includes_itself_and_a_missing_argument_are_told_in_words(tmp_path: Path) -> None:
    assert "may lead back to itself" in problem(run(tmp_path, "{% include 'css/a.css.jinja' %}")).text
    assert (
        "asset_url() missing 1 required positional argument: 'path'" in problem(run(tmp_path, "{{ asset_url() }}")).text
    )
