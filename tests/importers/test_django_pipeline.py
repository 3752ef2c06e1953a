"""Projects with django-pipeline, imported and built; and beside them django-pipeline itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scenario import Files, Outcome, Project

from . import old_projects
from .django_projects import HERE, absolute, copy_of, pages, printed, project_of, python, rules, script_tokens
from .old_projects import run_in_node, told

SYSTEM = "django-pipeline"
FILE = "mysite/settings.py"


def imported(project: Project, file: str = FILE, *options: str) -> dict[str, Any]:
    return old_projects.imported(project, SYSTEM, file, *options)


@pytest.fixture(scope="module")
def built() -> tuple[Project, dict[str, Any], Outcome]:
    project = copy_of(SYSTEM)
    config = imported(project)
    return project, config, project.build()


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    """What django-pipeline makes of the fixture."""
    project = copy_of(SYSTEM)
    python(project, "mysite.settings", "manage.py", "collectstatic", "--noinput")
    assert "integrity=" not in "".join(pages(project, "mysite.settings", "/").values())
    found: dict[str, Any] = json.loads(python(project, "mysite.settings", str(HERE / "pipeline_itself.py")))
    return found


def sources_of(project: Project, name: str) -> list[str]:
    """The logical paths of a bundle's sources, in order, as `explain` has them."""
    listed: list[str] = project.run("explain", name, "--format", "json").document["summary"]["sources"]
    return [one.partition(" ")[0] for one in listed]


def test_the_fixture_becomes_a_configuration(built: tuple[Project, dict[str, Any], Outcome]) -> None:
    _, config, _ = built
    assert config["sources"] == ["assets", "shop/static"]
    assert list(config["bundles"]) == ["css/base.min.css", "build/print.css", "js/app.js", "js/one.js"]
    assert config["bundles"]["js/app.js"] == {
        "contents": ["js/lib/*.js", "js/lib/first.js", "shop/js/*.js", "shop/jst/*/*.jst", "shop/jst/list.jst"],
        "filters": ["wrap"],
    }
    assert config["inline"]["max_bytes"] == 297
    assert config["rules"] == [
        {"match": "**/*.css", "minify": False},
        {"match": "**/*.js", "minify": False},
        {
            "match": "shop/jst/**/*.jst",
            "options": {"jst": {"namespace": "window.Templates", "separator": "_", "base": "shop/jst"}},
        },
    ]


def test_django_pipeline_itself_has_the_same_files_in_the_same_order(
    built: tuple[Project, dict[str, Any], Outcome], theirs: dict[str, Any]
) -> None:
    project, config, _ = built
    assert sorted(theirs) == sorted(config["bundles"])
    for name, one in theirs.items():
        compiled = [path.replace(".scss", ".css") for path in sources_of(project, name)]
        assert compiled == one["files"] or sources_of(project, name) == one["files"], name


def test_django_pipeline_itself_has_the_same_rules(
    built: tuple[Project, dict[str, Any], Outcome], theirs: dict[str, Any]
) -> None:
    _, _, outcome = built
    for name in ("css/base.min.css", "build/print.css"):
        ours = absolute(outcome.text(name), f"/static/{outcome.file(name)}")
        their = absolute(theirs[name]["text"], f"/static/{name}")
        assert rules(ours) == rules(their.replace(";charset=utf-8;base64", ";base64"))


def test_django_pipeline_itself_has_the_same_tokens_up_to_the_templates(
    built: tuple[Project, dict[str, Any], Outcome], theirs: dict[str, Any]
) -> None:
    _, _, outcome = built
    for name in ("js/app.js", "js/one.js"):
        ours, _, our_end = outcome.text(name).partition("(function(){\nwindow.Templates")
        their, _, their_end = theirs[name]["text"].partition("window.Templates")
        assert script_tokens(ours) == script_tokens(their)
        assert script_tokens(our_end)[-6:] == script_tokens(their_end)[-6:] == [")", ".", "call", "(", "this", ")"]


TEMPLATES = "[Object.keys(Templates).sort(), Templates.list({name: 'x'}), Templates.users_edit({ok: 1})]"


