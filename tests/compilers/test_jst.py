"""JavaScript templates as scripts."""

from __future__ import annotations

from typing import Any

from importers.old_projects import run_in_node
from scenario import Outcome, Project, build_files

CONFIG = 'sources = ["assets"]\nminify = false\nencodings = []\n'
BUNDLE = '[bundles."js/t.js"]\ncontents = ["t/**/*.jst"]\n'


def rule(options: str, match: str = "t/**") -> str:
    return f'[[rules]]\nmatch = "{match}"\noptions.jst = {{ {options} }}\n'


def bundled(files: dict[str, str | bytes], more: str = "") -> Outcome:
    return build_files(files, CONFIG + BUNDLE + more)


def names(built: Outcome, expression: str = "Object.keys(JST)") -> Any:
    return run_in_node(built, ["js/t.js"], expression)


def test_the_text_is_the_same_when_the_page_runs_whatever_characters_are_in_it() -> None:
    text = 'it\'s "quoted" \\n \\u0041 </script> `${x}`\t\x07\u2028\u2029\u00a0é😀\n\rlast'
    built = bundled({"t/a.jst": text.encode()}, rule('function = ""'))
    assert run_in_node(built, ["js/t.js"], "JST") == {"a": text}


def test_a_byte_order_mark_is_dropped_and_line_ends_become_line_feeds() -> None:
    built = bundled({"t/a.jst": b"\xef\xbb\xbfa\r\nb\n"}, rule('function = ""'))
    assert run_in_node(built, ["js/t.js"], "JST") == {"a": "a\nb\n"}


def test_a_function_gets_the_text() -> None:
    built = bundled({"t/a.jst": "x"}, rule('function = "_.template", namespace = "window.App"'))
    assert run_in_node(built, ["js/t.js"], "App", "_ = {template: text => '<' + text + '>'}") == {"a": "<x>"}


def test_without_a_function_templates_are_compiled_in_the_build() -> None:
    text = "<b><%= name %></b>\n<% if (more) { // it's so\n%>it's \\d <%= 'a\\'b' %><% print('!') } %><%= none %>"
    built = bundled({"t/a.jst": text})
    assert "new Function" not in built.text("js/t.js")
    assert names(built, 'JST.a({name: "N", more: true, none: null})') == "<b>N</b>\nit's \\d a'b!"
    assert names(built, 'JST.a({name: "N", more: false, none: undefined})') == "<b>N</b>\n"


def test_a_line_comment_in_the_code_of_a_template_ends_with_the_code() -> None:
    built = bundled({"t/a.jst": "<% if (true) { // why %>a<% } // end %>b<%= 1 // one %>c"})
    assert names(built, "JST.a()") == "ab1c"


def test_names_begin_where_the_templates_of_a_bundle_part() -> None:
    assert names(bundled({"t/a.jst": "", "t/b/c.jst": ""})) == ["a", "b/c"]
    assert names(bundled({"t/u/a.jst": "", "t/u/b/c.jst": ""})) == ["a", "b/c"]
    assert names(bundled({"t/u/a.jst": "", "t/v/a.jst": ""})) == ["u/a", "v/a"]
    assert names(bundled({"t/u/a.jst": ""})) == ["a"]


def test_a_second_template_renews_the_names_of_the_first() -> None:
    project = Project({"assets/t/u/a.jst": "a"}, CONFIG + BUNDLE)
    assert names(project.build()) == ["a"]
    project.write({"assets/t/b.jst": "b"})
    assert sorted(names(project.build())) == ["b", "u/a"]


def test_a_base_keeps_names_as_they_are_whatever_else_is_there() -> None:
    assert names(bundled({"t/u/a.jst": ""}, rule('base = "t"'))) == ["u/a"]


def test_a_glob_of_scripts_means_no_templates() -> None:
    built = build_files({"js/a.js": "var a", "js/b.jst": ""}, CONFIG + '[bundles."all.js"]\ncontents = ["js/*.js"]\n')
    assert "JST" not in built.text("all.js")


def test_a_template_in_no_bundle_is_a_script_of_its_own() -> None:
    built = build_files({"t/a.jst": "x"}, CONFIG + rule('function = ""'))
    assert run_in_node(built, ["t/a.js"], "JST") == {"a": "x"}


def test_a_template_may_come_from_a_jinja_template() -> None:
    built = bundled({"t/a.jst.jinja": "{{ 1 + 1 }}"}, rule('function = ""'))
    assert run_in_node(built, ["js/t.js"], "JST") == {"a": "2"}


def test_a_strict_script_beside_a_template_stays_a_script() -> None:
    config = CONFIG + '[bundles."js/t.js"]\ncontents = ["js/*.js", "t/*.jst"]\n'
    built = build_files({"js/a.js": "'use strict'; window.a = 1", "t/a.jst": "<%= x %>"}, config)
    assert names(built, "[a, JST.a({x: 2})]") == [1, "2"]


def test_two_templates_of_one_name_in_a_bundle_are_an_error() -> None:
    config = CONFIG + '[bundles."js/t.js"]\ncontents = ["t/a.jst", "u/a.jst"]\n'
    config += rule('base = "t"') + rule('base = "u"', "u/**")
    built = build_files({"t/a.jst": "", "u/a.jst": ""}, config)
    assert built.errors == [
        "error: assets/u/a.jst: two templates for one name window.JST['a']: assets/t/a.jst and assets/u/a.jst\n"
        "  rename one of them, or set options.jst.base or options.jst.namespace in a rule"
    ]


def test_two_templates_of_one_name_in_two_bundles_are_a_warning() -> None:
    config = CONFIG + '[bundles."t.js"]\ncontents = ["t/a.jst"]\n[bundles."u.js"]\ncontents = ["u/a.jst"]\n'
    built = build_files({"t/a.jst": "", "u/a.jst": ""}, config)
    assert built.code == 0
    assert "two templates for one name window.JST['a']" in built.warnings[0]


def test_what_cannot_be_a_template_is_told_at_its_place() -> None:
    built = bundled({"t/a.jst": "one\n two <% if (x) {", "t/b.jst": b"a\n\xff"})
    assert [error.split("\n")[0] for error in built.errors] == [
        "error: assets/t/a.jst:2:6: '<%' is not closed by '%>'",
        "error: assets/t/b.jst:2:1: the template is not UTF-8",
    ]


def test_options_that_make_no_sense_are_told_at_their_line() -> None:
    built = bundled({"t/a.jst": ""}, rule('function = "a;b", namespace = "1 + 1", extension = "", base = "../x"'))
    assert len(built.errors) == 4
    assert "option 'namespace' of 'jst' must be a name such as 'window.JST'" in "".join(built.errors)


def test_a_separator_stands_in_names_for_the_slash() -> None:
    built = bundled({"t/u/a.jst": "", "t/u/v/b.jst": ""}, rule('base = "t", separator = "_"'))
    assert names(built) == ["u_a", "u_v_b"]
