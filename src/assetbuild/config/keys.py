"""The table of configuration keys, and the checks that know what assets are."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from assetbuild.config.checks import (
    REQUIRED,
    Check,
    Key,
    Problem,
    Reading,
    boolean,
    did_you_mean,
    free_table,
    header,
    integer,
    list_of,
    mistyped,
    one_of,
    one_or_list_of,
    spell,
    table_of,
    tables_by_name,
    text,
    text_that,
)
from assetbuild.config.packages import find_package, package_directories
from assetbuild.config.string_checks import (
    EXAMPLE,
    base_url,
    bundle_path,
    filter_name,
    glob,
    logical_path,
    logical_problem,
    module_name,
    prefix,
    reference_glob,
    variable_name,
)

if TYPE_CHECKING:
    from assetbuild.config.toml_places import KeyPath

ENCODINGS = ("br", "gzip", "zstd")
MANIFESTS = ("django", "vite", "flat")
MINIFIERS = {
    "javascript": ("rjsmin", "esbuild", "esbuild-whitespace", "tdewolff"),
    "css": ("rcssmin", "esbuild", "esbuild-whitespace", "tdewolff", "lightningcss"),
    "svg": ("tdewolff",),
}


def read_settings(reading: Reading, table: Any) -> dict[str, Any]:
    """All keys of our table, checked and with their defaults; the problems are in `reading`."""
    return section("")(reading, (), table) or {}


def section(name: str) -> Check:
    """A check for a table with the keys that KEYS lists below `name`."""

    def check(reading: Reading, path: KeyPath, value: Any) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            mistyped(reading, path, "a table", value)
            return None
        return table_of(_below(name), value, reading, path, top=_below(""))

    return check


def _below(name: str) -> tuple[Key, ...]:
    return tuple(key for key in KEYS if key.name.rpartition(".")[0] == name)


def array_of_tables(name: str) -> Check:
    """A check for `[[name]]`."""
    check_list = list_of(section(f"{name}.*"))

    def check(reading: Reading, path: KeyPath, value: Any) -> Any:
        if isinstance(value, dict):
            mistyped(reading, path, "an array of tables", value, f"write [[{header(reading, name)}]]")
            return None
        return check_list(reading, path, value)

    return check


def _path_problem(value: str) -> Problem | None:
    if not value:
        return "must not be empty", "the directory of this file is '.'"
    return ("must be a path, it has a NUL character", None) if "\0" in value else None


def _hash_problem(value: str) -> Problem | None:
    if re.fullmatch("[0-9a-f]{16}", value):
        return None
    return "must be 16 hex digits in small letters", "write the one that the warning gives"


path_text = text_that(_path_problem)


def absolute(reading: Reading, path: KeyPath, value: Any) -> str | None:
    """A path, relative to the configuration's directory, as an absolute one."""
    if path_text(reading, path, value) is None:
        return None
    return os.path.normpath(os.path.join(reading.root, value))


def directory(reading: Reading, path: KeyPath, value: Any) -> str | None:
    """An existing directory, as an absolute path."""
    found = absolute(reading, path, value)
    if found is None or os.path.isdir(found):
        return found
    if os.path.exists(found):
        reading.wrong(path, f"'{spell(path)}': '{value}' is not a directory")
    else:
        reading.wrong(path, f"'{spell(path)}': no directory '{value}'", _similar_directory(found, value))
    return None


def existing_file(reading: Reading, path: KeyPath, value: Any) -> str | None:
    """A file that is there, as an absolute path."""
    found = absolute(reading, path, value)
    if found is not None and not os.path.isfile(found):
        reading.wrong(path, f"'{spell(path)}': no file '{value}'")
    return found


def _similar_directory(found: str, value: str) -> str | None:
    parent, name = os.path.split(found)
    try:
        siblings = [entry.name for entry in os.scandir(parent) if entry.is_dir() and not entry.name.startswith(".")]
    except OSError:
        return None
    lead = value[: -len(name)] if value.endswith(name) else ""
    return did_you_mean(value, [lead + sibling for sibling in siblings], otherwise=None)