def test_pages_that_load_either_have_the_same_templates_and_variables(
    built: tuple[Project, dict[str, Any], Outcome], theirs: dict[str, Any]
) -> None:
    _, _, outcome = built
    result = f"[{TEMPLATES}, order, seen, typeof Library]"
    ours = run_in_node(outcome, ["js/app.js"], result)
    assert ours == run_in_node(outcome, [], result, before=theirs["js/app.js"]["text"])
    assert ours == [
        [["list", "users_edit"], "<b title='it'>\nx</b>", "edit yes"],
        ["first", "second", "a"],
        "first,second",
        "undefined",
    ]


def test_pages_of_a_real_django_name_the_packages_of_the_release(
    built: tuple[Project, dict[str, Any], Outcome],
) -> None:
    project, _, outcome = built
    shown = pages(project, "mysite.released", "/", "/jinja/")
    assert 'integrity="sha384-' in shown["/"]
    names = [one.name for one in printed(shown["/"], project.release)]
    assert names == ["css/base.min.css", "build/print.css", "js/app.js", "js/one.js"]
    assert [one.name for one in printed(shown["/jinja/"], project.release)] == ["css/base.min.css", "js/one.js"]
    assert 'media="screen,projection"' in shown["/"]
    assert (
        f'<link rel="stylesheet" media="print" href="/static/{outcome.file("build/print.css")}" title="for paper">'
        in (shown["/"])
    )
    assert shown["/"].count(" defer></script>") == 1


SETTINGS = """
INSTALLED_APPS = ["django.contrib.staticfiles", "pipeline"]
STATIC_URL = "static/"
STATICFILES_DIRS = ["assets"]
"""


def small(pipeline: str, files: Files = {}) -> Project:  # noqa: B006  read only
    return project_of(
        {
            "settings.py": SETTINGS + pipeline,
            "assets/js/a.js": "window.a = 1",
            "assets/js/b.js": "window.b = 2",
            "assets/css/a.css": "a { color: red }",
            "assets/t/x.jst": "x",
            **files,
        }
    )


def script(sources: str, **more: str) -> str:
    rest = "".join(f", '{key}': {value}" for key, value in more.items())
    return f"PIPELINE = {{'JAVASCRIPT': {{'a': {{'source_filenames': {sources}, 'output_filename': 'a.js'{rest}}}}}}}\n"


ONE = script("['js/a.js']")


def test_a_package_whose_bundle_is_not_called_so_is_a_name_that_check_knows() -> None:
    table = "{'all': {'source_filenames': ['KIND/a.KIND'], 'output_filename': 'made/x.KIND'}}"
    styles, scripts = table.replace("KIND", "css"), table.replace("KIND", "js")
    page = "{% load pipeline %}{% stylesheet 'all' %}{% javascript 'all' %}{% javascript 'alll' %}"
    project = small(f"PIPELINE = {{'STYLESHEETS': {styles}, 'JAVASCRIPT': {scripts}}}", {"templates/page.html": page})
    assert imported(project, "settings.py")["names"] == {"all": {"assets": ["made/x.css", "made/x.js"]}}
    project.build()
    ran = project.run("check", "templates")
    assert told(ran, "error") == ["templates/page.html:1:79: no asset named 'alll'"]
    assert "names" not in imported(small(ONE), "settings.py")


def test_scripts_are_wrapped_in_a_function_unless_that_is_turned_off() -> None:
    project = small(ONE)
    imported(project, "settings.py")
    assert project.build().text("a.js") == "(function() {\nwindow.a=1\n\n}).call(this);\n"
    project = small(f"{ONE}PIPELINE['DISABLE_WRAPPER'] = True")
    assert "filters" not in imported(project, "settings.py")["bundles"]["a.js"]
    project = small(ONE + "PIPELINE['JS_WRAPPER'] = 'if (1 %% 2) {%s}'")
    imported(project, "settings.py")
    assert project.build().text("a.js") == "if (1 % 2) {window.a=1\n}\n"


def test_a_script_without_an_end_does_not_run_into_the_templates() -> None:
    """django-pipeline makes a syntax error of it: `})()window.JST`."""
    project = small(script("['js/a.js', 't/x.jst']"), {"assets/js/a.js": "(function () { window.a = 1 })()"})
    imported(project, "settings.py")
    assert run_in_node(project.build(), ["a.js"], "[a, JST.x({})]") == [1, "x"]


