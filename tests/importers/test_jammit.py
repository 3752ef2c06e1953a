"""Jammit's configuration, imported and built."""

from __future__ import annotations

import base64

import pytest

from scenario import Files, Outcome, Project

from .old_projects import contents, fixture, imported, old_project, run_in_node, told

FILE = "config/assets.yml"
SCRIPTS = {"public/js/a.js": "window.a = 1", "public/js/b.js": "window.b = 2", "public/css/a.css": "a { color: red }"}


def project_of(yaml: str, files: Files = {}) -> Project:  # noqa: B006  read only
    return old_project({FILE: yaml, **SCRIPTS, **files})


@pytest.fixture(scope="module")
def shop() -> Project:
    project = fixture("jammit")
    imported(project, "jammit", FILE)
    return project


@pytest.fixture(scope="module")
def built(shop: Project) -> Outcome:
    return shop.build()


def test_packages_become_bundles_below_the_package_path(built: Outcome) -> None:
    assert sorted(name for name in built.assets if name.startswith("assets/")) == [
        "assets/admin.js",
        "assets/base.js",
        "assets/common.css",
        "assets/mixed.js",
        "assets/themes.css",
        "assets/workspace.js",
    ]


def test_nested_lists_and_anchors_are_flattened_globs_sorted_and_each_file_comes_once(built: Outcome) -> None:
    order = run_in_node(built, ["assets/workspace.js"], "order", "Shop = {}; _ = {template: String}")
    assert order == [1, 2, 3, True, True, 3]
    text = built.text("assets/workspace.js")
    positions = [text.index(f"var {name}=") for name in ("first", "second", "bindable", "set", "array")]
    assert positions == sorted(positions)


def test_scripts_without_a_last_semicolon_still_mean_what_they_meant_alone(built: Outcome) -> None:
    assert run_in_node(built, ["assets/base.js"], "third") == 3


def test_templates_have_the_names_and_the_strings_that_jammit_gives_them(built: Outcome, shop: Project) -> None:
    templates = run_in_node(built, ["assets/workspace.js"], "Shop.templates", "Shop = {}; _ = {template: String}")
    license_template = (shop.root / "app/views/jst/license.jst").read_text("utf-8")
    assert templates == {
        "license": license_template,
        "users/list": "<b><%= name %></b>\n<i>it's</i>",
        "admin/edit": "<form>\n</form>\n",
    }


def test_a_template_alone_in_its_package_has_the_name_of_its_file(built: Outcome) -> None:
    before = "Shop = {}; _ = {template: String}"
    assert run_in_node(built, ["assets/admin.js"], "Object.keys(Shop.templates)", before) == ["edit"]


def test_templates_come_after_the_scripts_wherever_they_are_listed(built: Outcome) -> None:
    text = built.text("assets/workspace.js")
    assert text.index("window.order") < text.index("Shop.templates")


def test_small_files_below_embed_are_data_urls_and_others_stay_files(built: Outcome, shop: Project) -> None:
    css = built.text("assets/common.css")
    logo = base64.b64encode((shop.root / "public/images/embed/logo.png").read_bytes()).decode()
    assert logo in css
    assert "data:image/svg+xml" in css
    assert "data:font/woff2" in css
    assert built.file("images/embed/large.png") in css
    assert built.file("images/plain/plain.png") in css


def test_urls_with_queries_and_of_other_hosts_are_right(built: Outcome, shop: Project) -> None:
    css = built.text("assets/common.css")
    assert f"../{built.file('fonts/shop.eot')}?#iefix" in css
    assert "url(//cdn.example.com/embed/x.png)" in css


