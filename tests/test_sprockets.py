"""Sprockets' directives in a build: what each does, in which order, and what is said of those that are at fault."""

from __future__ import annotations

import re

from scenario import Outcome, Project

CONFIG = """sources = ["app", "lib"]
minify = false
encodings = []
[sprockets]
"""


def project(files: dict[str, str], more: str = "", include: str = "") -> Project:
    """A project whose sources are app/ and lib/; "app/x" is written as it is, other names go below app/."""
    placed = {name if name.startswith(("app/", "lib/", "./")) else f"app/{name}": text for name, text in files.items()}
    made = Project({name.removeprefix("./"): text for name, text in placed.items()}, None)
    (made.root / "lib").mkdir(exist_ok=True)
    (made.root / "app").mkdir(exist_ok=True)
    made.write({"assetbuild.toml": include + CONFIG + more})
    return made


def built(files: dict[str, str], more: str = "", include: str = "") -> Outcome:
    return project(files, more, include).build("--no-cache")


def order(outcome: Outcome, name: str = "app.js") -> list[str]:
    """The scripts in a bundle, in their order: each of the test's scripts is `run("its name")`."""
    return re.findall(r'run\("(.*?)"\)', outcome.text(name))


def script(name: str, *directives: str) -> str:
    return "".join(f"//= {one}\n" for one in directives) + f'run("{name}")\n'


def scripts(**headers: str) -> dict[str, str]:
    """Scripts by their names without extension ("__" for "/"), with their directives separated by "; "."""
    return {
        f"{name.replace('__', '/')}.js": script(name.replace("__", "/"), *filter(None, header.split("; ")))
        for name, header in headers.items()
    }


def test_what_a_script_requires_comes_before_it_each_once_and_depth_first() -> None:
    outcome = built(scripts(app="require b; require c", b="require d", c="require d; require b", d=""))
    assert order(outcome) == ["d", "b", "c", "app"]
    assert set(outcome.assets) == {"app.js"}


def test_require_self_puts_the_script_where_it_stands() -> None:
    assert order(built(scripts(app="require b; require_self; require c", b="", c=""))) == ["b", "app", "c"]


def test_a_circle_of_requires_is_legal() -> None:
    outcome = built(scripts(app="require b", b="require c", c="require b"))
    assert order(outcome) == ["b", "c", "app"]


def test_a_script_that_requires_itself_is_there_once() -> None:
    assert order(built(scripts(app="require app; require b", b=""))) == ["app", "b"]


def test_extensions_are_optional_and_names_may_have_dots_and_quotes() -> None:
    files = {"app.js": script("app", 'require "jquery.ui"', "require b.js", "require 'c d'")}
    files |= {"jquery.ui.js": script("ui"), "b.js": script("b"), "c d.js": script("c d")}
    assert order(built(files)) == ["ui", "b", "c d", "app"]


def test_a_directory_is_required_by_its_index() -> None:
    files = scripts(app="require ui; require ./box.js", ui__index="require ./part", ui__part="", box__index="")
    assert order(built(files)) == ["ui/part", "ui/index", "box/index", "app"]


def test_a_file_comes_before_an_index_and_the_first_load_path_before_both() -> None:
    files = scripts(app="require x; require y", x="", x__index="", y__index="") | {"lib/y.js": script("lib y")}
    assert order(built(files)) == ["x", "y/index", "app"]


def test_relative_names_are_looked_up_beside_the_file_in_its_own_load_path_only() -> None:
    files = scripts(app="require far", x="") | {"lib/far.js": script("far", "require ./x")}
    outcome = built(files)
    assert outcome.errors[0].startswith(
        "error: lib/far.js:1:13: no script './x': looked for 'x.js' and 'x/index.js' in 'lib'"
    )
    assert "'x.js' is in 'app': write it without './'" in outcome.errors[0]


