"""The five-minute starts of the frameworks' pages, done as they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flask_command import FLASK_COMMAND
from scenario import Project

DOCS = Path(__file__).parents[2] / "docs"
_FILE = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)

FLASK = "client = app.app.test_client(); page = client.get('/').text; get = lambda url: client.get(url).data"
FASTAPI = """
from starlette.testclient import TestClient
client = TestClient(app.app); page = client.get('/').text; get = lambda url: client.get(url).content
"""
DJANGO = """
import os; os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
import django; django.setup()
from django.contrib.staticfiles.finders import find
from django.test import Client
page = Client(headers={"host": "localhost"}).get("/").text
get = lambda url: open(find(url.removeprefix("/static/")), "rb").read()
"""
CHECK = """
import re
url = re.search('href="([^"]+)"', page)[1]
assert re.match("/static/(css|shop)/app-", url), page
assert get(url) == b"body{background:white}", get(url)
"""


@pytest.mark.parametrize(("page", "client"), [("flask.md", FLASK), ("fastapi.md", FASTAPI)])
def test_the_start_of_a_page_works_as_written(page: str, client: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    files: dict[str, str | bytes] = dict(_FILE.findall(text))
    assert {"assetbuild.toml", "app.py", "templates/home.html"} <= files.keys()
    project = Project(files, config=None)
    build = [*FLASK_COMMAND[1:], "assets", "build"] if "flask assets build" in text else ["-m", "assetbuild", "build"]
    run(project, *build)
    run(project, "-W", "error", "-c", f"import app\n{client}\n{CHECK}")


def test_the_start_of_djangos_page_works_as_written() -> None:
    files: dict[str, str] = dict(_FILE.findall((DOCS / "django.md").read_text("utf-8")))
    assert {"assetbuild.toml", "mysite/settings.py", "shop/templates/home.html"} <= files.keys()
    project = Project({}, config=None)
    run(project, "-m", "django", "startproject", "mysite", ".")
    settings = (project.root / "mysite" / "settings.py").read_text("utf-8")
    project.write({**files, "mysite/settings.py": settings + files["mysite/settings.py"]})
    run(project, "manage.py", "assetbuild", "build")
    run(project, "-W", "error", "-c", f"{DJANGO}\n{CHECK}")


def run(project: Project, *arguments: str) -> None:
    """An interpreter in the project, which ends well."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(project.root), *sys.path])}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=project.root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