def test_a_changed_embedded_image_renews_the_bundle() -> None:
    project = fixture("jammit")
    imported(project, "jammit", FILE)
    before = project.build().file("assets/common.css")
    project.write({"public/images/embed/icon.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="1"/>'})
    after = project.build().file("assets/common.css")
    assert before != after


def test_what_was_not_public_is_not_published_by_itself(built: Outcome) -> None:
    assert not [name for name in built.assets if name.startswith("app/")]


def test_everything_that_is_left_out_is_said_at_its_line() -> None:
    ran = fixture("jammit").run("import", "jammit", FILE, "-v")
    assert [line.split(": ", 1)[0] for line in told(ran, "warning")] == [
        f"{FILE}:5:1",
        f"{FILE}:7:3",
        f"{FILE}:11:1",
        f"{FILE}:27:7",
        f"{FILE}:41:3",
        f"{FILE}:48:17",
    ]
    assert [line.split(": ", 1)[0] for line in told(ran, "notice")] == [
        f"{FILE}:9:1",
        f"{FILE}:10:1",
        f"{FILE}:13:1",
        f"{FILE}:43:1",
    ]
    assert "MHTML is not made: only Internet Explorer 7 and older read it" in ran.stderr


def test_a_section_that_is_asked_for_and_not_there_is_told() -> None:
    yaml = "javascripts:\n  a: [public/javascripts/a.js]\n"
    ran = project_of(yaml).run("import", "jammit", FILE, "--environment", "stagin", "--dry-run")
    assert f"warning: {FILE}: there is no section 'stagin': what stands outside of sections counts" in ran.stderr
    assert "no section" not in project_of(yaml).run("import", "jammit", FILE, "--dry-run").stderr


def test_the_section_of_the_environment_replaces_what_stands_outside_of_it() -> None:
    yaml = "compress_assets: on\njavascripts: {a: [public/js/a.js]}\nstaging:\n  compress_assets: off\n"
    assert "minify" not in imported(project_of(yaml), "jammit", FILE)
    assert imported(project_of(yaml), "jammit", FILE, "--environment", "staging")["minify"] is False


@pytest.mark.parametrize(
    ("option", "key", "value"),
    [
        ("compress_assets: off", "minify", False),
        ("gzip_assets: no", "encodings", []),
        ("embed_assets: datauri", "inline", None),
    ],
)
def test_an_option_becomes_a_key(option: str, key: str, value: object) -> None:
    config = imported(project_of(f"{option}\njavascripts:\n  a: [public/js/a.js]\n"), "jammit", FILE)
    assert key in config
    assert value is None or config[key] == value


@pytest.mark.parametrize(
    ("option", "options"),
    [
        ("template_function: off", {"function": ""}),
        ("template_function: new Template", {"function": "new Template"}),
        ("template_namespace: App.JST", {"namespace": "App.JST"}),
        ("template_extension: .html.mustache", {"extension": "html.mustache"}),
        ("template_function: on", None),
    ],
)
def test_an_option_for_templates_becomes_a_rule(option: str, options: dict[str, str] | None) -> None:
    extension = "html.mustache" if "mustache" in option else "jst"
    yaml = f"{option}\njavascripts:\n  a: [public/js/a.js, 'public/js/*.{extension}']\n"
    config = imported(project_of(yaml, {f"public/js/t.{extension}": "x"}), "jammit", FILE)
    assert [rule["options"]["jst"] for rule in config.get("rules", [])] == ([options] if options else [])


def test_another_extension_of_templates_is_compiled() -> None:
    yaml = "template_extension: html.mustache\ntemplate_function: off\njavascripts:\n  a: ['public/js/*']\n"
    files = {"public/js/t.html.mustache": "<b>{{ x }}</b>", "public/js/u.html.mustache": "u"}
    project = project_of(yaml, files)
    imported(project, "jammit", FILE)
    assert run_in_node(project.build(), ["assets/a.js"], "JST") == {"t": "<b>{{ x }}</b>", "u": "u"}


def test_braces_keep_the_order_of_the_files_even_where_one_glob_cannot() -> None:
    yaml = "javascripts:\n  a: ['public/js/{b,a}.js']\n"
    assert contents(imported(project_of(yaml), "jammit", FILE), "assets/a.js") == ["js/a.js", "js/b.js"]


def test_packages_that_jammit_wrote_are_no_sources() -> None:
    yaml = "javascripts:\n  a: [public/js/a.js]\n"
    project = project_of(yaml, {"public/assets/a.js": "old", "public/assets/a.js.gz": b"old"})
    assert imported(project, "jammit", FILE)["exclude"] == ["assets/a.js", "assets/a.js.gz"]
    assert project.build().text("assets/a.js") == "window.a=1\n"


def test_pages_keep_their_names() -> None:
    yaml = "javascripts:\n  a: [public/js/a.js]\n"
    project = project_of(yaml, {"public/404.html": "<p>"})
    imported(project, "jammit", FILE)
    assert project.build().file("404.html") == "404.html"


def test_a_large_font_to_embed_is_said_to_stay_a_file() -> None:
    yaml = "embed_assets: datauri\nstylesheets:\n  a: [public/css/a.css]\n"
    ran = project_of(yaml, {"public/embed/x.ttf": b"x" * 30_000}).run("import", "jammit", FILE)
    assert told(ran, "warning") == [
        f"{FILE}:1:1: 'public/embed/x.ttf' (30000 bytes) stays a file of its own: Jammit embeds fonts of any size"
    ]


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("javascripts:\n  a: [public/js/a.js\n", ":3:1: YAML syntax error: "),
        ("a: 1\n<% if Rails.env %>\njavascripts:\n", ":2:1: this is Ruby code (ERB), and is not run"),
        ("javascripts:\n  a: [1]\n", ":2:7: a package lists files and globs"),
        ("javascripts:\n  a: {b: c}\n", ":2:6: a package is a list of files and globs, not a mapping"),
        ("javascripts: [a]\n", ":1:14: 'javascripts' must be a mapping of packages"),
        ("javascripts:\n  a: ['public/js/[a']\n", ":2:7: 'public/js/[a' is no glob: a '[' is not closed"),
        ("javascripts:\n  a: ['public/js/{a']\n", ":2:7: 'public/js/{a' is no glob: a '{' is not closed"),
        ("templates:\n  a: [x.jst]\n", ":1:1: packages of templates of their own are no more"),
        ("public_root: /nowhere\njavascripts: {a: [public/js/a.js]}\n", ":1:14: no directory '/nowhere'"),
        ("javascripts:\n  a: ['*.md']\n", ":2:7: '*.md' names files beside this configuration"),
        ("javascripts: &x\n  a: [public/js/a.js, *x]\n", ":1:14: this alias stands for what it is part of"),
        ("[a, b]\n", ": the file must be a mapping of keys"),
        ("", ": the file is empty"),
        (
            "javascripts:\n  App: [public/js/a.js]\n  app: [public/js/b.js]\n",
            ":2:3: 'assets/App.js' and 'assets/app.js' differ only in case or normal form",
        ),
        ("javascripts:\n  a: [public/js/a.js]\n  :a: [public/js/b.js]\n", ":3:3: two bundles would be 'assets/a.js'"),
        ("javascripts:\n  a: [public/css/a.css]\n", ":2:7: 'css/a.css' cannot be in bundle 'assets/a.js'"),
    ],
)
def test_bad_input_is_told_at_its_line_and_nothing_is_written(yaml: str, expected: str) -> None:
    project = project_of(yaml, {"README.md": ""})
    ran = project.run("import", "jammit", FILE)
    assert ran.code == 2
    assert any(line.startswith(f"{FILE}{expected}") for line in told(ran, "error")), ran.stderr
    assert sorted(one.name for one in project.root.iterdir()) == ["README.md", "assets", "config", "public"]


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("compres_assets: on\n", ":1:1: unknown key 'compres_assets', left out"),
        ("javascript_compressor: yui\n", ":1:1: 'yui' is not carried over: scripts are minified by rjsmin"),
        ("javascript_compressor: nothing\n", ":1:1: no compressor 'nothing'"),
        ("css_compressor: sass\n", ":1:1: 'sass' is not carried over"),
        ("rewrite_relative_paths: off\n", ":1:1: relative URLs in style sheets are always rewritten"),
        ("package_path: packages\n", ":1:1: in templates, names of packages need 'packages/' before them"),
        ("gzip_assets: on\ngzip_assets: off\n", ":2:1: 'gzip_assets' stands here twice"),
        ("coffee: {x: [a.coffee]}\n", ":1:1: 'coffee' are packages of a kind of its own"),
    ],
)
def test_what_differs_is_told_at_its_line(yaml: str, expected: str) -> None:
    ran = project_of(f"{yaml}javascripts:\n  a: [public/js/a.js]\n").run("import", "jammit", FILE)
    assert ran.code == 0
    assert any(line.startswith(f"{FILE}{expected}") for line in told(ran, "warning")), ran.stderr


