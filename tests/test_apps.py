"""Small applications of three frameworks, from their sources to their real servers and a real browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from browser import Browser, Page, browse
from deploying import DJANGO, FASTAPI, FLASK, App, copy_of, deployed, drop_sources, run, runtime_only, unbuilt
from requirements_of_tests import need
from runtime.watched import open_to_all

MAY_WRITE = 1 << 1  # CAP_DAC_OVERRIDE, capabilities(7)
CHECKED = "[...document.querySelectorAll('[data-check]')].every((line) => line.dataset.result)"
FAILED = """[...document.querySelectorAll("[data-check]:not([data-result='works'])")].map((line) => line.textContent)"""
# What an intruder would write into a page: the directive that refuses it.
INLINE = """new Promise((resolve) => {
  document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), { once: true });
  const heading = document.querySelector("h1");
  heading.setAttribute("onclick", "window.intruder = true");
  heading.click();
  if (window.intruder) resolve("it ran");
})"""
# A script with the attributes given: whether the browser took it.
ADDED = """new Promise((resolve) => {
  const script = Object.assign(document.createElement("script"), ATTRIBUTES);
  script.onload = () => resolve("it ran");
  script.onerror = () => resolve("refused");
  document.head.append(script);
})"""
# How many pixels of two pictures differ by more than a little, and how many there are.
COMPARED = """(async (sources) => {
  const [one, other] = await Promise.all(sources.map(async (source) => {
    const image = new Image();
    image.src = "data:image/png;base64," + source;
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return canvas.getImageData(0, 0, image.naturalWidth, image.naturalHeight).data;
  }));
  if (one.length !== other.length) return [1, 1];
  let differing = 0;
  for (let at = 0; at < one.length; at += 4)
    if ([0, 1, 2].some((channel) => Math.abs(one[at + channel] - other[at + channel]) > 8)) differing++;
  return [differing, one.length / 4];
})(SOURCES)"""


@dataclass(frozen=True, slots=True)
class Running:
    """An application from its release and without a build, by their addresses."""

    app: App
    home: Path
    packages: Path
    address: str
    plain: str
    manifest: dict[str, Any]
    variables: dict[str, str]
    log: Path

    def named(self, ending: str) -> str:
        """The logical path of the first asset with this ending."""
        return next(name for name in self.manifest["assets"] if name.endswith(ending))

    def url(self, name: str) -> str:
        """The address of an asset."""
        return f"{self.address}/static/{self.manifest['assets'][name]['file']}"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browse(need("chromium"), tmp_path_factory.mktemp("browser") / "profile") as browser:
        yield browser


@pytest.fixture(scope="module", params=[DJANGO, FLASK, FASTAPI], ids=lambda app: app.name)
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    with open_to_all() as folder, started(request.param, folder) as running:
        yield running


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_to_all() as folder:
        yield folder


@contextmanager
def started(app: App, folder: Path) -> Iterator[Running]:
    home, sources = copy_of(app, folder / "deployed"), copy_of(app, folder / "plain")
    variables = {"PYTHONDONTWRITEBYTECODE": "1"}
    if app is DJANGO:
        (folder / "state").mkdir()
        variables["DATABASE"] = str(folder / "state" / "inn.sqlite3")
    run(home, "-m", "assetbuild", "build")
    if app is DJANGO:
        run(home, "manage.py", "migrate", **variables)
        run(home, "manage.py", "createsuperuser", "--noinput", *("--username", "host", "--email", ""),
            DJANGO_SUPERUSER_PASSWORD="bread & salt", **variables)  # fmt: skip
        for path in (folder / "state", folder / "state" / "inn.sqlite3"):
            path.chmod(0o777)
    drop_sources(app, home)
    packages = runtime_only(app, folder / "packages")
    manifest = json.loads((home / "build/release/manifest.json").read_text("utf-8"))
    run(sources, "../naive.py", ".")
    with ExitStack() as servers:
        address = servers.enter_context(deployed(app, home, packages, folder / "log", variables))
        plain = servers.enter_context(unbuilt(app, sources, folder / "plain log", variables))
        yield Running(app, home, packages, address, plain, manifest, variables, folder / "log")


def opened(browser: Browser, url: str) -> Page:
    """The page in a tab of its own, its checks done."""
    page = browser.new_page()
    page.open(url)
    page.wait_for(CHECKED)
    return page


def test_every_check_of_every_page_works_and_nothing_is_missing(running: Running, browser: Browser) -> None:
    for path in running.app.pages:
        page = opened(browser, running.address + path)
        assert page.evaluate(FAILED) == []
        assert page.faults == []
        assert len(page.requested) > 3
    assert re.findall(".*(?:Traceback|Warning|WARNING|ERROR).*", running.log.read_text()) == []


def test_pages_look_as_they_do_without_a_build(running: Running, browser: Browser) -> None:
    for path in running.app.pages:
        built, plain = opened(browser, running.address + path), opened(browser, running.plain + path)
        assert plain.faults == []
        differing, of_all = compared(browser, built, plain)
        assert differing == 0
        assert of_all > 500_000
    built.evaluate("document.body.prepend('.')")
    assert compared(browser, built, plain)[0] > 0


def compared(browser: Browser, *pages: Page) -> list[int]:
    """How many pixels of two pages differ, and how many they have."""
    for page in pages:
        page.evaluate("document.activeElement?.blur()")  # no cursor that blinks
    pictures = [page.call("Page.captureScreenshot", format="png")["data"] for page in pages]
    made: list[int] = browser.new_page().evaluate(COMPARED.replace("SOURCES", json.dumps(pictures)))
    return made


def test_tags_have_integrity_and_a_script_with_another_content_is_refused(running: Running, browser: Browser) -> None:
    page = opened(browser, running.address)
    named = page.evaluate(
        "[...document.querySelectorAll('script[src], link[rel=stylesheet], link[rel=modulepreload]')]"
        ".map((tag) => [tag.src || tag.href, tag.integrity, tag.crossOrigin])"
    )
    entries = {running.url(name): entry["integrity"] for name, entry in running.manifest["assets"].items()}
    assert len(named) >= 4
    assert [[url, entries[url], "anonymous"] for url, _, _ in named] == named
    name = running.named("/late.js")
    script = {"src": running.url(name) + "?again", "type": "module", "crossOrigin": "anonymous"}
    right = entries[running.url(name)]
    other = next(integrity for integrity in entries.values() if integrity != right)
    assert added(page, **script, integrity=other) == "refused"
    assert added(page, **script | {"src": running.url(name)}, integrity=right) == "it ran"


def added(page: Page, **attributes: str) -> Any:
    """What becomes of a script with these attributes in the page."""
    return page.evaluate(ADDED.replace("ATTRIBUTES", json.dumps(attributes)))


def test_an_inline_script_and_a_script_without_integrity_are_refused(running: Running, browser: Browser) -> None:
    page = opened(browser, running.address)
    assert page.evaluate(INLINE) == "script-src-attr"
    assert page.evaluate("window.intruder === undefined") is True
    name = running.named("/checks.js")
    assert added(page, src=running.url(name) + "?other", type="module") == "refused"
    policy = headers_of(running.address).headers
    assert policy["Integrity-Policy"] == "blocked-destinations=(script)"
    assert "'unsafe" not in policy["Content-Security-Policy"]


def headers_of(url: str) -> HTTPResponse:
    with urlopen(url) as response:
        assert isinstance(response, HTTPResponse)
        return response


def test_every_preloaded_file_is_used_and_none_is_fetched_twice(running: Running, browser: Browser) -> None:
    pages = [opened(browser, running.address + path) for path in running.app.pages]
    preloads = pages[0].evaluate("[...document.querySelectorAll('link[rel$=preload]')].map((link) => link.href)")
    assert len(preloads) >= 3
    for page in pages:
        assert sorted(page.requested) == sorted(set(page.requested))
    # The browser complains of the unused a few seconds after a page was loaded: when it does so about a page that
    # was opened last, it would have done so about the others.
    unused = browser.new_page()
    unused.open(f"data:text/html,<link rel=preload as=script href='{preloads[-1]}'>")
    for _ in range(200):
        unused.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
        if any("preload" in fault for fault in unused.faults):
            break
    else:
        pytest.fail("the browser never complains of what is not used")
    for page in pages:
        page.evaluate("true")  # what the browser told meanwhile is noted
        assert page.faults == []


def test_modules_are_imported_by_the_map_and_workers_run(running: Running, browser: Browser) -> None:
    page = opened(browser, running.address)
    written = page.evaluate("document.querySelector('script[type=importmap]')?.textContent ?? null")
    if running.app is FLASK:
        assert written is None
    else:
        late = running.named("/late.js")
        assert json.loads(written)["imports"][f"/static/{late}"] == running.url(late).removeprefix(running.address)
    worker = running.url(running.named(".worker.js"))
    assert worker in page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")


@pytest.mark.parametrize("endings", [(".css", "main.js"), ("checks.js",)], ids=["named by tags", "imported"])
def test_tampered_files_are_refused(running: Running, browser: Browser, endings: tuple[str, ...], folder: Path) -> None:
    home, address = folder / running.app.name, running.address
    named = opened(browser, address).evaluate(
        "[...document.querySelectorAll('script[src], link[rel=stylesheet], link[rel=modulepreload]')]"
        ".map((tag) => new URL(tag.src || tag.href).pathname)"
    )
    files = [next(path for path in named if re.sub("-[0-9a-f]{16}", "", path).endswith(end)) for end in endings]
    shutil.copytree(running.home, home)
    for file in files:
        tamper(home / "build/release/public" / file.removeprefix("/static/"))
    with deployed(running.app, home, running.packages, folder / "log", running.variables) as address:
        page = browser.new_page()
        page.call("Network.setExtraHTTPHeaders", headers={"Accept-Encoding": "identity"})  # not a variant of the file
        page.open(address)
        page.wait_for(f"performance.getEntriesByType('resource').length >= {len(named)}")
        refused = {file for file in files for fault in page.faults if "integrity" in fault and file in fault}
        assert refused == set(files)
        assert page.evaluate("document.querySelectorAll('[data-result]').length") == 0
        sheets = page.evaluate("[...document.styleSheets].map((sheet) => sheet.href && new URL(sheet.href).pathname)")
        assert not refused & set(sheets)


def tamper(file: Path) -> None:
    """Change one byte, so that the file is as valid and as long as before."""
    before = file.read_bytes()
    at = before.index(b"a")
    file.chmod(0o644)
    file.write_bytes(before[:at] + b"A" + before[at + 1 :])


def test_forked_workers_without_rights_and_threads_of_clients_share_a_release(running: Running) -> None:
    def fetch(_: int) -> str:
        with urlopen(running.address) as response:
            return re.sub('nonce="[^"]+"', "", response.read().decode())

    workers, pages = set[str](), set[str]()
    with ThreadPoolExecutor(8) as clients:
        for _ in range(50):
            pages.update(clients.map(fetch, range(16)))
            workers.update(re.findall(r"(?:worker <|server process \[)(\d+)", running.log.read_text()))
            if len(workers) == running.app.workers:
                break
    assert len(pages) == 1
    assert len(workers) == running.app.workers
    rights = [re.findall(r"^(?:Uid:|CapEff:)\s+(\w+)", status_of(worker), re.MULTILINE) for worker in workers]
    assert all(int(user) != 0 and int(capabilities, 16) & MAY_WRITE == 0 for user, capabilities in rights)


def status_of(process: str) -> str:
    """What the system says about a process: proc(5)."""
    return Path(f"/proc/{process}/status").read_text("ascii")


@pytest.mark.parametrize("running", [DJANGO], ids=["django"], indirect=True, scope="module")
def test_the_admin_works_with_the_release(running: Running, browser: Browser) -> None:
    page = opened(browser, running.address + "/admin/login/?next=/admin/guests/entry/add/")
    page.evaluate(
        "for (const [name, value] of [['username', 'host'], ['password', 'bread & salt']])"
        " document.querySelector(`[name=${name}]`).value = value"
    )
    submit(page, "[type=submit]")
    page.wait_for("document.querySelector('.stars-shown')?.textContent === '\u2605\u2605\u2605\u2605\u2605'")
    assert page.evaluate("getComputedStyle(document.querySelector('.stars-shown')).color") == "rgb(150, 100, 30)"
    page.evaluate("document.querySelector('[name=name]').value = 'Ada'")
    submit(page, "[name=_save]")
    page.wait_for("document.querySelector('#result_list th.field-name a')?.textContent === 'Ada'")
    page.wait_for("document.readyState === 'complete'")
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth)") is True
    page.open(running.address + "/book/")
    assert page.evaluate("document.querySelector('.entries').textContent.trim()") == "Ada: 5"
    assert page.faults == []


def submit(page: Page, button: str) -> None:
    """Click, and wait for another document."""
    page.evaluate("window.former = true")
    page.click(button)
    page.wait_for("!window.former && document.readyState === 'complete'")
