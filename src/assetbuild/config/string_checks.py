"""Checks of strings that name assets: logical paths, globs, bundle paths, filters, variables, the base URL."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assetbuild import globs
from assetbuild.config.checks import Check, Problem, Reading, header, text_that

if TYPE_CHECKING:
    from assetbuild.config.toml_places import KeyPath

BUNDLE_EXTENSIONS = (".css", ".js", ".mjs")
EXAMPLE = 'bundles."js/app.js"'


def logical_problem(value: str) -> Problem | None:
    """What keeps a string from being a logical path, None if it is one."""
    if not value:
        return "must not be empty", None
    if "\\" in value:
        return "must not have a backslash", "write '/' between the parts of a path"
    if value.startswith("/") or re.match(r"[A-Za-z]:", value):
        return "must be relative, not absolute", None
    if any(part in ("", ".", "..") for part in value.split("/")):
        return "must not have an empty part, '.' or '..'", None
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        return "must not have control characters", None
    return None


def _prefix_problem(value: str) -> Problem | None:
    return logical_problem(value.removesuffix("/")) if value else None


def _glob_problem(value: str) -> Problem | None:
    """Globs match logical paths, so what no logical path has is a mistake."""
    if value.endswith("/") and len(value) > 1:
        return "must match files, and ends with '/'", f"did you mean '{value}**'?"
    if value and (problem := logical_problem(value)):
        return problem
    return _pattern_problem(value)


def _pattern_problem(value: str) -> Problem | None:
    try:
        globs.check(value)
    except ValueError as error:
        return f"is not a glob: {error}", None
    return None


def normal(check: Check) -> Check:
    """The string that `check` gives, in Unicode NFC as logical paths are."""

    def normalised(reading: Reading, path: KeyPath, value: Any) -> str | None:
        result = check(reading, path, value)
        return None if result is None else unicodedata.normalize("NFC", result)

    return normalised


prefix_text = normal(text_that(_prefix_problem))
logical_path = normal(text_that(logical_problem))
glob = normal(text_that(_glob_problem))
reference_glob = text_that(_pattern_problem)


def prefix(reading: Reading, path: KeyPath, value: Any) -> str | None:
    """A logical directory without a slash at its end, or ""."""
    result = prefix_text(reading, path, value)
    return None if result is None else str(result).removesuffix("/")


def bundle_path(reading: Reading, path: KeyPath, name: str) -> None:
    """Reports a bundle name that is no logical path of a stylesheet or script."""
    problem = logical_problem(name)
    extension = posixpath.splitext(name)[1]
    if problem is None and re.search(r"[*?]", name):
        problem = "is one file and cannot be a glob", "put globs in its 'contents'"
    elif problem is None and not extension:
        problem = "has no extension", f"quote the whole path: [{header(reading, EXAMPLE)}]"
    elif problem is None and extension not in BUNDLE_EXTENSIONS:
        problem = f"cannot end with '{extension}'", "a bundle is one of " + ", ".join(BUNDLE_EXTENSIONS)
    if problem:
        reading.wrong_key(path, f"the bundle path '{name}' {problem[0]}", problem[1])


def _shape(pattern: str, what: str, hint: str) -> Callable[[str], Problem | None]:
    return lambda value: None if re.fullmatch(pattern, value, re.ASCII) else (f"must be {what}, not '{value}'", hint)


filter_name = text_that(
    _shape(
        r"(webassets:)?[A-Za-z][A-Za-z0-9_-]*",
        "the name of a filter",
        "one name an entry, such as 'rjsmin' or 'webassets:closure_js'",
    )
)
variable_name = text_that(
    _shape(r"[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable", "only the name, such as 'SENTRY_DSN'")
)
module_name = text_that(
    _shape(
        r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*",
        "the name of a Python module",
        "write what DJANGO_SETTINGS_MODULE is, such as 'mysite.settings'",
    )
)


def _base_url_problem(value: str) -> Problem | None:
    example = "such as '/static/' or 'https://cdn.example.com/'"
    if value.startswith("//"):
        return "must not start with '//'", f"did you mean 'https:{value}'?"
    if not re.match(r"/|https?://[^/?#]", value):
        return "must start with '/', 'http://' or 'https://'", example
    if re.search(r"[?#]", value):
        return "must not have a query or a fragment", example
    if not value.isprintable() or re.search(r"[\s\"'<>\\^`{|}]", value):
        return "must not have white space, quotes or other characters a URL cannot have", example
    if not value.isascii():
        from urllib.parse import quote

        return "must be ASCII", f"percent-encode it: '{quote(value, safe='/:@%!$&()*+,;=~')}'"
    if any(part in (".", "..") for part in value.split("/")):
        return "must not have '.' or '..' as a part", example
    return None


base_url_text = text_that(_base_url_problem)


def base_url(reading: Reading, path: KeyPath, value: Any) -> str | None:
    """A path or a URL; it ends with "/" afterwards."""
    if base_url_text(reading, path, value) is None:
        return None
    return str(value).rstrip("/") + "/"
