"""Lists of minifiers in whole builds: real tools with the traps they have, and programs that misbehave."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assetbuild.compilers.minifiers_table import LISTS, MINIFIERS
from assetbuild.config.keys import MINIFIERS as CONFIGURED
from compilers.node_tools import ESBUILD, node_tools
from scenario import Project, build_files

BASE = 'sources = ["assets"]\nencodings = []\n'


def config(lists: str, more: str = "") -> str:
    return f"{BASE}{more}[minifiers]\n{lists}\n"


def built(files: dict[str, str | bytes], lists: str, more: str = "") -> Project:
    return Project({f"assets/{name}": content for name, content in files.items()}, config(lists, more))


@pytest.fixture
def esbuild(request: pytest.FixtureRequest) -> str:
    """The line of the configuration that names the real program."""
    return f'esbuild = "{node_tools(request.config, ESBUILD)}/.bin/esbuild"\n'


def fake(project: Project, answer: str, version: str = "0.28.0") -> None:
    """A program `tools/esbuild` that tells a version, and else does what the shell is told."""
    project.write({"tools/esbuild": f'#!/bin/sh\n[ "$1" = --version ] && {{ echo {version}; exit; }}\n{answer}\n'})
    (project.root / "tools/esbuild").chmod(0o755)


FAKE = 'esbuild = "tools/esbuild"\n'
SCRIPT = "function greet( first_name ) {\n  return 'hello ' + first_name.trim();\n}\n"
OWN = "function greet(first_name){return'hello '+first_name.trim();}"


def test_the_configuration_takes_for_each_type_the_minifiers_that_there_are_for_it():
    for kind, key in LISTS.items():
        assert set(CONFIGURED[key]) == {name for name, one in MINIFIERS.items() if kind in one.types}


# Real tools.


def test_esbuild_shortens_names_that_no_other_script_sees(esbuild):
    outcome = built({"a.js": SCRIPT}, f'javascript = ["esbuild"]\n{esbuild}').build()
    assert outcome.text("a.js") == 'function greet(e){return"hello "+e.trim()}'
    assert outcome.notices == []


def test_esbuild_for_white_space_keeps_names(esbuild):
    outcome = built({"a.js": SCRIPT}, f'javascript = ["esbuild-whitespace"]\n{esbuild}').build()
    assert outcome.text("a.js") == 'function greet(first_name){return"hello "+first_name.trim()}'


def test_top_level_names_of_scripts_stay_with_every_tool(esbuild):
    script = "var shared_name = 1; function other_name( x_long ) { return x_long + shared_name }\n"
    for tool in ("esbuild", "tdewolff"):
        text = built({"a.js": script}, f'javascript = ["{tool}"]\n{esbuild}').build().text("a.js")
        assert "shared_name" in text
        assert "other_name" in text
        assert "x_long" not in text


def test_no_syntax_is_lowered(esbuild):
    script = "class A { #secret = 1; static { a ??= b?.c } get() { return 2n ** 3n + this.#secret } }\n"
    text = built({"a.js": script}, f'javascript = ["esbuild"]\n{esbuild}').build().text("a.js")
    for kept in ("#", "static{", "??=", "?.c", "**"):
        assert kept in text


def test_a_text_of_ascii_stays_one(esbuild):
    files = {"a.js": 'show( "\\u00e9" ) ;\n', "b.js": 'show( "é" ) ;\n'}
    outcome = built(files, f'javascript = ["esbuild"]\n{esbuild}').build()
    assert outcome.bytes_of("a.js").isascii()
    assert "é" in outcome.text("b.js")
    again = built({"a.js": files["a.js"]}, 'javascript = ["tdewolff"]').build()
    assert again.text("a.js") == 'show("\\u00e9");'
    assert "need an encoding" in again.notices[0]


@pytest.mark.parametrize("tool", ["esbuild", "esbuild-whitespace", "tdewolff"])
def test_the_first_line_of_a_program_stays(esbuild, tool):
    script = "#!/usr/bin/env node\n\n" + SCRIPT
    outcome = built({"a.js": script}, f'javascript = ["{tool}"]\n{esbuild}').build()
    assert outcome.text("a.js").startswith("#!/usr/bin/env node\nfunction greet(")
    assert outcome.notices == []


@pytest.mark.parametrize("tool", ["esbuild", "tdewolff"])
@pytest.mark.parametrize("script", ["return eval( long_name );", "with ( long_name ) { return other }"])
def test_names_that_code_in_strings_may_read_are_not_shortened(esbuild, tool, script):
    text = f"function f( long_name ) {{ {script} }}\n"
    outcome = built({"a.js": text}, f'javascript = ["{tool}"]\n{esbuild}').build()
    assert outcome.text("a.js").startswith("function f(long_name){")
    assert f"assets/a.js:1:{text.index('eval' if 'eval' in script else 'with') + 1}: " in outcome.notices[0]


def test_a_string_or_comment_or_member_with_these_words_keeps_no_tool_away():
    script = "/* with eval */ function f( long_name ) { return long_name.with( 'eval' ) }\n"
    outcome = built({"a.js": script}, 'javascript = ["tdewolff"]').build()
    assert "long_name" not in outcome.text("a.js")


@pytest.mark.parametrize("call", ["Math.trunc( x )", "Math . pow( x, 2 )", "Math?.abs( x )", "Math[ 'sqrt' ]( x )"])
def test_functions_of_math_are_not_made_operators(call):
    outcome = built({"a.js": f"y = {call} ;\nz( Math.max( 1 ) ) ;\n"}, 'javascript = ["tdewolff"]').build()
    assert outcome.text("a.js").startswith(f"y={call.replace(' ', '')};")
    assert "functions of Math" in outcome.notices[0]


def test_esbuild_is_started_once_for_a_script():
    project = built({"a.js": "a( 1 ) ;\n", "b.js": "b( 2 ) ;\n"}, 'javascript = ["esbuild"]\nesbuild = "tools/esbuild"')
    fake(project, f"echo >> {project.root}/starts\ntr -d ' \n'")
    outcome = project.build()
    assert (outcome.text("a.js"), outcome.text("b.js"), outcome.notices) == ("a(1);", "b(2);", [])
    assert (project.root / "starts").read_text() == "\n\n"


def test_what_no_browser_runs_is_not_published_whatever_the_tool_says():
    project = built({"a.js": "let a = 1 ;\n"}, 'javascript = ["esbuild"]\nesbuild = "tools/esbuild"')
    fake(project, "echo 'let a=;'")
    outcome = project.build()
    assert outcome.text("a.js") == "let a=1;"
    assert "esbuild: its result does not parse: unexpected ';' after '='" in outcome.notices[0]


def test_what_a_tool_cannot_read_again_itself_is_not_published():
    outcome = built({"a.js": "/* a module */\nexport {} ;\n"}, 'javascript = ["tdewolff"]').build()
    assert outcome.text("a.js") == "export{};"
    assert "its result does not parse: " in outcome.notices[0]


def test_nothing_is_cut_off_at_a_nul():
    outcome = built({"a.js": b"var a = `x\0y` ; var b = 2 ;\n"}, 'javascript = ["tdewolff"]').build()
    assert outcome.bytes_of("a.js") == b"var a=`x\0y`;var b=2;"
    assert "NUL" in outcome.notices[0]


def test_licence_comments_stay_with_every_tool(esbuild):
    script = "/* @preserve one */ var a = 1 ;\n// @license two\nfunction f( long ) { /*! three */ return long }\n"
    sheet = "a { color : #ff0000 }\n/*! one */\nb { color : #ff0000 }\n/* @license two */\n"
    for tool in ("esbuild", "esbuild-whitespace", "tdewolff"):
        text = built({"a.js": script}, f'javascript = ["{tool}"]\n{esbuild}').build().text("a.js")
        assert all(one in text for one in ("@preserve one */", "// @license two\n", "/*! three */")), tool
    for tool in ("lightningcss", "esbuild", "tdewolff"):
        outcome = built({"a.css": sheet}, f'css = ["{tool}"]\n{esbuild}').build()
        assert outcome.notices == []
        assert "color:red" in outcome.text("a.css")
        assert all(one in outcome.text("a.css") for one in ("/*! one */", "/* @license two */")), tool


def test_a_sheet_that_is_not_ascii_declares_its_encoding():
    sheet = 'a::before {\n    content : "\\e9" ;\n    color : #ff0000 ;\n}\n'
    text = built({"a.css": sheet}, 'css = ["lightningcss"]').build().text("a.css")
    assert text == '@charset "UTF-8";a:before{content:"é";color:red}'


def test_a_sheet_that_a_tool_damages_falls_to_the_next():
    sheet = "@layer a { .b { & :hover { color : #ff0000 } } }\n.c { --x: ; width : calc( 1px + ( 2px ) ) }\n"
    outcome = built({"a.css": sheet}, 'css = ["tdewolff", "lightningcss", "rcssmin"]').build()
    text = outcome.text("a.css")
    assert ":hover" in text
    assert "& :hover" in text or "&:hover" not in text


def test_what_lightningcss_does_not_parse_falls_on_and_no_rule_is_dropped():
    sheet = "a { color : #ff0000 }\n@import 'b.css';\nb { color : #ff0000 }\n"
    outcome = built({"a.css": sheet, "b.css": ""}, 'css = ["lightningcss", "rcssmin"]').build()
    assert "a{color:#ff0000}" in outcome.text("a.css")
    assert "b{color:#ff0000}" in outcome.text("a.css")
    assert "minified by" in outcome.notices[0]


def test_an_empty_list_means_our_own_stripping():
    outcome = built({"a.js": SCRIPT, "a.css": "a { b : c }\n"}, "javascript = []\ncss = []").build()
    assert outcome.text("a.js") == OWN
    assert outcome.text("a.css") == "a{b:c}"
    assert outcome.notices == []


def test_a_script_that_does_not_end_is_left_as_it_is(esbuild):
    lists = f'javascript = ["esbuild"]\n{esbuild}'
    outcome = built({"a.js": "f( [ 1 ;\n"}, lists, 'syntax = "off"\n').build()
    assert outcome.text("a.js") == "f( [ 1 ;\n"
    assert "left unminified" in outcome.warnings[0]


@pytest.mark.parametrize(
    ("name", "text", "tools", "told"),
    [
        (
            "a.css",
            "é{b:c}\r\n/* é😀 */ .b >> {}\n",
            '["lightningcss"]',
            "2:14: minified by our own stripping: lightning",
        ),
        (
            "a.css",
            "a{b:c}\n.b >> {}\n",
            '["tdewolff"]',
            "2:5: minified by our own stripping: tdewolff: the sheet cannot",
        ),
        ("a.js", "#!/bin/x\nvar é = 1 ;\né = /* 😀 */ ;\n", '["tdewolff", "rjsmin"]', "3:13: minified by rjsmin: tdew"),
    ],
)
def test_what_a_package_says_of_a_text_is_told_at_its_place(name, text, tools, told):
    kind = name.rpartition(".")[2].replace("js", "javascript")
    outcome = built({name: text}, f"{kind} = {tools}", 'syntax = "off"\n').build()
    assert outcome.notices[0].startswith(f"notice: assets/{name}:{told}"), outcome.notices
    assert " at :" not in outcome.notices[0]
    assert " on line " not in outcome.notices[0]


def test_a_syntax_error_is_told_at_its_place_and_the_next_minifier_takes_over(esbuild):
    lists = f'javascript = ["esbuild", "rjsmin"]\n{esbuild}'
    project = built({"a.js": "#!/bin/x\nvar b = 1 ;\nvar a = ;\n"}, lists, 'syntax = "off"\n')
    outcome = project.build()
    assert outcome.text("a.js") == "#!/bin/x\nvar b=1;var a=;"
    assert outcome.notices[0].startswith('notice: assets/a.js:3:9: minified by rjsmin: esbuild: Unexpected ";"')
    assert "1 script minified by rjsmin instead of esbuild\n" in project.run("build", "--no-cache").stdout


def test_a_script_that_rjsmin_would_damage_goes_to_the_next_and_after_the_last_to_our_own_stripping():
    damaged: dict[str, str | bytes] = {"a.js": "x  =  1\n~y\n"}
    project = built(damaged, 'javascript = ["rjsmin", "esbuild"]\n' + FAKE)
    fake(project, "echo 'x=1;~y'")
    outcome = project.build()
    assert outcome.text("a.js") == "x=1;~y"
    assert outcome.notices[0].startswith(
        "notice: assets/a.js:2:1: minified by esbuild: rjsmin: the minifier would have"
    )
    project = built(damaged, 'javascript = ["esbuild", "rjsmin"]\n' + FAKE)
    fake(project, "echo '('")
    outcome = project.build()
    assert outcome.text("a.js") == "x=1\n~y"
    assert [notice.split(": ")[2:4] for notice in outcome.notices] == [["minified by rjsmin", "esbuild"]]


def test_the_place_in_a_text_that_steps_made_is_that_of_the_text():
    files = {"a.css.jinja": "{# one #}\na { b : c }\n@import 'https://x.test/b.css';\n"}
    outcome = built(files, 'css = ["lightningcss"]').build()
    assert "minified by our own stripping: lightningcss" in outcome.notices[0]


def test_references_are_rewritten_in_what_tools_print(esbuild):
    files: dict[str, str | bytes] = {
        "a.js": 'import { x } from "./b.js" ;\nlet url = new URL( "./i.svg", import.meta.url ) ;\nx( url ) ;\n',
        "b.js": "export const x = ( long_name ) => long_name ;\n",
        "a.css": "a { background : url( 'i.svg' ) }\n",
        "i.svg": '<svg xmlns="http://www.w3.org/2000/svg">\n <g id="x"/>\n</svg>\n',
    }
    for tool in ("esbuild", "tdewolff"):
        lists = f'javascript = ["{tool}"]\ncss = ["{tool}"]\nsvg = ["tdewolff"]\n{esbuild}'
        outcome = built(files, lists).build()
        assert outcome.notices == []
        assert outcome.file("b.js") in outcome.text("a.js")
        assert outcome.file("i.svg") in outcome.text("a.js")
        assert outcome.file("i.svg") in outcome.text("a.css")


# Drawings.


def test_drawings_are_minified_only_if_a_tool_is_listed():
    drawing = '<svg xmlns="http://www.w3.org/2000/svg">\n  <rect id="x" width="10.000"/>\n</svg>\n'
    assert built({"a.svg": drawing}, "").build().text("a.svg") == drawing
    small = built({"a.svg": drawing}, 'svg = ["tdewolff"]').build().text("a.svg")
    assert small == '<svg xmlns="http://www.w3.org/2000/svg"><rect id="x" width="10"/></svg>'


@pytest.mark.parametrize(
    "inside",
    [
        '<text xml:space="preserve"> a  b </text>',
        "<style>a :hover { b: c }</style>",
        "<script>var a\n= 1</script>",
        "<!--! licence -->",
        "<g><",
    ],
)
def test_drawings_that_a_tool_would_damage_stay_as_they_are(inside):
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg">\n  {inside}\n</svg>\n'
    outcome = built({"a.svg": drawing}, 'svg = ["tdewolff"]').build()
    assert outcome.text("a.svg") == drawing
    assert "left as it is: tdewolff: " in outcome.notices[0]


# Named in filters.


def test_rules_and_bundles_name_minifiers_too(esbuild):
    more = (
        '[bundles."all.js"]\ncontents = ["a.js", "b.js"]\nfilters = ["esbuild"]\n'
        '[[rules]]\nmatch = "c.css"\nfilters = ["lightningcss"]\n'
    )
    files: dict[str, str | bytes] = {"a.js": SCRIPT, "b.js": "greet( 'x' ) ;\n", "c.css": "a { color : #ff0000 }\n"}
    outcome = built(files, esbuild, more).build()
    assert 'return"hello "+' in outcome.text("all.js")
    assert outcome.text("c.css") == "a{color:red}"


def test_minify_is_a_filter_that_means_the_list_of_the_type():
    more = '[[rules]]\nmatch = "*.min.*"\nfilters = ["minify"]\n'
    files: dict[str, str | bytes] = {"a.min.css": "a { color : #ff0000 }\n", "a.min.json": '{ "a" : 1 }\n'}
    outcome = built(files, 'css = ["lightningcss"]', more).build()
    assert outcome.text("a.min.css") == "a{color:red}"
    assert outcome.text("a.min.json") == '{"a":1}'


def test_a_minifier_of_another_type_is_a_mistake_in_a_rule():
    more = '[[rules]]\nmatch = "a.js"\nfilters = ["lightningcss"]\n'
    outcome = built({"a.js": SCRIPT}, "", more).build()
    assert outcome.code == 2
    assert "filter 'lightningcss' is for text/css" in outcome.errors[0]


# Mistakes in the configuration, and what is not installed.


def test_a_name_that_no_minifier_has_is_told_with_the_nearest():
    outcome = built({}, 'javascript = ["esbild"]\ncss = ["rjsmin"]').build()
    assert outcome.code == 2
    assert "did you mean 'esbuild'?" in outcome.errors[0]
    assert "'minifiers.css[0]' cannot be the string 'rjsmin'" in outcome.errors[1]


def test_a_program_that_is_missing_is_a_mistake_with_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    outcome = built({}, 'javascript = ["esbuild", "esbuild-whitespace"]').build()
    assert outcome.code == 2
    assert "assetbuild.toml:4:16: " in outcome.errors[0]
    assert "esbuild is not installed" in outcome.errors[0]
    assert "npm install --save-dev esbuild" in outcome.errors[0]
    assert len(outcome.errors) == 1


def test_a_program_that_is_named_must_be_there():
    outcome = built({}, 'javascript = ["esbuild", "esbuild-whitespace"]\nesbuild = "tools/esbuild"').build()
    assert outcome.code == 2
    assert len(outcome.errors) == 1
    assert "assetbuild.toml:5:1: " in outcome.errors[0]
    assert "no program 'tools/esbuild'" in outcome.errors[0]


def test_a_package_that_is_missing_is_a_mistake_with_what_to_install(monkeypatch):
    from assetbuild import compilers

    monkeypatch.setattr(compilers, "installed_version", lambda name: "none" if name == "lightningcss" else "1")
    outcome = built({}, 'css = ["tdewolff"]').build()
    assert outcome.code == 2
    assert "'tdewolff' needs 'lightningcss' to compare style sheets with" in outcome.errors[0]
    assert "pip install 'assetbuild[lightningcss]'" in outcome.errors[0]


def test_the_package_esbuild_of_pypi_is_no_esbuild():
    project = built({}, 'javascript = ["esbuild"]\n' + FAKE)
    project.write({"tools/esbuild": "#!/venv/bin/python\nprint('0.28.0')\n"})
    (project.root / "tools/esbuild").chmod(0o755)
    outcome = project.build()
    assert outcome.code == 2
    assert "PyPI" in outcome.errors[0]


def test_a_program_that_tells_no_version_is_no_esbuild():
    project = built({}, 'javascript = ["esbuild"]\n' + FAKE)
    fake(project, "", version="hello")
    assert "is no esbuild" in project.build().errors[0]


def test_the_esbuild_beside_the_configuration_comes_before_the_path(monkeypatch):
    project = built({"a.js": SCRIPT}, 'javascript = ["esbuild"]')
    fake(project, "echo 'greet().trim()'")
    (project.root / "node_modules/.bin").mkdir(parents=True)
    (project.root / "tools/esbuild").rename(project.root / "node_modules/.bin/esbuild")
    assert project.build().text("a.js") == "greet().trim()"


# Programs that misbehave.


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("kill -SEGV $$", "ended by signal 11"),
        ("echo boom >&2; exit 7", "ended with exit code 7: boom"),
        ("sleep 600", "took longer than time_limit = 1 seconds"),
    ],
)
def test_a_program_that_breaks_is_passed_over_with_a_warning(answer, words):
    project = built({"a.js": SCRIPT}, 'javascript = ["esbuild", "rjsmin"]\n' + FAKE, "time_limit = 1\n")
    fake(project, answer)
    outcome = project.build()
    assert outcome.text("a.js") == OWN
    assert outcome.warnings[0].startswith("warning: assets/a.js: minified by rjsmin: esbuild: " + words)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os; os.abort()", "crashed by signal 6"),
        ("import os; os._exit(3)", "ended its process with code 3"),
        ("import time; time.sleep(600)", "took longer than time_limit = 2 seconds"),
        ("print('hello'); return ''", "its result"),
    ],
)
def test_a_package_that_breaks_is_passed_over_and_the_others_go_on(body, words, tmp_path, monkeypatch):
    (tmp_path / "minify.py").write_text(f"def config(values): pass\ndef string(kind, text):\n    {body}\n")
    monkeypatch.syspath_prepend(tmp_path)
    files: dict[str, str | bytes] = {"a.js": SCRIPT, "a.css": "a { color : #ff0000 }\n"}
    outcome = built(files, 'javascript = ["tdewolff"]\ncss = ["lightningcss"]', "time_limit = 2\n").build()
    assert outcome.text("a.js") == OWN
    assert outcome.text("a.css") == "a{color:red}"
    assert words in (outcome.warnings + outcome.notices)[0]


def test_what_was_made_because_a_program_broke_is_not_remembered():
    project = built({"a.js": SCRIPT}, 'javascript = ["esbuild"]\n' + FAKE)
    fake(project, "exit 7")
    assert project.build().text("a.js") == OWN
    fake(project, "echo 'greet().trim()'")
    assert project.build().text("a.js") == "greet().trim()"


@pytest.mark.parametrize(
    "garbage", ["", "hello", "f(greet.trim", "greet.cut", "\\200\\377", "import './gone.js';greet.trim"]
)
def test_garbage_is_not_published(garbage):
    project = built({"a.js": SCRIPT, "gone.js": ""}, 'javascript = ["esbuild"]\n' + FAKE)
    fake(project, f"printf '%b' \"{garbage}\"")
    outcome = project.build()
    assert outcome.text("a.js") == OWN
    assert "minified by our own stripping: esbuild: it" in outcome.notices[0]


def test_a_sheet_that_says_something_else_is_not_published():
    project = built({"a.css": "a { color : red }\n"}, 'css = ["esbuild"]\n' + FAKE)
    fake(project, "echo 'a{color:blue}'")
    outcome = project.build()
    assert outcome.text("a.css") == "a{color:red}"
    assert "would have changed the meaning" in outcome.notices[0]


def test_no_tool_that_breaks_touches_the_former_release():
    project = built({"a.js": SCRIPT}, 'javascript = ["rjsmin"]')
    before = project.build().manifest
    project.write({"assetbuild.toml": config('javascript = ["esbuild"]\n' + FAKE)})
    assert project.build().code == 2
    assert (project.release / "public" / before["assets"]["a.js"]["file"]).is_file()


# The cache.


def test_results_are_remembered_for_the_version_that_made_them(tmp_path):
    project = built({"a.js": SCRIPT}, 'javascript = ["esbuild"]\n' + FAKE)
    fake(project, "echo 'greet(1).trim()'")
    assert project.build().text("a.js") == "greet(1).trim()"
    fake(project, "echo 'greet(2).trim()'")
    assert project.build().text("a.js") == "greet(1).trim()"
    fake(project, "echo 'greet(2).trim()'", version="0.28.1")
    assert project.build().text("a.js") == "greet(2).trim()"


def test_a_notice_is_repeated_by_a_warm_build(esbuild):
    project = built({"a.js": "f( eval ) ;\n"}, f'javascript = ["esbuild"]\n{esbuild}')
    assert project.build().notices == project.build().notices != []


def test_programs_see_little_of_the_environment(monkeypatch):
    monkeypatch.setenv("ESBUILD_SECRET", "greet().trim()")
    project = built({"a.js": SCRIPT}, 'javascript = ["esbuild"]\n' + FAKE)
    fake(project, "echo \"greet().trim('$ESBUILD_SECRET')\"")
    assert project.build().text("a.js") == "greet().trim('')"


def test_explain_names_the_list():
    project = built({"a.css": "a { b : c }\n"}, 'css = ["lightningcss", "rcssmin"]')
    project.build()
    assert "minify (lightningcss, rcssmin)" in project.run("explain", "a.css").stdout


def test_nothing_is_run_where_nothing_names_it(tmp_path):
    outcome = build_files({"a.js": SCRIPT}, BASE)
    assert outcome.text("a.js") == OWN
    assert Path(os.fspath(outcome.release)).is_dir()


def test_a_drawing_that_is_not_well_formed_is_told_at_its_place():
    outcome = built({"a.svg": '<svg xmlns="http://www.w3.org/2000/svg">\n<g></svg>\n'}, 'svg = ["tdewolff"]').build()
    assert outcome.notices[0].startswith(
        "notice: assets/a.svg:2:6: left as it is: tdewolff: the drawing is not well-formed:"
    )
