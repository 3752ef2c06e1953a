"""Media types and what is worth compressing."""

from __future__ import annotations

import pytest

from assetbuild.media import UNKNOWN, is_compressible, media_type


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("css/app.css", "text/css"),
        ("js/APP.MJS", "text/javascript"),
        ("js/app.js.map", "application/json"),
        ("fonts/x.woff2", "font/woff2"),
        ("site.webmanifest", "application/manifest+json"),
        ("data.bin", UNKNOWN),
        ("LICENSE", UNKNOWN),
        ("js", UNKNOWN),
        ("docs.css/readme", UNKNOWN),
    ],
)
def test_the_extension_decides(path: str, kind: str) -> None:
    assert media_type(path) == kind


@pytest.mark.parametrize("path", ["a.css", "a.js", "a.svg", "a.json", "a.wasm", "a.ttf", "a.txt", "a.html", "a.map"])
def test_texts_and_raw_fonts_are_worth_compressing(path: str) -> None:
    assert is_compressible(path)


@pytest.mark.parametrize(
    "path", ["a.png", "a.jpg", "a.woff2", "a.woff", "a.mp4", "a.zip", "a.gz", "a.br", "a.svgz", "a"]
)
def test_what_is_compressed_already_is_not(path: str) -> None:
    assert not is_compressible(path)
