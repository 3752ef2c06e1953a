"""Starlette and FastAPI, in applications with a release that was built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from jinja2 import DictLoader, Environment
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates
from starlette.testclient import TestClient

from assetbuild.runtime import AssetNotFound, ManifestError
from assetbuild.runtime.starlette import AssetBuild
from scenario import Outcome, Project, below_assets

FILES: dict[str, str | bytes] = {"css/app.css": "a { background: url(../img/ü.png) }", "img/ü.png": b"png"}
NAME = "'css/app.css'"
PAGE = f"{{{{ stylesheet_link_tag({NAME}) }}}}|{{{{ asset_url({NAME}) }}}}|{{{{ url_for('static', path={NAME}) }}}}"


@pytest.fixture(scope="module")
def built() -> Outcome:
    return Project(below_assets(FILES)).build()


def manifest_of(built: Outcome) -> Path:
    return built.release / "manifest.json"


def templates() -> Jinja2Templates:
    return Jinja2Templates(env=Environment(loader=DictLoader({"page": PAGE}), autoescape=True))


def home_with(pages: Jinja2Templates) -> Any:
    async def home(request: Request) -> Response:
        return pages.TemplateResponse(request, "page")

    return home


def test_fastapi_prints_tags_serves_the_release_and_its_url_for_has_the_fingerprint(built: Outcome) -> None:
    app, pages = FastAPI(), templates()
    AssetBuild(app, pages, manifest_of(built))
    app.add_api_route("/{page}", home_with(pages))
    client = TestClient(app)
    tag, url, linked = client.get("/home").text.split("|")
    assert tag.startswith('<link rel="stylesheet" href="/static/css/app-')
    assert url == f"/static/{built.file('css/app.css')}"
    assert linked == f"http://testserver{url}"
    served = client.get(url)
    assert served.content == built.bytes_of("css/app.css")
    assert served.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/none.css").status_code == 404


def test_starlette_takes_the_release_as_a_route(built: Outcome) -> None:
    pages = templates()
    assets = AssetBuild(None, pages, manifest_of(built))
    app = Starlette(routes=[Route("/", home_with(pages)), assets.mount()])
    client = TestClient(app)
    _, url, linked = client.get("/").text.split("|")
    assert linked.endswith(url)
    assert client.get(linked).status_code == 200
    assert app.url_path_for("static", path="/img/ü.png") == f"/static/{built.file('img/ü.png')}"


def test_a_path_that_is_no_asset_raises_with_the_closest(built: Outcome) -> None:
    assets = AssetBuild(manifest=manifest_of(built))
    with pytest.raises(AssetNotFound, match=r"css/app\.css"):
        Starlette(routes=[assets.mount()]).url_path_for("static", path="css/ap.css")


def test_the_release_is_mounted_at_the_base_url_of_the_deploy(built: Outcome) -> None:
    app, pages = Starlette(), templates()
    AssetBuild(app, pages, manifest_of(built), base_url="https://cdn.example/x/")
    assert TestClient(app).get(f"/x/{built.file('css/app.css')}").status_code == 200
    assert app.url_path_for("static", path="css/app.css") == f"/x/{built.file('css/app.css')}", "of this application"


def test_serving_can_be_left_to_another_server(built: Outcome) -> None:
    app = Starlette()
    assets = AssetBuild(app, manifest=manifest_of(built), serve=False)
    assert TestClient(app).get(assets.manifest.url("css/app.css")).status_code == 404


def test_a_missing_manifest_stops_the_start_with_the_command_to_run(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="assetbuild build"):
        AssetBuild(Starlette(), manifest=tmp_path / "manifest.json")


def test_the_manifest_that_the_environment_names_is_taken(built: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSETBUILD_MANIFEST", str(manifest_of(built)))
    app = Starlette()
    assets = AssetBuild(app)
    assert TestClient(app).get(assets.manifest.url("css/app.css")).status_code == 200


def test_in_development_the_next_release_is_looked_up_and_served() -> None:
    project = Project(below_assets(FILES))
    project.build()
    app = Starlette()
    assets = AssetBuild(app, manifest=project.release / "manifest.json", auto_reload=True)
    project.write({"assets/css/app.css": "c {}"})
    after = project.build()
    assert assets.manifest.url("css/app.css") == f"/static/{after.file('css/app.css')}"
    assert TestClient(app).get(assets.manifest.url("css/app.css")).content == b"c {}"
