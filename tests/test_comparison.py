"""What docs/comparison.md says of other programs that are installed here; and that the tests it names exist."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from importers.django_projects import project_of, python
from requirements_of_tests import need
from scenario import Files, Project, build_files

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "comparison.md"
SETTINGS = """
SECRET_KEY = "x"
ALLOWED_HOSTS = ["*"]
STATIC_URL = "/static/"
STATIC_ROOT = "collected"
STATICFILES_DIRS = ["assets"]
ROOT_URLCONF = "settings"
INSTALLED_APPS = ["django.contrib.staticfiles", {app}]
STORAGES = {{
    "default": {{"BACKEND": "django.core.files.storage.FileSystemStorage"}},
    "staticfiles": {{"BACKEND": "{storage}"}},
}}
TEMPLATES = [{{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}}]
urlpatterns = []
"""
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
CSS: Files = {
    "assets/css/a.css": "a { background: url(gone1.png) }",
    "assets/css/b.css": "b { background: url(gone2.png) }",
}
COLLECT = (
    "import django; django.setup(); from django.core.management import call_command; call_command('collectstatic', "
)
COLLECT += "interactive=False, verbosity=0)"
COLLECT_AND_TELL = f"""
try:
    {COLLECT}
except Exception as error:
    print(type(error).__name__, error)
