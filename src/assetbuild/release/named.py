"""Reading manifests of a release directory, and the files they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assetbuild.named_tuple import NamedTuple
from assetbuild.release.disk import read_if_there
from assetbuild.release.history import kept_ids
from assetbuild.release.layout import MANIFEST, PRIVATE, PUBLIC, is_inside, manifest_copy, place

Document = dict[str, Any]


# The tables of a document, and before which of their files what has to stand.
TABLES = (("assets", f"{PUBLIC}/"), ("private", f"{PRIVATE}/"), ("manifests", ""))


class NamedFile(NamedTuple):
    """A file of a release. `path` is below the release directory, `asset` the logical path (of a manifest its format).

    `encoding` and no `integrity` for a precompressed variant, the reverse for the asset's own bytes.
    `immutable`: no release may name this file with other bytes (a variant: with bytes that decode to others).
    """

    path: str
    asset: str
    size: int
    integrity: str | None
    encoding: str | None
    immutable: bool


def files_named(document: Mapping[str, Any]) -> Iterator[NamedFile]:
    """The files that the document of a release names, the manifest itself not among them."""
    for table, directory in TABLES:
        for asset, entry in document.get(table, {}).items():
            immutable = entry.get("immutable", False)
            path = f"{directory}{entry['file']}"
            yield NamedFile(path, asset, entry["size"], entry["integrity"], None, immutable)
            for encoding, variant in entry.get("encodings", {}).items():
                path = f"{directory}{variant['file']}"
                yield NamedFile(path, asset, variant["size"], None, encoding, immutable)


def read_document(data: bytes, name: str) -> Document:
    """The checked document in a manifest's bytes; `name` is for messages. Raises ManifestError."""
    from assetbuild.release.foreign import FILES
    from assetbuild.runtime.manifest import ManifestError, parse_manifest

    document = parse_manifest(data, name)
    for table in ("private", "manifests"):
        entries = document.get(table, {})
        if not isinstance(entries, dict) or not all(map(_is_plain_entry, entries.values())):
            raise ManifestError(f"{name} is damaged: '{table}' must map names to file, size and integrity")
    if any(entry["file"] not in FILES.values() for entry in document.get("manifests", {}).values()):
        raise ManifestError(f"{name} is damaged: 'manifests' may name {', '.join(sorted(FILES.values()))}")
    return document


def current_document(output: str) -> tuple[bytes, Document] | None:
    """manifest.json as bytes and document, None if there is none. Raises ManifestError, OSError."""
    data = read_if_there(place(output, MANIFEST))
    if data is None:
        return None
    return data, read_document(data, MANIFEST)


def kept_documents(output: str) -> tuple[dict[str, Document], dict[str, str]]:
    """The manifests in releases/ by id, and what is wrong with those that cannot be read. Raises OSError."""
    from assetbuild.runtime.manifest import ManifestError

    documents: dict[str, Document] = {}
    damaged: dict[str, str] = {}
    for release in kept_ids(output):
        name = manifest_copy(release)
        try:
            data = read_if_there(place(output, name))
            if data is not None:
                documents[release] = read_document(data, name)
        except ManifestError as error:
            damaged[release] = str(error)
    return documents, damaged


def _is_plain_entry(entry: object) -> bool:
    if not isinstance(entry, dict) or entry.get("encodings"):
        return False
    file, size = entry.get("file"), entry.get("size")
    return (
        isinstance(file, str)
        and is_inside(file)
        and type(size) is int
        and size >= 0
        and isinstance(entry.get("integrity"), str)
        and isinstance(entry.get("immutable", False), bool)
    )
