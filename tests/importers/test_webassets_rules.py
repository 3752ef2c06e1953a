"""What each rule of webassets becomes, and what is said of bad input."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from webassets.bundle import Bundle, wrap
from webassets.loaders import YAMLLoader

from .old_projects import contents, imported, old_project, run_in_node, told
from .webassets_projects import FILES, HEAD, config_of, page, project_of, webassets


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("bundles:\n  a: [js\n", ":3:1: YAML syntax error: "),
        ("", ": the file is empty"),
        ("[a]\n", ": the file must be a mapping of keys"),
        ("directory: [a]\n", ":1:12: 'directory' must be a text"),
        ("directory: nowhere\nbundles:\n  a: {contents: js/a.js, output: a.js}\n", ":3:17: there is no file 'js/a.js'"),
        ("directory: static\nbundles: [a]\n", ":2:10: 'bundles' must be a mapping of bundles by name"),
        (HEAD + "  a: [js/a.js]\n", ":3:6: a bundle is a mapping"),
        (HEAD + "  a: {contents: , output: a.js}\n", ":3:7: 'contents' must be a list of files, globs and bundles"),
        (HEAD + "  a: {contents: [1], output: a.js}\n", ":3:18: 'contents' lists files, globs and bundles"),
        (HEAD + "  a: {contents: [[js/a.js]], output: a.js}\n", ":3:18: 'contents' lists files, globs and bundles"),
        (HEAD + "  a: {contents: js/ab.js, output: a.js}\n", ":3:17: there is no file 'js/ab.js' in 'static'"),
        (HEAD + "  a: {contents: js, output: a.js}\n", ":3:17: 'js' is a directory"),
        (HEAD + "  a: {contents: [b]}\n  b: {contents: [a]}\n", ":4:18: the bundle 'a' contains itself: a → b → a"),
        (HEAD + "  a: {contents: js/a.js, filters: rjsmim, output: a.js}\n", ":3:35: webassets has no filter 'rjsmim'"),
        (HEAD + "  a: {contents: js/a.js, output: 7}\n", ":3:34: 'output' must be a text"),
        (HEAD + "  a: {contents: js/a.js, output: a.js, extra: [b]}\n", ":3:47: 'extra' must be a mapping"),
        (
            HEAD + "  a: {contents: js/a.js, output: x.js}\n  b: {contents: js/b.js, output: x.js}\n",
            ":4:3: two bundles would be 'x.js': this one and assets.yml:3",
        ),
        (
            HEAD + "  a: {contents: js/a.js, output: x.js}\n  b: {contents: js/b.js, output: X.js}\n",
            ":4:3: 'X.js' and 'x.js' differ only in case or normal form",
        ),
        (HEAD + "  a: {contents: css/a.css, output: x.js}\n", ":3:17: 'css/a.css' cannot be in bundle 'x.js'"),
        (
            HEAD + "  a: {contents: x.js, output: y.js}\n  b: {contents: js/a.js, output: x.js}\n",
            ":3:17: 'static/x.js' is what webassets writes for the output 'x.js'",
        ),
        (HEAD + "  a: {contents: x.js, output: x.js}\n", ":3:17: 'static/x.js' is what this bundle is written to"),
        (
            HEAD + "  a: {contents: js/a.js, output: x.%(version)s.js}\n",
            ":3:3: two assets for one name 'x.js': bundle 'x.js' and static/x.js",
        ),
        ("directory: /\nload_path: [../x]\n", ":1:12: '/' is outside of this project"),
        ("directory: static\nload_path: [static, ../x]\n", ":2:21: '../x' is outside of this project"),
        (
            "directory: .\nbundles:\n  a: {contents: static/js/a.js, output: a.js}\n",
            ":1:12: the project's own directory cannot be one of assets",
        ),
    ],
)
def test_bad_input_is_told_at_its_line_and_nothing_is_written(yaml: str, expected: str) -> None:
    project = project_of(yaml, {"static/x.js": "old"})
    ran = project.run("import", "webassets", "assets.yml")
    assert ran.code == 2
    assert any(line.startswith(f"assets.yml{expected}") for line in told(ran, "error")), ran.stderr
    assert sorted(one.name for one in project.root.iterdir()) == ["assets", "assets.yml", "static"]


def test_all_that_is_wrong_is_told_in_one_run() -> None:
    yaml = HEAD + "  a: {contents: [js/gone.js, 1], filters: nothing_at_all, output: a.js}\n  b: 7\n"
    ran = project_of(yaml).run("import", "webassets", "assets.yml")
    assert [line.partition(": ")[0] for line in told(ran, "error")] == [
        "assets.yml:3:18",
        "assets.yml:3:30",
        "assets.yml:3:43",
        "assets.yml:4:6",
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("contents: [js/a.js, 'js/x*.js'], output: a.js", "no file matches 'js/x*.js': left out"),
        (
            "contents: [js/a.js, 'https://h/x.js'], output: a.js",
            "'https://h/x.js' is left out: a build asks no network",
        ),
        ("contents: js/a.js, output: a.txt", "the output 'a.txt' is left out: a bundle is a script or a style sheet"),
        ("contents: 'js/x*.js', output: a.js", "'a.js' is left out: there is nothing to put into it"),
        ("contents: js/a.js, filters: rjsmin", "it has filters and no output, so webassets cannot build it by itself"),
        ("contents: js/a.js, output: a.js, outptu: b", "webassets' YAML loader passes over 'outptu' in silence"),
        (
            "contents: js/a.js, output: a.js, debug: true",
            "'debug' is left out: a release has the bundles as for production",
        ),
        ("contents: js/a.js, output: a.js, version: 1", "webassets' YAML loader passes over 'version' in silence"),
    ],
)
def test_what_differs_is_told_at_its_line(entry: str, expected: str) -> None:
    ran = project_of(f"{HEAD}  a: {{{entry}}}\n").run("import", "webassets", "assets.yml")
    assert ran.code == 0
    assert any(re.match(rf"assets\.yml:3:\d+: {re.escape(expected)}", line) for line in told(ran, "warning")), (
        ran.stderr
    )


def test_outputs_that_differ_by_their_versions_alone_are_bundles_of_their_own() -> None:
    """webassets makes two files of them; where nothing but the version is the name, ours is called "packed"."""
    yaml = HEAD + "".join(
        f"  {name}: {{contents: js/{name}.js, filters: rjsmin, output: 'gen/%(version)s.js'}}\n" for name in "ab"
    )
    tags = ['"js/a.js", "js/b.js", filters="rjsmin", output="gen/%(version)s.js"', '"js/b.js", output="%(version)s.js"']
    body = "".join(f"{{% assets {tag} %}}{{{{ ASSET_URL }}}} {{% endassets %}}" for tag in tags)
    files = {"templates/page.html": body}
    project = project_of(yaml, files)
    config = imported(project, "webassets", "assets.yml")
    outcome = project.build()
    assert contents(config, "gen/packed.js") == ["js/a.js"]
    assert contents(config, "gen/packed-2.js") == ["js/b.js"]
    assert contents(config, "gen/packed-3.js") == ["js/a.js", "js/b.js"]
    assert outcome.manifest["names"]["b"]["assets"] == ["gen/packed-2.js"]
    assert project.run("check", "templates").code == 0
    shown = page(project, outcome, "page.html")
    assert [name for name in ("gen/packed-3.js", "packed.js") if outcome.file(name) not in shown] == []


def test_what_is_wrong_besides_outputs_that_collide_is_told_in_the_same_run() -> None:
    entries = ("js/a.js, output: x.js", "js/b.js, output: x.js", "js/b.js, output: ../y.js")
    yaml = HEAD + "".join(f"  {name}: {{contents: {entry}}}\n" for name, entry in zip("abc", entries, strict=True))
    ran = project_of(yaml).run("import", "webassets", "assets.yml")
    assert {line.partition(": ")[0] for line in told(ran, "error")} == {"assets.yml:4:3", "assets.yml:5:3"}


def test_a_file_that_is_depended_on_is_named_in_the_directory_that_has_it() -> None:
    entry = "bundles:\n  a: {contents: css/a.less, filters: less, output: a.css, depends: [css/_p.less, css/x.less]}\n"
    files = {"lib/css/_p.less": "", "lib/css/a.less": "a { b: c }"}
    config = config_of("directory: static\nload_path: [static, lib]\n" + entry, files)
    assert config["rules"][0]["depends"] == ["lib/css/_p.less", "static/css/x.less", "lib/css/x.less"]


@pytest.mark.parametrize(
    ("settings", "key", "value"),
    [
        ("url: /media", "base_url", "/media"),
        ("url: media/", "base_url", "/media/"),
        ("url: https://cdn.example.com/x", "base_url", "https://cdn.example.com/x"),
        ("url: /static", "base_url", None),
    ],
)
def test_an_option_becomes_a_key(settings: str, key: str, value: object) -> None:
    assert config_of(f"{settings}\n{HEAD}  a: {{contents: js/a.js, output: a.js}}\n").get(key) == value


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("rjsmin", ["rjsmin"]),
        ("jsmin", ["rjsmin"]),
        ("closure_js", ["webassets:closure_js"]),
        ("'yui_js, rjsmin'", ["webassets:yui_js", "rjsmin"]),
        ("[yui_js, rjsmin]", ["webassets:yui_js", "rjsmin"]),
        ("cssrewrite", None),
    ],
)
def test_a_filter_is_ours_or_runs_as_webassets_has_it(filters: str, expected: list[str] | None) -> None:
    config = config_of(f"{HEAD}  a: {{contents: js/a.js, filters: {filters}, output: a.js}}\n")
    assert config["bundles"]["a.js"].get("filters") == expected


def test_settings_of_filters_and_what_they_read_become_a_rule() -> None:
    yaml = "config: {less_bin: lessc}\n" + HEAD
    yaml += (
        "  a: {contents: css/a.less, filters: less, output: a.css, depends: 'css/*.less', config: {LESS_PATHS: [x]}}\n"
    )
    config = config_of(yaml, {"static/css/a.less": "a { b: c }"})
    assert config["rules"] == [
        {
            "match": "a.css",
            "options": {"webassets:less": {"LESS_BIN": "lessc", "LESS_PATHS": ["x"]}},
            "depends": ["static/css/*.less"],
        }
    ]


def test_a_nested_bundle_with_another_filter_is_a_rule_for_its_files() -> None:
    yaml = HEAD + "  a:\n    output: a.css\n    filters: rcssmin\n    contents:\n      - css/a.css\n"
    yaml += "      - {contents: css/b.css, filters: 'datauri, rcssmin'}\n"
    config = config_of(yaml)
    assert config["bundles"]["a.css"]["filters"] == ["rcssmin"]
    assert config["rules"] == [{"match": "css/b.css", "filters": ["webassets:datauri", "rcssmin"]}]


def test_filters_that_all_nested_bundles_have_are_those_of_the_bundle() -> None:
    yaml = HEAD + "  a:\n    output: a.css\n    filters: rcssmin\n    contents:\n"
    yaml += "      - {contents: [css/a.css, css/b.css], filters: datauri}\n"
    config = config_of(yaml)
    assert config["bundles"]["a.css"]["filters"] == ["webassets:datauri", "rcssmin"]
    assert "rules" not in config


def test_a_file_with_two_rules_is_told() -> None:
    yaml = HEAD
    for name, filters in (("x", "datauri"), ("y", "cssprefixer")):
        yaml += (
            f"  {name}: {{output: {name}.css, contents: [css/a.css, {{contents: css/b.css, filters: {filters}}}]}}\n"
        )
    ran = project_of(yaml).run("import", "webassets", "assets.yml")
    assert [line for line in told(ran, "warning") if "css/b.css" in line] == [
        "assets.yml:4:44: 'css/b.css' has other filters in another bundle: webassets:datauri are for both"
    ]


def test_the_filters_of_a_container_make_another_bundle_of_what_is_in_it() -> None:
    yaml = HEAD + "  in: {contents: css/a.css, output: in.css}\n  out: {contents: [in], filters: rcssmin}\n"
    config = config_of(yaml)
    assert config["names"] == {"out": {"assets": "in-2.css"}}
    assert config["bundles"]["in-2.css"] == {"contents": ["css/a.css"], "filters": ["rcssmin"]}


def test_a_file_that_bundles_and_the_same_file_is_in_twice_counts_once() -> None:
    yaml = HEAD + "  b: {contents: [js/b.js]}\n  a: {contents: [js/a.js, b, 'js/*.js'], output: a.js}\n"
    assert contents(config_of(yaml), "a.js") == ["js/a.js", "js/b.js"]


def test_a_name_in_a_bundle_without_one_is_the_bundle_and_not_a_missing_file() -> None:
    yaml = HEAD + "  b: {contents: [js/b.js]}\n  a: {output: a.js, contents: [js/a.js, {contents: [b]}]}\n"
    ran = project_of(yaml).run("import", "webassets", "assets.yml")
    assert ran.code == 0
    assert told(ran, "warning") == ["assets.yml:4:53: 'b' is taken for the bundle of this name"]


def test_braces_and_other_globs_that_ours_cannot_be_are_files_one_by_one() -> None:
    files = {"static/js/^a.js": "1", "static/js/.hidden.js": "2"}
    config = config_of(HEAD + "  a: {contents: 'js/[^a]*.js', output: a.js}\n", files)
    assert contents(config, "a.js") == ["js/^a.js", "js/a.js"]


def test_two_directories_with_files_of_one_name_get_a_prefix() -> None:
    yaml = "directory: static\nload_path: [one, two]\nbundles:\n  a: {contents: 'x*.js', output: a.js}\n"
    files = {"one/x.js": "window.x = ['one']", "two/x.js": "x.push('two')", "two/x2.js": "x.push('x2')"}
    project = project_of(yaml, files)
    config = imported(project, "webassets", "assets.yml")
    assert contents(config, "a.js") == ["x.js", "two/x.js", "two/x2.js"]
    assert project.build().text("a.js") == "window.x=['one']\n;\nx.push('two')\n;\nx.push('x2')\n"


def test_a_load_path_within_the_directory_has_the_paths_that_a_browser_sees() -> None:
    yaml = "directory: static\nload_path: [static/css]\nbundles:\n  a: {contents: '*.css', output: a.css}\n"
    assert contents(config_of(yaml), "a.css") == ["css/*.css"]


def test_a_file_of_bundles_alone_is_read_and_its_directory_found() -> None:
    config = config_of("a:\n  contents: js/a.js\n  output: a.js\n")
    assert config["sources"] == ["static"]
    assert contents(config, "a.js") == ["js/a.js"]


def test_stale_outputs_of_every_version_are_no_sources() -> None:
    files = {"static/gen/a.12ab34cd.js": "old", "static/gen/a.b.c.js": "mine"}
    config = config_of(HEAD + "  a: {contents: [js/a.js], output: gen/a.%(version)s.js}\n", files)
    assert config["exclude"] == ["gen/a.12ab34cd.js"]


def test_an_environment_in_a_python_file_is_run_if_that_is_allowed() -> None:
    code = (
        "from webassets import Bundle, Environment\n"
        "import os\n"
        "env = Environment(os.path.abspath('static'), '/media')\n"
        "env.register('all', Bundle('js/*.js', remove_duplicates=True), 'js/a.js',\n"
        "             output='gen/all.js', filters='rjsmin', extra={'async': True})\n"
        "env.register('each', 'css/*.css', merge=False, output='gen/%(path)s.min.%(ext)s')\n"
        "print('noise')\n"
    )
    project = old_project({"site_assets.py": code, **FILES})
    assert project.run("import", "webassets", "site_assets:env").code == 2
    config = imported(project, "webassets", "site_assets.py:env", "--trust")
    assert config["base_url"] == "/media"
    assert contents(config, "gen/all.js") == ["js/*.js"]
    assert config["names"]["all"] == {"assets": "gen/all.js", "extra": {"async": True}}
    assert sorted(config["bundles"]) == ["gen/all.js", "gen/css/a.min.css", "gen/css/b.min.css"]
    assert imported(project, "webassets", "site_assets", "--trust", "--force") == config


def test_a_module_with_bundles_alone_gives_them_the_names_of_its_variables() -> None:
    code = "from webassets import Bundle\nscripts = Bundle('js/b.js', 'js/a.js', output='all.js')\n"
    config = imported(old_project({"bundles.py": code, **FILES}), "webassets", "bundles", "--trust")
    assert config["names"] == {"scripts": {"assets": "all.js"}}
    assert contents(config, "all.js") == ["js/b.js", "js/a.js"]


@pytest.mark.parametrize(
    ("tag", "bundles", "names"),
    [
        ("'js/a.js', 'js/b.js', output='x.js'", ["x.js"], []),
        ("'js/a.js', filters='rjsmin', output='x.%(version)s.js'", ["x.js"], []),
        ("'js/a.js', 'js/b.js'", [], []),
        ("'all', 'js/b.js', output='x.js'", ["all.js", "x.js"], []),
        ("('js/a.js', 'js/b.js'), filter=('rjsmin',), output='x.js'", ["x.js"], []),
        ("'js/*.js'", [], ["js/*.js"]),
    ],
)
def test_a_tag_in_a_template_becomes_a_bundle(tag: str, bundles: list[str], names: list[str]) -> None:
    template = "{% assets " + tag + " %}<script src='{{ ASSET_URL }}'></script>{% endassets %}"
    yaml = HEAD + ("  all: {contents: js/a.js, output: all.js}\n" if "all" in tag else "")
    project = project_of(yaml, {"templates/page.html": template})
    config = imported(project, "webassets", "assets.yml")
    assert sorted(config.get("bundles", [])) == bundles
    assert sorted(config.get("names", [])) == names
    html = page(project, project.build(), "page.html")
    assert html.count("<script") == (1 if "output" in tag else 2)
    assert project.run("check", "templates").code == 0


@pytest.mark.parametrize(
    ("template", "severity", "expected"),
    [
        ("{% assets 'js/gone.js', output='x.js' %}{% endassets %}", "error", ":1:12: there is no file 'js/gone.js'"),
        ("\n{% assets name, output='x.js' %}{% endassets %}", "warning", ":2:11: the names of this tag are computed"),
        ("{% assets 'js/a.js', output=x %}{% endassets %}", "warning", ":1:11: the output of this tag is computed"),
        ("{% assets 'js/a.js' %}{% endassets %}{% if %}", "warning", ":1:44: this template cannot be read"),
        (
            "{% assets 'js/a.js', filters='rjsmin' %}{% endassets %}",
            "warning",
            ":1:11: this tag has filters and no output",
        ),
    ],
)
def test_what_is_wrong_in_a_template_is_told_at_its_line(template: str, severity: str, expected: str) -> None:
    ran = project_of(HEAD, {"templates/page.html": template}).run("import", "webassets", "assets.yml")
    assert any(line.startswith(f"templates/page.html{expected}") for line in told(ran, severity)), ran.stderr


def some_bundles(random: Random) -> dict[str, Any]:
    """Bundles that nest others, by name and in place, with globs and with files that are there several times."""
    files = [
        "js/a.js",
        "js/b.js",
        "js/c/d.js",
        "js/c/e-f.js",
        "js/c/e/g.js",
        "js/*.js",
        "js/c/*",
        "js/**/*.js",
        "js/[!a]*",
    ]
    bundles: dict[str, Any] = {}
    for number in range(6):
        contents: list[Any] = random.choices(files, k=random.randint(1, 4))
        contents += random.sample(sorted(bundles), k=random.randint(0, len(bundles)))
        if random.random() < 0.5:
            contents.append({"contents": random.choices(files, k=2), "filters": "rjsmin"})
        random.shuffle(contents)
        bundles[f"b{number}"] = {"contents": contents, "output": f"gen/{number}.js"}
    return bundles


@pytest.mark.parametrize("seed", range(12))
def test_any_bundles_have_webassets_order_with_each_file_once(seed: int) -> None:
    bundles = some_bundles(Random(seed))
    files = {f"static/js/{name}.js": "0" for name in ("a", "b", "c/d", "c/e-f", "c/e/g")}
    project = project_of(json.dumps({"directory": "static", "bundles": bundles}), files)
    imported(project, "webassets", "assets.yml")
    made = project.build().manifest["contents"]
    environment = YAMLLoader(str(project.root / "assets.yml")).load_environment()
    for name in bundles:
        theirs = dict.fromkeys(order_of(environment[name], environment))
        assert made[f"gen/{name[1:]}.js"] == [file.partition("/static/")[2] for file in theirs]


def order_of(bundle: Any, environment: Any) -> Iterator[str]:
    with bundle.bind(environment):
        for _, found in bundle.resolve_contents(wrap(environment, bundle)):
            if isinstance(found, Bundle):
                yield from order_of(found, environment)
            else:
                yield found


@pytest.mark.parametrize(
    ("kind", "outer", "inner", "expected"),
    [
        ("css", "datauri", "cssprefixer", ["webassets:cssprefixer", "webassets:datauri"]),
        ("css", "rcssmin", "cssprefixer", ["webassets:cssprefixer"]),
        ("js", "rjsmin", "replace", ["webassets:replace", "rjsmin"]),
        ("js", "closure_js", "replace", ["webassets:replace"]),
    ],
)
def test_a_rule_for_a_nested_bundle_names_what_the_outer_one_does_to_each_file(
    kind: str, outer: str, inner: str, expected: list[str]
) -> None:
    nested = f"{{contents: {kind}/b.{kind}, filters: {inner}}}"
    yaml = f"{HEAD}  a: {{output: a.{kind}, filters: {outer}, contents: [{kind}/a.{kind}, {nested}]}}\n"
    assert config_of(yaml)["rules"] == [{"match": f"{kind}/b.{kind}", "filters": expected}]


def test_a_tag_has_the_values_of_a_bundle_that_is_nothing_by_itself() -> None:
    yaml = HEAD + "  part: {contents: js/a.js, filters: rjsmin, extra: {async: true}}\n"
    template = "{% assets 'part', output='x.js' %}{{ ASSET_URL }} {{ EXTRA.async }}{% endassets %}"
    project = project_of(yaml, {"templates/page.html": template})
    imported(project, "webassets", "assets.yml")
    outcome = project.build()
    assert page(project, outcome, "page.html") == f"/static/{outcome.file('x.js')} True"


def test_templates_of_one_nested_bundle_have_names_from_where_all_of_them_are() -> None:
    nested = "{contents: [jst/cart/a.jst, jst/b.jst], filters: jst, config: {jst_namespace: window.In}}"
    yaml = f"url: /static\n{HEAD}  a:\n    output: a.js\n    contents: [js/a.js, {nested}]\n"
    yaml += "    config: {jst_namespace: window.Out}\n"
    files = {"static/jst/cart/a.jst": "a", "static/jst/b.jst": "b"}
    project = project_of(yaml, files)
    imported(project, "webassets", "assets.yml")
    made = run_in_node(project.build(), ["a.js"], "Object.keys(In)")
    assert made == ["cart/a", "b"]
    theirs = webassets(project_of(yaml, files), "assets.yml")["built"]["a"][0]
    assert re.findall(r"In\['(.*?)'\]", theirs) == made
