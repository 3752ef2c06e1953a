"""Syntax errors in scripts and style sheets as a build tells them, and what becomes of the file."""

from __future__ import annotations

import pytest

from assetbuild.planning.syntax import LARGEST, MOST
from scenario import Project, below_assets, build_files

CONFIG = 'sources = ["assets"]\nencodings = []\n'
BROKEN = "let x = ;\n"


def places(files: dict[str, str | bytes], config: str = CONFIG) -> list[tuple[str, str | None, int | None, int | None]]:
    return [(one.severity, one.file, one.line, one.column) for one in build_files(files, config).diagnostics]


def test_all_errors_of_all_files_are_told_in_one_run_with_what_to_do() -> None:
    outcome = build_files(
        {"a.js": "let x = ;\nlet y = {a: 1\n  b: 2};\nimport './gone.js'\n", "b.js": "f(a b)"}, CONFIG
    )
    assert outcome.code == 1
    assert outcome.errors == [
        "error: assets/a.js:1:9: syntax error: unexpected ';' after '='\n"
        "    1 | let x = ;\n"
        '      |         ^ no browser runs this file: correct or exclude it, or set syntax = "warn" in a rule for it',
        "error: assets/a.js:3:3: syntax error: unexpected 'b' after '1'\n    3 |   b: 2};\n      |   ^",
        "error: assets/a.js:4:9: no asset named 'gone.js'\n    4 | import './gone.js'\n      |         ^^^^^^^^^",
        "error: assets/b.js:1:5: syntax error: unexpected 'b' after 'a'\n"
        "    1 | f(a b)\n"
        '      |     ^ no browser runs this file: correct or exclude it, or set syntax = "warn" in a rule for it',
    ]


def test_the_former_release_stands() -> None:
    project = Project(below_assets({"a.js": "let x = 1 ;"}), CONFIG)
    assert project.build().code == 0
    manifest = (project.release / "manifest.json").read_bytes()
    project.write(below_assets({"a.js": BROKEN}))
    assert project.build().code == 1
    assert (project.release / "manifest.json").read_bytes() == manifest


def test_a_warning_leaves_the_script_as_it_is_and_is_told_again_by_a_build_from_the_cache() -> None:
    project = Project(below_assets({"a.js": BROKEN, "b.js": "b ( ) ;"}), CONFIG + 'syntax = "warn"\n')
    for _ in range(2):
        outcome = project.build()
        assert outcome.text("a.js") == BROKEN
        assert outcome.text("b.js") == "b();"
        assert [one.text for one in outcome.diagnostics] == ["syntax error: unexpected ';' after '='"]
    project.write(below_assets({"b.js": "c ( ) ;"}))
    assert [one.file for one in project.build().diagnostics] == ["assets/a.js"]


def test_off_says_nothing() -> None:
    assert places({"a.js": BROKEN, "a.css": "a{"}, CONFIG + 'syntax = "off"\n') == []


def test_a_rule_says_otherwise_for_some_files() -> None:
    rules = '[[rules]]\nmatch = "old/**"\nsyntax = "warn"\n[[rules]]\nmatch = "old/b.js"\nsyntax = "off"\n'
    files: dict[str, str | bytes] = {"old/a.js": BROKEN, "old/b.js": BROKEN}
    assert places(files, CONFIG + rules) == [("warning", "assets/old/a.js", 1, 9)]


@pytest.mark.parametrize("folder", ["node_modules/x", "bower_components/x", "lib/site-packages/x"])
def test_what_lies_in_a_package_is_a_warning(folder: str) -> None:
    assert places({f"{folder}/a.js": BROKEN}) == [("warning", f"assets/{folder}/a.js", 1, 9)]


def test_what_another_tool_has_printed_is_not_looked_at_unless_a_rule_says_so() -> None:
    files: dict[str, str | bytes] = {"a.min.js": BROKEN, "b-12345678.js": BROKEN}
    config = CONFIG + 'prehashed = ["b-????????.js"]\n'
    assert places(files, config) == []
    rule = '[[rules]]\nmatch = "*.js"\nsyntax = "error"\n'
    assert places(files, config + rule) == [("error", "assets/a.min.js", 1, 9), ("error", "assets/b-12345678.js", 1, 9)]


@pytest.mark.parametrize("more", ["", "minify = false\n"])
def test_style_sheets_are_warned_about_and_published(more: str) -> None:
    outcome = build_files({"a.css": "a { color red }\nb { c: d"}, CONFIG + more)
    assert outcome.code == 0
    assert [(one.severity, one.line, one.column) for one in outcome.diagnostics] == [
        ("warning", 1, 5),
        ("warning", 2, 3),
    ]


