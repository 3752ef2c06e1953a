"""The five-minute starts of the README, run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assetbuild.cli import main

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
TEMPLATE = next(text for language, text in BLOCKS if language == "jinja")
SOURCES = {
    "css/app.scss": "$ink: #123; body { color: $ink; background: url(../img/logo.png) }",
    "js/vendor/lib.js": "var lib = 1",
    "js/main.js": "console.log(lib)",
    "img/logo.png": "not really a picture",
}


def block(start: str) -> str:
    """The README's Python block in which this stands."""
    return next(text for language, text in BLOCKS if language == "python" and start in text)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in SOURCES.items():
        file = tmp_path / "assets" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "assetbuild.toml").write_text(next(text for language, text in BLOCKS if language == "toml"))
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    monkeypatch.chdir(tmp_path)
    assert main(["build", "--quiet"]) == 0
    return tmp_path


def run(project: Path, program: str) -> str:
    (project / "app.py").write_text(program)
    environment = {**os.environ, "PYTHONPATH": str(project), "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_is_the_page(page: str) -> None:
    assert re.search(r'<link rel="stylesheet" href="/static/css/app-[0-9a-f]{16}\.css" integrity="sha384-', page)
    assert re.search(r'<script src="/static/js/app-[0-9a-f]{16}\.js" [^>]*defer></script>', page)
    assert re.search(r'<img src="/static/img/logo-[0-9a-f]{16}\.png"', page)


def test_the_start_for_plain_jinja2_prints_the_page(project: Path) -> None:
    assert_is_the_page(run(project, block("FileSystemLoader")))


def test_the_start_for_flask_serves_the_page(project: Path) -> None:
    assert_is_the_page(run(project, block("Flask(") + "\nprint(app.test_client().get('/').text)\n"))


def test_the_start_for_django_prints_the_page(project: Path) -> None:
    (project / "mysite").mkdir()
    (project / "mysite" / "__init__.py").touch()
    page = next(text for language, text in BLOCKS if language == "django")
    (project / "mysite" / "settings.py").write_text(
        f"""
from pathlib import Path
BASE_DIR = Path(__file__).parents[1]
SECRET_KEY = "x"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "assets"]
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.messages",
    "django.contrib.staticfiles",
]
STORAGES = {{}}
TEMPLATES = [{{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}}]
{block("ReleaseStorage")}"""
    )
    tables = [text for language, text in BLOCKS if language == "toml"]
    bundles = next(text for text in tables if "[bundles" in text).partition("\n\n")[2]
    (project / "assetbuild.toml").write_text(next(text for text in tables if "django" in text) + bundles)
    assert main(["build", "--quiet"]) == 0
    program = f"""
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
import django
django.setup()
from django.template import engines
from django.contrib.staticfiles.finders import find
from django.templatetags.static import static
url = static("admin/css/base.css")
print(engines["django"].from_string({page!r}).render(), url)
assert find(url.removeprefix("/static/")), "runserver would not serve it"
"""
    printed = run(project, program)
    assert re.search(r'href="/static/css/app-[0-9a-f]{16}\.css"', printed)
    assert re.search(r'<script src="/static/js/app-[0-9a-f]{16}\.js" [^>]*defer></script>', printed)
    assert re.search(r"/static/admin/css/base-[0-9a-f]{16}\.css", printed)


def test_every_page_the_readme_links_is_there() -> None:
    text = (ROOT / "README.md").read_text()
    pages = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert len(pages) >= 7
    assert [page for page in pages if not (ROOT / page).is_file()] == []
