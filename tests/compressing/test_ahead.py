"""Compressing while other assets are still being made: the same variants, none of them twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import brotli
import pytest

from assetbuild.cache import NoCache
from assetbuild.compressing.ahead import Ahead
from assetbuild.compressing.encoders import Variant, encoded, key_of
from assetbuild.encode import encode
from assetbuild.events import ignore
from assetbuild.executors import SerialExecutor
from assetbuild.model import Content, ContentChanged
from cache.test_trace import Memory
from releasing import linked
from scenario import build_files

TEXT = b".rule { color: red; background: blue }\n" * 40
NAMES = ("br", "gzip", "zstd")
# Long enough for a machine that has other work to do.
PATIENCE = 60


class Gate:
    """A content that is made when it is opened, and tells that somebody waits for that."""

    def __init__(self, data: bytes) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()
        self._data = data
        self.content = replace(Content.of(data), data=None, file="gate.css", make=self._make)

    def _make(self) -> bytes:
        self.reached.set()
        assert self.open.wait(PATIENCE)
        return self._data


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate(TEXT)
    yield gate
    gate.open.set()


def test_what_is_made_ahead_is_what_would_be_made(gate: Gate) -> None:
    with closing(Ahead(["br"], NoCache(), 1)) as ahead:
        ahead.offer("gate.css", gate.content, "fingerprinted")
        gate.open.set()
        assert gate.reached.wait(PATIENCE)
        assert ahead.take(Variant("br", gate.content.digest)) == encoded(Content.of(TEXT), "br")
        assert ahead.take(Variant("br", "0" * 64)) is None


def test_what_nobody_has_begun_with_is_left_to_whoever_asks_for_it(gate: Gate) -> None:
    later = Content.of(TEXT[:-1])
    with closing(Ahead(["br"], NoCache(), 1)) as ahead:
        ahead.offer("gate.css", gate.content, "fingerprinted")
        assert gate.reached.wait(PATIENCE)
        ahead.offer("later.css", later, "fingerprinted")
        assert ahead.take(Variant("br", later.digest)) is None
        gate.open.set()
        assert ahead.take(Variant("br", gate.content.digest))


def test_the_largest_comes_first(gate: Gate) -> None:
    order: list[int] = []

    def noted(size: int) -> Content:
        data = TEXT[:size]
        return replace(Content.of(data), data=None, file="a.css", make=lambda: order.append(size) or data)  # type: ignore[func-returns-value]

    contents = [noted(size) for size in (300, 500, 100, 400)]
    with closing(Ahead(["gzip"], NoCache(), 1)) as ahead:
        ahead.offer("gate.css", gate.content, "fingerprinted")
        assert gate.reached.wait(PATIENCE)
        for content in contents:
            ahead.offer("a.css", content, "fingerprinted")
        last = Gate(b"a{}")
        ahead.offer("last.css", last.content, "fingerprinted")
        gate.open.set()
        assert last.reached.wait(PATIENCE)
        last.open.set()
    assert order == [500, 400, 300, 100]


def test_closing_waits_for_nobody(gate: Gate) -> None:
    ahead = Ahead(["br"], NoCache(), 1)
    ahead.offer("gate.css", gate.content, "fingerprinted")
    assert gate.reached.wait(PATIENCE)
    ahead.close()
    assert not gate.open.is_set()


def test_what_cannot_be_read_any_more_is_told_to_whoever_takes_it() -> None:
    changed = replace(Content.of(TEXT), data=None, file="a.css", make=lambda: b"edited")
    with closing(Ahead(["br"], NoCache(), 1)) as ahead:
        ahead.offer("a.css", changed, "fingerprinted")
        with ThreadPoolExecutor(1) as threads, pytest.raises(ContentChanged):
            encode([linked("a.css", TEXT)._replace(content=changed)], ["br"], NoCache(), threads, ignore, ahead)


@pytest.mark.parametrize(
    ("path", "data", "publication"),
    [("a.png", TEXT, "plain"), ("a.css", b"", "plain"), ("a.css.map", TEXT, "private")],
)
def test_what_has_no_variants_is_not_begun(path: str, data: bytes, publication: str) -> None:
    read: list[str] = []
    content = replace(Content.of(data), data=None, file=path, make=lambda: read.append(path) or data)  # type: ignore[func-returns-value]
    with closing(Ahead(NAMES, NoCache(), 1)) as ahead:
        ahead.offer(path, content, publication)  # type: ignore[arg-type]
        assert [ahead.take(Variant(name, content.digest)) for name in NAMES] == [None] * 3
    assert read == []


def test_a_station_takes_what_is_known_what_is_made_and_what_it_has_to_make() -> None:
    assets = [linked(f"{number}.css", TEXT + str(number).encode()) for number in range(12)]
    cache = Memory()
    for asset in assets[:4]:
        for name in NAMES:
            cache.put(key_of(Variant(name, asset.content.digest)), encoded(asset.content, name))
    plainly = encode(assets, NAMES, NoCache(), SerialExecutor(), ignore)
    with closing(Ahead(NAMES, cache, 3)) as ahead, ThreadPoolExecutor(2) as threads:
        for asset in assets[:9]:
            ahead.offer(asset.path, asset.content, asset.publication)
        made = encode(assets, NAMES, cache, threads, ignore, ahead)
    assert made.variants == plainly.variants
    assert (made.cached, made.ran) == (12, 24)
    assert len(cache.values) == 36


FILES: dict[str, str | bytes] = {
    "plain.txt": TEXT,
    "minified.min.js": b"var a=1;" * 50,
    "script.js": b"// a comment\nvar value = 1;\n" * 50,
    "importing.js": b"import { value } from './module.js';\nconsole.log(value);\n",
    "module.js": b"export const value = 'a long string that is repeated';\n" + b"// " + b"x" * 3000,
    "sheet.css": b'.a { background: url("picture.svg") }\n' + TEXT,
    "other.css": TEXT,
    "picture.svg": b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<path d='M0 0'/>" * 40 + b"</svg>",
    "mapped.js": b"var mapped = 1;\n" * 40 + b"//# sourceMappingURL=mapped.js.map\n",
    "mapped.js.map": b'{"version":3,"sources":["../src/mapped.ts"],"names":[],"mappings":"AAAA"}' + b" " * 500,
}


@pytest.mark.parametrize("maps", ["hidden", "linked"])
def test_a_build_that_compresses_ahead_equals_one_that_does_not(maps: str) -> None:
    config = f'sources = ["assets"]\nencodings = ["br", "gzip"]\nsource_maps = "{maps}"\n'
    ahead = build_files(FILES, config, "--jobs", "2")
    alone = build_files(FILES, config, "--jobs", "1", "--no-cache")
    assert (ahead.public, ahead.private, ahead.manifest) == (alone.public, alone.private, alone.manifest)
    assert ahead.summary["compressed"] == alone.summary["compressed"]
    assert brotli.decompress(ahead.public[ahead.file("plain.txt") + ".br"]) == TEXT


def test_a_build_with_an_error_says_so_though_others_are_compressing() -> None:
    files = FILES | {"broken.css": '.a { background: url("missing.png") }'}
    built = build_files(files, 'sources = ["assets"]\n', "--jobs", "2")
    assert built.code == 1
    assert "missing.png" in built.errors[0]
