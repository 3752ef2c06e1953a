"""Media types by file extension: a table of our own, because the system's differs from host to host."""

from __future__ import annotations

from typing import Final

CSS: Final = "text/css"
JAVASCRIPT: Final = "text/javascript"
JSON: Final = "application/json"
WEBMANIFEST: Final = "application/manifest+json"
UNKNOWN: Final = "application/octet-stream"

# IANA's registry; text/javascript per RFC 9239, fonts per RFC 8081.
TYPES: Final = {
    "aac": "audio/aac",
    "apng": "image/apng",
    "atom": "application/atom+xml",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "br": UNKNOWN,
    "cjs": JAVASCRIPT,
    "css": CSS,
    "csv": "text/csv",
    "cur": "image/x-icon",
    "eot": "application/vnd.ms-fontobject",
    "flac": "audio/flac",
    "geojson": "application/geo+json",
    "gif": "image/gif",
    "glb": "model/gltf-binary",
    "gltf": "model/gltf+json",
    "gz": "application/gzip",
    "htm": "text/html",
    "html": "text/html",
    "ico": "image/x-icon",
    "ics": "text/calendar",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": JAVASCRIPT,
    "json": JSON,
    "jsonld": "application/ld+json",
    "jxl": "image/jxl",
    "m4a": "audio/mp4",
    "map": JSON,
    "md": "text/markdown",
    "mjs": JAVASCRIPT,
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "mpeg": "video/mpeg",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "opus": "audio/ogg",
    "otf": "font/otf",
    "pdf": "application/pdf",
    "png": "image/png",
    "rss": "application/rss+xml",
    "rtf": "application/rtf",
    "svg": "image/svg+xml",
    "svgz": "image/svg+xml",
    "tar": "application/x-tar",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "ttc": "font/collection",
    "ttf": "font/ttf",
    "txt": "text/plain",
    "vtt": "text/vtt",
    "wasm": "application/wasm",
    "wav": "audio/wav",
    "weba": "audio/webm",
    "webm": "video/webm",
    "webmanifest": WEBMANIFEST,
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xhtml": "application/xhtml+xml",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "zip": "application/zip",
}

COMPRESSIBLE: Final = frozenset(
    {
        "application/geo+json",
        "application/ld+json",
        "application/rtf",
        "application/vnd.ms-fontobject",
        "application/wasm",
        "application/x-tar",
        "application/yaml",
        "font/collection",
        "font/otf",
        "font/ttf",
        "image/bmp",
        "image/x-icon",
        "model/gltf+json",
        "model/gltf-binary",
        CSS,
        JAVASCRIPT,
        JSON,
        WEBMANIFEST,
    }
)


def media_type(path: str) -> str:
    """The media type of a logical path, without parameters."""
    dot = path.rfind(".")
    if dot < 0:
        return UNKNOWN
    extension = path[dot + 1 :]
    kind = TYPES.get(extension) or TYPES.get(extension.lower(), UNKNOWN)
    if kind == JSON and path.endswith("manifest.json") and path.rpartition("/")[2] == "manifest.json":
        # The older name of a web app manifest.
        return WEBMANIFEST
    return kind


def is_compressible(path: str) -> bool:
    """Whether files of this kind are worth compressing: not those that are compressed already."""
    kind = media_type(path)
    if path.lower().endswith(".svgz"):
        return False
    return kind in COMPRESSIBLE or kind.startswith("text/") or kind.endswith("+xml") or kind == "application/xml"
