"""What Django's finders find, as sources."""

from __future__ import annotations

import pytest

from scenario import Outcome, Project

CONFIG = 'sources = [{django = "mysite.settings"}]\nminify = false\nencodings = []\n'
SETTINGS = """
from pathlib import Path
BASE_DIR = Path(__file__).parent.parent
INSTALLED_APPS = ["shop", "blog", "django.contrib.staticfiles"]
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "assets", ("brand", BASE_DIR / "brand"), BASE_DIR / "none"]
print("settings may print")
"""
FILES: dict[str, str | bytes] = {
    "mysite/__init__.py": "",
    "mysite/settings.py": SETTINGS,
    "assets/css/site.css": "@import '../shop/cart.css'; a { background: url(../brand/logo.png) }",
    "brand/logo.png": b"png",
    "shop/__init__.py": "",
    "shop/static/shop/cart.css": "b {}",
    "shop/static/both.css": "shop {}",
    "blog/__init__.py": "",
    "blog/static/both.css": "blog {}",
    "blog/static/css/site.css": "later {}",
}
LOOKED_FOR = "the module is looked for beside this file and in the environment"


def project(files: dict[str, str | bytes] = {}, config: str = CONFIG) -> Project:  # noqa: B006  read only
    return Project({**FILES, **files}, config)


def built(files: dict[str, str | bytes] = {}, config: str = CONFIG) -> Outcome:  # noqa: B006
    return project(files, config).build("--no-cache")


def test_directories_of_the_settings_and_of_apps_are_load_paths_in_djangos_order() -> None:
    outcome = built()
    assert sorted(outcome.assets) == ["both.css", "brand/logo.png", "css/site.css", "shop/cart.css"]
    assert outcome.text("both.css") == "shop {}"
    assert outcome.file("brand/logo.png") in outcome.text("css/site.css")


def test_apps_of_installed_packages_are_found() -> None:
    settings = SETTINGS.replace('["shop"', '["django.contrib.admin", "django.contrib.auth", "shop"').replace(
        '"django.contrib.staticfiles"', '"django.contrib.contenttypes", "django.contrib.staticfiles"'
    )
    assert "admin/css/base.css" in built({"mysite/settings.py": settings}).assets


def test_other_sources_and_a_prefix_may_stand_beside_it() -> None:
    config = CONFIG.replace('"mysite.settings"}', '"mysite.settings", prefix = "d"}, "extra"')
    outcome = built({"extra/x.js": "1"}, config)
    assert {"d/both.css", "d/brand/logo.png", "x.js"} <= outcome.assets.keys()


def test_a_finder_of_ones_own_says_which_files_are_meant() -> None:
    files: dict[str, str | bytes] = {
        "mysite/finder.py": """
import os
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
class Finder(BaseFinder):
    def list(self, ignore_patterns):
        storage = FileSystemStorage(location=os.path.abspath("packages"))
        storage.prefix = "npm"
        yield os.path.join("lib", "a.js"), storage
""",
        "mysite/settings.py": SETTINGS + 'STATICFILES_FINDERS = ["mysite.finder.Finder"]\n',
        "packages/lib/a.js": "1",
        "packages/lib/b.js": "2",
    }
    assert list(built(files).assets) == ["npm/lib/a.js"]


@pytest.mark.parametrize(
    ("settings", "reason", "hint"),
    [
        ("\n1 / 0", "ZeroDivisionError: division by zero", "see mysite/settings.py, line 2"),
        ("INSTALLED_APPS = []", "'django.contrib.staticfiles' is not in INSTALLED_APPS", LOOKED_FOR),
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'", "see mysite/settings.py, line 1"),
    ],
)
def test_settings_that_cannot_be_used_are_an_error_at_their_key(settings: str, reason: str, hint: str) -> None:
    outcome = built({"mysite/settings.py": settings})
    assert outcome.code == 2
    (error,) = outcome.diagnostics
    assert (error.file, error.line, error.column) == ("assetbuild.toml", 1, 13)
    assert error.text == f"the finders of Django's settings 'mysite.settings' cannot be asked: {reason}"
    assert error.hint == hint


def test_the_output_cannot_be_in_a_directory_that_is_found() -> None:
    outcome = built(config=CONFIG + 'output = "brand/release"\n')
    assert outcome.code == 2
    assert "inside the source 'brand'" in outcome.errors[0]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ('{django = "my-site"}', "'sources[0].django' must be the name of a Python module, not 'my-site'"),
        ('{django = "a.b", path = "c"}', "'path' says nothing beside 'django'"),
        ('{prefix = "x"}', "'sources[0].path' is missing"),
    ],
)
def test_mistakes_in_the_table_are_told_at_their_place(source: str, error: str) -> None:
    outcome = built(config=f"sources = [{source}]\n")
    assert outcome.code == 2
    assert error in "\n".join(outcome.errors)


def test_a_new_file_of_an_app_is_found_by_the_next_build() -> None:
    edited = project()
    edited.build()
    edited.write({"blog/static/new.js": "1"})
    assert "new.js" in edited.build().assets