def test_templates_without_a_common_directory_have_the_names_of_their_files() -> None:
    files = {"assets/u/v/y.jst": "y"}
    project = small(script("['t/x.jst', 'u/v/y.jst']"), files)
    imported(project, "settings.py")
    assert run_in_node(project.build(), ["a.js"], "Object.keys(JST)") == ["x", "y"]


def test_options_of_templates_are_carried_over() -> None:
    more = "".join(
        f"PIPELINE['TEMPLATE_{key}'] = '{value}'\n"
        for key, value in {"FUNC": "Mustache.compile", "NAMESPACE": "T", "EXT": ".html", "SEPARATOR": "/"}.items()
    )
    project = small(script("['t/*']") + more, {"assets/t/x.jst": "// no template", "assets/t/u/z.html": "z"})
    project.delete("assets/t/x.jst")
    project.write({"assets/t/y.html": "y"})
    config = imported(project, "settings.py")
    assert config["bundles"]["a.js"]["contents"] == ["t/*"]
    jst = {"extension": "html", "function": "Mustache.compile", "namespace": "T", "base": "t"}
    assert config["rules"] == [{"match": "t/**/*.html", "options": {"jst": jst}}]


def test_a_name_with_min_is_minified_all_the_same() -> None:
    style = "PIPELINE = {'STYLESHEETS': {'a': {'source_filenames': ['css/a.css'], 'output_filename': 'a.min.css'}}}"
    project = small(style)
    assert imported(project, "settings.py")["bundles"]["a.min.css"]["filters"] == ["rcssmin"]
    assert project.build().text("a.min.css") == "a{color:red}"


def test_compilers_of_webassets_stand_in_for_programs() -> None:
    pipeline = (
        script("['js/a.js', 'js/c.coffee']")
        + "PIPELINE['COMPILERS'] = ['pipeline.compilers.coffee.CoffeeScriptCompiler']"
    )
    project = small(pipeline, {"assets/js/c.coffee": "x = 1"})
    filters = imported(project, "settings.py")["bundles"]["a.js"]["filters"]
    assert filters == ["webassets:coffeescript", "wrap", "rjsmin"]


