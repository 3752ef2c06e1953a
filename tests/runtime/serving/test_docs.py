"""docs/serving.md, run as it stands there: the five-minute starts, nginx, WhiteNoise."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest

from requirements_of_tests import do_without, need
from runtime.serving.servers import ask, free_port, listening
from scenario import Outcome, Project

DOCS = Path(__file__).parents[3] / "docs" / "serving.md"
TEXT = DOCS.read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
STYLE = "body { color: red; margin: 0 }\n" * 60
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
FILES = {
    "assets/css/app.css": STYLE,
    "assets/js/app.js": "console.log(1);\n" * 60,
    "assets/app.webmanifest": "{}",
    "assets/x.woff2": "font",
    "assets/robots.txt": "User-agent: *\n",
    "assets/img/a.png": "picture",
}


def block(language: str, start: str) -> str:
    """The block of a language in which this stands."""
    return next(text for found, text in BLOCKS if found == language and start in text)


@pytest.fixture(scope="module")
def built() -> tuple[Project, Outcome]:
    config = 'sources = ["assets"]\nminify = false\nunfingerprinted = ["robots.txt"]\n'
    project = Project(FILES, config)
    return project, project.build("--no-cache")


@pytest.mark.parametrize(("server", "start"), [("gunicorn", "runtime.wsgi"), ("uvicorn", "runtime.asgi")])
def test_the_five_minute_start_serves_the_page_and_its_style_sheet(
    built: tuple[Project, Outcome], server: str, start: str
) -> None:
    project, release = built
    project.write({"shop.py": block("python", start)})
    (command,) = re.findall(rf"^    {server} (shop:app)$", TEXT, re.MULTILINE)
    port = ["--bind", "127.0.0.1:{port}"] if server == "gunicorn" else ["--port", "{port}"]
    with listening([sys.executable, "-m", server, *port, command], project.root) as found:
        url = f"/static/{release.file('css/app.css')}"
        assert ask(found, "/")[1].decode() == f'<link rel="stylesheet" href="{url}">'
        response, body = ask(found, url, Accept_Encoding="gzip, br")
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert brotli.decompress(body) == release.bytes_of("css/app.css")


def test_what_is_said_of_the_headers_is_what_is_sent(built: tuple[Project, Outcome]) -> None:
    from assetbuild.runtime.wsgi import ReleaseApp
    from runtime.serving.clients import ask_wsgi

    _, release = built
    app = ReleaseApp(release.release)
    said = {
        (name, value) for name, value in re.findall(r"^\| (?:`([A-Z][\w-]+)`)? \| `?([^|`]+)`?", TEXT, re.MULTILINE)
    }
    names = {name for name, _ in said if name}
    answer = ask_wsgi(app, f"/static/{release.file('css/app.css')}", headers={"Accept-Encoding": "br"})
    assert {name for name, _ in answer.pairs} == names
    for name in ("Vary", "Cache-Control", "Accept-Ranges", "Access-Control-Allow-Origin", "X-Content-Type-Options"):
        assert (name, answer.headers[name.lower()]) in said


@pytest.fixture(scope="module", params=["gzip_static", "brotli_static"])
def nginx(
    request: pytest.FixtureRequest, built: tuple[Project, Outcome], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    program = need("nginx")
    _, release = built
    home = tmp_path_factory.mktemp("nginx")
    port = free_port()
    server = block("nginx", "gzip_static").replace("listen 80;", f"listen 127.0.0.1:{port};")
    server = server.replace("/srv/shop/build/release", str(release.release))
    modules = ""
    if request.param == "brotli_static":
        if not BROTLI.exists():
            do_without("nginx brotli")
        modules = f"load_module {BROTLI};"
        server = server.replace("# brotli_static on;", "brotli_static on; #")
    folders = "".join(f"{kind}_temp_path {home};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.getuid() == 0 else ""
    template = f"{user} {modules} pid {home}/pid; events {{}} http {{ access_log off; {folders}\n{server} }}"
    (home / "nginx.conf").write_text(template)
    command = [program, "-p", str(home), "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;"]
    with listening(command, home, port):
        yield port


def test_nginx_as_documented_serves_the_release(
    nginx: int, built: tuple[Project, Outcome], request: pytest.FixtureRequest
) -> None:
    _, release = built
    url = f"/static/{release.file('css/app.css')}"
    response, body = ask(nginx, url)
    assert body == STYLE.encode()
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    response, body = ask(nginx, url, Accept_Encoding="gzip")
    assert (response.headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", STYLE.encode())
    assert body == release.public[release.assets["css/app.css"]["encodings"]["gzip"]["file"]]
    assert ask(nginx, url, If_None_Match=ask(nginx, url)[0].headers["ETag"])[0].status == 304
    assert ask(nginx, url, Range="bytes=0-3")[1] == STYLE[:4].encode()
    if "brotli_static" in request.node.name:
        response, body = ask(nginx, url, Accept_Encoding="gzip, br")
        assert (response.headers["Content-Encoding"], brotli.decompress(body)) == ("br", STYLE.encode())


def test_nginx_as_documented_has_the_right_types_and_cache_headers(nginx: int, built: tuple[Project, Outcome]) -> None:
    _, release = built
    for name, entry in release.assets.items():
        response, _ = ask(nginx, f"/static/{entry['file']}")
        assert response.headers["Content-Type"].partition(";")[0] == entry["type"]
        assert ("immutable" in response.headers["Cache-Control"]) == entry.get("immutable", False), name
    response, body = ask(nginx, "/static/css/app-0000000000000000.css")
    assert (response.status, body) == (404, b"Not found\n")
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["Cache-Control"] == "no-store"
    for path in ("/static/../manifest.json", "/static/%2e%2e/manifest.json", "/static/..%2fmanifest.json", "/static/"):
        assert ask(nginx, path)[0].status in (400, 403, 404)


SETTINGS = """
import json, sys
from pathlib import Path
import django
from django.conf import settings

