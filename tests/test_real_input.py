"""Style sheets, scripts and fonts nobody here wrote, built and checked by code that shares none with the product."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetbuild.cli import main
from crawler import crawl

DJANGO_ADMIN = """
sources = [{package = "django.contrib.admin", path = "static"}]
"""
BOOTSTRAP_SASS = """
sources = ["assets", {package = "xstatic.pkg.bootstrap_scss", path = "data", prefix = "bootstrap"}]
exclude = ["bootstrap/js/**"]
[sass]
load_paths = []
[bundles."js/bootstrap.js"]
contents = [
    "bootstrap/js/bootstrap/transition.js",
    "bootstrap/js/bootstrap/tooltip.js",
    "bootstrap/js/bootstrap/[!t]*.js",
]
"""
FONT_AWESOME = """
sources = [{package = "fontawesomefree", path = "static/fontawesomefree", prefix = "fa"}]
include = ["fa/css/*", "fa/scss/*.scss", "fa/webfonts/*", "fa/js/fontawesome.js"]
"""
# Brotli at its highest level takes a minute for these megabytes, and shows nothing that gzip does not.
SWAGGER_UI = """
sources = [{package = "swagger_ui_bundle", path = "vendor/swagger-ui-4.15.5", prefix = "swagger"}]
encodings = ["gzip"]
source_maps = "linked"
"""
PROJECTS = {
    "django-admin": (DJANGO_ADMIN, 100),
    "bootstrap-sass": (BOOTSTRAP_SASS, 5),
    "font-awesome": (FONT_AWESOME, 10),
    "swagger-ui": (SWAGGER_UI, 15),
}


@pytest.fixture(scope="module", params=sorted(PROJECTS))
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    config, least = PROJECTS[request.param]
    root = tmp_path_factory.mktemp(request.param)
    (root / "assets" / "css").mkdir(parents=True)
    (root / "assets" / "css" / "site.scss").write_text(
        '$icon-font-path: "../bootstrap/fonts/bootstrap/";\n@import "bootstrap/scss/bootstrap";\n'
    )
    (root / "assetbuild.toml").write_text(config)
    assert main(["build", "--config", str(root / "assetbuild.toml"), "--quiet"]) == 0
    return root, least


def test_every_reference_integrity_fingerprint_and_encoding_of_the_release_is_right(
    project: tuple[Path, int],
) -> None:
    root, least = project
    report = crawl(root / "build" / "release")
    assert report.faults == []
    assert report.counts["assets"] >= least


def test_verify_finds_nothing_wrong(project: tuple[Path, int], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(project[0] / "build" / "release")]) == 0
    assert "nothing wrong" in capsys.readouterr().out


def test_a_second_build_writes_nothing(project: tuple[Path, int], capsys: pytest.CaptureFixture[str]) -> None:
    root, _ = project
    release = root / "build" / "release"
    before = {path: path.stat().st_mtime_ns for path in release.rglob("*") if path.is_file()}
    assert main(["build", "--config", str(root / "assetbuild.toml")]) == 0
    assert "0 files written" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in release.rglob("*") if path.is_file()} == before


def test_a_build_without_the_cache_gives_the_same_release(project: tuple[Path, int]) -> None:
    root, _ = project
    manifest = (root / "build" / "release" / "manifest.json").read_bytes()
    again = ["build", "--config", str(root / "assetbuild.toml"), "--no-cache", "--jobs", "1", "--quiet"]
    assert main([*again, "--output", str(root / "again")]) == 0
    assert (root / "again" / "manifest.json").read_bytes() == manifest
