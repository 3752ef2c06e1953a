"""Pages in a real browser, with their assets from our applications: the demo shop, and assets from another origin."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser import Browser, browse
from requirements_of_tests import need
from runtime.serving.servers import running
from scenario import Project

SHOP = Path(__file__).parents[3] / "fixtures" / "shop"
SERVERS = ("gunicorn, threads", "uvicorn", "granian")
READY = "document.documentElement.dataset.ready === 'yes'"
PROGRAM = """
from pathlib import Path
from assetbuild.runtime import asgi as on_asgi, wsgi as on_wsgi

pages = {"/" + file.name: file.read_bytes() for file in Path("site").iterdir() if file.is_file()}
types = {".html": "text/html", ".js": "text/javascript", ".ico": "image/x-icon"}

def page(environ, start_response):
    path = environ["PATH_INFO"]
    body = pages.get(path)
    headers = [("Content-Type", types.get(path[path.rfind("."):], "text/plain"))]
    start_response("200 OK" if body else "404 Not Found", headers)
    return [body or b""]

async def async_page(scope, receive, send):
    path = scope["path"]
    body = pages.get(path)
    headers = [(b"content-type", types.get(path[path.rfind("."):], "text/plain").encode())]
    await send({"type": "http.response.start", "status": 200 if body else 404, "headers": headers})
    await send({"type": "http.response.body", "body": body or b""})

wsgi = on_wsgi.ReleaseMiddleware(page, RELEASE)
asgi = on_asgi.ReleaseMiddleware(async_page, RELEASE)
"""
ALONE = """
from assetbuild.runtime import asgi as on_asgi, wsgi as on_wsgi

wsgi = on_wsgi.ReleaseApp(RELEASE)
asgi = on_asgi.ReleaseApp(RELEASE)
"""
PAGE = """<!doctype html>
<link rel="icon" href="data:,">
{{ javascript_importmap_tags() }}
{{ preload_link_tag("kiln.woff2") }}
{{ stylesheet_link_tag("page.css") }}
{{ javascript_include_tag("main.js", type="module") }}
<h1>POTS</h1><img src="{{ asset_url('dot.svg') }}" alt="">
"""
FILES = {
    "assets/page.css": '@font-face { font-family: Kiln; src: url("kiln.woff2") } h1 { font: 9px Kiln; color: #123456 }',
    "assets/main.js": "import { say } from './part.js';\nimport('./late.js').then((late) => late.ready(say));",
    "assets/part.js": "export const say = 'yes';",
    "assets/late.js": "export function ready(say) { document.documentElement.dataset.ready = say }",
    "assets/dot.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    "assets/kiln.woff2": (SHOP / "assets/fonts/kiln.woff2").read_bytes(),
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browse(need("chromium"), tmp_path_factory.mktemp("browser") / "profile") as browser:
        yield browser


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shop with its release in out/ and its pages in site/."""
    home = tmp_path_factory.mktemp("shop") / "shop"
    shutil.copytree(SHOP, home, ignore=shutil.ignore_patterns("build", ".assetbuild", "__pycache__"))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ASSETBUILD_")}
    for command in (
        ["-m", "assetbuild", "build", "--no-cache", "-q", "--output", "out"],
        ["render.py", "--release", "out", "--site", "site"],
    ):
        subprocess.run([sys.executable, *command], cwd=home, env=environment, check=True, capture_output=True)
    shutil.rmtree(home / "site" / "static")
    return home


@pytest.mark.parametrize("server", SERVERS)
def test_the_shop_opens_without_a_fault(server: str, shop: Path, browser: Browser) -> None:
    with running(server, PROGRAM.replace("RELEASE", "'out'"), shop) as port:
        page = browser.new_page()
        page.open(f"http://127.0.0.1:{port}/index.html")
        page.wait_for(READY)
        page.wait_for("[...document.images].every((image) => image.complete && image.naturalWidth)")
        assert page.evaluate("[...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family)") == [
            "Kiln"
        ]
        page.click("[data-add=teapot]")
        page.wait_for("document.querySelector('[data-count]').textContent === '1'")
        page.open(f"http://127.0.0.1:{port}/cart.html")
        page.wait_for(READY)
        assert page.faults == []


@pytest.mark.parametrize("server", SERVERS)
def test_modules_fonts_and_integrity_work_from_another_origin(server: str, browser: Browser, tmp_path: Path) -> None:
    from jinja2 import Environment

    from assetbuild.runtime import Manifest
    from assetbuild.runtime.jinja import AssetExtension, install

    project = Project(FILES, 'sources = ["assets"]\nmodules = "importmap"\n')
    release = project.build("--no-cache").release
    (tmp_path / "assets").mkdir()
    (tmp_path / "pages" / "site").mkdir(parents=True)
    with running(server, ALONE.replace("RELEASE", repr(str(release))), tmp_path / "assets") as port:
        environment = Environment(autoescape=True, extensions=[AssetExtension])
        install(environment, Manifest.load(release / "manifest.json", f"http://127.0.0.1:{port}/static/"))
        (tmp_path / "pages/site/index.html").write_text(environment.from_string(PAGE).render())
        with running(server, PROGRAM.replace("RELEASE", repr(str(release))), tmp_path / "pages") as other:
            page = browser.new_page()
            page.open(f"http://127.0.0.1:{other}/index.html")
            page.wait_for(READY)
            page.wait_for("document.fonts.status === 'loaded' && document.images[0].naturalWidth === 9")
            assert page.evaluate("[...document.fonts].map((f) => f.status)") == ["loaded"]
            assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(18, 52, 86)"
            assert page.faults == []
            assert sum(url.startswith(f"http://127.0.0.1:{port}/static/") for url in page.requested) == 6
