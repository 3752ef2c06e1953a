"""The Flask extension, in applications with a release that was built."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Blueprint, Flask, render_template_string, url_for

from assetbuild.runtime import AssetNotFound, ManifestError
from assetbuild.runtime.flask import AssetBuild
from flask_command import FLASK_COMMAND
from scenario import Outcome, Project, below_assets

FILES: dict[str, str | bytes] = {
    "css/app.css": "a { background: url(../img/a.png) }",
    "img/a.png": b"png",
    "js/app.js": "import './lib.js'",
    "js/lib.js": "",
    "shop/cart.css": "b {}",
}


@pytest.fixture(scope="module")
def built() -> Outcome:
    return Project(below_assets(FILES)).build()


def manifest_of(built: Outcome) -> Path:
    return built.release / "manifest.json"


def rendered(app: Flask, template: str) -> str:
    with app.test_request_context("/"):
        return render_template_string(template)


def test_templates_have_the_tags_and_python_the_manifest(built: Outcome) -> None:
    app = Flask(__name__)
    assets = AssetBuild(app, manifest_of(built))
    assert rendered(app, "{{ asset_url('css/app.css') }}") == f"/static/{built.file('css/app.css')}"
    assert rendered(app, "{{ stylesheet_link_tag('css/app.css') }}").startswith('<link rel="stylesheet" href="/static/')
    assert assets.manifest.url("css/app.css") == f"/static/{built.file('css/app.css')}"


def test_flask_assets_templates_stay_as_they_are(built: Outcome) -> None:
    app = Flask(__name__)
    AssetBuild(app, manifest_of(built), bundles={"js_all": ["js/app.js", "js/lib.js"]})
    text = rendered(app, "{% assets 'js_all' %}<script src='{{ ASSET_URL }}'></script>{% endassets %}")
    assert text.count("<script") == 2


def test_the_release_is_served_before_the_applications_own_static_files(built: Outcome) -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "home")
    AssetBuild(app, manifest_of(built))
    client = app.test_client()
    response = client.get(f"/static/{built.file('css/app.css')}")
    assert response.status_code == 200
    assert response.data == built.bytes_of("css/app.css")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/").text == "home"
    assert client.get("/static/none.css").status_code == 404


def test_serving_can_be_left_to_another_server(built: Outcome) -> None:
    app = Flask(__name__, static_folder=None)
    AssetBuild(app, manifest_of(built), serve=False)
    assert app.test_client().get(f"/static/{built.file('css/app.css')}").status_code == 404


def test_options_may_stand_in_the_configuration_and_arguments_come_first(built: Outcome) -> None:
    app = Flask(__name__)
    app.config.update(ASSETBUILD_MANIFEST="nowhere.json", ASSETBUILD_BASE_URL="https://cdn.example/x/")
    AssetBuild(app, manifest_of(built))
    assert rendered(app, "{{ asset_url('img/a.png') }}") == f"https://cdn.example/x/{built.file('img/a.png')}"
    other = Flask(__name__)
    other.config["ASSETBUILD_MANIFEST"] = manifest_of(built)
    AssetBuild(other)
    assert rendered(other, "{{ asset_path('img/a.png') }}") == f"/static/{built.file('img/a.png')}"


def test_one_extension_equips_several_applications(built: Outcome) -> None:
    assets = AssetBuild(manifest=manifest_of(built))
    for base_url in ("/one/", "/two/"):
        app = Flask(__name__)
        app.config["ASSETBUILD_BASE_URL"] = base_url
        assets.init_app(app)
        with app.app_context():
            assert assets.manifest.base_url == base_url
    with pytest.raises(RuntimeError):
        _ = assets.manifest


def test_templates_of_blueprints_have_the_tags_too(built: Outcome) -> None:
    app = Flask(__name__)
    AssetBuild(app, manifest_of(built))
    shop = Blueprint("shop", __name__, url_prefix="/shop")
    shop.add_url_rule("/", view_func=lambda: render_template_string("{{ asset_url('shop/cart.css') }}"))
    app.register_blueprint(shop)
    assert app.test_client().get("/shop/").text == f"/static/{built.file('shop/cart.css')}"


@pytest.fixture
def rewriting(built: Outcome) -> Flask:
    app = Flask(__name__)
    AssetBuild(app, manifest_of(built), rewrite_static=True)
    shop = Blueprint("shop", __name__, url_prefix="/shop", static_folder="static")
    shop.add_url_rule("/", "home", lambda: render_template_string("{{ url_for('.static', filename='cart.css') }}"))
    app.register_blueprint(shop)
    return app


@pytest.mark.parametrize(
    ("call", "url"),
    [
        ("url_for('static', filename='img/a.png')", "/static/{}"),
        ("url_for('static', filename='img/a.png', v=2, w=None)", "/static/{}?v=2"),
        ("url_for('static', filename='img/a.png', _anchor='a b')", "/static/{}#a%20b"),
        ("url_for('static', filename='img/a.png', _external=True)", "http://localhost/static/{}"),
        ("url_for('static', filename='img/a.png', _external=True, _scheme='https')", "https://localhost/static/{}"),
    ],
)
def test_url_for_gives_the_urls_of_the_release_if_asked(rewriting: Flask, built: Outcome, call: str, url: str) -> None:
    wanted = url.format(built.file("img/a.png"))
    assert rendered(rewriting, "{{ " + call + " | safe }}") == wanted
    with rewriting.test_request_context("/"):
        assert eval(call, {"url_for": url_for}) == wanted


def test_url_for_finds_a_blueprints_files_below_its_name(rewriting: Flask, built: Outcome) -> None:
    wanted = f"/static/{built.file('shop/cart.css')}"
    assert rewriting.test_client().get("/shop/").text == wanted
    with rewriting.test_request_context("/"):
        assert url_for("shop.static", filename="cart.css") == wanted
        assert url_for("shop.home") == "/shop/"


def test_url_for_of_a_missing_file_names_the_closest_and_unasked_it_is_flasks_own(
    rewriting: Flask, built: Outcome
) -> None:
    with rewriting.test_request_context("/"), pytest.raises(AssetNotFound, match=r"img/a\.png"):
        url_for("static", filename="img/aa.png")
    app = Flask(__name__)
    AssetBuild(app, manifest_of(built))
    with app.test_request_context("/"):
        assert url_for("static", filename="img/aa.png") == "/static/img/aa.png"


def test_a_missing_manifest_stops_the_start_with_the_command_to_run(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="assetbuild build"):
        AssetBuild(Flask(__name__), tmp_path / "manifest.json")


def test_in_development_the_next_release_is_looked_up_and_served(tmp_path: Path) -> None:
    project = Project(below_assets(FILES))
    project.build()
    app = Flask(__name__)
    AssetBuild(app, project.release / "manifest.json", auto_reload=True)
    project.write({"assets/css/app.css": "c {}"})
    after = project.build()
    assert rendered(app, "{{ asset_url('css/app.css') }}") == f"/static/{after.file('css/app.css')}"
    assert app.test_client().get(f"/static/{after.file('css/app.css')}").data == b"c {}"


def flask(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*FLASK_COMMAND, "--app", "shop", *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, cwd=project.root, env=environment, capture_output=True, text=True, check=False)


APP = """
from flask import Flask, render_template_string
from assetbuild.runtime.flask import AssetBuild
app = Flask(__name__)
AssetBuild(app, "build/release/manifest.json")
@app.route("/")
def home():
    return render_template_string("{{ asset_url('css/app.css') }}")
