"""manifest.json as a document: its schema, checked reading, deterministic writing, and the release's name.

A document is what JSON gives: dicts, lists, strings, integers, booleans. The reference is docs/manifest.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from assetbuild.runtime.errors import ManifestError
from assetbuild.runtime.urls import normal_base_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeGuard

SCHEMA = 1

_AGAIN = "run `assetbuild build` again and deploy the release whole"
_HEX = "0123456789abcdef"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789_-"
_LISTS = ("imports", "dynamicImports", "assets", "cycle")
_FLAGS = ("immutable", "bound")


class _WrongError(Exception):
    """Where in the document something is wrong, and what should stand there."""


def parse_manifest(data: bytes, name: str = "manifest.json") -> dict[str, Any]:
    """The document in the bytes of a manifest, every key of schema 1 checked; keys it does not know are let be.

    `name` is what messages call the file. Raises ManifestError. Whether the files named are there and
    whether `release` is right is not looked at.
    """
    import json

    try:
        document = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError:
        raise ManifestError(f"{name} is damaged: it is nested too deep; {_AGAIN}") from None
    except ValueError as error:
        raise ManifestError(f"{name} is cut off or damaged (not JSON in UTF-8: {error}); {_AGAIN}") from None
    try:
        _check_schema(document, name)
        _check_document(document)
    except _WrongError as error:
        raise ManifestError(f"{name} is damaged: {error}; {_AGAIN}") from None
    return document  # type: ignore[no-any-return]


def dump_manifest(document: Mapping[str, Any]) -> bytes:
    """The document as JSON in UTF-8: keys sorted by code point, one asset a line, nothing escaped that need not be."""
    import json

    encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False).encode
    members = []
    for key in sorted(document):
        value = document[key]
        if key == "assets" and value:
            lines = ",\n".join(f"  {encode(name)}: {encode(value[name])}" for name in sorted(value))
            members.append(f'"assets": {{\n{lines}\n}}')
        else:
            members.append(f"{encode(key)}: {encode(value)}")
    return ("{\n" + ",\n".join(members) + "\n}\n").encode()


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


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON value")


def _check_schema(document: object, name: str) -> None:
    if type(document) is not dict:
        raise _WrongError("it must hold a JSON object")
    schema = document.get("schema")
    if type(schema) is not int:
        raise _WrongError("'schema' must be a number")
    if schema != SCHEMA:
        raise ManifestError(
            f"{name} has schema {schema}, and this assetbuild reads schema {SCHEMA}: "
            "build and run with versions of assetbuild that agree"
        )


def _check_document(document: dict[str, Any]) -> None:
    _expect(_is_release(document.get("release")), "'release'", "64 hexadecimal digits")
    _expect(_is_text(document.get("base_url")), "'base_url'", "a string")
    try:
        normal_base_url(document["base_url"])
    except ValueError as error:
        raise _WrongError(f"'base_url': {error}") from None
    _expect(type(document.get("assets")) is dict, "'assets'", "an object")
    for name, entry in document["assets"].items():
        try:
            _check_entry(name, entry)
        except _WrongError as error:
            raise _WrongError(f"asset {name!r}: {error}") from None
    _check_importmap(document.get("importmap", {}))


def _check_entry(name: str, entry: object) -> None:
    if not _is_path(name):
        raise _WrongError("its name must be a relative path")
    if type(entry) is not dict:
        raise _WrongError("it must be an object")
    _check_file(entry)
    _expect(_is_media_type(entry.get("type")), "'type'", "a media type")
    _expect(_is_integrity(entry.get("integrity")), "'integrity'", "sha384- and 64 characters of base64")
    for key in _LISTS:
        if key in entry:
            _expect(_is_paths(entry[key]), repr(key), "a list of relative paths")
    for key in _FLAGS:
        if key in entry:
            _expect(type(entry[key]) is bool, repr(key), "true or false")
    if "encodings" in entry:
        _check_encodings(entry["encodings"])


def _check_file(record: dict[str, Any]) -> None:
    _expect(
        _is_path(record.get("file")),
        "'file'",
        "a relative path without '..', backslashes and control characters",
    )
    size = record.get("size")
    _expect(type(size) is int and size >= 0, "'size'", "a number of bytes")


def _check_encodings(encodings: object) -> None:
    if type(encodings) is not dict:
        raise _WrongError("'encodings' must be an object")
    for encoding, variant in encodings.items():
        if not encoding or encoding.strip(_TOKEN) or type(variant) is not dict:
            raise _WrongError(f"'encodings' must map names such as br to objects: {encoding!r}")
        try:
            _check_file(variant)
        except _WrongError as error:
            raise _WrongError(f"'encodings', {encoding!r}: {error}") from None


def _check_importmap(importmap: object) -> None:
    if type(importmap) is not dict:
        raise _WrongError("'importmap' must be an object")
    _check_specifiers(importmap.get("imports", {}), "'importmap', 'imports'")
    scopes = importmap.get("scopes", {})
    if type(scopes) is not dict:
        raise _WrongError("'importmap', 'scopes' must be an object")
    for scope, specifiers in scopes.items():
        _expect(_is_text(scope), "'importmap', 'scopes'", "an object of URL prefixes")
        _check_specifiers(specifiers, f"'importmap', 'scopes', {scope!r}")


def _check_specifiers(specifiers: object, where: str) -> None:
    if type(specifiers) is not dict:
        raise _WrongError(f"{where} must be an object")
    for specifier, path in specifiers.items():
        _expect(_is_text(specifier) and _is_path(path), f"{where}, {specifier!r}", "a relative path")


# The checks below are string methods, and no regular expressions, because compiling those would take several
# times as long as reading a usual manifest. `not text.strip(characters)`: it has no others.


def _is_path(value: object) -> bool:
    """A relative POSIX path: no empty, "." or ".." segment, no drive letter, no backslash, no control character."""
    if not _is_text(value) or "\\" in value or (value[1:2] == ":" and value[0].isalpha()):
        return False
    segments = value.split("/")
    return not ("" in segments or "." in segments or ".." in segments)


def _is_paths(value: object) -> bool:
    return type(value) is list and all(map(_is_path, value))


def _is_text(value: object) -> TypeGuard[str]:
    """A string without control characters and lone surrogates."""
    if not isinstance(value, str):
        return False
    return value.isprintable() or not any(c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in value)


def _is_media_type(value: object) -> bool:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return False
    kind, _, subtype = value.partition(";")[0].partition("/")
    return kind.strip() != "" and subtype.strip() != ""


def _is_integrity(value: object) -> bool:
    return isinstance(value, str) and len(value) == 71 and value.startswith("sha384-") and not value[7:].strip(_BASE64)


def _is_release(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and not value.strip(_HEX)


def _expect(holds: object, where: str, what: str) -> None:
    if not holds:
        raise _WrongError(f"{where} must be {what}")
