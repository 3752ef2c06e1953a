"""webassets' filters: every one works or says what it lacks, and none ends in a traceback."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from webassets import filter as foreign

from assetbuild.compilers.base import Tools
from assetbuild.compilers.run import Run
from assetbuild.compilers.webassets_table import FILTERS
from compilers.python_packages import python_packages
from compilers.workbench import Workbench, text_of, texts

SHEET = "/* words */\na {\n  b: url(c.png);\n  d: url(e.png)\n}\n"
SMALL_SHEET = "a{b:url(c.png);d:url(e.png)}"
SCRIPT = "// words\nvar first = 1;\nfunction add ( a ) { return a + first ; }\n"
SMALL_SCRIPT = "var first=1;function add(a){return a+first;}"
PIXEL = "data:image/png;base64,iVBORw=="


class Filters:
    """Files below x/, and filters run over one of them with `environment` around."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {"PATH": str(root / "nothing-here")}
        self.benches: list[Workbench] = []

    def run(self, name: str, path: str, files: Mapping[str, str | bytes], **options: object) -> Run:
        return self.bench(files).run(path, ("webassets", {"filter": name, "options": options}))

    def bench(self, files: Mapping[str, str | bytes]) -> Workbench:
        bench = Workbench(self.root / str(len(self.benches)), files)
        bench.tools = Tools(replace(bench.tools.world, environment=self.environment))
        self.benches.append(bench)
        return bench


@pytest.fixture
def filters(tmp_path: Path) -> Iterator[Filters]:
    made = Filters(tmp_path)
    yield made
    for bench in made.benches:
        bench.tools.world.services.close()


def test_the_table_knows_every_filter_of_webassets_with_its_hooks_options_and_settings() -> None:
    assert set(FILTERS) == set(foreign._FILTERS)
    for name, kind in foreign._FILTERS.items():
        known = FILTERS[name]
        hooks = [hook for hook in ("open", "input", "concat", "output") if getattr(kind, hook, None)]
        assert list(known.hooks) == hooks, name
        if isinstance(kind.options, dict):
            declared = foreign.parse_options(kind.options)
            assert {setting for _, setting, _ in declared.values()} <= set(known.settings), name
            keywords = {given if given is not None else attribute for attribute, (given, _, _) in declared.items()}
            assert keywords - {False, "scss"} <= set(known.options), name


# What runs without anything that is not in the build extra: the source, the options, and the text that must come out.
WORKING = {
    "cssrewrite": (SHEET, {"replace": {"y": "/static/z/"}}, SHEET),
    "datauri": (SHEET, {}, SHEET.replace("c.png", PIXEL)),
    "jinja2": ("a{b:{{ c }}}", {"context": {"c": "red"}}, "a{b:red}"),
    "rcssmin": (SHEET, {}, SMALL_SHEET),
    "replace": (SHEET, {"pattern": "c[.]png", "repl": "new.png"}, SHEET.replace("c.png", "new.png")),
}
WORKING_SCRIPTS = {"rjsmin": SMALL_SCRIPT, "jspacker": "eval(function(p,a,c,k,e,d)"}
# What needs a package that is pinned for the tests.
PACKAGED = {
    "cssmin": ("x/a.css", SHEET, "a{b:url(c.png);d:url(e.png)}"),
    "cssutils": ("x/a.css", SHEET, "a{b:url(c.png);d:url(e.png)}"),
    "jsmin": ("x/a.js", SCRIPT, SMALL_SCRIPT),
}
IN_OTHER_TESTS = {"jst", "libsass", "pyscss"}
PROGRAMS = {name for name, known in FILTERS.items() if known.program and known.program.name != "java"}
JARS = {name for name, known in FILTERS.items() if known.program and known.program.name == "java"}
PACKAGES_THAT_ARE_GONE = {"clevercss", "css_slimmer", "cssprefixer", "slimit", "spritemapper"}


def test_every_filter_is_tested() -> None:
    tested = {*WORKING, *WORKING_SCRIPTS, *PACKAGED, *IN_OTHER_TESTS, *PROGRAMS, *JARS, *PACKAGES_THAT_ARE_GONE}
    assert tested == set(foreign._FILTERS)


