from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

from assetbuild.runtime import Manifest
from assetbuild.runtime.jinja import install
from assetbuild.runtime.security import importmap_source, integrity_policy
from browser import Browser, Page, browse, serve
from requirements_of_tests import need
from scenario import build_files

from .release import write_release

DOCS = Path(__file__).parents[2] / "docs" / "security.md"
PAGE = """<!doctype html><html><head><title>waiting</title>
{{ javascript_importmap_tags() }}
{{ stylesheet_link_tag("css/app.css") }}
{{ javascript_include_tag("js/main.js", type="module") }}
<link rel="icon" href="data:,"></head><body></body></html>
"""
FILES = {
    "js/main.js": 'import {word} from "./é/word.js"; document.title = word + (await import("./late.js")).end;',
    "js/é/word.js": 'export const word = "mapped";',
    "js/late.js": 'export const end = "!";',
    "js/classic.js": "document.title = 'ran'",
    "css/app.css": "body{color:rgb(1, 2, 3)}",
}
CONFIG = 'sources = ["assets"]\nmodules = "importmap"\n'
LOADED = "document.readyState === 'complete'"
FETCHED = "performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/js/%C3%A9/word.js'))"
REPORTS = """new Promise((done) => {
  const types = {types: ["integrity-violation"], buffered: true};
  new ReportingObserver((all) => done(all.map((one) => [one.type, one.body.reportOnly])), types).observe();
})"""


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return Manifest.load(build_files(FILES, CONFIG).release / "manifest.json")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browse(need("chromium"), tmp_path_factory.mktemp("browser") / "profile") as browser:
        yield browser


def visit(
    browser: Browser, manifest: Manifest, folder: Path, html: str, headers: dict[str, str], until: str
) -> tuple[Page, str]:
    """The page once the JavaScript expression `until` is true, and its title."""
    (folder / "index.html").write_text(html, "utf-8")
    (folder / "static").symlink_to(Path(manifest._name).parent / "public")
    page = browser.new_page()
    with serve(folder, headers) as url:
        page.open(url)
        page.wait_for(until)
    return page, page.evaluate("document.title")


def rendered(manifest: Manifest, template: str = PAGE) -> str:
    return install(jinja2.Environment(autoescape=True), manifest).from_string(template).render()


def content_security_policy(manifest: Manifest) -> dict[str, str]:
    source = importmap_source(manifest)
    return {"Content-Security-Policy": f"default-src 'self'; img-src data:; script-src 'self' {source}"}


def test_the_hash_lets_the_import_map_work_under_a_strict_policy(
    browser: Browser, manifest: Manifest, tmp_path: Path
) -> None:
    html, headers = rendered(manifest), content_security_policy(manifest)
    page, title = visit(browser, manifest, tmp_path, html, headers, "document.title === 'mapped!'")
    assert (title, page.faults) == ("mapped!", [])


def test_a_changed_import_map_is_blocked(browser: Browser, manifest: Manifest, tmp_path: Path) -> None:
    html = rendered(manifest)
    changed = html.replace('{"imports":{', '{"imports":{"evil":"/evil.js",')
    assert changed != html
    page, title = visit(browser, manifest, tmp_path, changed, content_security_policy(manifest), FETCHED)
    assert title == "waiting"
    assert any("violates the following Content Security Policy" in fault for fault in page.faults)


def test_an_enforced_integrity_policy_lets_the_tags_pass(browser: Browser, manifest: Manifest, tmp_path: Path) -> None:
    headers = dict([integrity_policy(enforce=True)])
    page, title = visit(browser, manifest, tmp_path, rendered(manifest), headers, "document.title === 'mapped!'")
    assert (title, page.faults) == ("mapped!", [])


def test_static_imports_without_a_map_pass_an_enforced_policy_by_their_preloads(
    browser: Browser, tmp_path: Path
) -> None:
    files = {**FILES, "js/main.js": 'import {word} from "./é/word.js"; document.title = word;'}
    manifest = Manifest.load(build_files(files, 'sources = ["assets"]').release / "manifest.json")
    headers = dict([integrity_policy(enforce=True)])
    page, title = visit(browser, manifest, tmp_path, rendered(manifest), headers, LOADED)
    assert (title, page.faults) == ("mapped", [])


@pytest.mark.parametrize(("enforce", "ran"), [(True, "waiting"), (False, "ran")])
def test_a_script_without_integrity_is_reported_and_blocked_only_if_enforced(
    browser: Browser, manifest: Manifest, tmp_path: Path, enforce: bool, ran: str
) -> None:
    html = rendered(
        manifest, PAGE.replace("js/main.js", "js/classic.js").replace(', type="module"', ", integrity=False")
    )
    page, title = visit(browser, manifest, tmp_path, html, dict([integrity_policy(enforce=enforce)]), LOADED)
    assert title == ran
    # Once for the tag, and once for what the browser reads ahead.
    assert {tuple(report) for report in page.evaluate(REPORTS)} == {("integrity-violation", not enforce)}


def test_the_hash_is_of_the_text_between_the_tags_whatever_the_attributes(manifest: Manifest) -> None:
    tag = rendered(manifest, "{{ javascript_importmap_tags(nonce='x') }}")
    text = tag.partition(">")[2].removesuffix("</script>")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert importmap_source(manifest) == f"'sha256-{digest}'"


def test_the_policy_is_a_structured_field_that_only_reports_unless_it_is_asked_for_more() -> None:
    assert integrity_policy() == ("Integrity-Policy-Report-Only", "blocked-destinations=(script)")
    assert integrity_policy(["script", "style"], ["one", "two"], enforce=True) == (
        "Integrity-Policy",
        "blocked-destinations=(script style), endpoints=(one two)",
    )


@pytest.mark.parametrize(
    "arguments", [(["image"],), ([],), (["script"], ["a b"]), (["script"], ["A"]), (["script"], [""])]
)
def test_what_a_browser_would_not_read_is_refused(arguments: tuple[list[str], ...]) -> None:
    with pytest.raises(ValueError):
        integrity_policy(*arguments)


def test_the_documentation_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_release(tmp_path / "build" / "release", {})
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {})