"""


def django_project(files: Files, storage: str = PLAIN, app: str = "", more: str = "") -> Project:
    return project_of({"settings.py": SETTINGS.format(storage=storage, app=app) + more, **files})


def run_in_node(text: str) -> str:
    """What a script that is loaded comes to: "fine", or the name of its error."""
    program = f"try {{ require('vm').runInNewContext({json.dumps(text)}); console.log('fine') }} "
    program += "catch (e) { console.log(e.name) }"
    return subprocess.run([need("node"), "-e", program], capture_output=True, text=True, check=True).stdout.strip()


def rendered(template: str) -> str:
    """A program that renders a template and prints it."""
    return (
        "import django; django.setup(); from django.template import engines; "
        f"print(engines['django'].from_string({template!r}).render())"
    )


COMPRESS = """
COMPRESS_ENABLED = True
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder", "compressor.finders.CompressorFinder"]
"""
BLOCK = "{% load compress %}{% compress css %}" + "".join(
    f'<link rel="stylesheet" href="/static/css/{name}.css">' for name in "ab"
) + "{% endcompress %}"  # fmt: skip


def made(project: Project, pattern: str) -> str:
    return "".join(file.read_text() for file in sorted((project.root / "collected").glob(pattern)))


def test_a_missing_file_that_a_style_sheet_names_stops_django_at_the_first_and_whitenoise_as_well() -> None:
    for storage in (
        "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
        "whitenoise.storage.CompressedManifestStaticFilesStorage",
    ):
        project = django_project(CSS, storage)
        said = python(project, "settings", "-c", COLLECT_AND_TELL)
        assert ("gone1" in said) + ("gone2" in said) == 1
        assert ".css:" not in said, "no line is told"


def test_a_missing_file_that_a_style_sheet_names_is_not_noticed_by_compressor_pipeline_and_webassets() -> None:
    project = django_project(CSS, app="'compressor'", more=COMPRESS)
    python(project, "settings", "-c", COLLECT)
    python(project, "settings", "-c", rendered(BLOCK))
    assert "gone1.png" in made(project, "CACHE/css/*.css")

    packages = "PIPELINE = {'CSS_COMPRESSOR': None, 'STYLESHEETS': "
    packages += "{'a': {'source_filenames': ['css/*.css'], 'output_filename': 'all.css'}}}"
    project = django_project(CSS, "pipeline.storage.PipelineStorage", "'pipeline'", packages)
    python(project, "settings", "-c", COLLECT)
    assert "gone1.png" in made(project, "all.css")

    program = "from webassets import Bundle, Environment; e = Environment('assets', '/static'); e.auto_build = True; "
    program += (
        "e.register('all', Bundle('css/a.css', 'css/b.css', filters='cssrewrite', output='all.css')); e['all'].build()"
    )
    python(project, "settings", "-c", program)
    assert "gone1.png" in (project.root / "assets/all.css").read_text()


def test_here_all_missing_files_are_told_in_one_run_with_line_and_column() -> None:
    built = build_files({name.removeprefix("assets/"): text for name, text in CSS.items()})
    assert sorted(line.splitlines()[0] for line in built.errors) == [
        "error: assets/css/a.css:1:21: no asset named 'css/gone1.png'",
        "error: assets/css/b.css:1:21: no asset named 'css/gone2.png'",
    ]


FUNCTIONS: Files = {"assets/a.js": "(function () {})() // the end", "assets/b.js": "(function () {})()"}


def test_a_script_that_ends_in_a_comment_breaks_the_next_one_in_compressor_and_webassets_and_not_here() -> None:
    project = django_project(FUNCTIONS, app="'compressor'", more=COMPRESS)
    python(project, "settings", "-c", COLLECT)
    scripts = '<script src="/static/a.js"></script><script src="/static/b.js"></script>'
    python(project, "settings", "-c", rendered("{% load compress %}{% compress js %}" + scripts + "{% endcompress %}"))
    assert run_in_node(made(project, "CACHE/js/*.js")) == "TypeError"

    program = "from webassets import Bundle, Environment; e = Environment('assets', '/static'); "
    program += "e.register('all', Bundle('a.js', 'b.js', output='all.js')); e['all'].build()"
    python(project, "settings", "-c", program)
    assert run_in_node((project.root / "assets/all.js").read_text()) == "TypeError"

    config = 'sources = ["assets"]\n[bundles."all.js"]\ncontents = ["a.js", "b.js"]\n'
    built = build_files({name.removeprefix("assets/"): text for name, text in FUNCTIONS.items()}, config)
    assert run_in_node(built.text("all.js")) == "fine"


def test_a_script_without_a_semicolon_before_templates_is_a_syntax_error_in_pipeline_and_not_here() -> None:
    files: Files = {"assets/a.js": "(function () {})()", "assets/t/x.jst": "x"}
    packages = "PIPELINE = {'JS_COMPRESSOR': None, 'DISABLE_WRAPPER': True, 'JAVASCRIPT': "
    packages += "{'a': {'source_filenames': ['a.js', 't/x.jst'], 'output_filename': 'all.js'}}}"
    project = django_project(files, "pipeline.storage.PipelineStorage", "'pipeline'", packages)
    python(project, "settings", "-c", COLLECT)
    assert run_in_node(made(project, "all.js")) == "SyntaxError"
    config = 'sources = ["assets"]\n[bundles."all.js"]\ncontents = ["a.js", "t/x.jst"]\n'
    built = build_files({name.removeprefix("assets/"): text for name, text in files.items()}, config)
    assert run_in_node(f"var window = this;{built.text('all.js')}") == "fine"


def test_compressor_and_webassets_write_files_while_a_page_is_rendered() -> None:
    project = django_project(CSS, app="'compressor'", more=COMPRESS)
    python(project, "settings", "-c", COLLECT)
    assert made(project, "CACHE/css/*.css") == ""
    python(project, "settings", "-c", rendered(BLOCK))
    assert made(project, "CACHE/css/*.css") != ""
    program = "from webassets import Bundle, Environment; e = Environment('assets', '/static'); "
    program += "e.register('all', Bundle('css/a.css', output='all.css')); print(e['all'].urls())"
    assert "/static/all.css?" in python(project, "settings", "-c", program)
    assert (project.root / "assets/all.css").exists()


def test_names_in_a_cycle_of_modules_are_an_error_in_django_and_not_here() -> None:
    files: Files = {
        "assets/a.js": 'import { b } from "./b.js"; export const a = 1;',
        "assets/b.js": 'import { a } from "./a.js"; export const b = 1;',
    }
    module = "class Storage(base.ManifestStaticFilesStorage):\n    support_js_module_import_aggregation = True\n"
    project = django_project(
        {**files, "own.py": f"from django.contrib.staticfiles import storage as base\n{module}"}, "own.Storage"
    )
    assert "Max post-process passes exceeded" in python(project, "settings", "-c", COLLECT_AND_TELL)
    built = build_files({name.removeprefix("assets/"): text for name, text in files.items()})
    assert built.assets["a.js"]["cycle"] == ["a.js", "b.js"]


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[\w/.]+\.py)", PAGE.read_text("utf-8")))))
def test_every_test_that_the_page_names_is_there(path: str) -> None:
    text = (ROOT / path).read_text("utf-8")
    for name in re.findall(rf"`{re.escape(path)}::(\w+)`", PAGE.read_text("utf-8")):
        assert f"def {name}(" in text, name


def test_every_row_of_the_page_has_what_supports_it() -> None:
    page = PAGE.read_text("utf-8")
    notes = set(re.findall(r"^\[(\w+)\]: ", page, re.MULTILINE))
    used = set(re.findall(r"\]\[(\w+)\]", page))
    assert used == notes
