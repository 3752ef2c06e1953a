"""What serving does to the system: it opens files of the table for reading, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assetbuild.runtime.serving.files import LARGEST_KEPT
from releasing import build

PROGRAM = """
import asyncio, json, os, sys
from assetbuild.runtime.{kind} import ReleaseApp

app = ReleaseApp({release!r}, memory={memory})
if {kind!r} == "wsgi":
    def ask(path, method, **headers):
        body = app({{"REQUEST_METHOD": method, "PATH_INFO": path, **headers}}, lambda *_: None)
        b"".join(body)
        getattr(body, "close", str)()
else:
    async def send(message): pass
    def ask(path, method, **headers):
        lines = [(name[5:].lower().replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
        scope = dict(type="http", method=method, path=path, headers=lines)
        loop.run_until_complete(app(scope, None, send))

loop = asyncio.new_event_loop()
loop.run_until_complete(loop.run_in_executor(None, str))
seen = []
sys.addaudithook(lambda name, given: seen.append([name, *map(str, given)]))
for path in {paths!r}:
    for method in ("GET", "HEAD", "POST"):
        for encoding in ("br", "identity"):
            ask(path, method, HTTP_ACCEPT_ENCODING=encoding)
            ask(path, method, HTTP_ACCEPT_ENCODING=encoding, HTTP_RANGE="bytes=1-2")
            ask(path, method, HTTP_ACCEPT_ENCODING=encoding, HTTP_IF_NONE_MATCH="*")
found, seen = seen, None
print(json.dumps(found))
"""
# Of the interpreter and its event loop.
HARMLESS = {
    "object.__getattr__",
    "object.__setattr__",
    "sys._getframe",
    "sys.set_asyncgen_hook_finalizer",
    "sys.set_asyncgen_hook_firstiter",
}
HOSTILE = [
    "/static/../manifest.json",
    "/static/css/../../manifest.json",
    "/etc/passwd",
    "/static//etc/passwd",
    "/static/\0",
]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    files = {"css/app.css": b"body { margin: 0 }\n" * 99, "large.bin": b"0123456789abcdef" * (LARGEST_KEPT // 16 + 1)}
    build(tmp_path, files, plain={"sw.js": b"//"}, encodings=["br"])
    return tmp_path


def run(release: Path, kind: str, paths: list[str], memory: int = 0, *tracer: str) -> Any:
    program = PROGRAM.format(release=str(release), kind=kind, paths=paths, memory=memory)
    done = subprocess.run([*tracer, sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def paths_of(release: Path) -> tuple[list[str], set[str]]:
    """The paths of the URLs, and the file paths of all representations."""
    assets = json.loads((release / "manifest.json").read_bytes())["assets"].values()
    names = {it["file"] for entry in assets for it in (entry, *entry.get("encodings", {}).values())}
    return [f"/static/{entry['file']}" for entry in assets], {str(release / "public" / name) for name in names}


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
@pytest.mark.parametrize("memory", [0, 1 << 20])
def test_serving_opens_files_of_the_table_for_reading_and_does_nothing_else(
    release: Path, kind: str, memory: int
) -> None:
    urls, files = paths_of(release)
    events = [event for event in run(release, kind, [*urls, *HOSTILE], memory) if event[0] not in HARMLESS]
    assert {event[0] for event in events} == {"open"}
    assert {event[1] for event in events} == {name for name in files if not (memory and "sw.js" in name)}
    for _, _, mode, flags in events:
        assert mode in ("rb", "None")
        assert int(flags) & 3 == 0


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_nothing_is_opened_for_what_is_not_there_for_head_and_for_what_is_known(release: Path, kind: str) -> None:
    events = run(release, kind, HOSTILE)
    assert [event for event in events if event[0] not in HARMLESS] == []


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_no_system_call_names_the_path_of_a_request(release: Path, kind: str, tmp_path: Path) -> None:
    from requirements_of_tests import need

    log = tmp_path / "strace"
    marked = [f"/static/{name}" for name in ("no-such-file-1", "../no-such-file-2", "css/app.css/no-such-file-3")]
    run(release, kind, marked, 0, need("strace"), "-f", "-s", "4096", "-o", str(log), "-e", "trace=file,network")
    calls = log.read_text()
    assert "manifest.json" in calls
    assert [line for line in calls.splitlines() if "no-such-file" in line and "execve" not in line] == []