def test_a_file_that_is_missing_is_left_out_as_jammit_does() -> None:
    yaml = "javascripts:\n  a: [public/js/a.js, public/js/ba.js]\n"
    project = project_of(yaml)
    ran = project.run("import", "jammit", FILE)
    assert told(ran, "warning") == [f"{FILE}:2:23: no file matches 'public/js/ba.js': left out"]
    assert "did you mean 'public/js/a.js'?" in ran.stderr or "did you mean 'public/js/b.js'?" in ran.stderr
    assert project.build().code == 0


def test_absolute_globs_of_the_project_are_read_and_others_left_out() -> None:
    project = project_of("")
    project.write({FILE: f"javascripts:\n  a: ['{project.root}/public/js/*.js', /elsewhere/*.js]\n"})
    assert contents(imported(project, "jammit", FILE), "assets/a.js") == ["js/*.js"]


def test_symbols_of_ruby_are_names_like_others() -> None:
    yaml = ":javascripts:\n  :a: [public/js/a.js]\n:package_path: :packages\n"
    assert list(imported(project_of(yaml), "jammit", FILE)["bundles"]) == ["packages/a.js"]


def test_a_list_that_an_alias_names_again_adds_nothing_however_often() -> None:
    lines = ["x0: &x0 [public/js/b.js, public/js/a.js]"]
    lines += [f"x{at}: &x{at} [*x{at - 1}, *x{at - 1}]" for at in range(1, 40)]
    project = project_of("\n".join([*lines, "javascripts:", "  a: *x39"]))
    assert contents(imported(project, "jammit", FILE), "assets/a.js") == ["js/b.js", "js/a.js"]
