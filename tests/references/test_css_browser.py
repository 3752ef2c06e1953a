"""The finder against a browser: which `@import` rules it follows."""

from __future__ import annotations

from pathlib import Path

from assetbuild.references import css
from browser import browse, serve
from requirements_of_tests import need

SHEETS = (
    "@import 'a.css';@layer x;@import 'b.css';",
    "@layer x;@import 'a.css';@layer y, z.w;@import 'b.css';@layer v;@import 'c.css';",
    "@layer x;@import 'a.css';@import url(b.css) layer(x) supports(color: red) print;",
    "@layer x{}@import 'a.css';",
    "@import 'a.css';@layer;@layer 1;@layer x y;@import 'b.css';",
    "@import 'data:text/css,';@layer x;@import 'b.css';",
    "@import '';@layer x;@import 'b.css';",
    "@import;@import 5;@layer x;@import 'b.css';",
    "@import 'a.css' !;@layer x;@import 'b.css';",
    "@import 'a.css'{}@layer x;@import 'b.css';",
    "@namespace 'x';@import 'b.css';",
    "@media x{}@import 'b.css';",
    "@media x;@import 'b.css';",
    "@unknown x;@unknown x{}@import 'b.css';",
    "@import 'a.css';@charset 'utf-8';<!-- --> /* c */ @import 'b.css';",
    "a{}@import 'b.css';",
    ";@import 'b.css';",
    "a{@import 'b.css';}@IMPORT url( b.css );",
    r"@\69mport url(\62 .css",
)


def test_the_imports_found_are_those_that_a_browser_follows(tmp_path: Path) -> None:
    chromium = need("chromium")
    site = tmp_path / "site"
    for number, sheet in enumerate(SHEETS):
        folder = site / str(number)
        folder.mkdir(parents=True)
        (folder / "sheet.css").write_text(sheet)
        for name in "abc":
            (folder / f"{name}.css").write_text("")
    links = "".join(f'<link rel="stylesheet" href="{number}/sheet.css">' for number in range(len(SHEETS)))
    (site / "index.html").write_text(f'<!doctype html><link rel="icon" href="data:,">{links}')
    with serve(site) as url, browse(chromium, tmp_path / "profile") as browser:
        page = browser.new_page()
        page.open(url)
        requested = [one.removeprefix(f"{url}/") for one in page.requested if one.endswith(".css")]
    for number, sheet in enumerate(SHEETS):
        expected = sorted(f"{number}/{found.written}" for found in css.find(sheet.encode()))
        followed = [one for one in requested if one.startswith(f"{number}/") and not one.endswith("sheet.css")]
        assert (sheet, sorted(followed)) == (sheet, expected)
