"""The formulas of a release, written down a second time: names, ids, encodings, media types."""

from __future__ import annotations

import gzip
import hashlib
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

HEX = 16
SUFFIXES = {"br": ".br", "gzip": ".gz", "zstd": ".zst"}
COMPOUND = (".js.map", ".mjs.map", ".css.map")
TYPES = {
    ".avif": {"image/avif"},
    ".css": {"text/css"},
    ".gif": {"image/gif"},
    ".html": {"text/html"},
    ".ico": {"image/x-icon", "image/vnd.microsoft.icon"},
    ".jpeg": {"image/jpeg"},
    ".jpg": {"image/jpeg"},
    ".js": {"text/javascript"},
    ".json": {"application/json"},
    ".map": {"application/json"},
    ".mjs": {"text/javascript"},
    ".mp4": {"video/mp4"},
    ".otf": {"font/otf"},
    ".pdf": {"application/pdf"},
    ".png": {"image/png"},
    ".svg": {"image/svg+xml"},
    ".ttf": {"font/ttf"},
    ".txt": {"text/plain"},
    ".wasm": {"application/wasm"},
    ".webmanifest": {"application/manifest+json"},
    ".webp": {"image/webp"},
    ".woff": {"font/woff"},
    ".woff2": {"font/woff2"},
    ".xml": {"application/xml", "text/xml"},
}


def release_id(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of what a release is: its assets without their encodings, and its import map if it has one."""
    named = {
        name: {key: value for key, value in entry.items() if key != "encodings"}
        for name, entry in manifest["assets"].items()
    }
    hashed: dict[str, Any] = {"assets": named}
    if manifest.get("importmap"):
        hashed["importmap"] = manifest["importmap"]
    text = json.dumps(hashed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint_in(name: str, file: str) -> str | None:
    """The sixteen digits between stem and extension of a published file; None if it is not so named."""
    folder, base = posixpath.split(name)
    extension = next((end for end in COMPOUND if base.endswith(end)), posixpath.splitext(base)[1])
    stem = posixpath.join(folder, base[: len(base) - len(extension)])
    match = re.fullmatch(rf"{re.escape(stem)}-([0-9a-f]{{{HEX}}}){re.escape(extension)}", file)
    return match[1] if match else None


def is_below(file: str) -> bool:
    """Whether a path is relative, POSIX and stays below its root."""
    return not file.startswith(("/", "../")) and file not in ("", "..", ".") and posixpath.normpath(file) == file


def decoded(encoding: str, data: bytes) -> bytes:
    """The bytes behind a content encoding; raises what its library raises, KeyError for one unknown."""
    if encoding == "gzip":
        return gzip.decompress(data)
    if encoding == "br":
        import brotli

        return bytes(brotli.decompress(data))
    if encoding == "zstd":
        import zstandard

        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    raise KeyError(encoding)


def files_of(manifest: Mapping[str, Any]) -> Iterator[str]:
    for entry in manifest["assets"].values():
        yield entry["file"]
        yield from (variant["file"] for variant in entry.get("encodings", {}).values())