def source(reading: Reading, path: KeyPath, value: Any) -> dict[str, Any] | None:
    """A load path: "assets", {path, prefix}, {package, path, prefix}, or {django, prefix}."""
    if isinstance(value, str):
        return {"directory": directory(reading, path, value), "prefix": "", "written": value}
    if not isinstance(value, dict):
        mistyped(reading, path, "a string or a table", value)
        return None
    entry = section("sources.*")(reading, path, value)
    if "django" in value:
        for other in {"path", "package"} & value.keys():
            reading.wrong_key((*path, other), f"'{other}' says nothing beside 'django'", "leave one of them out")
        return {"directory": None, "prefix": entry["prefix"], "written": "", "django": entry["django"]}
    if "path" not in value:
        reading.wrong_key((*path, "path"), f"'{spell((*path, 'path'))}' is missing", 'for example path = "static"')
    found, written = None, entry["path"]
    if written and "package" not in value:
        found = directory(reading, (*path, "path"), written)
    elif written and entry["package"] is not None:
        found, written = _in_package(reading, path, entry["package"], written), f"{entry['package']}:{written}"
    return {"directory": found, "prefix": entry["prefix"], "written": written}


def _in_package(reading: Reading, path: KeyPath, package: str, inside: str) -> str | None:
    roots = package_directories(package)
    if not roots:
        reading.wrong(
            (*path, "package"), f"the package '{package}' is not installed in this environment", _package_hint(package)
        )
        return None
    problem = logical_problem(inside.rstrip("/")) if inside != "." else None
    if problem:
        reading.wrong((*path, "path"), f"'{spell((*path, 'path'))}' {problem[0]}", problem[1])
        return None
    for root in roots:
        if os.path.isdir(found := os.path.normpath(os.path.join(root, inside))):
            return found
    what = "is not a directory" if any(os.path.exists(os.path.join(root, inside)) for root in roots) else "is not there"
    hint = _similar_directory(os.path.normpath(os.path.join(roots[0], inside)), inside)
    reading.wrong((*path, "path"), f"the package '{package}' is installed, but its '{inside}' {what}", hint)
    return None


def _package_hint(package: str) -> str | None:
    if not all(part.isidentifier() for part in package.split(".")):
        return "write the name that an import statement has, such as 'django.contrib.admin'"
    parent = package
    while "." in parent:
        parent, _, name = parent.rpartition(".")
        if find_package(parent):
            return f"'{parent}' is installed, but has no package '{name}'"
    return None


def any_name(reading: Reading, path: KeyPath, name: str) -> None:
    """Reports nothing: which names there are is not known here."""


def pins(reading: Reading, path: KeyPath, value: Any) -> dict[str, str] | None:
    """Bare module names and the logical paths they stand for; both end with "/" for a whole directory."""
    if not isinstance(value, dict):
        mistyped(reading, path, "a table", value)
        return None
    pinned = {}
    for name, target in value.items():
        if not name or name.startswith(("/", "./", "../")) or ":" in name.partition("/")[0]:
            hint = "paths and URLs need no pin: pin names such as 'lit' or '@shop/'"
            reading.wrong_key((*path, name), f"'{name}' is no bare module name", hint)
        elif text(reading, (*path, name), target) is not None:
            problem = logical_problem(target.removesuffix("/"))
            if problem is None and name.endswith("/") != target.endswith("/"):
                problem = (
                    "must end with '/' as its name does, or neither of them",
                    "directories are pinned to directories",
                )
            if problem:
                reading.wrong((*path, name), f"'{spell((*path, name))}' {problem[0]}", problem[1])
            pinned[name] = unicodedata.normalize("NFC", target)
    return pinned


def trees(reading: Reading, path: KeyPath, value: Any) -> dict[str, str] | None:
    """Logical directories by the names that their scripts are known below; "" for no name, and for all sources."""
    if not isinstance(value, dict):
        mistyped(reading, path, "a table", value)
        return None
    directories = {}
    for name, directory in value.items():
        if name.startswith(("/", ".")) or name.endswith("/") or ":" in name.partition("/")[0]:
            hint = 'write what the modules\' names begin with: "controllers"'
            reading.wrong_key((*path, name), f"'{name}' cannot begin the name of a module", hint)
        elif text(reading, (*path, name), directory) is not None:
            bare = directory.removesuffix("/")
            if bare and (problem := logical_problem(bare)):
                reading.wrong((*path, name), f"'{spell((*path, name))}' {problem[0]}", problem[1])
            directories[name] = unicodedata.normalize("NFC", bare)
    return directories


