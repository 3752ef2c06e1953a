"""What `@import` finds, what it refuses, and that every question is recorded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assetbuild.compilers.sass.imports import is_css_import
from assetbuild.compilers.sass.lookup import candidates
from assetbuild.compilers.sass.scan import scan
from compilers.sass.test_sass import Project, css_of, texts


def test_candidates_follow_sass() -> None:
    assert candidates("a/x") == (
        ("a/x.scss", "a/_x.scss", "a/x.sass", "a/_x.sass"),
        ("a/x.css", "a/_x.css"),
        ("a/x/_index.scss", "a/x/index.scss", "a/x/_index.sass", "a/x/index.sass"),
    )
    assert candidates("x.scss") == (("x.scss", "_x.scss"),)
    assert candidates("") == ()


@pytest.mark.parametrize("path", ["x.css", "http://a/b", "//host/x", "HTTPS://a"])
def test_these_imports_stay_css(path: str) -> None:
    assert is_css_import(path)
    assert not is_css_import("a/b")


@pytest.mark.parametrize(
    "files",
    [
        {"a/css/_p.scss": "b{c:d}"},
        {"a/css/p.scss": "b{c:d}"},
        {"a/css/_p.sass": "b\n  c: d\n"},
        {"a/css/p.css": "b{c:d}"},
        {"a/css/p/_index.scss": "b{c:d}"},
        {"a/_p.scss": "b{c:d}"},
        {"lib/_p.scss": "b{c:d}"},
        {"b/css/_p.scss": "b{c:d}"},
    ],
)
def test_an_import_is_found_beside_the_file_then_below_the_load_paths(tmp_path: Path, files: dict[str, str]) -> None:
    project = Project(tmp_path, {"a/css/app.scss": "@import 'p';", **files})
    assert css_of(project.compile("css/app.scss", load_paths=["lib"])) == "b {\n  c: d;\n}\n"


def test_beside_the_importing_file_comes_first(tmp_path: Path) -> None:
    files = {
        "a/app.scss": "@import 'sub/one';",
        "a/sub/_one.scss": "@import 'p';",
        "a/sub/_p.scss": "a{b:near}",
        "a/_p.scss": "a{b:far}",
    }
    assert "near" in css_of(Project(tmp_path, files).compile("app.scss"))


def test_files_probed_and_not_found_are_recorded(tmp_path: Path) -> None:
    project = Project(tmp_path, {"a/app.scss": "@import 'p';", "lib/_p.scss": "b{c:d}"})
    project.compile("app.scss", load_paths=["lib"])
    assert project.tools.files["a/_p.scss"] is None
    assert project.tools.files["lib/p.scss"] is None
    assert project.tools.files["lib/_p.scss"] is not None
    assert project.tools.logical["_p.scss"] is None


def test_two_candidates_in_one_directory_are_an_error_naming_both(tmp_path: Path) -> None:
    files = {"a/app.scss": "\n@import 'p';", "a/_p.scss": "", "a/p.sass": ""}
    (diagnostic,) = Project(tmp_path, files).compile("app.scss").diagnostics
    assert "'a/_p.scss' and 'a/p.sass'" in diagnostic.text
    assert (diagnostic.file, diagnostic.line, diagnostic.column, diagnostic.length) == ("a/app.scss", 2, 10, 1)


def test_all_missing_imports_come_in_one_run_with_the_nearest_name(tmp_path: Path) -> None:
    files = {
        "a/app.scss": "@import 'buttn', 'x'; a { b: $undefined }\n@import 'p';",
        "a/_button.scss": "",
        "a/_p.scss": "@import 'y';",
    }
    result = Project(tmp_path, files).compile("app.scss", load_paths=["lib"])
    assert result.assets == ()
    assert [(one.file, one.line, one.column) for one in result.diagnostics] == [
        ("a/app.scss", 1, 10),
        ("a/app.scss", 1, 19),
        ("a/_p.scss", 1, 10),
    ]
    assert texts(result)[0] == "nothing to import at 'buttn'"
    assert result.diagnostics[0].hint == "did you mean 'button'? searched 'a', 'lib'"


def test_a_file_outside_the_load_paths_is_refused(tmp_path: Path) -> None:
    files = {"a/app.scss": "@import '../secret/p';", "secret/_p.scss": "b{c:d}"}
    (diagnostic,) = Project(tmp_path, files, roots=["a"]).compile("app.scss").diagnostics
    assert diagnostic.text == "'secret/_p.scss' is outside the load paths"
    assert css_of(Project(tmp_path, files, roots=["a", "secret"]).compile("app.scss"))
    absolute = {"b/app.scss": f"@import '{(tmp_path / 'secret/p').as_posix()}';"}
    assert "outside" in texts(Project(tmp_path, absolute, roots=["b"]).compile("app.scss"))[0]


def test_css_imports_stay(tmp_path: Path) -> None:
    text = "@import 'x.css'; @import 'http://h/y'; @import url(z); @import 'q' screen; @import 'q';"
    css = css_of(Project(tmp_path, {"a/app.scss": text, "a/_q.scss": "b{c:d}"}).compile("app.scss"))
    for line in ("@import url(x.css);", '@import "http://h/y";', "@import url(z);", '@import "q" screen;'):
        assert line.replace('"', "'") in css.replace('"', "'")
    assert css.count("c: d") == 1


def test_both_syntaxes_import_one_another(tmp_path: Path) -> None:
    files = {
        "a/app.scss": "@import 'one', 'one';",
        "a/_one.sass": "@import two\n.one\n  b: $c\n",
        "a/_two.scss": "$c: red; .two { b: $c }",
        "a/other.sass": "@import one\n.other\n  b: $c\n",
    }
    project = Project(tmp_path, files)
    assert css_of(project.compile("app.scss")).count(".two") == 2
    assert [".two" in css_of(project.compile("other.sass")), ".other" in css_of(project.compile("other.sass"))] == [
        True
    ] * 2


def test_a_loop_and_deep_nesting_are_errors(tmp_path: Path) -> None:
    loop = Project(tmp_path, {"a/app.scss": "@import 'p';", "a/_p.scss": "a{b:c}\n@import 'app';"}).compile("app.scss")
    assert texts(loop) == ["an @import loop: a/app.scss imports a/_p.scss imports a/app.scss"]
    assert (loop.diagnostics[0].file, loop.diagnostics[0].line) == ("a/_p.scss", 2)
    deep = {f"d/_p{n}.scss": f"@import 'p{n + 1}';" for n in range(1000)}
    assert texts(Project(tmp_path, {**deep, "d/app.scss": "@import 'p0';"}).compile("app.scss")) == [
        "imports are nested more than 200 deep"
    ]


def test_a_diamond_is_read_once_and_printed_as_often_as_imported(tmp_path: Path) -> None:
    files = {f"a/_p{n}.scss": f"@import 'p{n + 1}'; @import 'p{n + 1}';" for n in range(10)}
    files |= {"a/app.scss": "@import 'p0';", "a/_p10.scss": "a{b:c}"}
    assert css_of(Project(tmp_path, files).compile("app.scss")).count("b: c") == 1024


def test_module_rules_are_refused_in_the_entry_and_in_partials(tmp_path: Path) -> None:
    entry = Project(tmp_path, {"a/app.scss": "// @use 'no'\n/* @use */ a { b: '@use' }\n  @use 'sass:math';"})
    (diagnostic,) = entry.compile("app.scss").diagnostics
    assert (diagnostic.text, diagnostic.line, diagnostic.column) == ("libsass does not know '@use'", 3, 3)
    assert diagnostic.length == 4
    assert "dart-sass" in (diagnostic.hint or "")
    files = {"b/app.scss": "@import 'p', 'q';", "b/_p.scss": "\n@forward 'x';", "b/_q.sass": "@use x\n"}
    result = Project(tmp_path, files, roots=["b"]).compile("app.scss")
    assert [(one.file, one.line) for one in result.diagnostics] == [("b/_p.scss", 2), ("b/_q.sass", 1)]


def test_comments_of_the_indented_syntax_hold_deeper_lines() -> None:
    sheet = scan(
        "x.sass", None, None, b"// one\n  @use 'no'\n/* two\n\n   @use 'no'\n@use 'yes'\n@import a, 'b'\n", True
    )
    assert [sheet.text[start : start + 10] for start, _ in sheet.modules] == ["@use 'yes'"]
    assert [one.path for one in sheet.imports] == ["a", "b"]


def test_a_partial_edited_while_it_is_read_stops_the_compilation(tmp_path: Path) -> None:
    from assetbuild.model import ContentChanged

    project = Project(tmp_path, {"a/app.scss": "@import 'p';", "a/_p.scss": "a{b:c}"})
    project.digest(os.path.join(tmp_path, "a", "_p.scss"))
    (tmp_path / "a/_p.scss").write_text("changed")
    with pytest.raises(ContentChanged):
        project.compile("app.scss")