@pytest.mark.parametrize("name", WORKING)
def test_a_filter_over_a_style_sheet(filters: Filters, name: str) -> None:
    text, options, expected = WORKING[name]
    result = filters.run(name, "x/a.css", {"x/a.css": "\ufeff" + text, "x/c.png": b"\x89PNG"}, **options)
    assert text_of(result) == expected
    assert result.diagnostics == ()


@pytest.mark.parametrize("name", WORKING_SCRIPTS)
def test_a_filter_over_a_script(filters: Filters, name: str) -> None:
    assert text_of(filters.run(name, "x/a.js", {"x/a.js": SCRIPT})).startswith(WORKING_SCRIPTS[name])


@pytest.mark.parametrize("name", PACKAGED)
def test_a_filter_with_a_package(
    filters: Filters, name: str, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(python_packages(pytestconfig)))
    path, text, expected = PACKAGED[name]
    result = filters.run(name, path, {path: text, "x/_p.scss": "$c: red;"})
    assert text_of(result).strip() == expected


def test_libsass_reads_what_is_beside_its_file_and_says_that_it_cannot_be_traced(filters: Filters) -> None:
    files = {"x/a.scss": '@import "p"; a { b: $c }', "x/_p.scss": "$c: red;"}
    result = filters.run("libsass", "x/a.scss", files, style="compressed")
    assert text_of(result) == "a{b:red}\n"
    assert not result.traced


def test_a_package_that_this_python_is_too_new_for_fails_in_words_and_without_a_traceback(
    filters: Filters, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(python_packages(pytestconfig)))
    words = texts(filters.run("pyscss", "x/a.scss", {"x/a.scss": "a { b: red }"}))[0]
    assert words.startswith("filter 'webassets:pyscss' failed: SassError: ")
    assert words.endswith("error: global flags not at the start of the expression at position 1")
    assert "Traceback" not in words


def test_a_template_gets_its_name(filters: Filters) -> None:
    text = text_of(filters.run("jst", "x/t.jst", {"x/t.jst": "<b>\n"}, template_function=False))
    assert text == "window.JST = window.JST || {};\nwindow.JST['t'] = \"<b>\\n\";\n"


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_filter_names_the_program_that_is_missing_and_how_to_get_it(filters: Filters, name: str) -> None:
    result = filters.run(name, "x/a.css", {"x/a.css": SHEET})
    known = FILTERS[name].program
    assert known is not None
    assert texts(result) == [f"filter 'webassets:{name}' failed: it needs the program '{known.name}'"]
    hint = result.diagnostics[0].hint
    assert hint == f'install it ({known.install}), or set options."webassets:{name}".{known.option} to where it is'


@pytest.mark.parametrize("name", sorted(JARS))
def test_a_filter_names_the_java_tool_that_is_missing(filters: Filters, name: str, tmp_path: Path) -> None:
    assert "it needs the program 'java'" in texts(filters.run(name, "x/a.css", {"x/a.css": SHEET}))[0]
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\n")
    java.chmod(0o755)
    filters.environment["PATH"] = str(tmp_path)
    words = texts(filters.run(name, "x/a.css", {"x/a.css": SHEET}))[0]
    assert f"filter 'webassets:{name}' failed: " in words
    assert "_PATH setting" in words
    assert "Error" not in words


@pytest.mark.parametrize("name", sorted(PACKAGES_THAT_ARE_GONE))
def test_a_filter_names_the_package_that_is_missing(filters: Filters, name: str) -> None:
    module = FILTERS[name].module
    assert module is not None
    result = filters.run(name, "x/a.css", {"x/a.css": SHEET})
    assert texts(result) == [f"filter 'webassets:{name}' failed: it needs the Python package '{module[1]}'"]
    assert result.diagnostics[0].hint == f"pip install {module[1]}"