BASE_DIR = Path.cwd()
{settings}
settings.configure(
    STATIC_URL=STATIC_URL, STATIC_ROOT=STATIC_ROOT, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
    WHITENOISE_IMMUTABLE_FILE_TEST=WHITENOISE_IMMUTABLE_FILE_TEST, WHITENOISE_MIMETYPES=WHITENOISE_MIMETYPES,
    MIDDLEWARE=["whitenoise.middleware.WhiteNoiseMiddleware"],
)
urlpatterns = []
django.setup()
from django.test import Client

found = {{}}
for url in sys.argv[1:]:
    answer = Client().get(url, headers={{"accept-encoding": "gzip, br"}})
    found[url] = [answer.status_code, dict(answer.headers), len(b"".join(answer))]
print(json.dumps(found))
"""


@pytest.mark.parametrize("by_manifest", [False, True])
def test_whitenoise_as_documented_serves_the_release(built: tuple[Project, Outcome], by_manifest: bool) -> None:
    project, release = built
    settings = block("python", "STATIC_ROOT") + (block("python", "IMMUTABLE =") if by_manifest else "")
    urls = {f"/static/{entry['file']}": entry for entry in release.assets.values()}
    done = subprocess.run(
        [sys.executable, "-c", SETTINGS.format(settings=settings), *urls],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for url, (status, headers, length) in json.loads(done.stdout).items():
        entry = urls[url]
        assert status == 200
        assert headers["Content-Type"].partition(";")[0] == entry["type"]
        assert ("immutable" in headers["Cache-Control"]) == entry.get("immutable", False)
        if "br" in entry.get("encodings", {}):
            assert (headers["Content-Encoding"], length) == ("br", entry["encodings"]["br"]["size"])


def test_every_page_that_is_linked_is_there() -> None:
    for page in re.findall(r"\]\((?!https?:|#)([^)#]+)", TEXT):
        assert (DOCS.parent / page).is_file(), page
