"""webassets' filters in rules and bundles: what is made, what is remembered, what is told."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from compilers.node_tools import node_tools
from scenario import CONFIG, Project

PNG = b"\x89PNG"
TOOL = f"#!{sys.executable}\nimport sys\nsys.stdout.write(sys.stdin.read().replace('old', 'new'))\n"


def rule(match: str, *filters: str, more: str = "") -> str:
    return f'[[rules]]\nmatch = "{match}"\nfilters = {json.dumps([f"webassets:{name}" for name in filters])}\n{more}\n'


def bundle(path: str, contents: list[str], *filters: str) -> str:
    named = [name if name in ("rjsmin", "rcssmin") else f"webassets:{name}" for name in filters]
    return f'[bundles."{path}"]\ncontents = {json.dumps(contents)}\nfilters = {json.dumps(named)}\n'


def with_tool(config: str = "", **files: str) -> Project:
    """A project with a program of its own for the filter cleancss, which runs over all style sheets."""
    project = Project({"assets/a.css": "a{b:old}", "tool": TOOL, **files}, CONFIG)
    (project.root / "tool").chmod(0o755)
    options = 'options."webassets:stylus" = {stylus = "./tool"}\n'
    project.write({"assetbuild.toml": CONFIG + config + rule("*.css", "stylus", more=options + config_depends(config))})
    return project


def config_depends(config: str) -> str:
    return "" if "env" in config else 'depends = ["settings/*.json"]'


def test_source_filters_run_before_joining_and_whole_filters_after_it() -> None:
    files = {
        "assets/css/one/a.css": "/* a */ a { b: url(i.png) }",
        "assets/css/two/b.css": "/* b */ b { c: url(j.png) }",
        "assets/css/one/i.png": PNG,
        "assets/css/two/j.png": PNG * 2000,
    }
    config = bundle("css/all.css", ["css/**/*.css"], "rcssmin", "datauri")
    outcome = Project(files, CONFIG + config).build("--no-cache")
    published = outcome.file("css/two/j.png").removeprefix("css/")
    assert outcome.text("css/all.css") == f"a{{b:url(data:image/png;base64,iVBORw==)}}b{{c:url({published})}}"


def test_templates_of_any_type_become_one_script() -> None:
    files = {"assets/t/a.jst": "<b>", "assets/t/in/b.html": "<i src='x.png'>"}
    config = bundle("js/t.js", ["t/**/*.jst", "t/**/*.html"], "jst", "rjsmin")
    config += '[[rules]]\nmatch = "js/t.js"\noptions."webassets:jst" = {template_function = false}\n'
    outcome = Project(files, CONFIG + config).build("--no-cache")
    expected = "window.JST=window.JST||{};window.JST['a']=\"<b>\";window.JST['in/b']=\"<i src='x.png'>\";"
    assert outcome.text("js/t.js") == expected


def test_a_rule_compiles_another_language_to_the_asset_of_the_same_name() -> None:
    files = {"assets/t/a.jst.jinja": "{{ 1 + 1 }}"}
    config = rule("t/*.jst.jinja", "jst", more='options."webassets:jst" = {template_function = false}')
    outcome = Project(files, CONFIG + config).build("--no-cache")
    assert outcome.text("t/a.js") == "window.JST = window.JST || {};\nwindow.JST['a'] = \"2\";\n"


def test_a_filter_for_a_language_of_ours_comes_in_the_place_of_our_compiler() -> None:
    files = {"assets/a.scss": '@import "p"; a { b: c; d: e }', "assets/_p.scss": "x { y: z }"}
    outcome = Project(files, CONFIG + rule("a.scss", "libsass")).build("--no-cache")
    assert outcome.text("a.css") == "x {\n  y: z; }\n\na {\n  b: c;\n  d: e; }\n"


def test_a_bundle_of_another_language_is_joined_before_it_is_compiled_if_the_filter_is_told_so() -> None:
    files = {"assets/a.scss": "$c: red;", "assets/b.scss": "b { c: $c }"}
    config = bundle("all.css", ["a.scss", "b.scss"], "libsass")
    assert "Undefined variable" in Project(files, CONFIG + config).build("--no-cache").errors[0]
    config += '[[rules]]\nmatch = "all.css"\noptions."webassets:libsass" = {as_output = true, style = "compressed"}\n'
    assert Project(files, CONFIG + config).build("--no-cache").text("all.css") == "b{c:red}\n"


def test_a_bundle_takes_no_other_type_without_a_filter_for_it() -> None:
    outcome = Project({"assets/a.less": "a{}"}, CONFIG + bundle("b.css", ["a.less"], "rcssmin")).build("--no-cache")
    assert "'a.less' cannot be in bundle 'b.css': it is another type" in outcome.errors[0]


def test_a_result_holds_while_what_was_read_is_the_same() -> None:
    files = {"assets/a.css": "a{b:url(i.png);c:url(j.png)}", "assets/i.png": PNG}
    project = Project(files, CONFIG.replace("[]\n", '[]\nexternal = ["j.png"]\n') + rule("a.css", "datauri"))
    first = project.build()
    assert project.build().summary["compiled"] == {"ran": 0, "cached": 1}
    project.write({"assets/i.png": PNG + b"2"})
    assert project.build().text("a.css") != first.text("a.css")
    project.write({"assets/j.png": PNG})
    outcome = project.build()
    assert outcome.text("a.css").count("data:image/png") == 2, "a file that was looked for and missing is there now"
    assert outcome.text("a.css") == project.build("--no-cache").text("a.css")


def test_a_program_of_ones_own_is_found_from_the_configuration() -> None:
    assert with_tool().build().text("a.css") == "a{b:new}"


@pytest.mark.parametrize("binary", ["./tool", "sh ./run.sh", "./my tools/tool"])
def test_less_takes_a_whole_command_line_and_a_name_with_blanks(binary: str) -> None:
    files = {"assets/a.less": "a{b:old}", "tool": TOOL, "my tools/tool": TOOL, "run.sh": 'exec "$(dirname "$0")/tool"'}
    more = f'options."webassets:less" = {{binary = "{binary}"}}'
    project = Project(files, CONFIG + rule("*.less", "less", more=more))
    for name in ("tool", "my tools/tool"):
        (project.root / name).chmod(0o755)
    assert project.build().text("a.css") == "a{b:new}"


def test_an_option_with_an_open_quote_is_told() -> None:
    more = 'options."webassets:less" = {binary = "it\'s"}'
    outcome = Project({"assets/a.less": ""}, CONFIG + rule("*.less", "less", more=more)).build("--no-cache")
    assert "it needs the program 'it's'" in outcome.errors[0]


def test_what_a_program_reads_is_what_depends_says() -> None:
    project = with_tool(**{"settings/a.json": "{}"})
    project.build()
    assert project.build().summary["compiled"] == {"ran": 0, "cached": 1}
    for change in ({"settings/a.json": "[]"}, {"settings/b.json": "{}"}):
        project.write(change)
        assert project.build().summary["compiled"] == {"ran": 1, "cached": 0}
        assert project.build().summary["compiled"] == {"ran": 0, "cached": 1}
    project.delete("settings/b.json")
    project.write({"other.json": "{}"})
    assert project.build().summary["compiled"] == {"ran": 0, "cached": 1}, "as before b.json came"


def test_depends_that_match_no_file_are_a_warning_at_their_place() -> None:
    config = rule("*.css", "datauri", more='depends = ["a.json", "**/b.json", "settings/*.json"]')
    files = {"assets/a.css": "", "settings/a.json": "", "node_modules/x/b.json": "", ".hidden/b.json": ""}
    outcome = Project(files, CONFIG + config).build("--no-cache")
    assert [line.partition("\n")[0] for line in outcome.warnings] == [
        "warning: assetbuild.toml:7:13: 'a.json' matches no file",
        "warning: assetbuild.toml:7:23: '**/b.json' matches no file",
    ]


def test_another_program_is_another_key() -> None:
    project = with_tool()
    project.build()
    project.write({"tool": TOOL.replace("new", "newer")})
    outcome = project.build()
    assert outcome.text("a.css") == "a{b:newer}"


def test_declared_variables_are_seen_and_are_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    script = TOOL.replace("import sys", "import os, sys").replace("'new'", "os.environ.get('MODE', 'none')")
    project = with_tool("env = ['MODE']\n", tool=script)
    text = (project.root / "assetbuild.toml").read_text()
    project.write({"assetbuild.toml": text + 'depends = ["settings.json"]\n'})
    (project.root / "tool").write_text(script)
    monkeypatch.setenv("MODE", "one")
    assert project.build().text("a.css") == "a{b:one}"
    assert project.build().summary["compiled"] == {"ran": 0, "cached": 1}
    monkeypatch.setenv("MODE", "two")
    assert project.build().text("a.css") == "a{b:two}"


def test_a_filter_that_cannot_be_traced_runs_with_each_build_and_one_notice_says_so() -> None:
    project = with_tool("env = []\n", **{"assets/b.css": "a{b:old}"})
    project.build()
    outcome = project.build()
    assert outcome.summary["compiled"] == {"ran": 2, "cached": 0}
    told = "'webassets:stylus' runs with each build: what it reads cannot be seen, so nothing of it is remembered"
    assert len(outcome.notices) == 1
    assert told in outcome.notices[0]


def test_the_former_release_stands_when_a_filter_crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "jsmin.py"
    module.write_text("class JavascriptMinify:\n    def minify(self, source, out): out.write(source.read())\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    project = Project({"assets/a.js": "one()"}, CONFIG + rule("*.js", "jsmin"))
    before = project.build()
    module.write_text("import os\nos._exit(1)\n")
    project.write({"assets/a.js": "two()"})
    outcome = project.build()
    assert outcome.code == 1
    assert "assets/a.js: filter 'webassets:jsmin' failed: ended its process with code 1" in outcome.errors[0]
    assert (before.release / "public" / before.file("a.js")).read_bytes() == b"one()"
    assert [name for name in os.listdir(project.root / ".assetbuild") if name.startswith("filter-")] == []


def test_what_fails_on_a_bundle_names_the_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jsmin.py").write_text("raise RuntimeError('no')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    bundle = '[bundles."js/all.js"]\ncontents = ["*.js"]\nfilters = ["webassets:jsmin"]\n'
    outcome = Project({"assets/a.js": "one()", "assets/b.js": "two()"}, CONFIG + bundle).build()
    assert "assets/a.js: filter 'webassets:jsmin' failed for 'js/all.js': " in outcome.errors[0]


def test_a_hanging_filter_is_ended_by_the_time_limit_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jsmin.py").write_text("while True: pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    outcome = Project({"assets/a.js": "one()"}, "time_limit = 1\n" + CONFIG + rule("*.js", "jsmin")).build()
    assert "filter 'webassets:jsmin' failed: took more than 1 s, and was ended" in outcome.errors[0]
    assert "raise `time_limit` if it needs longer" in outcome.errors[0]


def test_wrong_options_are_told_at_their_place() -> None:
    config = rule("*.css", "datauri", more='options."webassets:datauri" = {max_sise = 1}')
    outcome = Project({"assets/a.css": ""}, CONFIG + config).build("--no-cache")
    assert outcome.code == 2
    assert "no option 'max_sise' of 'webassets:datauri'" in outcome.errors[0]
    assert "did you mean 'max_size'?" in outcome.errors[0]


def test_a_missing_program_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    outcome = Project({"assets/a.less": "", "assets/b.less": ""}, CONFIG + rule("*.less", "less")).build("--no-cache")
    assert len(outcome.errors) == 1
    assert "filter 'webassets:less' failed: it needs the program 'lessc'" in outcome.errors[0]


def test_explain_names_the_filter_and_what_it_read() -> None:
    project = Project({"assets/a.css": "a{b:url(i.png)}", "assets/i.png": PNG}, CONFIG + rule("a.css", "datauri"))
    said = project.run("explain", "a.css").stdout
    assert "webassets:datauri" in said
    assert "assets/i.png" in said


def test_less_and_uglifyjs_of_npm_work_for_real(pytestconfig: pytest.Config) -> None:
    tools = node_tools(pytestconfig)
    files = {
        "assets/css/a.css": "x { y: z }",
        "assets/css/site.less": '@import "mixins/vars";\n.a { color: @ink; .b { background: url("../img/i.png") } }',
        "assets/css/mixins/vars.less": "@ink: #336699;",
        "assets/img/i.png": PNG,
        "assets/js/a.js": "var one = 1 ;\n",
    }
    config = bundle("css/all.css", ["css/a.css", "css/site.less"], "less", "rcssmin")
    config += (
        rule("js/*.js", "uglifyjs") + '[[rules]]\nmatch = ["css/**", "js/*"]\ndepends = ["assets/css/**/*.less"]\n'
    )
    project = Project(files, CONFIG + config + '[[rules]]\nmatch = "css/mixins/*"\nminify = false\n')
    os.symlink(tools, project.root / "node_modules")
    outcome = project.build()
    published = outcome.file("img/i.png").removeprefix("img/")
    assert outcome.text("css/all.css") == f'x{{y:z}}.a{{color:#336699}}.a .b{{background:url("../img/{published}")}}'
    assert outcome.text("js/a.js").rstrip("\n") == "var one=1;"
    assert project.build().summary["compiled"]["ran"] == 0
    project.write({"assets/css/mixins/vars.less": "@ink: #000001;"})
    assert "#000001" in project.build().text("css/all.css")
    project.write({"assets/css/mixins/vars.less": "@ink: ;;{"})
    outcome = project.build()
    assert "assets/css/site.less: filter 'webassets:less' failed: " in outcome.errors[0]
    assert "vars.less" in outcome.errors[0]
    assert str(project.root) not in outcome.errors[0]
