"""The demo shop, from its sources to a page in a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import Browser, Page, browse, serve
from crawler import crawl
from requirements_of_tests import need

SHOP = Path(__file__).parent.parent / "fixtures" / "shop"
READY = "document.documentElement.dataset.ready === 'yes'"
WIDTHS = """
    ['Kiln, serif', 'NoSuchFont, serif'].map((family) => {
      const canvas = document.createElement('canvas').getContext('2d');
      const width = (face) => { canvas.font = `40px ${face}`; return canvas.measureText('POTS').width; };
      return width(family) !== width('serif');
    })
"""
COUNT = "document.querySelector('[data-count]').textContent"


def run(*command: str | Path, cwd: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ASSETBUILD_")}
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shop, built once with a cold cache: its release is in out/."""
    home = tmp_path_factory.mktemp("shop") / "shop"
    shutil.copytree(SHOP, home, ignore=shutil.ignore_patterns("build", ".assetbuild", "__pycache__"))
    run("-m", "assetbuild", "build", "--config", home / "assetbuild.toml", "--output", home / "out", cwd=home)
    return home


@pytest.fixture(scope="module")
def manifest(shop: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((shop / "out/manifest.json").read_text("utf-8"))
    return document


@pytest.fixture(scope="module")
def site(shop: Path) -> Path:
    run(shop / "render.py", "--release", shop / "out", "--site", shop / "site", cwd=shop)
    return shop / "site"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with serve(site) as url:
        yield url


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browse(need("chromium"), tmp_path_factory.mktemp("browser") / "profile") as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Page:
    return browser.new_page()


def test_the_release_of_the_shop_has_no_fault(shop: Path) -> None:
    need("tree_sitter")
    need("tree_sitter_javascript")
    report = crawl(shop / "out")
    assert report.faults == []
    assert report.counts["in cycles"] == 2
    assert report.counts["references"] >= 19
    assert report.counts["encodings"] >= 20


def test_what_is_published_and_what_is_not(manifest: dict[str, Any]) -> None:
    names = set(manifest["assets"])
    assert names >= {"css/base.css", "css/shop.css", "css/print.css", "js/shop.js", "js/modules/main.js"}
    assert names >= {"favicon.ico", "robots.txt", "sw.js", "site.webmanifest", "fonts/kiln.woff2", "data/products.json"}
    assert [name for name in names if name.endswith((".psd", ".scss"))] == []
    assert [name for name in names if name.startswith(("js/classic/", "css/shop/"))] == []
    assert not names & {"css/base/document.css", "css/base/fonts.css", "css/base/utilities.css"}


def test_the_style_sheet_bundle_holds_what_it_imports(shop: Path, manifest: dict[str, Any]) -> None:
    text = (shop / "out/public" / manifest["assets"]["css/base.css"]["file"]).read_text("utf-8")
    assert "reset.css" not in text
    places = [text.index(word) for word in ("box-sizing", "min-height", "@font-face", ".visually-hidden")]
    assert places == sorted(places)


def test_files_with_fixed_names_are_not_immutable(manifest: dict[str, Any]) -> None:
    fixed = {name for name, entry in manifest["assets"].items() if not entry.get("immutable")}
    assert fixed == {"favicon.ico", "robots.txt", "sw.js", "site.webmanifest"}


def test_a_second_build_elsewhere_gives_the_same_bytes(shop: Path, tmp_path: Path) -> None:
    home = tmp_path / "elsewhere"
    shutil.copytree(SHOP, home, ignore=shutil.ignore_patterns("build", ".assetbuild", "__pycache__"))
    run("-m", "assetbuild", "build", "--config", home / "assetbuild.toml", "--no-cache", cwd=tmp_path)
    assert contents(home / "build/release") == contents(shop / "out")


def contents(release: Path) -> dict[str, bytes]:
    found = {path.relative_to(release).as_posix(): path for path in release.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".")}


def test_a_visitor_fills_the_cart(address: str, page: Page) -> None:
    page.open(f"{address}/index.html")
    page.wait_for(READY)
    page.wait_for("[...document.images].every((image) => image.complete)")
    assert page.evaluate("[...document.images].filter((image) => !image.naturalWidth).map((image) => image.src)") == []
    assert page.evaluate("document.images.length") == 10
    assert page.evaluate("[...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family)") == ["Kiln"]
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily").startswith("Kiln")
    assert page.evaluate(WIDTHS).count(True) == 1
    assert page.evaluate("getComputedStyle(document.querySelector('.grid')).display") == "grid"
    assert page.evaluate("document.querySelector('[data-cents]').textContent") == "€\u00a024.00"

    assert page.evaluate(COUNT) == "0"
    page.click("[data-add=teapot]")
    page.wait_for(f"{COUNT} === '1'")
    page.click("[data-add=bowl]")
    page.click("[data-add=bowl]")
    page.wait_for(f"{COUNT} === '3'")
    assert page.evaluate("document.querySelector('[data-note=bowl]').textContent") == "2 in your cart"
    assert page.evaluate("document.querySelector('[data-toast]').textContent") == "Tideline bowl is in your cart"

    page.open(f"{address}/cart.html")
    page.wait_for(READY)
    assert page.evaluate(COUNT) == "3"
    assert page.evaluate("document.querySelector('[data-total]').textContent") == "€\u00a0153.00"
    page.click("[data-order]")
    page.wait_for(f"{COUNT} === '0'")
    page.wait_for("document.querySelector('[data-empty] img').naturalWidth === 200")
    assert page.faults == []


def test_a_visitor_searches_the_catalogue(address: str, page: Page) -> None:
    page.open(f"{address}/index.html")
    page.wait_for(READY)
    page.click("[data-kind-button=home]")
    page.wait_for("document.querySelector('[data-found]').textContent === '2 pieces'")
    page.click("[data-search]")
    page.call("Input.insertText", text="amber")
    page.wait_for("document.querySelector('[data-found]').textContent === '1 piece'")
    assert page.faults == []


def test_every_page_names_only_files_that_are_there(site: Path) -> None:
    pages = sorted(site.glob("*.html"))
    assert len(pages) == 10
    for page in pages:
        urls = set(re.findall(r"/static/([^\"#]+)", page.read_text("utf-8")))
        assert len(urls) >= 8
        assert [url for url in urls if not (site / "static" / url).is_file()] == []


def test_a_product_page_loads_nothing_from_elsewhere(address: str, page: Page) -> None:
    page.open(f"{address}/product-planter.html")
    page.wait_for(READY)
    page.click("[data-add=planter]")
    page.wait_for(f"{COUNT} === '1'")
    assert page.evaluate("document.images[1].naturalWidth") == 560
    assert page.faults == []
    ours = tuple(address + path for path in ("/static/", "/product-planter.html", "/favicon.ico", "/sw.js"))
    assert [url for url in page.requested if not url.startswith(ours)] == []


def test_the_service_worker_keeps_fingerprinted_files(address: str, page: Page) -> None:
    page.open(f"{address}/index.html")
    page.wait_for(READY)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for("navigator.serviceWorker.controller !== null")
    page.open(f"{address}/cart.html")
    page.wait_for(READY)
    kept = "caches.open('fingerprinted').then((cache) => cache.keys()).then((keys) => keys.map((key) => key.url))"
    names = page.evaluate(kept)
    assert any("/static/js/modules/main-" in name for name in names)
    assert not any(name.endswith((".html", "site.webmanifest")) for name in names)
    assert page.faults == []
