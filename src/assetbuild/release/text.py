"""The bytes of manifest.json and the release's id, made piece by piece from the assets.

They are those of `dump_manifest` and `release_id` for the document of the same assets: an entry is written by its
fields, which are in the order of the sorted keys, if it holds nothing but strings that JSON writes as they are; the
others are encoded. A document of 50,000 dicts, and three copies of its text, cost more than all else of a commit.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import chain, islice
from operator import attrgetter
from typing import Any

from assetbuild.errors import Diagnostic, ReleaseError
from assetbuild.model import Encoded, Linked
from assetbuild.release.document import entry_of, is_immutable

_AT_ONCE = 1000
_is_plain = re.compile(r"[ !#-\[\]-~]+").fullmatch
_spaced = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False).encode
_dense = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":")).encode


def manifest_text(
    linked: Sequence[Linked],
    encoded: Mapping[str, tuple[Encoded, ...]],
    base_url: str,
    importmap: Mapping[str, Any],
    further: Mapping[str, Any],
    ready: Iterable[tuple[str, str, str]] = (),
    blocks: Sequence[Iterable[bytes]] = (),
) -> tuple[bytes, str]:
    """The manifest of these assets, private ones not among them, and the id of the release.

    `further` are other members of the document, `ready` entries of other assets, by path: the logical path, the entry
    with its name as it stands in the manifest, and as it is hashed. In the place of these there may be `blocks` of
    them: UTF-8, lines with commas in between, in which all blanks stand between values; what comes before the first of
    the assets, between it and the next one, and so on. Raises ReleaseError for a logical path taken twice.
    """
    from heapq import merge

    ordered = sorted(linked, key=attrgetter("path"))
    _refuse_twins(ordered)

    named = hashlib.sha256(b'{"assets":{')
    # What is written here is not copied once more as a whole.
    text = BytesIO()
    text.write(b'{\n"assets": {')
    named_entries = zip([asset.path for asset in ordered], entries_of(ordered, encoded), strict=True)
    ours = ((path, *entry) for path, entry in named_entries)
    before, after = b"\n", b""
    if not blocks:
        entries = merge(ready, ours) if ordered else iter(ready)
        while some := list(islice(entries, _AT_ONCE)):
            text.write(before + ",\n".join([one[1] for one in some]).encode())
            named.update(after + ",".join([one[2] for one in some]).encode())
            before, after = b",\n", b","
    for some_blocks in blocks:
        own = [(spaced.encode(), dense.encode()) for _, spaced, dense in islice(ours, 1)]
        for spaced, dense in chain(((block, block.translate(None, b" \n")) for block in some_blocks), own):
            text.write(before)
            text.write(spaced)
            named.update(after + dense)
            before, after = b",\n", b","
    named.update(b"}" + (f',"importmap":{_dense(importmap)}'.encode() if importmap else b"") + b"}")
    release = named.hexdigest()
    from assetbuild.runtime.manifest import SCHEMA

    rest: dict[str, Any] = {"base_url": base_url, "importmap": importmap, "release": release, "schema": SCHEMA}
    rest.update(further)
    members = ",\n".join(f"{_spaced(key)}: {_spaced(rest[key])}" for key in sorted(rest))
    text.write(b"\n},\n" if after else b"},\n")
    text.write(members.encode() + b"\n}\n")
    return text.getvalue(), release


def _refuse_twins(ordered: list[Linked]) -> None:
    for before, after in zip(ordered, islice(ordered, 1, None), strict=False):
        if before.path == after.path:
            raise ReleaseError(Diagnostic(f"two assets have the logical path {after.path!r}"))


def entries_of(ordered: Iterable[Linked], encoded: Mapping[str, tuple[Encoded, ...]]) -> Iterator[tuple[str, str]]:
    """Each entry with its name, as it stands in the manifest and as it is hashed."""
    for asset in ordered:
        path, file, kind, content, integrity = asset[:5]
        variants = encoded.get(path, ())
        lists = _lists(asset)
        if variants or lists is None or asset.bound or not (_is_plain(path) and _is_plain(file) and _is_plain(kind)):
            entry = entry_of(asset, variants)
            hashed = {key: value for key, value in entry.items() if key != "encodings"}
            yield f"  {_spaced(path)}: {_spaced(entry)}", f"{_dense(path)}:{_dense(hashed)}"
            continue
        immutable = '"immutable": true, ' if is_immutable(asset) else ""
        assets, dynamic, imports = lists
        size = content.size
        yield (
            f'  "{path}": {{{assets}{dynamic}"file": "{file}", {immutable}{imports}'
            f'"integrity": "{integrity}", "size": {size}, "type": "{kind}"}}',
            f'"{path}":{{{_tight(assets)}{_tight(dynamic)}"file":"{file}",{_tight(immutable)}{_tight(imports)}'
            f'"integrity":"{integrity}","size":{size},"type":"{kind}"}}',
        )


def _lists(asset: Linked) -> tuple[str, str, str] | None:
    """The members "assets", "dynamicImports" and "imports"; None if they have to be encoded."""
    if not (asset.imports or asset.assets or asset.dynamic_imports or asset.cycle):
        return "", "", ""
    if asset.cycle:
        return None
    made = []
    for key, paths in (
        ("assets", asset.assets),
        ("dynamicImports", asset.dynamic_imports),
        ("imports", asset.imports),
    ):
        # With a blank in a path, what stands between two of them could not be told from it.
        if not all(_is_plain(path) and " " not in path for path in paths):
            return None
        joined = '", "'.join(paths)
        made.append(f'"{key}": ["{joined}"], ' if paths else "")
    return made[0], made[1], made[2]


def _tight(members: str) -> str:
    """Without the blanks between values; there are none in them."""
    return members.replace(" ", "") if members else members
