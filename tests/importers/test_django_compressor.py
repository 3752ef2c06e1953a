"""Projects with django-compressor, imported and built; and beside them django-compressor itself."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from scenario import Files, Outcome, Project

from . import old_projects
from .django_projects import HERE, copy_of, pages, printed, project_of, python, rules, script_tokens
from .old_projects import told

SYSTEM = "django-compressor"
FILE = "mysite/settings/production.py"
URLS = ("/", "/dark/", "/base/", "/cart/", "/terms/", "/jinja/")
INLINE = "assetbuild_inline/"


def imported(project: Project, file: str = FILE, *options: str) -> dict[str, Any]:
    return old_projects.imported(project, SYSTEM, file, *options)


@pytest.fixture(scope="module")
def built() -> tuple[Project, dict[str, Any], Outcome]:
    project = copy_of(SYSTEM)
    config = imported(project)
    return project, config, project.build()


@pytest.fixture(scope="module")
def shown(built: tuple[Project, dict[str, Any], Outcome]) -> dict[str, str]:
    return pages(built[0], "mysite.settings.released", *URLS, "/other/")


def test_the_fixture_becomes_a_configuration(built: tuple[Project, dict[str, Any], Outcome]) -> None:
    _, config, _ = built
    assert config["sources"] == [
        {"path": "theme", "prefix": "theme"},
        "shop/static",
        {"path": "assetbuild_inline", "prefix": "assetbuild_inline"},
    ]
    assert config["base_url"] == "/static/"
    assert config["publish_contents"] is True
    listed = [
        [path for path in bundle["contents"] if not path.startswith(INLINE)] for bundle in config["bundles"].values()
    ]
    assert ["theme/css/reset.css", "theme/css/light.css"] in listed
    assert ["theme/css/reset.css", "theme/css/dark.css"] in listed
    assert ["shop/js/late.js", "shop/js/later.js"] in listed
    assert not any("gone.css" in path or "never.js" in path for paths in listed for path in paths)


def test_every_block_of_the_fixture_is_printed_from_one_file_of_the_release(
    built: tuple[Project, dict[str, Any], Outcome], shown: dict[str, str]
) -> None:
    project, config, _ = built
    for url in URLS:
        for one in printed(shown[url], project.release):
            assert one.name is None or one.name in config["bundles"], (url, one)
        assert 'integrity="sha384-' in shown[url] or url == "/terms/"


def test_django_compressor_itself_has_the_same_files_tokens_and_rules(
    built: tuple[Project, dict[str, Any], Outcome], shown: dict[str, str]
) -> None:
    project, config, _ = built
    original = copy_of(SYSTEM)
    python(original, "mysite.settings.production", "manage.py", "collectstatic", "--noinput")
    program = str(HERE / "compressor_itself.py")
    theirs = json.loads(python(original, "mysite.settings.production", program, *URLS))
    compared = 0
    for url in URLS:
        groups = [group for group in theirs[url]["groups"] if group["mode"] != "preload"]
        ours = printed(shown[url], project.release)
        assert "integrity=" not in theirs[url]["page"]
        assert len(ours) == len(groups) > 0, url
        for one, group in zip(ours, groups, strict=True):
            compared += 1
            twice = len(set(filter(None, group["files"]))) < len(list(filter(None, group["files"])))
            if one.name is not None and not twice:
                contents = config["bundles"][one.name]["contents"]
                assert [None if path.startswith(INLINE) else path for path in contents] == group["files"]
            if group["kind"] == "js":
                assert script_tokens(one.text) == script_tokens(group["text"]), (url, group["files"])
            elif twice:
                # What it has twice is here once, where it counts.
                last = list(dict.fromkeys(reversed(rules(group["text"]))))[::-1]
                assert rules(one.text) == last
            else:
                assert rules(one.text) == rules(group["text"]), (url, group["files"])
    assert compared >= 14


def test_a_block_that_no_import_has_seen_is_printed_part_by_part_in_its_order(
    built: tuple[Project, dict[str, Any], Outcome], shown: dict[str, str]
) -> None:
    project, _, _ = built
    scripts = [one for one in printed(shown["/other/"], project.release) if one.tag == "script"]
    assert [one.name for one in scripts[:4]] == ["shop/js/library.js", "shop/js/menu.js", "shop/js/page.js", None]
    assert scripts[3].text == "window.base = 1"


def test_groups_keep_media_async_and_defer_and_a_preload_is_one(shown: dict[str, str]) -> None:
    assert shown["/"].count('media="print"') == 1
    assert [tag.rpartition(" ")[2] for tag in shown["/"].split("></script>")[:3]][1:] == ["defer", "async"]
    assert '<link rel="preload" href="/static/CACHE/js/output.' in shown["/cart/"]


def test_what_stands_in_the_page_names_its_files_from_the_base_url(
    built: tuple[Project, dict[str, Any], Outcome], shown: dict[str, str]
) -> None:
    _, _, outcome = built
    assert f"url('/static/{outcome.file('shop/img/sale.svg')}#part')" in shown["/terms/"]
    assert '<style media="screen">' in shown["/terms/"]


SETTINGS = """
INSTALLED_APPS = ["django.contrib.staticfiles", "compressor", "shop"]
STATIC_URL = "/static/"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
"""
LOAD = "{% load static compress %}\n"


def small(template: str, settings: str = "", files: Files = {}) -> Project:  # noqa: B006  read only
    return project_of(
        {
            "settings.py": SETTINGS + settings,
            "shop/__init__.py": "",
            "shop/templates/page.html": LOAD + template,
            "shop/static/a.js": "window.a = 1",
            "shop/static/b.js": "window.b = 2",
            "shop/static/a.css": "a { color: red }",
            "shop/static/s.scss": "a { b { color: red } }",
            **files,
        }
    )


def block(inside: str, words: str = "js") -> str:
    return f"{{% compress {words} %}}{inside}{{% endcompress %}}"


A, B = '<script src="/static/a.js"></script>', '<script src="{% static "b.js" %}"></script>'


def contents(template: str, settings: str = "", files: Files = {}) -> list[list[str]]:  # noqa: B006  read only
    config = imported(small(template, settings, files), "settings.py")
    return [bundle["contents"] for bundle in config["bundles"].values()]


def test_what_is_wrong_in_an_inherited_block_is_told_once_at_its_own_line() -> None:
    base = LOAD + "\n{% block js %}" + block(A + '<script src="{% static "gone.js" %}"></script>') + "{% endblock %}"
    page = "{% block js %}{{ block.super }} {% endblock %}"
    files = {"shop/templates/base.html": base, "shop/templates/page.html": '{% extends "base.html" %}' + page}
    ran = small("", "", files).run("import", SYSTEM, "settings.py")
    assert [line.partition(": ")[0] for line in told(ran, "error")] == ["shop/templates/base.html:3:92"]


def test_conditions_are_taken_both_ways_and_the_same_one_the_same_way() -> None:
    assert contents(block("{% if user.is_staff %}" + A + "{% endif %}" + B)) == [["a.js", "b.js"], ["b.js"]]
    assert contents(block("{% if x %}" + A + "{% else %}" + B + "{% endif %}")) == [["a.js"], ["b.js"]]
    assert contents(block("{% if x %}" + A + "{% endif %}{% if x %}" + B + "{% endif %}")) == [["a.js", "b.js"]]
    assert contents(block("{% if True %}" + A + "{% else %}" + B + "{% endif %}")) == [["a.js"]]


def test_variables_of_with_static_as_and_contexts_are_known() -> None:
    assert contents("{% with n='a' %}" + block('<script src="/static/{{ n }}.js"></script>') + "{% endwith %}") == [
        ["a.js"]
    ]
    assert contents(block("{% static 'a.js' as u %}<script src='{{ u }}'></script>")) == [["a.js"]]
    settings = "COMPRESS_OFFLINE_CONTEXT = {'n': {'of': 'b'}}"
    assert contents(block('<script src="/static/{{ n.of }}.js"></script>'), settings) == [["b.js"]]


def test_a_variable_that_only_a_page_knows_is_told_with_its_line_and_what_stands_beside_it_is_not_lost() -> None:
    template = block('<script src="/static/{{ page.name }}.js"></script>') + "\n" + block(A)
    project = small(template)
    ran = project.run("import", SYSTEM, "settings.py")
    assert ran.code == 0
    assert told(ran, "warning") == [
        "shop/templates/page.html:2:1: only a running page knows {{ page.name }}: "
        "what is with it in one file is printed part by part"
    ]


def test_a_module_a_foreign_script_and_data_are_told_and_part_the_block() -> None:
    template = block(
        A + '<script type="module" src="/static/b.js"></script><script src="https://cdn.example.com/x.js"></script>'
        '<script type="application/json">{}</script>' + B
    )
    project = small(template)
    ran = project.run("import", SYSTEM, "settings.py", "-v")
    assert sorted(line.partition(": ")[2] for line in told(ran, "warning")) == [
        "'https://cdn.example.com/x.js' is not below '/static/': it is printed by itself, and parts the block",
        "an element of type 'application/json' is no script here: it is printed by itself",
    ]
    assert "a module cannot be in one file with other scripts" in ran.stderr
    config = tomllib.loads((project.root / "assetbuild.toml").read_text("utf-8"))
    assert [bundle["contents"] for bundle in config["bundles"].values()] == [["a.js"], ["b.js"]]


def test_a_style_that_names_a_file_relative_to_the_page_stays_there() -> None:
    project = small(block("<style>a { background: url(x.png) }</style>", "css") + block(A))
    ran = project.run("import", SYSTEM, "settings.py")
    assert "a style in a block names a file relative to the page: it is printed by itself" in ran.stderr
    assert not (project.root / "assetbuild_inline").exists()


def test_a_script_that_comes_twice_counts_once_and_is_told() -> None:
    project = small(block(A + B + A))
    ran = project.run("import", SYSTEM, "settings.py")
    assert "shop/templates/page.html:2:39: 'a.js' is there twice: the first counts" in told(ran, "warning")[0]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("COMPRESS_FILTRES = {}", "unknown setting 'COMPRESS_FILTRES', left out"),
        ("COMPRESS_FILTERS = {'css': ['x.y.Z'], 'js': []}", "the filter 'x.y.Z' is Python code: left out"),
        ("COMPRESS_FILTERS = {'css': ['compressor.filters.template.TemplateFilter']}", "is left out: style sheets and"),
        ("COMPRESS_FILTERS = {'js': ['compressor.filters.closure.ClosureCompilerFilter']}", "ClosureCompilerFilter"),
        ("COMPRESS_PRECOMPILERS = (('text/less', 'lessc {infile}'),)", "the precompiler of 'text/less' is left out"),
        ("COMPRESS_OFFLINE_CONTEXT = 'shop.contexts.all'", "'COMPRESS_OFFLINE_CONTEXT' is a function"),
        ("import os\nCOMPRESS_OUTPUT_DIR = os.environ['OUT']", "not read: 'COMPRESS_OUTPUT_DIR' is computed by Python"),
        ("import os\nif os.environ.get('X'):\n    COMPRESS_OUTPUT_DIR = 'x'", "taken for not: COMPRESS_OUTPUT_DIR"),
        ("COMPRESSORS = {}", "'COMPRESSORS' names Python code: left out"),
        ("INSTALLED_APPS += ['nowhere.at.all']", "the app 'nowhere.at.all' is not found"),
        ("STATICFILES_DIRS = ['gone']", "there is no directory 'gone' of static files"),
        ("STATICFILES_FINDERS = ['my.Finder']\nSTATICFILES_FINDERS += ["
         "'django.contrib.staticfiles.finders.AppDirectoriesFinder']", "the finder 'my.Finder' is Python code"),
    ],
)  # fmt: skip
def test_what_is_not_carried_over_is_told_at_its_line(settings: str, expected: str) -> None:
    ran = small(block(A), settings).run("import", SYSTEM, "settings.py")
    assert ran.code == 0, ran.stderr
    matching = [line for line in told(ran, "warning") if expected in line]
    assert matching
    assert all(line.startswith("settings.py:") and line.split(":")[1].isdigit() for line in matching)


@pytest.mark.parametrize(
    ("template", "settings", "expected"),
    [
        (
            block('<script src="/static/aa.js"></script>'),
            "",
            "page.html:2:39: there is no static file 'aa.js'",
        ),
        (block(A), "COMPRESS_FILTERS = []", "settings.py:5:20: 'COMPRESS_FILTERS' must be a dict"),
        (
            block(A),
            "COMPRESS_PRECOMPILERS = ('text/x', 'y')",
            "an element of 'COMPRESS_PRECOMPILERS' is a",
        ),
        (block(A), "COMPRESS_OUTPUT_DIR = 5", "settings.py:5:23: 'COMPRESS_OUTPUT_DIR' must be a text"),
        (block(A), "STATIC_URL = 5", "settings.py:5:14: 'STATIC_URL' must be a text"),
        (block(A), "INSTALLED_APPS = 5", "settings.py:5:18: 'INSTALLED_APPS' must be a list or tuple"),
        (block(A), "X = [", "settings.py:5:5: Python syntax error"),
        (block('<link rel="stylesheet" href="/static/a.js">', "css"), "", "'a.js' cannot be in bundle"),
    ],
)
def test_bad_input_is_told_at_its_line_and_nothing_is_written(template: str, settings: str, expected: str) -> None:
    project = small(template + block("<script>var inline = 1</script>"), settings)
    before = sorted(project.root.rglob("*"))
    ran = project.run("import", SYSTEM, "settings.py")
    assert ran.code == 2
    assert any(expected in line for line in told(ran, "error")), ran.stderr
    assert sorted(project.root.rglob("*")) == before


def test_every_problem_is_told_in_one_run() -> None:
    template = block('<script src="/static/x1.js"></script>') + block('<script src="/static/x2.js"></script>')
    ran = small(template, "COMPRESS_OUTPUT_DIR = 5").run("import", SYSTEM, "settings.py")
    assert len(told(ran, "error")) == 3


def test_a_template_whose_tags_do_not_fit_is_told_and_passed_over() -> None:
    files = {"shop/templates/broken.html": LOAD + "{% compress js %}\n{% if x %}"}
    ran = small(block(A), files=files).run("import", SYSTEM, "settings.py")
    assert told(ran, "warning") == ["shop/templates/broken.html:3:1: the template is passed over: the tag is never "
                                    "closed: no 'endif'"]  # fmt: skip


def test_without_a_block_there_is_nothing_to_import() -> None:
    ran = small("nothing").run("import", SYSTEM, "settings.py")
    assert "no block {% compress %} is found in the templates" in told(ran, "warning")[0]


def test_an_existing_configuration_stays_unless_it_is_forced_and_a_dry_run_writes_nothing() -> None:
    project = small(block("<script>var inline = 1</script>" + A))
    project.write({"assetbuild.toml": "mine"})
    assert project.run("import", SYSTEM, "settings.py").code == 2
    dry = project.run("import", SYSTEM, "settings.py", "--dry-run")
    assert (dry.code, dry.stdout.count("[bundles.")) == (0, 1)
    assert (project.root / "assetbuild.toml").read_text() == "mine"
    assert not (project.root / "assetbuild_inline").exists()
    imported(project, "settings.py", "--force")
    imported(project, "settings.py", "--force")
    assert project.build("--no-cache").code == 0


def test_a_file_in_the_way_of_a_text_is_an_error_and_all_stays_as_it_was() -> None:
    project = small(block("<script>var inline = 1</script>") + block("<script>var other = 2</script>"))
    imported(project, "settings.py")
    files = sorted((project.root / "assetbuild_inline").iterdir())
    files[0].unlink()
    files[1].write_text("mine")
    config = (project.root / "assetbuild.toml").read_text()
    ran = project.run("import", SYSTEM, "settings.py", "--force")
    assert (ran.code, "cannot be written" in ran.stderr) == (2, True)
    assert sorted((project.root / "assetbuild_inline").iterdir()) == files[1:]
    assert (project.root / "assetbuild.toml").read_text() == config


COMPUTED = "import os\nos.environ['RAN'] = 'yes'\nCOMPRESS_OUTPUT_DIR = '-'.join(['made', 'here'])\n"


def test_settings_are_run_only_if_they_are_trusted() -> None:
    project = small(block(A), COMPUTED + "open('ran', 'w').close()\n")
    assert next(iter(imported(project, "settings.py")["bundles"])).startswith("CACHE/js/output.")
    assert not (project.root / "ran").exists()
    trusted = imported(project, "settings.py", "--trust", "--force")
    assert next(iter(trusted["bundles"])).startswith("made-here/js/output.")
    assert (project.root / "ran").exists()


def test_trusted_settings_that_fail_are_an_error_at_their_line() -> None:
    ran = small(block(A), "1 / 0\n").run("import", SYSTEM, "settings.py", "--trust")
    assert ran.code == 2
    assert told(ran, "error") == ["settings.py:5: the settings cannot be run: ZeroDivisionError: division by zero"]


def test_a_function_of_contexts_is_called_if_it_is_trusted() -> None:
    files = {"shop/contexts.py": "def all_of_them():\n    yield {'n': 'a'}\n    yield {'n': 'b'}\n"}
    settings = (
        "SECRET_KEY = 'x'\nCOMPRESS_OFFLINE_CONTEXT = 'shop.contexts.all_of_them'\nINSTALLED_APPS.remove('compressor')"
    )
    project = small(block('<script src="/static/{{ n }}.js"></script>'), settings, files)
    config = imported(project, "settings.py", "--trust")
    assert [bundle["contents"] for bundle in config["bundles"].values()] == [["a.js"], ["b.js"]]


def test_filters_without_a_minifier_and_data_urls_are_carried_over() -> None:
    filters = "COMPRESS_FILTERS = {'css': ['compressor.filters.datauri.CssDataUriFilter'], 'js': []}"
    config = imported(small(block(A), f"{filters}\nCOMPRESS_DATA_URI_MAX_SIZE = 99"), "settings.py")
    assert config["inline"]["max_bytes"] == 99
    assert config["rules"] == [{"match": "**/*.css", "minify": False}, {"match": "**/*.js", "minify": False}]


def test_a_comment_at_the_end_of_a_script_does_not_swallow_what_parts_it_from_the_next() -> None:
    """django-compressor puts a semicolon behind the comment, and the first function is called with the second."""
    files = {
        "shop/static/a.js": "(function () { window.a = 1 })() // the end",
        "shop/static/b.js": "(function () {})()",
    }
    project = small(block(A + B), files=files)
    imported(project, "settings.py")
    name = next(iter(tomllib.loads((project.root / "assetbuild.toml").read_text())["bundles"]))
    assert project.build().text(name) == "(function(){window.a=1})()\n;\n(function(){})()\n"


def test_urls_in_the_text_of_a_script_name_assets_only_where_they_are_whole_strings() -> None:
    text = "<script>x = [\"{% static 'a.js' %}?v=1\", 'see /static/a.js here', \"/static/gone.js\"]</script>"
    project = small(block(text))
    imported(project, "settings.py")
    (file,) = (project.root / "assetbuild_inline").iterdir()
    assert file.read_text() == 'x = ["asset:a.js?v=1", \'see /static/a.js here\', "/static/gone.js"]\n'


def test_a_block_of_a_page_has_what_the_block_above_has_where_it_asks_for_it() -> None:
    base = LOAD + block("{% block s %}" + A + "{% endblock %}")
    files = {"shop/templates/base.html": base}
    page = "{% extends 'base.html' %}{% load static %}{% block s %}{{ block.super }}" + B + "{% endblock %}"
    project = small("", files=files)
    deep = page.replace("base.", "page.").replace("b.js", "c.js")
    project.write({"shop/templates/page.html": page, "shop/templates/sub.html": deep, "shop/static/c.js": ""})
    assert told(project.run("import", SYSTEM, "settings.py", "--dry-run"), "warning") == [], "nothing is there twice"
    config = imported(project, "settings.py")
    listed = [bundle["contents"] for bundle in config["bundles"].values()]
    assert listed == [["a.js"], ["a.js", "b.js"], ["a.js", "b.js", "c.js"]]
