"""What a run-time process pays to start and to look names up: import, load, URL, tag. What it shows is in README.md."""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assetbuild.runtime import Manifest
from assetbuild.runtime.document import read_outline
from assetbuild.runtime.manifest import dump_manifest, parse_manifest, release_id
from assetbuild.runtime.page import Page

KINDS = (("js/part", ".js", "text/javascript"), ("css/sheet", ".css", "text/css"), ("img/picture", ".png", "image/png"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="of which the median counts")
    runs = parser.parse_args().runs
    print("| What | Entries | Median |\n|---|--:|--:|")
    row("`import assetbuild.runtime`, over the bare interpreter", "–", f"{import_time(runs):.1f} ms")
    for count in (1_000, 50_000):
        document = made_document(count)
        data = dump_manifest(document)
        print(f"| *a manifest of {len(data) / 1e6:.1f} MB* | {count} | |")
        for name, milliseconds in loading(data, document, runs):
            row(name, str(count), f"{milliseconds:.1f} ms")
    for name, nanoseconds in looking_up(Manifest(read_outline(data)), runs):
        row(name, str(count), f"{nanoseconds:.0f} ns")


def row(what: str, count: str, median: str) -> None:
    print(f"| {what} | {count} | {median} |", flush=True)


def made_document(count: int) -> dict[str, Any]:
    """A release of scripts, sheets and pictures in equal parts, all but the pictures with two encodings."""
    assets: dict[str, Any] = {}
    for number in range(count):
        stem, extension, media_type = KINDS[number % 3]
        digest = hashlib.sha384(str(number).encode()).digest()
        name = f"{stem.replace('/', f'/area{number % 97}/')}{number}"
        file = f"{name}-{digest.hex()[:16]}{extension}"
        entry: dict[str, Any] = {"file": file, "type": media_type, "size": number * 7 % 90_000, "immutable": True}
        entry["integrity"] = f"sha384-{base64.b64encode(digest).decode()}"
        if number % 3 < 2:
            entry["encodings"] = {
                key: {"file": f"{file}.{end}", "size": number} for key, end in (("br", "br"), ("gzip", "gz"))
            }
        if number % 3 == 0 and number > 9:
            entry["imports"] = [script_name(number - 3), script_name(number - 9)]
        assets[f"{name}{extension}"] = entry
    importmap: dict[str, Any] = {"imports": {}, "scopes": {}}
    return {
        "schema": 1,
        "release": release_id(assets, importmap),
        "base_url": "/static/",
        "assets": assets,
        "importmap": importmap,
    }


def script_name(number: int) -> str:
    return f"js/area{number % 97}/part{number}.js"


def loading(data: bytes, document: dict[str, Any], runs: int) -> Iterator[tuple[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        ours, other = Path(folder, "manifest.json"), Path(folder, "other.json")
        ours.write_bytes(data)
        other.write_text(json.dumps(document), "utf-8")
        yield "`Manifest.load`", median(lambda: Manifest.load(ours), runs) * 1e3
        yield "`Manifest.load`, another base URL", median(lambda: Manifest.load(ours, "/x/"), runs) * 1e3
        yield "`Manifest.load`, another layout", median(lambda: Manifest.load(other), runs) * 1e3
        yield "`json.loads` alone", median(lambda: json.loads(data), runs) * 1e3
        yield "`Manifest.load` and `check()`", median(lambda: Manifest.load(ours).check(), min(runs, 5)) * 1e3
        yield "`parse_manifest`, every entry checked", median(lambda: parse_manifest(data), min(runs, 5)) * 1e3


def looking_up(manifest: Manifest, runs: int) -> Iterator[tuple[str, float]]:
    names = list(manifest)
    hundred = names[:: len(names) // 100][:100]

    def each(look_up: Callable[[str], object], rounds: int) -> float:
        def all_of_them() -> None:
            for _ in range(rounds):
                for name in hundred:
                    look_up(name)

        return median(all_of_them, runs) / len(hundred) / rounds * 1e9

    yield "`url(name)`, the first time", first_time(manifest, names, runs)
    yield "`url(name)`", each(manifest.url, 100)
    yield "`manifest[name]`", each(manifest.__getitem__, 100)
    yield "`name in manifest`", each(manifest.__contains__, 100)
    page = Page(manifest)
    yield "`asset_url(name)` in a template", each(page.asset_url, 100)
    yield "`stylesheet_link_tag(name)`", each(page.stylesheet_link_tag, 10)


def first_time(manifest: Manifest, names: list[str], runs: int) -> float:
    """Of a tenth of the names, which nobody looked up before."""
    took = []
    for part in range(min(runs, 10)):
        some = names[part::10]
        start = time.process_time()
        for name in some:
            manifest.url(name)
        took.append((time.process_time() - start) / len(some))
    return statistics.median(took) * 1e9


def median(work: Callable[[], object], runs: int) -> float:
    """Seconds of CPU time."""
    took = []
    for _ in range(runs):
        start = time.process_time()
        result = work()
        took.append(time.process_time() - start)
        del result
    return statistics.median(took)


def import_time(runs: int) -> float:
    """Milliseconds of CPU time that a process with the import takes more than one without, without site-packages."""
    source = str(Path(sys.modules["assetbuild"].__file__ or "").parents[1])

    def process(code: str) -> float:
        command = [sys.executable, "-S", "-I", "-c", f"import sys; sys.path.append({source!r}); {code}"]
        took = []
        for _ in range(runs):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return statistics.median(took)

    return (process("import assetbuild.runtime") - process("pass")) * 1e3


if __name__ == "__main__":
    main()
