"""A plain Jinja2 application serves pages from a release, and asks nothing of the system."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenario import build_files

from .watched import read_only, watch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="users and forks are those of POSIX")

TEMPLATES = {
    "templates/page.html": """{% extends "base.html" %}{% block body %}
{{ image_tag("img/logo.png", alt="", size="2x2", srcset={"img/logo.png": "2x"}) }}
{% assets "js/main.js", "css/app.css", filters="jsmin", output="gen/all.js" %}{{ ASSET_URL }} {{ ASSET_SRI }}
{% endassets %}{{ asset_path("img/logo.png") }} {{ asset_integrity("img/logo.png") }}{% endblock %}""",
    "templates/base.html": """<!doctype html>{{ javascript_importmap_tags(nonce=nonce) }}{% include "head.html" %}
{% block body %}{% endblock %}""",
    "templates/head.html": """{{ preload_link_tag("fonts/a.woff2") }}{{ stylesheet_link_tag("css/app") }}
{{ javascript_include_tag("js/main", type="module", nonce=nonce) }}{{ favicon_link_tag() }}""",
}
SOURCES = {
    "js/main.js": 'import "./other.js"',
    "js/other.js": "1",
    "css/app.css": "a{background:url(../img/logo.png)}",
    "img/logo.png": "PNG",
    "fonts/a.woff2": "WOFF",
    "favicon.ico": "ICO",
    "data/unseen.json": "{}",
}
CONFIG = 'sources = ["assets"]\nmodules = "importmap"\n'
LOAD = """
import threading
from jinja2 import Environment, FileSystemLoader
from assetbuild.runtime import Manifest
from assetbuild.runtime.jinja import install
from assetbuild.runtime.security import importmap_source, integrity_policy

environment = Environment(loader=FileSystemLoader("templates"), autoescape=True, auto_reload=False)
install(environment, Manifest.load("release/manifest.json"))

def page(number):
    policy = importmap_source(environment.assets), integrity_policy()
    return environment.get_template("page.html").render(nonce="n") + repr(policy)

first = page(0)
"""
SERVE = """
result = [page(number) == first for number in range(20)]
assert environment.assets.url("data/unseen.json").startswith("/static/data/unseen-")
assert environment.assets["js/other.js"].size == 1
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    outcome = build_files(SOURCES, CONFIG)
    assert outcome.errors == []
    with read_only(TEMPLATES, outcome.release) as folder:
        yield folder


def test_no_file_no_socket_no_process_and_no_import_while_pages_are_rendered(folder: Path) -> None:
    seen = watch(folder, LOAD, SERVE)
    assert seen.result == [True] * 20
    assert seen.events == ()
    assert seen.late == frozenset()


def test_no_system_call_about_files_network_or_processes_while_pages_are_rendered(folder: Path) -> None:
    seen = watch(folder, LOAD, SERVE, strace=True)
    assert seen.result == [True] * 20
    assert seen.calls == ()


def test_nothing_is_imported_but_the_standard_library_jinja_and_the_runtime(folder: Path) -> None:
    seen = watch(folder, LOAD, SERVE)
    assert seen.packages() == {"assetbuild", "jinja2", "markupsafe"}
    assert {name for name in seen.ours() if name.split(".")[1:2] not in ([], ["runtime"])} == set()


def test_threads_and_forked_workers_share_one_manifest(folder: Path) -> None:
    serve = """
pages = []
threads = [threading.Thread(target=lambda: pages.append(page(1))) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
result = [made == first for made in [*pages, forked(lambda: page(2)), forked(lambda: page(3))]]
"""
    seen = watch(folder, LOAD, serve)
    assert seen.result == [True] * 10
    assert seen.events == ()


def test_the_watch_sees_what_it_should_see(folder: Path) -> None:
    serve = """
import colorsys, socket
open("templates/page.html").close()
os.stat("templates")
socket.socket().close()
result = None
"""
    seen = watch(folder, LOAD, serve)
    assert {event for event, _ in seen.events} >= {"open", "import", "socket.__new__"}
    assert "colorsys" in seen.late
    traced = watch(folder, LOAD, serve, strace=True).calls
    assert any("templates/page.html" in call for call in traced)
    assert any('"templates"' in call for call in traced)
    assert any("socket(" in call for call in traced)
