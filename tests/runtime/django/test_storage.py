"""ReleaseStorage: the URLs of static files, and what readers of ManifestStaticFilesStorage ask for."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import StaticFilesStorage, staticfiles_storage
from django.forms import Media
from django.templatetags.static import static

from assetbuild.runtime import AssetNotFound, Manifest, ManifestError
from assetbuild.runtime.django import ReleaseStorage, StaticFileNotFound
from runtime.django.site import rendered, site
from scenario import Outcome, Project, below_assets

FILES: dict[str, str | bytes] = {
    "css/app.css": "a {}",
    "img/ein Bild.png": b"png",
    "img/größe.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "img/100%.png": b"png",
    "img/100%25.png": b"PNG",
    "fonts/font.eot": b"eot",
    "sprite.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "js/app.js": "f()",
    "js/module.js": "g()",
    "favicon.ico": b"ico",
}


@pytest.fixture(scope="module")
def built() -> Outcome:
    return Project(below_assets(FILES)).build()


@pytest.mark.parametrize(
    ("name", "asset", "suffix"),
    [
        ("css/app.css", "css/app.css", ""),
        ("css/app.css?v=1", "css/app.css", "?v=1"),
        ("css/app.css#a?b", "css/app.css", "#a?b"),
        ("fonts/font.eot?#iefix", "fonts/font.eot", "?#iefix"),
        ("fonts/font.eot?v=1.0&x#iefix", "fonts/font.eot", "?v=1.0&x#iefix"),
        ("sprite.svg#icon", "sprite.svg", "#icon"),
        ("img/ein Bild.png", "img/ein Bild.png", ""),
        ("img/ein%20Bild.png", "img/ein Bild.png", ""),
        ("img/größe.svg", "img/größe.svg", ""),
        ("img/gr%C3%B6%C3%9Fe.svg#a", "img/größe.svg", "#a"),
        ("img/100%.png", "img/100%.png", ""),
        ("img/100%25.png", "img/100%25.png", ""),
        ("img\\100%.png", "img/100%.png", ""),
        ("favicon.ico", "favicon.ico", ""),
    ],
)
def test_a_name_becomes_the_url_of_the_published_file_and_keeps_query_and_fragment(
    built: Outcome, name: str, asset: str, suffix: str
) -> None:
    with site(built.release) as storage:
        assert storage.url(name) == Manifest.load(built.release / "manifest.json").url(asset) + suffix
        assert storage.stored_name(name) == built.file(asset) + suffix


def test_urls_are_percent_encoded(built: Outcome) -> None:
    with site(built.release) as storage:
        assert storage.url("img/ein Bild.png") == "/static/" + built.file("img/ein Bild.png").replace(" ", "%20")
        assert "/img/gr%C3%B6%C3%9Fe-" in storage.url("img/größe.svg")
        assert "/img/100%25-" in storage.url("img/100%.png")


def test_a_missing_name_is_an_asset_not_found_and_a_value_error_with_the_closest_names(built: Outcome) -> None:
    with site(built.release) as storage:
        for look_up in (storage.url, storage.stored_name):
            with pytest.raises(StaticFileNotFound) as caught:
                look_up("css/ap.css?x#y")
            assert isinstance(caught.value, AssetNotFound)
            assert isinstance(caught.value, ValueError)
            assert str(caught.value) == "no asset named 'css/ap.css'; did you mean 'css/app.css' or 'js/app.js'?"


def test_unless_strict_a_missing_name_gets_its_plain_url(built: Outcome) -> None:
    with site(built.release, strict=False) as storage:
        assert not storage.manifest_strict
        assert storage.url("no ne.css?x#y") == "/static/no%20ne.css?x#y"
        assert storage.stored_name("none.css#y") == "none.css#y"
        assert storage.url("css/app.css") == f"/static/{built.file('css/app.css')}"


def test_a_subclass_may_be_lenient_as_with_djangos_own_storage(built: Outcome) -> None:
    class Lenient(ReleaseStorage):
        manifest_strict = False

    assert Lenient(manifest=built.release / "manifest.json").url("none.css") == "/static/none.css"


def test_the_beginning_of_urls_stays_as_it_is(built: Outcome) -> None:
    with site(built.release) as storage:
        assert [storage.url(name) for name in ("", "img/", "img/?x")] == ["/static/", "/static/img/", "/static/img/?x"]


def test_the_base_url_is_the_options_then_the_environments_then_static_url(
    built: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = built.file("css/app.css")
    with site(built.release, STATIC_URL="/files/") as storage:
        assert storage.url("css/app.css") == f"/files/{file}"
    monkeypatch.setenv("ASSETBUILD_BASE_URL", "https://cdn.example/a")
    with site(built.release, STATIC_URL="/files/") as storage:
        assert storage.url("css/app.css") == f"https://cdn.example/a/{file}"
        assert storage.base_url == "https://cdn.example/a/"
    with site(built.release, base_url="/given") as storage:
        assert storage.url("css/app.css") == f"/given/{file}"


def test_the_manifest_may_be_named_by_the_environment(built: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSETBUILD_MANIFEST", str(built.release / "manifest.json"))
    with site(None) as storage:
        assert storage.url("css/app.css") == f"/static/{built.file('css/app.css')}"


def test_without_static_root_urls_work_and_django_says_what_is_missing_for_paths(built: Outcome) -> None:
    from django.core.exceptions import ImproperlyConfigured

    with site(built.release) as storage:
        storage.url("css/app.css")
        with pytest.raises(ImproperlyConfigured, match="STATIC_ROOT"):
            storage.path("css/app.css")


def test_readers_of_djangos_manifest_storage_find_what_they_read(built: Outcome) -> None:
    with site(built.release) as storage:
        assert storage.hashed_files == {name: built.file(name) for name in FILES}
        assert storage.hashed_files is storage.hashed_files
        assert storage.manifest_hash == built.manifest["release"]
        assert isinstance(storage, StaticFilesStorage)
        assert storage.url("css/app.css", force=True) == storage.url("css/app.css")


def test_the_manifest_is_read_once_at_the_first_look_up_also_by_threads_that_begin_together(built: Outcome) -> None:
    project = Project(below_assets(FILES))
    project.build()
    with site(project.release) as storage, ThreadPoolExecutor(8) as pool:
        assert storage._loaded is None
        manifests = list(pool.map(lambda _: storage.manifest, range(64)))
        assert len(set(map(id, manifests))) == 1
        (project.release / "manifest.json").unlink()
        storage.url("css/app.css")


def test_in_development_the_next_release_is_looked_up_if_asked_for() -> None:
    project = Project(below_assets(FILES))
    project.build()
    with site(project.release, auto_reload=True) as storage:
        before = storage.url("css/app.css"), storage.hashed_files
        project.write({"assets/css/app.css": "b {}"})
        after = project.build()
        assert storage.url("css/app.css") == f"/static/{after.file('css/app.css')}" != before[0]
        assert storage.hashed_files["css/app.css"] == after.file("css/app.css") != before[1]["css/app.css"]


def test_a_missing_manifest_says_what_to_do_at_the_look_up_and_is_found_once_it_is_there(built: Outcome) -> None:
    project = Project(below_assets(FILES))
    with site(project.release) as storage:
        with pytest.raises(ManifestError, match="assetbuild build"):
            storage.url("css/app.css")
        project.build()
        assert storage.url("css/app.css") == f"/static/{built.file('css/app.css')}"


def test_djangos_own_ways_to_a_static_url_give_those_of_the_release(built: Outcome) -> None:
    with site(built.release):
        css, script = f"/static/{built.file('css/app.css')}", f"/static/{built.file('js/app.js')}"
        assert static("css/app.css") == staticfiles_storage.url("css/app.css") == css
        page = "{% load static %}{% static 'css/app.css' %} {% static name as x %}{{ x }}"
        assert rendered(page, name="js/app.js") == f"{css} {script}"
        assert rendered("{% load static %}{% static 'css/app.css?a&b' %}") == f"{css}?a&amp;b"


def test_form_media_have_the_urls_of_the_release(built: Outcome) -> None:
    from django.forms.widgets import Script

    media = Media(
        css={"all": ["css/app.css", "/elsewhere.css"]},
        js=["js/app.js", "https://other.example/x.js", Script("js/module.js", type="module")],
    )
    with site(built.release):
        text = str(media)
    css, script = f"/static/{built.file('css/app.css')}", f"/static/{built.file('js/app.js')}"
    assert f'<link href="{css}" media="all" rel="stylesheet">' in text
    assert '<link href="/elsewhere.css"' in text
    assert f'<script src="{script}"></script>' in text
    assert f'<script src="/static/{built.file("js/module.js")}" type="module"></script>' in text
    assert '<script src="https://other.example/x.js"></script>' in text


def test_importing_the_package_and_naming_what_settings_name_reads_no_settings() -> None:
    code = """
import sys, json
import assetbuild.runtime.django
at_import = [name for name in sys.modules if name.split(".")[0] == "django"]
from assetbuild.runtime.django import ReleaseFinder, ReleaseStorage, StaticFileNotFound, is_immutable
from django.conf import settings
ours = [n for n in sys.modules if n.startswith("assetbuild.") and not n.startswith("assetbuild.runtime")]
print(json.dumps([at_import, settings.configured, ours]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[], False, []]


def test_an_option_that_is_none_is_an_error(built: Outcome, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="manifst"), site(built.release, manifst=tmp_path):
        pass
