"""Small files in the style sheets that name them."""

from __future__ import annotations

import base64

import pytest

from scenario import CONFIG, Project, below_assets, build_files

SMALL = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
DATA_URL = f"data:image/svg+xml;base64,{base64.b64encode(SMALL).decode()}"
INLINE = CONFIG + 'inline = {match = ["icons/*.svg"], max_bytes = 100}\n'


def test_a_small_file_that_matches_stands_in_the_style_sheet_and_is_published_too() -> None:
    built = build_files({"css/a.css": "a{b:url(../icons/s.svg) url('../icons/s.svg')}", "icons/s.svg": SMALL}, INLINE)
    assert built.text("css/a.css") == f"a{{b:url({DATA_URL}) url('{DATA_URL}')}}"
    assert built.bytes_of("icons/s.svg") == SMALL
    assert "assets" not in built.assets["css/a.css"]


@pytest.mark.parametrize(
    "files",
    [
        {"a.css": "a{b:url(icons/l.svg)}", "icons/l.svg": SMALL + b" " * 100},
        {"a.css": "a{b:url(other/s.svg)}", "other/s.svg": SMALL},
        {"a.css": "a{b:url(icons/s.svg#part)}", "icons/s.svg": SMALL},
        {"a.css": "a{b:url(icons/s.svg?v=1)}", "icons/s.svg": SMALL},
        {"a.js": "new URL('icons/s.svg', import.meta.url)", "icons/s.svg": SMALL},
        {"a.html": "<img src=icons/s.svg>", "icons/s.svg": SMALL},
        {"a.css": "a{b:url(icons/r.svg)}", "icons/r.svg": "<svg><image href='p.png'/></svg>", "icons/p.png": b"png"},
    ],
    ids=["too large", "not matched", "a fragment", "a query", "a script", "a document", "it names another"],
)
def test_other_references_stay_references(files: dict[str, str | bytes]) -> None:
    built = build_files(files, INLINE)
    assert "data:" not in built.text(next(iter(files)))


def test_a_prehashed_sheet_stays_as_it_is() -> None:
    config = INLINE + 'prehashed = ["a-*.css"]\nunfingerprinted = ["icons/*"]\n'
    text = "a{b:url(icons/s.svg)}"
    assert build_files({"a-12345678.css": text, "icons/s.svg": SMALL}, config).text("a-12345678.css") == text


def test_the_size_counted_is_that_of_the_published_file() -> None:
    config = INLINE.replace("minify = false", "minify = true").replace("*.svg", "*.json").replace("100", "9")
    built = build_files({"a.css": "a{b:url(icons/a.json)}", "icons/a.json": '{  "a"  :   [ 1 ]  }'}, config)
    assert "data:application/json;base64," in built.text("a.css")


def test_an_edited_icon_renames_the_style_sheet() -> None:
    project = Project(below_assets({"a.css": "a{b:url(icons/s.svg)}", "icons/s.svg": SMALL}), INLINE)
    before = project.build().file("a.css")
    project.write({"assets/icons/s.svg": SMALL + b"\n"})
    assert project.build().file("a.css") != before


def test_a_sheet_with_a_source_map_keeps_it_right_and_bundles_are_served_too() -> None:
    config = INLINE + '[bundles."all.css"]\ncontents = ["css/*.css"]\n'
    built = build_files({"css/a.css": "a{b:url(../icons/s.svg)}", "icons/s.svg": SMALL}, config)
    assert DATA_URL in built.text("all.css")
