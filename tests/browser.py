"""A headless Chromium driven over a pipe by the DevTools protocol, and a server to give it a directory."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-default-browser-check",
    "--remote-debugging-pipe",
    "--window-size=1200,900",
)

# Chromium reads the protocol from descriptor 3 and writes to 4.
LAUNCHER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""

Message = dict[str, Any]


class BrowserError(Exception):
    """The browser is gone, too slow, or answered with an error."""


class Handler(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012
        **SimpleHTTPRequestHandler.extensions_map,
        ".css": "text/css",
        ".js": "text/javascript",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".webmanifest": "application/manifest+json",
        ".woff": "font/woff",
        ".woff2": "font/woff2",
    }
    also: Mapping[str, str] = {}

    def end_headers(self) -> None:
        for name, value in self.also.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def serve(directory: Path, headers: Mapping[str, str] | None = None) -> Iterator[str]:
    """The URL, without a trailing slash, under which the directory is served while the block runs; every response has
    these headers, too."""
    handler = type("Serving", (Handler,), {"also": headers or {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(directory)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Browser:
    """The connection; `patience` is in seconds for each answer."""

    def __init__(self, reader: int, writer: int, patience: float) -> None:
        self._reader, self._writer = reader, writer
        self.patience = patience
        self._buffer = b""
        self._count = 0
        self._pages: dict[str, Page] = {}

    def new_page(self) -> Page:
        """A tab with storage, cache and service workers of its own."""
        context = self.call(None, "Target.createBrowserContext")["browserContextId"]
        target = self.call(None, "Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call(None, "Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        return page

    def call(self, session: str | None, method: str, **params: Any) -> Message:
        """The result of a protocol command; raises BrowserError on an error or after the time allowed."""
        self._count += 1
        message: Message = {"id": self._count, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        os.write(self._writer, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + self.patience
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == self._count:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']}")
                result: Message = answer["result"]
                return result

    def receive(self, deadline: float) -> Message:
        """The next message; an event is noted by the page that it is about."""
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reader], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise BrowserError(f"no answer within {self.patience:g} s")
            piece = os.read(self._reader, 1 << 16)
            if not piece:
                raise BrowserError("the browser is gone")
            self._buffer += piece
        text, self._buffer = self._buffer.split(b"\0", 1)
        message: Message = json.loads(text)
        page = self._pages.get(message.get("sessionId", ""))
        if page is not None and "method" in message:
            page.note(message["method"], message.get("params", {}))
        return message


class Page:
    """One tab. `faults` collects what no sound page has: console errors, exceptions, failed requests."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session
        self._loaded = False
        self._under_way: set[str] = set()
        self.faults: list[str] = []
        self.requested: list[str] = []

    def call(self, method: str, **params: Any) -> Message:
        """As `Browser.call`, about this page."""
        return self._browser.call(self._session, method, **params)

    def open(self, url: str) -> None:
        """Goes to the URL and waits for its load event."""
        self._loaded = False
        failure = self.call("Page.navigate", url=url).get("errorText")
        if failure:
            raise BrowserError(f"{url}: {failure}")
        deadline = time.monotonic() + self._browser.patience
        while not self._loaded:
            self._browser.receive(deadline)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression (awaited if a promise), as JSON."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Until the expression is true."""
        deadline = time.monotonic() + self._browser.patience
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise BrowserError(f"never true: {expression}; faults: {self.faults}")
            time.sleep(0.02)

    def settle(self) -> None:
        """Until the page has been drawn twice and every request that it made has been answered, or has failed."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        deadline = time.monotonic() + self._browser.patience
        while self._under_way:
            self._browser.receive(deadline)

    def click(self, selector: str) -> None:
        """A real click, by the mouse, on the middle of the element."""
        place = self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center', behavior: 'instant'}); const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def note(self, method: str, params: Message) -> None:
        """Keep what an event of the protocol tells."""
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.faults.append(f"exception: {details.get('exception', {}).get('description', details['text'])}")
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert", "warning"):
            said = " ".join(str(part.get("value", part.get("description"))) for part in params["args"])
            self.faults.append(f"console {params['type']}: {said}")
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.faults.append(f"log: {params['entry']['text']} {params['entry'].get('url', '')}".rstrip())
        elif method == "Network.requestWillBeSent":
            self._under_way.add(params["requestId"])
        elif method == "Network.loadingFinished":
            self._under_way.discard(params["requestId"])
        elif method == "Network.responseReceived":
            self.requested.append(params["response"]["url"])
            if params["response"]["status"] >= 400:
                self.faults.append(f"status {params['response']['status']}: {params['response']['url']}")
        elif method == "Network.loadingFailed":
            self._under_way.discard(params["requestId"])
            if not params.get("canceled"):
                self.faults.append(f"failed: {params['errorText']} ({params['type']})")


@contextmanager
def browse(chromium: str, profile: Path, patience: float = 20.0) -> Iterator[Browser]:
    """A new browser with an empty profile; `patience` as in Browser."""
    to_browser, from_browser = os.pipe(), os.pipe()
    # High numbers, so that neither is 3 or 4 when the launcher puts them there.
    reads = fcntl.fcntl(to_browser[0], fcntl.F_DUPFD, 20)
    writes = fcntl.fcntl(from_browser[1], fcntl.F_DUPFD, 20)
    launch = [sys.executable, "-c", LAUNCHER, str(reads), str(writes)]
    process = subprocess.Popen(
        [*launch, chromium, *ARGUMENTS, f"--user-data-dir={profile}", "about:blank"],
        pass_fds=(reads, writes),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for descriptor in (to_browser[0], from_browser[1], reads, writes):
        os.close(descriptor)
    try:
        yield Browser(from_browser[0], to_browser[1], patience)
    finally:
        # Its helper processes are of its group.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(from_browser[0])
        os.close(to_browser[1])