def test_require_tree_takes_all_scripts_below_in_the_order_of_their_paths() -> None:
    files = scripts(app="require_tree ./t", t__b="", t__a="", t__a__z="", **{"t__a-b": ""})
    files |= {"t/.hidden.js": script("hidden"), "t/old.js~": script("old"), "t/style.css": "", "t/README.md": ""}
    assert order(built(files)) == ["t/a-b", "t/a", "t/a/z", "t/b", "app"]


def test_require_tree_of_the_own_directory_leaves_the_file_itself_at_its_end() -> None:
    assert order(built(scripts(app="require_tree .", a="", z=""))) == ["a", "z", "app"]
    assert order(built(scripts(app="require_tree", a="", z=""))) == ["a", "z", "app"]


def test_require_directory_takes_the_scripts_of_one_directory() -> None:
    assert order(built(scripts(app="require_directory ./t", t__a="", t__b="", t__c__d=""))) == ["t/a", "t/b", "app"]


def test_a_stub_takes_a_script_out_and_what_it_requires() -> None:
    files = scripts(app="require_tree ./t; stub t/b", t__a="", t__b="require ./c", t__c="", t__d="")
    assert order(built(files)) == ["t/a", "t/d", "app"]


def test_a_stub_in_a_required_script_counts_for_that_scripts_own_bundle_only() -> None:
    files = scripts(app="require b; require c", b="stub c", c="")
    assert order(built(files)) == ["b", "c", "app"]


def test_stubs_that_leave_nothing_are_an_error() -> None:
    files = scripts(app="stub b", b="require app") | {"./m.js": "//= link app.js\n"}
    assert built(files, 'manifests = ["m.js"]\n', "include = []\n").errors == [
        "error: app/app.js: its stubs take out all of it: they require the file itself\n  drop a `stub`"
    ]


def test_directives_stand_in_comments_before_the_first_line_of_code_only() -> None:
    text = (
        '\n/*! Shop = it */\n\n/*\n * =require a\n *= require b */\n// plain\n//=require c\nrun("app")\n//= require d\n'
    )
    files = {"app.js": text} | scripts(a="", b="", c="", d="")
    assert order(built(files)) == ["a", "b", "c", "app"]


def test_carriage_returns_and_a_byte_order_mark_are_no_part_of_a_name() -> None:
    files = {"app.js": '\ufeff//= require b\r\n//= require_self\r\nrun("app")\r\n'} | scripts(b="")
    assert order(built(files)) == ["b", "app"]