def test_parts_that_a_finder_of_django_pipeline_hides_are_not_published() -> None:
    finders = "STATICFILES_FINDERS = ['pipeline.finders.FileSystemFinder']"
    project = small(f"{ONE}{finders}")
    assert "publish_contents" not in imported(project, "settings.py")
    assert "js/a.js" not in project.build().assets


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        (script("['js/a.js', 'js/gone.js']"), "there is no static file 'js/gone.js': left out"),
        (script("['js/a.js', 'x/*.js']"), "no file matches 'x/*.js': left out"),
        (script("['js/a.js']", outputfilename="''"), "unknown key 'outputfilename' of the package 'a', left out"),
        (script("['js/a.js']", compiler_options="{'x': 1}"), "'compiler_options' are left out"),
        (f"{ONE}PIPELINE['CSS_COMPRESOR'] = None", "unknown key 'CSS_COMPRESOR' of PIPELINE, left out"),
        (f"{ONE}PIPELINE['JS_COMPRESSOR'] = 'my.Own'", "the compressor 'my.Own' is Python code"),
        (f"{ONE}PIPELINE['JS_COMPRESSOR'] = 'pipeline.compressors.closure.ClosureCompressor'", "is not carried over"),
        (f"{ONE}PIPELINE['COMPILERS'] = ['pipeline.compilers.es6.ES6Compiler', 'my.Own']", "ES6Compiler' is left out"),
        (script("['js/a.js', 'js/c.es6']"), "nothing here compiles .es6"),
        (script("['js/a.js', name()]"), "not read: 'source_filenames' is computed by Python: name()"),
        (script("[]"), "the package 'a' has no files: left out"),
        ("PIPELINE = {'STYLESHEETS': {'a': {'source_filenames': ['css/a.css'], 'output_filename': 'a.css', "
         "'variant': 'datauri'}}, 'EMBED_PATH': 'x/'}", "no file matches 'EMBED_PATH'"),
    ],
)  # fmt: skip
def test_what_is_not_carried_over_is_told_at_its_line(pipeline: str, expected: str) -> None:
    ran = small(pipeline, {"assets/js/c.es6": ""}).run("import", SYSTEM, "settings.py")
    assert ran.code == 0, ran.stderr
    matching = [line for line in told(ran, "warning") if expected in line]
    assert matching, ran.stderr
    assert all(line.startswith("settings.py:") and line.split(":")[1].isdigit() for line in matching)


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        ("X = 1", ": there is no setting PIPELINE"),
        ("PIPELINE = 5", ":5:12: 'PIPELINE' must be a dict"),
        (script("'js/a.js'"), "'source_filenames' must be a list or tuple"),
        (script("[5]"), "a source is named by a text"),
        (script("['js/a.js']").replace("'output_filename': 'a.js'", "'x': 1"), "has no 'output_filename'"),
        (script("['js/a.js']").replace("'a.js'}", "5}"), "'output_filename' must be a text"),
        (script("['js/a.js']", variant="'gzip'"), "there is no variant 'gzip'"),
        (script("['css/a.css']"), "'css/a.css' cannot be in bundle 'a.js'"),
        (f"{ONE}PIPELINE['JAVASCRIPT']['b'] = PIPELINE['JAVASCRIPT']['a']", "two bundles would be 'a.js'"),
        (f"{ONE}PIPELINE['JAVASCRIPT']['b'] = {{'source_filenames': ['js/b.js'], 'output_filename': 'A.js'}}",
         "differ only in case"),
        (f"{ONE}PIPELINE['JS_WRAPPER'] = 'x'", ":6:26: 'JS_WRAPPER' must have one '%s'"),
        (f"{ONE}PIPELINE['TEMPLATE_EXT'] = '_tpl'", "'TEMPLATE_EXT' must be an extension with its dot"),
        (f"{ONE}PIPELINE['STYLESHEETS'] = []", "packages are a dict by their names"),
        (f"{ONE}PIPELINE['STYLESHEETS'] = {{'x': 1}}", "the package 'x' must be a dict"),
        (f"{ONE}PIPELINE['COMPILERS'] = 'x'", "'COMPILERS' must be a list or tuple"),
        (f"{ONE}STATICFILES_DIRS = []", "no directory of static files is found"),
    ],
)  # fmt: skip
def test_bad_input_is_told_at_its_line_and_nothing_is_written(pipeline: str, expected: str) -> None:
    project = small(pipeline)
    ran = project.run("import", SYSTEM, "settings.py")
    assert ran.code == 2
    matching = [line for line in told(ran, "error") if expected in line]
    assert matching, ran.stderr
    assert all(line.startswith("settings.py:") for line in matching)
    assert not (project.root / "assetbuild.toml").exists()


def test_an_existing_configuration_stays_unless_it_is_forced_and_a_dry_run_prints() -> None:
    project = small(ONE)
    project.write({"assetbuild.toml": "mine"})
    assert project.run("import", SYSTEM, "settings.py").code == 2
    assert '[bundles."a.js"]' in project.run("import", SYSTEM, "settings.py", "--dry-run").stdout
    assert (project.root / "assetbuild.toml").read_text() == "mine"
    imported(project, "settings.py", "--force")


def test_what_is_computed_is_known_if_the_settings_are_trusted() -> None:
    pipeline = "NAMES = [n for n in ('a', 'b')]\n" + script("['js/%s.js' % n for n in NAMES]")
    ran = small(pipeline).run("import", SYSTEM, "settings.py")
    assert any("not read: 'source_filenames' is computed by Python" in line for line in told(ran, "warning"))
    config = imported(small(pipeline), "settings.py", "--trust")
    assert config["bundles"]["a.js"]["contents"] == ["js/a.js", "js/b.js"]


def test_templates_come_behind_the_scripts_wherever_they_are_named() -> None:
    project = small(script("['t/x.jst', 'js/a.js']"))
    ran = project.run("import", SYSTEM, "settings.py")
    assert told(ran, "warning") == []
    assert sources_of(project, "a.js") == ["js/a.js", "t/x.jst"]