def test_a_place_is_that_of_the_template() -> None:
    files: dict[str, str | bytes] = {"a.js.jinja": "{# one\n#}let q = '{{ 1 }}';\n{% if true %}let z = ;\n{% endif %}"}
    assert places(files) == [("error", "assets/a.js.jinja", 3, 22)]


def test_a_place_is_that_of_the_parts_of_a_bundle() -> None:
    bundle = '[bundles."all.js"]\ncontents = ["a.js", "b.js"]\n'
    files: dict[str, str | bytes] = {"a.js": "let a = 1;\n", "b.js": "\nlet b = ;"}
    assert places(files, CONFIG + bundle) == [("error", "assets/b.js", 2, 9)]
    assert places({**files, "b.js": "f("}, CONFIG + bundle) == [("error", "assets/b.js", 1, 2)]


def test_a_place_counts_in_the_authors_encoding() -> None:
    text = "/* \u00e9 */ let x = ;"
    for data in (text.encode(), b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16")):
        ((severity, _, line, column),) = places({"a.js": data})
        assert (severity, line) == ("error", 1)
        assert column in (17, 18)  # A byte order mark is a character.
    sheet = '@charset "latin1";\n/* \u00e9 */ a { b c }'.encode("latin-1")
    assert places({"a.css": sheet}) == [("warning", "assets/a.css", 2, 13)]


def test_a_script_for_somebody_elses_filter_need_not_be_a_browsers() -> None:
    rule = '[[rules]]\nmatch = "*.js"\nfilters = ["webassets:rjsmin"]\n'
    assert [severity for severity, *_ in places({"a.js": "let x = <b>1</b>"}, CONFIG + rule)] in ([], ["notice"])


def test_a_text_that_is_no_script_is_told_in_a_few_lines() -> None:
    outcome = build_files({"a.js": "This is a text.\n" * 100}, CONFIG)
    assert [(one.line, one.column) for one in outcome.diagnostics] == [(line, 6) for line in range(1, 11)]
    assert outcome.diagnostics[-1].hint == "and 90 more in this file"


def test_what_sass_and_templates_of_scripts_make_is_theirs() -> None:
    assert places({"a.scss": "a { b: c }", "a.jst": "<b><%= x y %></b>"}) == []


# The parser.


def test_what_only_a_parser_sees_is_a_warning_and_the_script_is_published_as_it_is() -> None:
    text = "try { a ( ) }\ncatch { }\nelse { b ( ) }\n"
    outcome = build_files({"a.js": text}, CONFIG)
    assert outcome.text("a.js") == text
    assert outcome.warnings == [
        "warning: assets/a.js:3:1: syntax error: cannot be read as JavaScript from 'else' on\n"
        "    3 | else { b ( ) }\n"
        '      | ^^^^ left as it is: correct it, or set syntax = "off" in a rule for it if browsers run it'
    ]


@pytest.mark.parametrize("more", ["", "minify = false\n"])
def test_what_the_parser_misreads_is_not_told(more: str) -> None:
    assert places({"a.js": "using = function ( ) { }\nelse { }"}, CONFIG + more) == []
    assert places({"a.js": "else { }"}, CONFIG + more) == [("warning", "assets/a.js", 1, 1)]


def test_packages_and_large_scripts_are_not_parsed() -> None:
    assert places({"node_modules/a.js": "else { }"}) == []
    assert places({"a.js": "else { }\n" + "// comment\n" * (LARGEST // 10)}) == []


def test_too_many_scripts_are_not_parsed() -> None:
    script = "else { }\n//" + "comment " * (LARGEST // 8 - 2)
    files: dict[str, str | bytes] = {f"{number}.js": script for number in range(MOST // len(script) + 1)}
    assert places(files) == []
    del files["0.js"]
    assert len(places(files)) == len(files)


def test_the_summary_counts_what_was_left() -> None:
    project = Project(below_assets({"a.js": BROKEN, "b.js": BROKEN}), CONFIG + 'syntax = "warn"\n')
    assert "2 scripts left as they are" in project.run("build").stdout.splitlines()


def test_files_that_nothing_is_done_to_are_read_as_long_as_they_are_few() -> None:
    config = 'sources = ["assets"]\nencodings = []\nminify = false\n'
    sound = "var a = 1;\n/* " + "comment " * 150_000 + "*/\n"
    few = {"a.js": "let x = ;\n", "b.js": sound}
    assert "assets/a.js:1:9: syntax error" in build_files(few, config).errors[0]
    many = {**few, **{f"c{number}.js": sound for number in range(3)}}
    assert build_files(many, config).errors == []
    ruled = build_files(many, f'{config}[[rules]]\nmatch = "a.js"\nsyntax = "error"\n')
    assert "assets/a.js:1:9: syntax error" in ruled.errors[0]
    imports = build_files(many, config.replace("encodings", 'modules = "importmap"\nencodings'))
    assert imports.errors == []
