"""The finder against a browser: which `@import` rules it follows, and which URLs it requests."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from assetbuild.references import css
from assetbuild.references.urls import resolve
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
        page.settle()
        requested = [one.removeprefix(f"{url}/") for one in page.requested if one.endswith(".css")]
    for number, sheet in enumerate(SHEETS):
        expected = sorted(f"{number}/{found.written}" for found in css.find(sheet.encode()))
        followed = [one for one in requested if one.startswith(f"{number}/") and not one.endswith("sheet.css")]
        assert (sheet, sorted(followed)) == (sheet, expected)


# E stands for an element of the page. Each declaration is valid: of others browsers request nothing.
RULES = (
    "E{background:url(a.png)}",
    "E{background:URL(a.png)}",
    "E{background:u\\72l(a.png)}",
    "E{background:\\75\\000072 \\6C(a.png)}",
    "E{background:url(sp\\ ace.png)}",
    "E{background:url(\\61.png)}",
    "E{background:url(\\00061 b.png)}",
    'E{background:url( "a b.png" )}',
    "E{background:url('a(b).png')}",
    "E{background:url(a\\(b\\).png)}",
    'E{background:url("a\\\nb.png")}',
    "E{background:url(a%20b.png)}",
    "E{background:url(é.png)}",
    "E{background:url(a.png?#iefix)}",
    'E{background:url("a.png#icon")}',
    "E{background:url(a b.png)}",
    'E{background:url(a"b.png)}',
    "E{background:url(a.png}",
    'E{background:url("a.png',
    "E{background:url('a.png'",
    'E{background:image-set("a.png" 1x)}',
    "E{background:-webkit-image-set(url(a.png) 1x)}",
    'E{background:image-set("a.png" type("image/png"))}',
    "E{--x:url(a.png);background:var(--x)}",
    "E{background:var(--nope,url(a.png))}",
    "E{&{background:url(a.png)}}",
    "@media all{E{background:url(a.png)}}",
    "@supports (color:red){E{background:url(a.png)}}",
    "@layer x{@layer y{E{background:url(a.png)}}}",
    'E{content:"url(a.png)"}',
    "E{background:/**/url(a.png)/**/}",
    "E{background:url(a.png/*)}",
    "E{background:url (a.png)}",
    "E{background:xurl(a.png)}",
    "E{background:url()}",
    'E{background:url("")}',
    "E{background:url(data:image/png;base64,url(a.png))}",
    "E{background:url(DATA:,)}",
    "E{background:url( \ta.png\t )}",
    'E{background:url("  a.png  ")}',
    'E{background:url("a\\9.png")}',
    "E{background:url(a\\\nb.png)}",
    'E{background:url("\\61\\62 c.png")}',
    "E{background:url(./././a.png)}",
    "E{background:url(x/../a.png)}",
    "E{background:url(a.png),url(b.png)}",
    "E{background:url(a\\.png)}",
    "E{background:url(a.png\\)}",
    'E{background:url("a.png\\"")}',
    "E{}<!-- --> E{background:url(a.png)}",
    "E{background:url(a.png)!important}",
    "E{background:-webkit-cross-fade(url(a.png),url(b.png),50%)}",
    "E{list-style:url(a.png);display:list-item}",
    "E{border-image:url(a.png) 1;border-style:solid}",
    "E{cursor:url(a.png),auto}",
    "E{shape-outside:url(a.png);float:left}",
    "E{mask:url(a.png)}",
    'E{background:url("a.png" )}',
    ".\\75rl\\(a\\.png\\),E{background:url(b.png)}",
    'E[x="url(a.png)"],E{background:url(b.png)}',
    "E{/*url(a.png)*/background:url(b.png)/*url(c.png)*/}",
)


def test_the_urls_found_are_those_that_a_browser_requests(tmp_path: Path) -> None:
    chromium = need("chromium")
    site = tmp_path / "site"
    for number, rule in enumerate(RULES):
        (site / str(number)).mkdir(parents=True)
        (site / str(number) / "sheet.css").write_text(rule.replace("E", f"#e{number}"), "utf-8")
    head = "".join(f'<link rel="stylesheet" href="{number}/sheet.css">' for number in range(len(RULES)))
    body = "".join(f'<div id="e{number}">x</div>' for number in range(len(RULES)))
    (site / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">{head}{body}'
    )
    with serve(site) as url, browse(chromium, tmp_path / "profile") as browser:
        page = browser.new_page()
        page.open(url)
        page.settle()
        requested = {unquote(urlsplit(one).path)[1:] for one in page.requested if not one.endswith("sheet.css")}
    for number, rule in enumerate(RULES):
        targets = [resolve(found.written, f"{number}/sheet.css", "/static/") for found in css.find(rule.encode())]
        expected = {target.path for target in targets if target}
        assert (rule, {one for one in requested if one.startswith(f"{number}/")}) == (rule, expected)
