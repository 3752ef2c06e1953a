"""What the manifests of a release directory say about each file, put together."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.release.layout import MANIFEST, manifest_copy
from assetbuild.release.named import TABLES, files_named


@dataclass(frozen=True, slots=True)
class Expected:
    """A file by its path below the release directory, with the size it should have in bytes.

    `integrity` is that of its bytes, for a variant (`encoding` is set) of the decoded bytes, of which there are
    `decoded_size`. `fingerprinted`: its name, `file` below public/ or private/, holds the fingerprint of its
    own bytes.
    """

    path: str
    asset: str
    file: str
    size: int
    integrity: str
    encoding: str | None
    decoded_size: int
    fingerprinted: bool


def expected_files(
    current: Mapping[str, Any], kept: Mapping[str, Mapping[str, Any]], under_way: Container[str]
) -> tuple[dict[str, Expected], list[Diagnostic]]:
    """All files of the current release, the immutable ones of those kept; and where two manifests disagree.

    They may disagree about files that are `under_way`.
    """
    expected: dict[str, Expected] = {}
    errors: list[Diagnostic] = []
    for name, document in ((MANIFEST, current), *((manifest_copy(it), kept[it]) for it in sorted(kept))):
        for file in _expected_by(document, document is not current):
            other = expected.setdefault(file.path, file)
            if (other.size, other.integrity) != (file.size, file.integrity) and file.path not in under_way:
                errors.append(Diagnostic(f"{name} gives {file.path} another size or integrity than another entry"))
    return expected, errors


def _expected_by(document: Mapping[str, Any], immutable_only: bool) -> Iterator[Expected]:
    for named in files_named(document):
        if immutable_only and not named.immutable:
            continue
        table, directory = next(pair for pair in TABLES if named.path.startswith(pair[1]))
        file, entry = named.path.removeprefix(directory), document[table][named.asset]
        yield Expected(
            path=named.path,
            asset=named.asset,
            file=file,
            size=named.size,
            integrity=entry["integrity"],
            encoding=named.encoding,
            decoded_size=entry["size"],
            # A prehashed asset keeps its name: nobody but its maker knows what the hash in it is of.
            fingerprinted=named.immutable and not named.encoding and file != named.asset and not entry.get("cycle"),
        )
