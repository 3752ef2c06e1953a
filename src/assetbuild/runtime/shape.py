"""The shape of manifest.json, schema 1: which value may stand where. The reference is docs/manifest.md.

The checks are string methods, and no regular expressions, because compiling those would take several times as long as
reading a usual manifest. `not text.strip(characters)`: it has no others.
"""

from __future__ import annotations

from assetbuild.runtime.urls import normal_base_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeGuard

_HEX = "0123456789abcdef"
_TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789_-"
_LISTS = ("imports", "dynamicImports", "assets", "cycle")
_FLAGS = ("immutable", "bound")


class WrongError(Exception):
    """Where in the document something is wrong, and what should stand there."""


def check_document(document: dict[str, Any]) -> None:
    """Everything but the entries of the assets. Raises WrongError."""
    _expect(_is_release(document.get("release")), "'release'", "64 hexadecimal digits")
    _expect(_is_text(document.get("base_url")), "'base_url'", "a string")
    try:
        normal_base_url(document["base_url"])
    except ValueError as error:
        raise WrongError(f"'base_url': {error}") from None
    _expect(type(document.get("assets")) is dict, "'assets'", "an object")
    _check_importmap(document.get("importmap", {}))
    _check_names(document.get("names", {}))
    _check_contents(document.get("contents", {}))


def check_entry(name: str, entry: object) -> None:
    """The entry of the asset at the logical path `name`. Raises WrongError, which names it."""
    try:
        _check_entry(name, entry)
    except WrongError as error:
        raise WrongError(f"asset {name!r}: {error}") from None


def _check_entry(name: str, entry: object) -> None:
    if not _is_path(name):
        raise WrongError("its name must be a relative path")
    if type(entry) is not dict:
        raise WrongError("it must be an object")
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
        raise WrongError("'encodings' must be an object")
    for encoding, variant in encodings.items():
        if not encoding or encoding.strip(_TOKEN) or type(variant) is not dict:
            raise WrongError(f"'encodings' must map names such as br to objects: {encoding!r}")
        try:
            _check_file(variant)
        except WrongError as error:
            raise WrongError(f"'encodings', {encoding!r}: {error}") from None


def _check_importmap(importmap: object) -> None:
    if type(importmap) is not dict:
        raise WrongError("'importmap' must be an object")
    _check_specifiers(importmap.get("imports", {}), "'importmap', 'imports'")
    scopes = importmap.get("scopes", {})
    if type(scopes) is not dict:
        raise WrongError("'importmap', 'scopes' must be an object")
    for scope, specifiers in scopes.items():
        _expect(_is_text(scope), "'importmap', 'scopes'", "an object of URL prefixes")
        _check_specifiers(specifiers, f"'importmap', 'scopes', {scope!r}")


def _check_names(names: object) -> None:
    if type(names) is not dict:
        raise WrongError("'names' must be an object")
    for name, named in names.items():
        where = f"'names', {name!r}"
        _expect(type(named) is dict and _is_paths(named.get("assets")), where, "an object with relative paths")
        _expect(type(named.get("extra", {})) is dict, f"{where}, 'extra'", "an object")


def _check_contents(contents: object) -> None:
    if type(contents) is not dict:
        raise WrongError("'contents' must be an object")
    for path, sources in contents.items():
        _expect(_is_path(path) and _is_paths(sources), f"'contents', {path!r}", "a list of relative paths")


def _check_specifiers(specifiers: object, where: str) -> None:
    if type(specifiers) is not dict:
        raise WrongError(f"{where} must be an object")
    for specifier, path in specifiers.items():
        _expect(_is_text(specifier) and _is_path(path), f"{where}, {specifier!r}", "a relative path")


def _is_path(value: object) -> bool:
    """A relative POSIX path: no empty, "." or ".." segment, no drive letter, no backslash, no control character."""
    if not _is_text(value) or "\\" in value or (value[1:2] == ":" and value[0].isalpha()):
        return False
    if value and "/." not in value and "//" not in value and value[0] not in "./" and value[-1] != "/":
        return True
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
    if not isinstance(value, str) or len(value) != 71 or not value.startswith("sha384-") or not value.isascii():
        return False
    return value[7:].replace("+", "a").replace("/", "a").isalnum()


def _is_release(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and not value.strip(_HEX)


def _expect(holds: object, where: str, what: str) -> None:
    if not holds:
        raise WrongError(f"{where} must be {what}")
