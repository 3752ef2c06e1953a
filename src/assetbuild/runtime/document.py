"""manifest.json as a document: checked reading, deterministic writing, and the release's name.

A document is what JSON gives: dicts, lists, strings, integers, booleans. Its shape stands in shape.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from assetbuild.runtime.errors import ManifestError
from assetbuild.runtime.shape import WrongError, check_document, check_entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SCHEMA = 1

_AGAIN = "run `assetbuild build` again and deploy the release whole"
# How dump_manifest lays out the entries.
_HEAD, _INDENT, _END = '{\n"assets": {\n', "  ", '\n},\n"'


def parse_manifest(data: bytes, name: str = "manifest.json") -> dict[str, Any]:
    """The document in the bytes of a manifest, every key of schema 1 checked; keys it does not know are let be.

    `name` is what messages call the file. Raises ManifestError. Whether the files named are there and
    whether `release` is right is not looked at.
    """
    document = _checked(_json(data, name), name)
    try:
        for path, entry in document["assets"].items():
            check_entry(path, entry)
    except WrongError as error:
        raise _damaged(name, error) from None
    return document


def read_outline(data: bytes, name: str = "manifest.json") -> dict[str, Any]:
    """As `parse_manifest`, but each entry is left for `entry_of`, which checks it; many are still JSON text.

    A process looks up a few hundred of a release's tens of thousands of assets. The file has one asset a line, so
    that it can be cut at its line ends: less than half of the time that parsing takes, and half of the memory.
    A manifest in another layout is parsed at once. Raises ManifestError for one that is cut off, and for a
    wrong value outside "assets".
    """
    document = _cut_at_lines(data)
    return _checked(_json(data, name) if document is None else document, name)


def entry_of(assets: Mapping[str, Any], path: str, name: str = "manifest.json") -> dict[str, Any]:
    """The entry of the asset at the logical path `path`, which is in `assets`. Raises ManifestError, which names it."""
    entry = assets[path]
    try:
        if type(entry) is str:
            entry = _entry_in_line(path, entry)
        check_entry(path, entry)
    except WrongError as error:
        raise _damaged(name, error) from None
    return entry  # type: ignore[no-any-return]


def dump_manifest(document: Mapping[str, Any]) -> bytes:
    """The document as JSON in UTF-8: keys sorted by code point, one asset a line, nothing escaped that need not be."""
    import json

    encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False).encode
    members = []
    for key in sorted(document):
        value = document[key]
        if key == "assets" and value:
            members.append(f'"assets": {{\n{_lines(value, encode)}\n}}')
        else:
            members.append(f"{encode(key)}: {encode(value)}")
    return ("{\n" + ",\n".join(members) + "\n}\n").encode()


def _lines(entries: Mapping[str, Any], encode: Callable[[object], str]) -> str:
    """The entries as members of a JSON object, one a line."""
    # All in one go takes a quarter of the time. No string of JSON holds `}, "`: its quote would have a backslash.
    lines = encode(entries)[1:-1].split('}, "')
    if len(lines) == len(entries):
        return _INDENT + f'}},\n{_INDENT}"'.join(lines)
    # Entries with objects in them.
    return ",\n".join(f"{_INDENT}{encode(name)}: {encode(entries[name])}" for name in sorted(entries))


def release_id(assets: Mapping[str, Mapping[str, Any]], importmap: Mapping[str, Any] | None = None) -> str:
    """The name of a release: SHA-256, in hex, of the JSON of {"assets": …, "importmap": …}.

    `assets` and `importmap` are as in the manifest, the assets less their `encodings`; an import map that is
    None or empty is left out, key and all. JSON in UTF-8, keys sorted by code point, no white space,
    only `"`, `\\` and characters below U+0020 escaped.
    """
    import hashlib
    import json

    named = {name: {key: entry[key] for key in entry if key != "encodings"} for name, entry in assets.items()}
    hashed: dict[str, Any] = {"assets": named}
    if importmap:
        hashed["importmap"] = importmap
    text = json.dumps(hashed, ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _json(data: bytes, name: str) -> object:
    import json

    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError:
        raise _damaged(name, "it is nested too deep") from None
    except ValueError as error:
        raise ManifestError(f"{name} is cut off or damaged (not JSON in UTF-8: {error}); {_AGAIN}") from None


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON value")


def _cut_at_lines(data: bytes) -> dict[str, Any] | None:
    """The document with the lines of the entries as they are; None if the text is not laid out so."""
    import json

    try:
        text = data.decode("utf-8")
        end = text.rindex(_END)
        if not text.startswith(_HEAD) or "\\" in text:  # without escapes a quote ends each string
            return None
        document = json.loads("{" + text[end + len("\n},") :], parse_constant=_refuse_constant)
        lines = text[len(_HEAD) : end].split("\n")
        begin = len(_INDENT) + 1
        assets = {line[begin : line.index('"', begin)]: line for line in lines}
    except (ValueError, RecursionError):
        return None
    # A blank where a name should be: somebody broke an entry up over several lines.
    if "assets" in document or min(assets)[:1] <= " ":
        return None
    return {**document, "assets": assets}


def _entry_in_line(path: str, line: str) -> object:
    import json

    begin = f'{_INDENT}"{path}": '
    try:
        if line.startswith(begin):
            return json.loads(line[len(begin) :].removesuffix(","))
        reason = "not laid out as assetbuild writes it"
    except (ValueError, RecursionError) as error:
        reason = str(error)
    raise WrongError(f"asset {path!r}: its line is no JSON: {reason}")


def _checked(document: object, name: str) -> dict[str, Any]:
    """The document, if all but its entries is right."""
    if type(document) is not dict:
        raise _damaged(name, "it must hold a JSON object")
    schema = document.get("schema")
    if type(schema) is not int:
        raise _damaged(name, "'schema' must be a number")
    if schema != SCHEMA:
        where = "here" if schema > SCHEMA else "where it was built"
        raise ManifestError(
            f"{name} has schema {schema}, and this assetbuild reads schema {SCHEMA}: run `assetbuild build` with the "
            f"version that is installed here, or `pip install --upgrade assetbuild` {where}"
        )
    try:
        check_document(document)
    except WrongError as error:
        raise _damaged(name, error) from None
    return document


def _damaged(name: str, what: object) -> ManifestError:
    return ManifestError(f"{name} is damaged: {what}; {_AGAIN}")
