"""A project's release served: by runserver in development, by our middlewares, and by WhiteNoise."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from assetbuild.runtime.django import ReleaseFinder
from runtime.django.project import SETTINGS, django_project, manage, python, surroundings
from runtime.django.site import site
from scenario import Outcome, Project


@pytest.fixture(scope="module")
def project() -> Project:
    return django_project()


@pytest.fixture(scope="module")
def built(project: Project) -> Outcome:
    return project.build()


@contextmanager
def runserver(project: Project) -> Iterator[str]:
    """`manage.py runserver` on a port that the system chooses; its address."""
    command = [sys.executable, "-W", "error", "manage.py", "runserver", "--noreload", "127.0.0.1:0"]
    environment = surroundings(project, {"DEBUG": "1"})
    with subprocess.Popen(
        command, cwd=project.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            assert server.stdout is not None
            said = ""
            for line in server.stdout:
                said += line
                found = re.search(r"http://127\.0\.0\.1:\d+", line)
                if found:
                    yield found[0]
                    break
            else:
                pytest.fail(said)
        finally:
            server.terminate()


def test_runserver_serves_the_urls_of_the_release_and_nothing_beside_it(project: Project, built: Outcome) -> None:
    with runserver(project) as address:
        page = urlopen(address).read().decode()
        links = re.findall(r'(?:href|src)="(/static/[^"#]+)', page)
        assert links == [f"/static/{built.file('shop/app.css')}", f"/static/{built.file('shop/logo.svg')}"]
        for name, link in zip(("shop/app.css", "shop/logo.svg"), links, strict=True):
            assert urlopen(address + link).read() == built.bytes_of(name)
        with pytest.raises(HTTPError) as refused:
            urlopen(address + "/static/shop/none.css")
        assert refused.value.code == 404
        refused.value.close()


def test_the_finder_finds_published_files_and_lists_none(project: Project, built: Outcome) -> None:
    finder, file = ReleaseFinder(), built.file("shop/app.css")
    path = str(built.release.resolve() / "public" / file)
    with site(built.release):
        assert finder.find(file) == path
        assert finder.find(file, find_all=True) == [path]
        assert [finder.find(name) for name in ("shop/app.css", "shop", "../manifest.json", "none")] == [[], [], [], []]
        assert [*finder.list([])] == []
        assert finder.check() == []
    with site(project.root / "none"):
        assert finder.find(file) == []


WSGI_CLIENT = """
from mysite.served_wsgi import application
from wsgiref.util import setup_testing_defaults
def get(path):
    environ = {"PATH_INFO": path}
    setup_testing_defaults(environ)
    answer = []
    body = b"".join(application(environ, lambda status, headers: answer.extend([status, dict(headers)])))
    return [int(answer[0][:3]), answer[1].get("Cache-Control"), body.decode()]
"""
ASGI_CLIENT = """
import asyncio
from mysite.served_asgi import application
def get(path):
    sent = []
    messages = [{"type": "http.request", "body": b"", "more_body": False}]
    async def receive():
        return messages.pop() if messages else await asyncio.Event().wait()
    async def send(message):
        sent.append(message)
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
             "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [(b"host", b"localhost")],
             "server": ("localhost", 80), "client": ("localhost", 1)}
    asyncio.run(application(scope, receive, send))
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent)
    return [sent[0]["status"], headers.get("cache-control"), body.decode()]
"""
ASK = """
import json, re
page = get("/")
links = re.findall(r'(?:href|src)="(/static/[^"#]+)', page[2])
print(json.dumps([page, [get(link) for link in links], get("/static/none.css"), get("/none")]))
"""


@pytest.mark.parametrize("client", [WSGI_CLIENT, ASGI_CLIENT], ids=["WSGI", "ASGI"])
def test_our_middleware_serves_the_release_in_front_of_django(project: Project, built: Outcome, client: str) -> None:
    done = python(project, "-c", client + ASK)
    assert done.returncode == 0, done.stderr
    page, served, missing, elsewhere = json.loads(done.stdout)
    assert page[0] == 200
    immutable = "public, max-age=31536000, immutable"
    assert served == [[200, immutable, built.text(name)] for name in ("shop/app.css", "shop/logo.svg")]
    assert missing[0] == 404
    assert elsewhere[0] == 404


WHITENOISE = """
from assetbuild.runtime.django import is_immutable
MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]
WHITENOISE_IMMUTABLE_FILE_TEST = is_immutable
"""
WHITENOISE_CLIENT = """
import django, json, re
django.setup()
from django.test import Client
client = Client()
def get(path, **headers):
    response = client.get(path, headers=headers)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    response.close()
    kept, encoding = (response.headers.get(name) for name in ("Cache-Control", "Content-Encoding"))
    return [response.status_code, kept, encoding, len(body)]
links = re.findall(r'(?:href|src)="(/static/[^"#]+)', client.get("/").text)
print(json.dumps([[get(link) for link in links], get(links[0], accept_encoding="gzip"), get("/static/favicon.ico")]))
"""


def test_whitenoise_serves_the_collected_release_and_knows_what_is_immutable() -> None:
    files = {
        "mysite/settings.py": SETTINGS + WHITENOISE,
        "shop/static/favicon.ico": b"ico",
        "shop/static/shop/app.css": "a { background: url(logo.svg) }" + "b { color: red } " * 200,
    }
    project = django_project(files)
    built = project.build()
    assert manage(project, "collectstatic", "--noinput").returncode == 0
    done = python(project, "-c", WHITENOISE_CLIENT, environment={"DJANGO_SETTINGS_MODULE": "mysite.settings"})
    assert done.returncode == 0, done.stderr
    (style, picture), compressed, icon = json.loads(done.stdout)
    immutable = "max-age=315360000, public, immutable"
    assert style == [200, immutable, None, len(built.bytes_of("shop/app.css"))]
    assert picture == [200, immutable, None, len(built.bytes_of("shop/logo.svg"))]
    assert compressed == [200, immutable, "gzip", built.assets["shop/app.css"]["encodings"]["gzip"]["size"]]
    assert icon == [200, "max-age=60, public", None, 3]
