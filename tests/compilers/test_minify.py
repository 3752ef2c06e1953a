"""Minifying: smaller or as it was, never another meaning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetbuild.compilers.base import Result
from assetbuild.compilers.minify import minify_css, minify_javascript, minify_json
from compilers.workbench import IN_MEMORY, Workbench, asset_of, found_in, names, text_of


def minified_json(text: str | bytes) -> Result:
    return minify_json((asset_of("a.json", text),), {}, IN_MEMORY)


def minified_css(text: str | bytes) -> Result:
    return minify_css((asset_of("a.css", text),), {}, IN_MEMORY)


def minified_js(text: str | bytes) -> Result:
    return minify_javascript((asset_of("a.js", text),), {}, IN_MEMORY)


def test_json_keeps_the_spelling_of_numbers_strings_and_double_keys() -> None:
    text = '{ "a" : 1.50, "a" : -0.0e+10 ,\r\n "b c" : [ "\\u00e9 é\\" ", 1E400, ' + "9" * 5000 + " ] }"
    expected = '{"a":1.50,"a":-0.0e+10,"b c":["\\u00e9 é\\" ",1E400,' + "9" * 5000 + "]}"
    assert text_of(minified_json(text)) == expected


@pytest.mark.parametrize(
    "text", ["{", "", "[NaN]", "[-Infinity ]", "{'a': 1}", "[1,]", b"[\xff]", "[" * 100_000, '["\n"]', "// c\n1"]
)
def test_what_is_no_json_stays_as_it_is_with_a_warning(text: str | bytes) -> None:
    result = minified_json(text)
    data = text.encode() if isinstance(text, str) else text
    assert result.assets[0].content.read() == data
    assert [problem.severity for problem in result.diagnostics] == ["warning"]
    assert result.diagnostics[0].file == "src/a.json"


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ('{\n  "a": "\u00e9", x\n}', 2, 13, "not JSON: Expecting property name enclosed in double quotes"),
        ("\ufeff{x}", 1, 2, "not JSON: Expecting property name enclosed in double quotes"),
        ('["\n"]', 1, 3, "not JSON: Invalid control character"),
        ("", 1, 1, "not JSON: it is empty"),
        ("[1] 2", 1, 5, "not JSON: Extra data"),
        (b"[\n\xff]", 2, 1, "not UTF-8: invalid start byte"),
        ("[NaN]", None, None, "NaN is no JSON value"),
        ("[" * 100_000, None, None, "it is nested too deeply"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(
    tmp_path: Path, text: str | bytes, line: int | None, column: int | None, reason: str
) -> None:
    (warning,) = Workbench(tmp_path, {"a.json": text}).run("a.json", "json").diagnostics
    assert (warning.file, warning.line, warning.column, warning.severity) == ("src/a.json", line, column, "warning")
    assert warning.text == f"left unminified: {reason}"


def test_what_a_template_made_is_not_sought_in_the_template(tmp_path: Path) -> None:
    bench = Workbench(tmp_path, {"a.json.jinja": "{# a comment #}[1,\n{{ 'x' }}]"})
    (warning,) = bench.run("a.json.jinja", "jinja", "json").diagnostics
    assert (warning.file, warning.line) == ("src/a.json.jinja", None)
    assert "line 2 column 1" in warning.text


def test_a_byte_order_mark_goes_from_json() -> None:
    assert text_of(minified_json("\ufeff[1]")) == "[1]"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES, st.booleans())
def test_minified_json_is_the_same_value(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=ascii_only).encode("utf-8", "replace")
    result = minified_json(text)
    assert json.loads(result.assets[0].content.read()) == json.loads(text)
    assert result.diagnostics == ()


def test_a_sheet_that_rcssmin_would_damage_is_stripped_instead() -> None:
    result = minified_css("@layer a {\n  .b :hover {\n    --x: ;\n  }\n}\n")
    assert text_of(result) == "@layer a{.b :hover{--x: }}"
    (notice,) = result.diagnostics
    assert (notice.severity, notice.file) == ("notice", "src/a.css")


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        (".a{b:c}\n.d{\n  e :hover{f:g} }", 3, 5, "' :' to ':'"),
        ("\ufeff/* é */ :is(.i[type=url], .j){ k: l }", 1, 24, "']' to ','"),
        ("a{\n  --é: ;\n}", 2, 8, "' ' to ';'"),
        ('a{b:\n\n url("a  b.png") }', 3, 6, "'\"a  b.png\"' to '\"ab.png\"'"),
    ],
)
def test_what_rcssmin_would_have_damaged_is_told_with_its_place(
    tmp_path: Path, text: str, line: int, column: int, reason: str
) -> None:
    (notice,) = Workbench(tmp_path, {"a.css": text}).run("a.css", "rcssmin").diagnostics
    assert (notice.file, notice.line, notice.column, notice.severity) == ("src/a.css", line, column, "notice")
    assert notice.text == f"minified by our own stripping: the minifier would have changed {reason}"


def test_what_a_template_made_of_a_sheet_is_told_in_the_template(tmp_path: Path) -> None:
    bench = Workbench(tmp_path, {"a.css.jinja": "{# a comment #}a{ --x: ; }"})
    (notice,) = bench.run("a.css.jinja", "jinja", "rcssmin").diagnostics
    assert (notice.line, notice.column) == (1, 24)


def test_a_large_malformed_sheet_stays_as_it_is_with_a_notice(tmp_path: Path) -> None:
    run = Workbench(tmp_path, {"a.css": "a { b: c }\n" * 400_000 + "}\n"}).run("a.css", "rcssmin")
    (notice,) = run.diagnostics
    assert (notice.severity, notice.file) == ("notice", "src/a.css")
    assert notice.text.startswith("left unminified: it is malformed")
    assert text_of(run).endswith("a { b: c }\n}\n")


@pytest.mark.parametrize("damaged", ["", "a{--x: ;}"])
def test_all_licence_comments_of_a_sheet_stay(damaged: str) -> None:
    sheet = "/*! one */ a { b: c; /* @license two */ d: e } /* @preserve\n three */ f { g /*! four */ : h } /* five */"
    text = text_of(minified_css(sheet + damaged))
    for licence in ("/*! one */", "/* @license two */", "/* @preserve\n three */", "/*! four */"):
        assert licence in text
    assert "five" not in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ufeffx  =  '\u00e9'\n  ~y", "\ufeffx='\u00e9'\n~y"),
        ("class A {\n  #a\n  #b\n}\n", "class A{#a\n#b}"),
        ("x = `a  ${ b  + `c  d` }  e`\n", "x=`a  ${b+`c  d`}  e`"),
    ],
)
def test_a_script_that_rjsmin_would_damage_is_minified_without_a_word(tmp_path: Path, text: str, expected: str) -> None:
    run = Workbench(tmp_path, {"a.js": text}).run("a.js", "rjsmin")
    assert text_of(run) == expected
    assert run.diagnostics == ()


@pytest.mark.parametrize("text", ["f ( a", "`a ${ b", "a = ' b", b"\x00\x01 ( \x7f", "x = /* c"])
def test_a_script_that_does_not_end_stays_as_it_is_with_a_warning(text: str | bytes) -> None:
    result = minified_js(text)
    assert result.assets[0].content.read() == (text.encode() if isinstance(text, str) else text)
    (warning,) = result.diagnostics
    assert (warning.severity, warning.file, warning.tally) == ("warning", "src/a.js", "script left as it is")


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("f(\n[)", 2, 2, "')' where '[' is open"),
        ("f()\n}", 2, 1, "'}' closes no bracket"),
        ("if (a) {\n  g(", 2, 4, "'(' is not closed"),
        ("x = '\u00e9' + 'b\n", 1, 11, "a string that does not end"),
        ("\ufeffx = `a ${ b } c", 1, 13, "a template that does not end"),
        ("x = `a ${ b(`", 1, 13, "a template that does not end"),
        ("x = `a ${ [b`c`", 1, 11, "'[' is not closed"),
        ("x = `a ${ b", 1, 9, "'{' is not closed"),
        ("a\n/* b", 2, 1, "a comment that does not end"),
        ("a = /b", 1, 5, "a regular expression that does not end on its line"),
        ("a\n \x03", 2, 2, "a control character, U+0003"),
        (" #!a", 1, 2, "'#!' that does not begin the file"),
    ],
)
def test_a_script_that_is_not_read_is_told_with_the_place(
    tmp_path: Path, text: str, line: int, column: int, reason: str
) -> None:
    run = Workbench(tmp_path, {"a.js": text}).run("a.js", "rjsmin")
    assert text_of(run) == text
    (warning,) = run.diagnostics
    assert (warning.file, warning.line, warning.column, warning.severity) == ("src/a.js", line, column, "warning")
    assert warning.text == f"left unminified: {reason}"
    (warning,) = minified_js(text).diagnostics
    assert f"(line {line}, column " in warning.text


@pytest.mark.parametrize(
    "comment", ["/*! a */", "/** @license a */", "// @license a\n", "/*\n * @preserve\n */", "/*@cc_on a@*/"]
)
def test_licence_comments_of_every_kind_survive_in_scripts(comment: str) -> None:
    for text in (f"{comment} f ( a ) ; // b\n", f"f ( a ) ;\n/* b */ {comment} g ( ) ;\n"):
        output = text_of(minified_js(text))
        assert comment.strip() in output
        assert "f(a);" in output
        assert "b" not in output


@pytest.mark.parametrize("text", ["a", "a{b:c}", "", "/*! licence */", "é", "@layer a{.b :hover{/*!l*/c:d}}"])
def test_what_does_not_get_smaller_stays_as_it_is(text: str) -> None:
    for result in (minified_css(text), minified_js("a" if "{" in text else text)):
        assert result.diagnostics == ()
    assert text_of(minified_css(text)) == text


def test_licence_comments_stay_and_others_go() -> None:
    assert "/*! keep */" in text_of(minified_css("/*! keep */\n/* drop */ a { b: c }"))
    assert "/*! keep */" in text_of(minified_js("/*! keep */\n/* drop */ a ( b ) ;"))
    assert "drop" not in text_of(minified_js("/*! keep */\n/* drop */ a ( b ) ;"))


def test_a_byte_order_mark_stays_where_it_tells_the_encoding() -> None:
    assert text_of(minified_css('\ufeffa { b : "é" }')).startswith("\ufeff")
    assert text_of(minified_js('\ufefff ( "é" )')).startswith("\ufeff")
    assert text_of(minified_css("\ufeffa { b : c }")) == "a{b:c}"


def test_a_dropped_source_map_is_told_with_its_place(tmp_path: Path) -> None:
    bench = Workbench(tmp_path, {"a.js": "f ( ) ;\n//# sourceMappingURL=a.js.map\n"})
    run = bench.run("a.js", "rjsmin")
    assert text_of(run) == "f();"
    (notice,) = run.diagnostics
    assert (notice.severity, notice.file, notice.line, notice.column) == ("notice", "src/a.js", 2, 22)
    assert run.assets[0].references == ()


def test_references_are_found_again_in_the_minified_text(tmp_path: Path) -> None:
    sheet = "a {\n  b : url( 'c.png' ) , url(d.png?e) ;\n}\n"
    run = Workbench(tmp_path, {"x/a.css": sheet}).run("x/a.css", "rcssmin")
    (asset,) = run.assets
    assert names(asset) == found_in(asset)
    assert [(one.target, one.origin.start) for one in asset.references] == [("x/c.png", 16), ("x/d.png", 31)]
