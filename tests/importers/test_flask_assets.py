"""Projects with Flask-Assets, imported and built; and beside them Flask-Assets itself."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from scenario import Outcome, Project

from .old_projects import contents, fixture, imported, old_project, told
from .sameness import same
from .webassets_projects import webassets

FILE = "shop:create_app"
TEMPLATES = ("home.html", "admin/grid.html")


@pytest.fixture(scope="module")
def shop() -> Project:
    project = fixture("flask-assets")
    imported(project, "flask-assets", FILE, "--trust")
    return project


@pytest.fixture(scope="module")
def built(shop: Project) -> Outcome:
    return shop.build()


@pytest.fixture(scope="module")
def itself() -> dict[str, Any]:
    return webassets(fixture("flask-assets"), FILE, *TEMPLATES)


def page(project: Project, url: str) -> str:
    """A page of the application, with Flask-Assets taken out and the release in its place."""
    program = (
        "import sys, types; from webassets.bundle import Bundle;"
        "made = types.ModuleType('flask_assets'); made.Bundle = Bundle;"
        "made.Environment = type('Environment', (), {'init_app': lambda *a: None, 'register': lambda *a, **b: None});"
        "sys.modules['flask_assets'] = made;"
        "from shop import create_app; from assetbuild.runtime.flask import AssetBuild;"
        "app = create_app(); AssetBuild(app, 'build/release/manifest.json');"
        f"print(app.test_client().get({url!r}).text)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("template", "url"), [("home.html", "/"), ("admin/grid.html", "/admin/")])
def test_a_page_of_the_application_names_the_same_as_with_flask_assets(
    template: str, url: str, shop: Project, built: Outcome, itself: dict[str, Any]
) -> None:
    html, theirs = page(shop, url), itself["printed"][template]
    assert re.findall(r'(?:rel|media)="(.*?)"', html) == re.findall(r'(?:rel|media)="(.*?)"', theirs["html"])
    urls = re.findall(r'(?:src|href)="/static/([^"]+)"', html)
    for ours, text in zip(urls, theirs["texts"], strict=True):
        same(built.public[ours].decode(), text)


def test_bundles_have_the_same_files_in_the_same_order_and_the_same_tokens_and_rules(
    built: Outcome, itself: dict[str, Any]
) -> None:
    for name, files in itself["order"].items():
        (output,) = built.manifest["names"][name]["assets"]
        same(built.text(output), itself["built"][name][0])
        logical = [re.sub(r"^shop/(admin/)?static/", r"\1", file) for file in files]
        assert built.manifest["contents"][output] == logical, name


def test_the_static_files_of_a_blueprint_have_its_name_before_them(shop: Project, built: Outcome) -> None:
    assert "admin/img/dots.svg" in built.assets
    assert f"../{built.file('admin/img/dots.svg')}" in built.text("gen/admin.css")


def test_python_is_run_only_if_that_is_allowed() -> None:
    project = old_project({"app.py": "open('ran', 'w')\nraise SystemExit(3)\n"})
    ran = project.run("import", "flask-assets", "app:app")
    assert ran.code == 2
    assert "error: app:app: this is Python, which has to be run to know its bundles" in ran.stderr
    assert not (project.root / "ran").exists()


def test_entries_come_from_the_lines_that_make_the_bundles(shop: Project) -> None:
    text = (shop.root / "assetbuild.toml").read_text("utf-8")
    assert '# shop/bundles.py:16\n[bundles."gen/all.js"]' in text
    assert '"js/base.js",  # shop/bundles.py:7' in text


def test_what_only_python_knows_is_told_at_its_line() -> None:
    ran = fixture("flask-assets").run("import", "flask-assets", FILE, "--trust")
    assert told(ran, "warning") == ["shop/bundles.py:29:5: 'shout' as a filter is Python code, and is left out"]


def test_running_the_module_leaves_nothing_behind() -> None:
    project = fixture("flask-assets")
    before = sorted(project.root.rglob("*"))
    assert project.run("import", "flask-assets", FILE, "--trust", "--dry-run").code == 0
    assert sorted(project.root.rglob("*")) == before


def test_bundles_in_yaml_are_found_without_running_anything() -> None:
    files = {
        "assets.yml": "all:\n  contents: [js/a.js, cart/js/b.js]\n  filters: rjsmin\n  output: gen/all.js\n",
        "shop/static/js/a.js": "a()",
        "shop/cart/static/js/b.js": "b()",
        "shop/__init__.py": "raise SystemExit",
    }
    project = old_project(files)
    config = imported(project, "flask-assets", "assets.yml")
    assert config["sources"] == ["shop/static", {"path": "shop/cart/static", "prefix": "cart"}]
    assert contents(config, "gen/all.js") == ["js/a.js", "cart/js/b.js"]
    assert project.build().text("gen/all.js") == "a()\n;\nb()\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "import gone_module\n",
            "app.py:1: the module cannot be run: ModuleNotFoundError: No module named 'gone_module'",
        ),
        ("x = 1\ny = 1 / 0\n", "app.py:2: the module cannot be run: ZeroDivisionError: division by zero"),
        ("app = 3\n", "app:app: the module cannot be run: TypeError: 'app' is neither an environment of webassets"),
        ("def (:\n", "the module cannot be run: SyntaxError: invalid syntax"),
    ],
)
def test_a_module_that_cannot_be_run_is_told_at_its_line_and_nothing_is_written(code: str, expected: str) -> None:
    project = old_project({"app.py": code})
    ran = project.run("import", "flask-assets", "app:app", "--trust")
    assert ran.code == 2
    assert expected in ran.stderr
    assert sorted(one.name for one in project.root.iterdir()) == ["app.py", "assets"]
