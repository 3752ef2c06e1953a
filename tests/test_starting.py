"""Which project is in a directory, and the configuration to start with."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetbuild.config import load_config
from assetbuild.starting import Found, look, next_steps, starting_config

MANAGE = """import os
def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
"""


def looked(root: Path, files: dict[str, str]) -> Found:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return look(str(root))


def test_django_is_known_by_its_manage_py_and_its_static_url_becomes_the_base_url(tmp_path: Path) -> None:
    found = looked(tmp_path, {"manage.py": MANAGE, "shop/settings.py": "STATIC_URL = 'files/'", "static/a.css": ""})
    assert found == Found("django", "shop.settings", (), "/files/")
    assert 'sources = [{django = "shop.settings"}]' in starting_config(found)
    steps = "\n".join(next_steps(found))
    assert "ReleaseStorage" in steps
    assert "ReleaseFinder" in steps, "else runserver would not find a file of the release"


@pytest.mark.parametrize(
    ("call", "source", "url"),
    [
        ("Flask(__name__)", "shop/static", "/static/"),
        ("flask.Flask(__name__, static_folder='../public')", "public", "/public/"),
        ("Flask(__name__, static_folder='dist', static_url_path='/s')", "shop/dist", "/s/"),
        ("Flask(__name__, static_url_path='')", "shop/static", "/static/"),
    ],
)
def test_flask_is_known_by_its_application_object(tmp_path: Path, call: str, source: str, url: str) -> None:
    found = looked(tmp_path, {"shop/__init__.py": f"def create():\n    return {call}"})
    assert found == Found("flask", "shop/__init__.py", (source,), url)


@pytest.mark.parametrize(
    "call",
    [
        'app.mount("/s", StaticFiles(directory="static"), name="static")',
        'routes = [Mount("/s", app=StaticFiles(directory="static"))]',
        'app.mount("/s", staticfiles.StaticFiles("static"))',
    ],
)
def test_starlette_is_known_by_its_mounted_static_files(tmp_path: Path, call: str) -> None:
    found = looked(tmp_path, {"web/main.py": call, "static/a.css": ""})
    assert found == Found("starlette", "web/main.py", ("static",), "/s/")


def test_starlette_is_known_by_its_application_object_where_nothing_is_mounted(tmp_path: Path) -> None:
    files = {"app.py": "from fastapi import FastAPI\napp = FastAPI()", "static/a.css": ""}
    assert looked(tmp_path, files) == Found("starlette", "app.py", ("static",), "/static/")
    mounted = {"z.py": 'app.mount("/s", StaticFiles(directory="static"))'}
    assert looked(tmp_path, mounted) == Found("starlette", "z.py", ("static",), "/s/")


def test_a_plain_project_has_one_of_the_usual_directories(tmp_path: Path) -> None:
    assert looked(tmp_path, {"src/static/a.css": ""}).sources == ("src/static",)
    assert looked(tmp_path, {"static/a.css": ""}).sources == ("static",)
    assert looked(tmp_path, {"assets/a.css": ""}).sources == ("assets",)


def test_the_application_nearest_counts_and_libraries_and_tests_do_not(tmp_path: Path) -> None:
    files = {
        "tests/app.py": "Flask(__name__)",
        "site/pyvenv.cfg": "",
        "site/lib/app.py": "Flask(__name__)",
        "z.py": "Flask(__name__, static_url_path='/near/')",
        "a/b/c.py": "Flask(__name__, static_url_path='/far/')",
        "broken.py": "Flask(",
        "named.py": "# Flask(",
    }
    assert looked(tmp_path, files).base_url == "/near/"


@pytest.mark.parametrize("rule", ["@use 'x';", '  @forward "x" show y;'])
def test_sass_with_modules_asks_for_dart_sass(tmp_path: Path, rule: str) -> None:
    found = looked(tmp_path, {"assets/a.scss": f"// see\n{rule}"})
    assert found.modern_sass
    assert 'implementation = "dart-sass"' in starting_config(found)
    assert any("build,dart-sass" in line for line in next_steps(found))


@pytest.mark.parametrize("name", ["assets", 'a "b"', "ü"])
def test_what_is_written_can_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    file = tmp_path / "assetbuild.toml"
    file.write_text(starting_config(Found("plain", None, (name,), "/x/")), "utf-8")
    config = load_config(str(file))
    assert [source.directory for source in config.sources] == [str(tmp_path / name)]
    assert config.base_url == "/x/"