def test_a_package_that_is_there_and_cannot_be_imported_is_told_apart(
    filters: Filters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slimit.py").write_text("import ply_of_another_age\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    result = filters.run("slimit", "x/a.js", {"x/a.js": SCRIPT})
    assert "but this Python cannot import it" in str(result.diagnostics[0].hint)


def test_references_keep_their_places_and_may_change(filters: Filters) -> None:
    result = filters.run("rcssmin", "x/a.css", {"x/a.css": SHEET})
    assert [(one.target, one.origin.start) for one in result.assets[0].references] == [
        ("x/c.png", SHEET.index("c.png")),
        ("x/e.png", SHEET.index("e.png")),
    ]
    result = filters.run("replace", "x/a.css", {"x/a.css": SHEET}, pattern="c[.]png", repl="new.png")
    assert [one.target for one in result.assets[0].references] == ["x/new.png", "x/e.png"]


def test_cssrewrite_without_replace_leaves_the_text_and_says_that_it_has_nothing_to_do(filters: Filters) -> None:
    result = filters.run("cssrewrite", "x/a.css", {"x/a.css": "a{fill:url(#b)}"})
    assert text_of(result) == "a{fill:url(#b)}"
    assert texts(result) == ["filter 'webassets:cssrewrite' has nothing to do without its option 'replace'"]


def test_cssrewrite_with_replace_gives_directories_another_url(filters: Filters) -> None:
    text = "a{b:url(i/c.png)}"
    result = filters.run("cssrewrite", "x/a.css", {"x/a.css": text}, replace={"x/i": "/static/y/"})
    assert text_of(result) == "a{b:url(/static/y/c.png)}"
    assert [one.target for one in result.assets[0].references] == ["y/c.png"]


def test_options_may_be_named_as_settings_of_webassets(filters: Filters) -> None:
    files = {"x/a.css": SHEET, "x/c.png": b"\x89PNG"}
    assert text_of(filters.run("datauri", "x/a.css", files, DATAURI_MAX_SIZE=3)) == SHEET
    assert PIXEL in text_of(filters.run("datauri", "x/a.css", files, max_size=4))


def test_a_filter_sees_the_variables_that_it_looks_up_and_no_others(filters: Filters) -> None:
    files = {"x/t.jst": "t"}
    filters.environment |= {"JST_NAMESPACE": "window.T", "JINJA2_CONTEXT": "no", "SECRET": "s"}
    assert text_of(filters.run("jst", "x/t.jst", files)).startswith("window.T = window.T")


def test_what_a_filter_reads_looks_for_and_lists_is_recorded(filters: Filters) -> None:
    files = {"x/a.css": "a{b:url(c.png);c:url(gone.png);d:url(big.png)}", "x/c.png": b"1", "x/big.png": b"1" * 3000}
    bench = filters.bench(files)
    bench.run("x/a.css", ("webassets", {"filter": "datauri"}))
    sources = bench.sources
    assert bench.tools.logical == {
        "x/c.png": sources["x/c.png"].digest,
        "x/gone.png": None,
        "x/big.png": sources["x/big.png"].digest,
    }
    assert bench.tools.files == {}


def test_wrong_options_and_wrong_bytes_are_told(filters: Filters) -> None:
    result = filters.run("rcssmin", "x/a.css", {"x/a.css": SHEET}, nonsense=1)
    assert "failed: TypeError: got an unexpected keyword argument: nonsense" in texts(result)[0]
    assert result.diagnostics[0].file == "src/x/a.css"
    assert "not UTF-8" in texts(filters.run("rcssmin", "x/a.css", {"x/a.css": b"\xff"}))[0]
    assert "failed: " in texts(filters.run("replace", "x/a.css", {"x/a.css": SHEET}, pattern="(", repl=""))[0]


def test_an_unknown_filter_is_refused_by_name(filters: Filters) -> None:
    assert "No filter 'nonesuch'" in texts(filters.run("nonesuch", "x/a.css", {"x/a.css": SHEET}))[0]


def test_nothing_is_left_behind(filters: Filters) -> None:
    bench = filters.bench({"x/a.css": SHEET})
    bench.run("x/a.css", ("webassets", {"filter": "datauri"}))
    bench.tools.world.services.close()
    assert sorted(os.listdir(bench.tools.world.root)) == ["src"]