def scope_name(reading: Reading, path: KeyPath, name: str) -> None:
    """Reports a scope that is no logical directory."""
    if not name.endswith("/") or logical_problem(name.removesuffix("/")):
        reading.wrong_key(
            path, f"the scope '{name}' must be a logical directory", "write it with its '/': \"js/admin/\""
        )


KEYS: tuple[Key, ...] = (
    Key("sources", list_of(source, filled=True), REQUIRED, 'sources = ["assets"]'),
    Key("sources.*.path", path_text),
    Key("sources.*.package", text),
    Key("sources.*.prefix", prefix, ""),
    Key("sources.*.django", module_name),
    Key("output", absolute, "build/release"),
    Key("base_url", base_url, "/static/"),
    Key("include", list_of(glob), ["**/*"]),
    Key("exclude", list_of(glob), []),
    Key("publish_contents", boolean, False),
    Key("unfingerprinted", list_of(glob), ["favicon.ico", "robots.txt", "sw.js"]),
    Key("prehashed", list_of(glob), []),
    Key("external", list_of(reference_glob), []),
    Key("minify", boolean, True),
    Key("syntax", one_of("error", "warn", "off"), "error"),
    Key("minifiers", section("minifiers"), {}),
    Key("minifiers.javascript", list_of(one_of(*MINIFIERS["javascript"]), distinct=True), ["rjsmin"]),
    Key("minifiers.css", list_of(one_of(*MINIFIERS["css"]), distinct=True), ["rcssmin"]),
    Key("minifiers.svg", list_of(one_of(*MINIFIERS["svg"]), distinct=True), []),
    Key("minifiers.esbuild", absolute),
    Key("encodings", list_of(one_of(*ENCODINGS), distinct=True), ["br", "gzip"]),
    Key("manifests", list_of(one_of(*MANIFESTS), distinct=True), []),
    Key("source_maps", one_of("none", "linked", "hidden"), "none"),
    Key("modules", one_of("rewrite", "importmap"), "rewrite"),
    Key("time_limit", integer(1, 86_400), 120),
    Key("context", free_table, {}),
    Key("env", list_of(variable_name), []),
    Key("sass", section("sass"), {}),
    Key("sass.load_paths", list_of(directory), []),
    Key("sass.implementation", one_of("libsass", "dart-sass"), "libsass"),
    Key("sass.precision", integer(0, 20), 10),
    Key("sass.silence_deprecations", list_of(text), []),
    Key("inline", section("inline")),
    Key("inline.match", one_or_list_of(glob), REQUIRED, 'match = ["icons/*.svg"]'),
    Key("inline.max_bytes", integer(0, 10_000_000), 4096),
    Key("secrets", section("secrets"), {}),
    Key("secrets.check", boolean),
    Key("secrets.allow", list_of(glob), []),
    Key("secrets.allow_hashes", list_of(text_that(_hash_problem)), []),
    Key("importmap", section("importmap"), {}),
    Key("importmap.pins", pins, {}),
    Key("importmap.trees", trees, {}),
    Key("importmap.scopes", tables_by_name(scope_name, pins, 'importmap.scopes."js/admin/"'), {}),
    Key("sprockets", section("sprockets")),
    Key("sprockets.manifests", list_of(existing_file), []),
    Key("sprockets.match", list_of(glob), ["**/*"]),
    Key("propshaft", boolean, False),
    Key("bundles", tables_by_name(bundle_path, section("bundles.*"), EXAMPLE), {}),
    Key("bundles.*.contents", list_of(glob, filled=True), REQUIRED, 'contents = ["js/*.js"]'),
    Key("bundles.*.filters", list_of(filter_name)),
    Key("names", tables_by_name(any_name, section("names.*"), "names.js_all"), {}),
    Key("names.*.assets", one_or_list_of(logical_path), REQUIRED, 'assets = ["js/app.js"]'),
    Key("names.*.extra", free_table, {}),
    Key("rules", array_of_tables("rules"), []),
    Key("rules.*.match", one_or_list_of(glob), REQUIRED, 'match = "legacy/**/*.js"'),
    Key("rules.*.filters", list_of(filter_name)),
    Key("rules.*.minify", boolean),
    Key("rules.*.syntax", one_of("error", "warn", "off")),
    Key("rules.*.external", list_of(reference_glob), []),
    Key("rules.*.depends", list_of(glob), []),
    Key("rules.*.options", tables_by_name(any_name, free_table, "rules.options.NAME"), {}),
)