"""


def test_flask_assets_build_builds_and_exits_with_the_truth() -> None:
    project = Project({**below_assets(FILES), "shop.py": APP})
    assert flask(project, "assets", "verify").returncode == 1
    done = flask(project, "assets", "build")
    assert done.returncode == 0, done.stderr
    assert "no manifest" not in done.stderr
    assert (project.release / "manifest.json").exists()
    assert flask(project, "assets", "verify", "-q").returncode == 0
    assert "css/app.css" in flask(project, "assets", "list").stdout
    project.write({"assets/css/app.css": "a{b:url(none.png)}"})
    failed = flask(project, "assets", "build")
    assert failed.returncode == 1
    assert "no asset named 'css/none.png'" in failed.stderr
    assert flask(project, "assets", "bild").returncode == 2


def test_flask_assets_finds_the_configuration_above_the_application(tmp_path: Path) -> None:
    project = Project({**below_assets(FILES), "shop.py": APP})
    command = [*FLASK_COMMAND, "--app", str(project.root / "shop.py"), "assets", "build", "-q"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (project.release / "manifest.json").exists()


def test_under_flasks_command_an_application_without_a_release_starts_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    project = Project(below_assets(FILES))
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: render_template_string("{{ asset_url('css/app.css') }}"))
    AssetBuild(app, project.release / "manifest.json")
    assert "run `assetbuild build`" in caplog.text
    app.testing = True
    with pytest.raises(ManifestError):
        app.test_client().get("/")
    built = project.build()
    assert app.test_client().get("/").text == f"/static/{built.file('css/app.css')}"
