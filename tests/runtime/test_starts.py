"""The five-minute starts of the frameworks' pages, done as they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scenario import Project

DOCS = Path(__file__).parents[2] / "docs"
_FILE = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)

FLASK = "client = app.app.test_client(); page = client.get('/').text; get = lambda url: client.get(url).data"
FASTAPI = """
from starlette.testclient import TestClient
client = TestClient(app.app); page = client.get('/').text; get = lambda url: client.get(url).content
"""
CHECK = """
import re
url = re.search('href="([^"]+)"', page)[1]
assert url.startswith("/static/css/app-"), page
assert get(url) == b"body{background:white}", get(url)
"""


@pytest.mark.parametrize(("page", "client"), [("flask.md", FLASK), ("fastapi.md", FASTAPI)])
def test_the_start_of_a_page_works_as_written(page: str, client: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    files: dict[str, str | bytes] = dict(_FILE.findall(text))
    assert {"assetbuild.toml", "app.py", "templates/home.html"} <= files.keys()
    project = Project(files, config=None)
    build = ["-m", "flask", "assets", "build"] if "flask assets build" in text else ["-m", "assetbuild", "build"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(project.root), *sys.path])}
    for arguments in (build, ["-W", "error", "-c", f"import app\n{client}\n{CHECK}"]):
        done = subprocess.run(
            [sys.executable, *arguments], cwd=project.root, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
