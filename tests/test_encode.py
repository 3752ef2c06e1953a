"""Precompressed variants: the same bytes, and only where they are worth it."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest
import zstandard

from assetbuild.cache import NoCache
from assetbuild.encode import encode
from assetbuild.events import ignore
from assetbuild.executors import SerialExecutor
from scenario import build_files

ALL = 'sources = ["assets"]\nminify = false\nencodings = ["br", "gzip", "zstd"]\n'
TEXT = ".rule { color: red; background: blue }\n" * 40
DECODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "br": (".br", brotli.decompress),
    "gzip": (".gz", gzip.decompress),
    "zstd": (".zst", lambda data: zstandard.ZstdDecompressor().decompress(data)),
}


@pytest.mark.parametrize("name", DECODERS)
def test_a_variant_decodes_to_the_bytes_served(name: str) -> None:
    suffix, decode = DECODERS[name]
    built = build_files({"a.css": TEXT}, ALL)
    variant = built.assets["a.css"]["encodings"][name]
    assert variant["file"] == built.file("a.css") + suffix
    data = built.public[variant["file"]]
    assert decode(data) == TEXT.encode()
    assert variant["size"] == len(data)


def test_gzip_bears_no_time_and_no_name() -> None:
    built = build_files({"a.css": TEXT}, ALL)
    header = built.public[built.file("a.css") + ".gz"][:10]
    assert header[:4] == b"\x1f\x8b\x08\x00"
    assert header[4:8] == bytes(4)


def test_a_variant_that_saves_less_than_five_percent_is_not_kept() -> None:
    noise = random.Random(1).randbytes(4000)
    files: dict[str, str | bytes] = {
        "short.txt": "abc",
        "random.wasm": noise,
        "three-percent.wasm": noise + bytes(140),
        "twenty-percent.wasm": noise + bytes(1000),
    }
    built = build_files(files, ALL)
    assert "encodings" not in built.assets["short.txt"]
    assert "encodings" not in built.assets["random.wasm"]
    assert "encodings" not in built.assets["three-percent.wasm"]
    assert sorted(built.assets["twenty-percent.wasm"]["encodings"]) == ["br", "gzip", "zstd"]
    assert all(
        variant["size"] <= entry["size"] * 0.95
        for entry in built.assets.values()
        for variant in entry.get("encodings", {}).values()
    )


def test_compressed_formats_and_empty_files_are_left_alone() -> None:
    built = build_files({"a.png": TEXT, "b.woff2": TEXT, "c.zip": TEXT, "empty.css": "", "d.svgz": TEXT}, ALL)
    assert all("encodings" not in entry for entry in built.assets.values())


def test_no_encodings_means_none() -> None:
    built = build_files({"a.css": TEXT}, 'sources = ["assets"]\nencodings = []\n')
    assert sorted(built.public) == [built.file("a.css")]


def test_plain_names_have_variants_and_private_files_none() -> None:
    config = ALL + 'source_maps = "hidden"\n'
    built = build_files({"robots.txt": TEXT, "a.css.map": "{" + " " * 500 + "}"}, config)
    assert built.public["robots.txt.br"]
    assert len(built.private) == 1


def test_variants_are_the_same_in_any_number_of_threads() -> None:
    from releasing import linked

    assets = [linked(f"{number}.css", (TEXT + str(number)).encode()) for number in range(12)]
    names = ("br", "gzip", "zstd")
    serial = encode(assets, names, NoCache(), SerialExecutor(), ignore)
    with ThreadPoolExecutor(4) as threads:
        assert encode(assets, names, NoCache(), threads, ignore) == serial
    assert serial.ran == 36


def test_equal_contents_are_compressed_once() -> None:
    built = build_files({"a.css": TEXT, "b.css": TEXT}, ALL)
    assert built.summary["compressed"] == {"ran": 3, "cached": 0}
    assert built.public[built.file("a.css") + ".br"] == built.public[built.file("b.css") + ".br"]
