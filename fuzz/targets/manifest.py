"""The manifest, from wherever it is: read or refused, the same by both readers, and no URL leads out."""

from __future__ import annotations

import json
from urllib.parse import unquote

from assetbuild.runtime.document import dump_manifest, parse_manifest, read_outline
from assetbuild.runtime.manifest import Manifest, ManifestError

ENTRY = {
    "assets": ["b.png"],
    "encodings": {"br": {"file": "a-0123456789abcdef.css.br", "size": 1}},
    "file": "a-0123456789abcdef.css",
    "immutable": True,
    "imports": ["a.css"],
    "integrity": "sha384-" + "A" * 64,
    "size": 2,
    "type": "text/css",
}
DOCUMENT = {
    "assets": {"a.css": ENTRY, "b.png": {**ENTRY, "file": "b.png", "type": "image/png", "encodings": {}}},
    "base_url": "/static/",
    "importmap": {"imports": {"x": "a.css"}, "scopes": {}},
    "release": "0" * 64,
    "schema": 1,
}
SEEDS = (json.dumps(DOCUMENT).encode(), dump_manifest(DOCUMENT))
WORDS = (
    *(f'"{name}"'.encode() for name in (*DOCUMENT, *ENTRY, "bound", "cycle", "dynamicImports", "gzip")),
    *b"../|/etc|C:\\\\|\\u0000|\\n|\\r\\n|//x|\\ud800|%2e%2e|\"|{|}|[|]|:|,|null|true|-1|1e9|<script>|'|javascript:".split(
        b"|"
    ),
)


def target(data: bytes) -> None:
    try:
        document = parse_manifest(data, "manifest.json")
        strict = Manifest(document)
        strict.check()
    except ManifestError:
        strict = None
    try:
        manifest = Manifest(read_outline(data, "manifest.json"))
        manifest.check()
    except ManifestError:
        return  # as it has to be where the document is refused, and may where it is not laid out as we write it
    if strict is None:
        # Of two lines for one asset only the last is ever read.
        lines = data[: data.rfind(b"\n},")].count(b"\n") - 1
        assert lines > len(manifest), "the outline takes what the document does not"
        return
    assert dict(strict) == dict(manifest)
    for name in manifest:
        check_url(manifest, name)


def check_url(manifest: Manifest, name: str) -> None:
    url = manifest.url(name)
    assert url.startswith(manifest.base_url)
    assert url.isascii()
    assert url.isprintable()
    assert not set(url) & set("\"'<>\\ ")
    below = unquote(url[len(manifest.base_url) :], errors="strict")
    assert below == manifest[name].file
    assert ".." not in below.split("/")
    assert not below.startswith("/")
    for header in (manifest[name].type, manifest[name].integrity):
        assert header.isascii()
        assert header.isprintable()