def test_style_sheets_are_joined_in_order_with_their_references_spelled_anew() -> None:
    files = {
        "app.css": "/*\n *= require parts/reset\n *= require_self\n *= require_tree ./parts\n */\nb { color: red }\n",
        "parts/reset.css": '@charset "utf-8";\n* { margin: 0 }\n',
        "parts/deep/a.css": "i { background: url(../../x.svg) }\n",
        "x.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    outcome = built(files)
    text = re.sub(r"/\*.*?\*/", "", outcome.text("app.css"), flags=re.DOTALL).split()
    shown = " ".join(text)
    assert shown.index("margin") < shown.index("color: red") < shown.index("background")
    assert f"url({outcome.file('x.svg')})" in shown


def test_sass_with_directives_compiles_each_file_by_itself_partials_too() -> None:
    files = {
        "app.css.scss": "// = require parts/tool\n$a: 1px;\nb { margin: $a }\n",
        "parts/tool.scss": "// = require ./_own\n$a: 2px;\ni { margin: $a }\n",
        "parts/_own.scss": "u { margin: 3px }\n",
    }
    outcome = built(files)
    assert re.findall(r"margin: (\d)px", outcome.text("app.css")) == ["3", "2", "1"]
    assert set(outcome.assets) == {"app.css"}


def test_a_manifest_says_what_is_published() -> None:
    files = scripts(app="require b", b="", other="", deep__one="") | {
        "./config/manifest.js": "//= link app.js\n//= link_tree ../app/images\n//= link_directory ../app/css .css\n",
        "images/a.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "images/deep/b.txt": "b",
        "css/one.scss": "a { b: c }",
        "css/two.js": "2",
        "css/deep/three.css": "a { b: c }",
    }
    outcome = built(files, 'manifests = ["config/manifest.js"]\n', "include = []\n")
    assert sorted(outcome.assets) == ["app.js", "css/one.css", "images/a.svg", "images/deep/b.txt"]


def test_what_a_manifest_links_is_published_though_another_bundle_has_it() -> None:
    files = scripts(app="require b", b="require c", c="")
    files |= {"./config/manifest.js": "//= link app.js\n//= link b.js\n"}
    outcome = built(files, 'manifests = ["config/manifest.js"]\n', "include = []\n")
    assert (order(outcome), order(outcome, "b.js")) == (["c", "b", "app"], ["c", "b"])
    assert "c.js" not in outcome.assets


def test_links_of_a_bundles_parts_count_as_those_of_the_manifest_do() -> None:
    files = scripts(app="require b", b="link worker.js", worker="require c; link last.js", c="", last="")
    files |= {"./config/manifest.js": "//= link app.js\n"}
    outcome = built(files, 'manifests = ["config/manifest.js"]\n', "include = []\n")
    assert sorted(outcome.assets) == ["app.js", "last.js", "worker.js"]


def test_a_reference_to_what_is_not_published_says_why() -> None:
    files = scripts(app="require b", b="") | {"page.css": "a { background: url(b.js) }"}
    assert "'app.js' requires it: refer to that, link it in the manifest" in built(files).errors[0]


def test_without_the_table_directives_are_comments() -> None:
    made = project(scripts(app="require nothing", b=""))
    made.write({"assetbuild.toml": CONFIG.replace("[sprockets]\n", "")})
    assert sorted(made.build("--no-cache").assets) == ["app.js", "b.js"]


def test_match_says_whose_directives_count() -> None:
    outcome = built(scripts(app="require b", b="require nothing"), 'match = ["app.js"]\n')
    assert order(outcome) == ["b", "app"]


def test_a_file_that_is_added_to_a_required_tree_is_in_the_next_build() -> None:
    made = project(scripts(app="require_tree ./t; require late", t__a="", late__index=""))
    assert order(made.build()) == ["t/a", "late/index", "app"]
    made.write({"app/t/b.js": script("t/b")})
    assert order(made.build()) == ["t/a", "t/b", "late/index", "app"]
    made.write({"app/late.js": script("late")})
    assert order(made.build()) == ["t/a", "t/b", "late", "app"]
    made.delete("app/t/a.js", "app/late.js")
    incremental = made.build()
    assert order(incremental) == ["t/b", "late/index", "app"]
    assert incremental.manifest == made.build("--no-cache").manifest


def test_a_build_with_nothing_to_do_looks_at_the_manifest_and_other_files_first() -> None:
    made = project(
        scripts(a="depend_on ./data.txt", b=""), 'manifests = ["m.js"]\n', "include = []\nexclude = ['*.txt']\n"
    )
    made.write({"m.js": "//= link a.js\n", "app/data.txt": "1"})
    assert [sorted(made.build().assets) for _ in range(2)] == [["a.js"], ["a.js"]]
    made.write({"m.js": "//= link b.js\n"})
    assert sorted(made.build().assets) == ["b.js"]
    made.write({"m.js": "//= link a.js\n//= link_tree ./empty\n"})
    (made.root / "empty").mkdir()
    assert "the directory 'empty' is outside of all load paths" in made.build().errors[0]
    (made.root / "app" / "empty").mkdir()
    made.write({"m.js": "//= link a.js\n//= link_tree ./app/empty\n"})
    assert [sorted(made.build().assets) for _ in range(2)] == [["a.js"], ["a.js"]]
    (made.root / "app" / "empty").rmdir()
    assert "there is no directory 'app/empty'" in made.build().errors[0]


def test_what_is_not_there_is_told_with_the_places_that_were_searched() -> None:
    outcome = built({"app.js": "//= require jqery\n//= require jquery\n", "jquery.js": ""})
    assert outcome.errors == [
        "error: app/app.js:1:13: no script 'jqery': looked for 'jqery.js' and 'jqery/index.js' in 'app', 'lib'\n"
        "    1 | //= require jqery\n"
        "      |             ^^^^^ did you mean 'jquery.js'?"
    ]


def error_of(*directives: str, **files: str) -> str:
    """What is said of the directives of a script, the first line of it."""
    made = {name.replace("__", "/"): text for name, text in files.items()}
    outcome = built({"app.js": script("app", *directives)} | made)
    assert outcome.code == 1
    return outcome.errors[0].splitlines()[0].removeprefix("error: app/app.js:")


def test_every_directive_that_cannot_be_followed_is_told_at_its_place() -> None:
    assert error_of("require ../out") == "1:13: '../out' is 'out', outside of the load path 'app'"
    assert error_of("require /etc/passwd") == "1:13: '/etc/passwd' is an absolute path"
    assert (
        error_of("require_tree lib")
        == "1:18: 'require_tree' takes a directory relative to the file: 'lib' does not start with '.'"
    )
    assert error_of("require_tree ./none") == "1:18: there is no directory 'app/none'"
    assert (
        error_of("require_tree ../out", **{"./out/x.js": ""})
        == "1:18: the directory 'out' is outside of all load paths"
    )
    assert error_of("require a b") == "1:13: 'require' takes 1 argument"
    assert error_of("require") == "1:5: 'require' takes 1 argument"
    assert error_of("require_self", "require_self") == "2:5: 'require_self' can stand only once in a file"
    assert error_of('require "open') == "1:5: a quote in the arguments of 'require' is not closed"
    assert error_of("link_directory . .nope") == "1:20: '.nope' is no type of file"
    assert error_of("depend_on nothing.txt") == "1:15: no file 'nothing.txt': looked for 'nothing.txt' in 'app', 'lib'"
    assert error_of("stub nothing").startswith("1:10: no script 'nothing'")


def test_all_faults_are_told_in_one_run() -> None:
    outcome = built({"app.js": "//= require one\n//= require b\n", "b.js": "//= require two\n"})
    assert [error.split(": ")[1] for error in outcome.errors] == ["app/app.js:1:13", "app/b.js:1:13"]


def test_a_word_that_is_nearly_a_directive_is_a_warning_and_other_words_are_text() -> None:
    outcome = built({"app.js": "//= requires b\n// x = require_not\n//= totally else\nrun(1)\n"})
    assert outcome.warnings[0].splitlines()[0] == (
        "warning: app/app.js:1:5: 'requires' is no directive, and stays a comment: did you mean 'require'?"
    )
    assert len(outcome.warnings) == 1


def test_what_nothing_here_compiles_is_an_error_and_not_left_out_in_silence() -> None:
    outcome = built(scripts(app="require_tree ./t") | {"t/a.coffee": "run 'a'", "t/b.js.erb": "<%= 1 %>"})
    assert [error.splitlines()[0].partition(": '")[2] for error in outcome.errors] == [
        "t/a.coffee' is in that directory, and nothing here compiles CoffeeScript",
        "t/b.js.erb' is in that directory, and nothing here compiles ERB",
    ]
    outcome = built(scripts(app="require a") | {"a.js.coffee": "run 'a'"})
    assert "there is 'a.js.coffee', of which nothing here makes a script" in outcome.errors[0]


def test_two_sources_that_make_one_asset_are_an_error_at_the_link() -> None:
    files = {"a.css": "a { b: c }", "a.scss": "a { b: c }", "./config/manifest.js": "//= link_tree ../app\n"}
    outcome = built(files, 'manifests = ["config/manifest.js"]\n', "include = []\n")
    assert outcome.errors[0].splitlines()[0] == (
        "error: config/manifest.js:1:15: two sources for one asset 'a.css': 'a.css' and 'a.scss' are both linked"
    )


def test_exclude_comes_before_a_link_and_partials_cannot_be_linked() -> None:
    files = scripts(a="", b="") | {"./m.js": "", "_p.scss": ""}
    made = project(files, 'manifests = ["m.js"]\n', 'include = []\nexclude = ["b.js"]\n')
    made.write({"m.js": "//= link_tree ./app\n"})
    assert sorted(made.build("--no-cache").assets) == ["a.js"]
    made.write({"m.js": "//= link _p.scss\n"})
    assert "m.js:1:10: '_p.scss' is a Sass partial, which is never published" in made.build("--no-cache").errors[0]


def test_a_header_line_of_any_length_takes_no_time() -> None:
    line = "//= require a" + " " * 200_000 + "b\n// =" + "=" * 200_000 + "\n/*" + "*" * 200_000 + "*/\n"
    assert "takes 1 argument" in built({"app.js": line}).errors[0]


def test_a_bundle_and_a_script_of_one_name_clash() -> None:
    outcome = built(scripts(app="require b", b=""), '[bundles."app.js"]\ncontents = ["b.js"]\n')
    assert "two assets for one name 'app.js'" in outcome.errors[0]


def test_a_manifest_that_is_not_there_and_one_that_requires_are_errors() -> None:
    outcome = built(scripts(app=""), 'manifests = ["nowhere.js"]\n')
    assert (outcome.code, "no file 'nowhere.js'" in outcome.errors[0]) == (2, True)
    outcome = built(scripts(app="") | {"./m.js": "//= require app\n"}, 'manifests = ["m.js"]\n')
    assert "m.js:1:13: a manifest links: 'require' says nothing here" in outcome.errors[0]


def test_many_scripts_that_require_one_another_in_a_line_take_no_stack() -> None:
    count = 1200
    files = {f"s{number}.js": f"//= require s{number + 1}\n" for number in range(count)} | {f"s{count}.js": ""}
    files["app.js"] = script("app", "require s0")
    assert set(built(files).assets) == {"app.js"}


def test_scripts_that_only_require_one_another_are_published_as_the_first_of_them() -> None:
    outcome = built(scripts(a="require b", b="require a"))
    assert (sorted(outcome.assets), order(outcome, "a.js")) == (["a.js"], ["a", "b"])


def test_contents_are_published_too_if_that_is_configured() -> None:
    outcome = built(scripts(app="require b", b="require c", c=""), include="publish_contents = true\n")
    assert (order(outcome), order(outcome, "b.js"), order(outcome, "c.js")) == (["c", "b", "app"], ["c", "b"], ["c"])


def test_an_unpublished_vendor_script_with_a_broken_header_is_not_read() -> None:
    files = scripts(app="") | {"broken.js": "//= require nothing\n", "./m.js": "//= link app.js\n"}
    assert sorted(built(files, 'manifests = ["m.js"]\n', "include = []\n").assets) == ["app.js"]


def test_load_paths_with_a_prefix_are_load_paths_too() -> None:
    made = project(
        scripts(app="require fa/one") | {"lib/one.js": script("one", "require ./two", "require_tree ./deep")}
    )
    made.write({"lib/two.js": script("two"), "lib/deep/three.js": script("three")})
    config = CONFIG.replace('"lib"', '{path = "lib", prefix = "fa"}')
    made.write({"assetbuild.toml": config})
    assert order(made.build("--no-cache")) == ["two", "three", "one", "app"]


def test_a_directive_is_a_word_directly_behind_an_equals_sign() -> None:
    header = "//== require a\n// = (require b)\n//= 'require b'\n// === stub a ===\n"
    outcome = built({"app.js": f'{header}run("app")\n'} | scripts(a="", b=""))
    assert outcome.errors[0].splitlines()[0] == "error: app/app.js:4:13: 'stub' takes 1 argument"
    outcome = built({"app.js": header.replace("// === stub a ===\n", "") + 'run("app")\n'} | scripts(a="", b=""))
    assert order(outcome) == ["a", "app"]
