"""The configuration: `assetbuild.toml`, or `[tool.assetbuild]` in `pyproject.toml`."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from assetbuild.config.checks import Reading, diagnostic_at, mistyped
from assetbuild.config.keys import read_settings
from assetbuild.config.text import parse, read
from assetbuild.dataclass import dataclass, replace
from assetbuild.errors import Diagnostic, Severity, UsageError

OWN_FILE = "assetbuild.toml"
SHARED_FILE = "pyproject.toml"
SHARED_TABLE = ("tool", "assetbuild")


@dataclass(frozen=True, slots=True)
class LoadPath:
    """`directory` is an absolute file path that exists, `prefix` is logical ("" or "fa"), `written` is for messages.

    `only`: the files meant, relative to the directory, POSIX; None for all.
    """

    directory: str
    prefix: str
    written: str
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class DjangoFinders:
    """The load paths that the staticfiles finders have under the Django settings `module`; `prefix` as in LoadPath."""

    module: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Sass:
    """`load_paths` are absolute directories; `silence_deprecations` are ids of Dart Sass."""

    load_paths: tuple[str, ...]
    implementation: Literal["libsass", "dart-sass"]
    precision: int
    silence_deprecations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Minifiers:
    """The minifiers of each type by name, in the order in which they are tried; `esbuild` is an absolute file path."""

    javascript: tuple[str, ...] = ("rjsmin",)
    css: tuple[str, ...] = ("rcssmin",)
    svg: tuple[str, ...] = ()
    esbuild: str | None = None


@dataclass(frozen=True, slots=True)
class Inline:
    """Which files, by globs, style sheets carry as data URLs, up to `max_bytes` each."""

    match: tuple[str, ...]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Secrets:
    """Whether to look for secrets in what is published (None: if that can be done), and what is none.

    `allow` are globs of logical paths, `allow_hashes` hashes of what only looks like a secret, 16 hex digits.
    """

    check: bool | None = None
    allow: tuple[str, ...] = ()
    allow_hashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportMap:
    """`pins`: bare module names to logical paths, directories with "/"; `scopes`: such tables by logical directory.

    `trees`: logical directories by the names that stand for them; each script below has a name without extension.
    """

    pins: Mapping[str, str]
    trees: Mapping[str, str]
    scopes: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Sprockets:
    """Directives are read in the sources that `match`; `manifests` are absolute file paths."""

    manifests: tuple[str, ...]
    match: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """`path` is logical, `contents` are globs; `filters` None means those of its type."""

    path: str
    contents: tuple[str, ...]
    filters: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Named:
    """What a name in templates stands for: logical paths, and the JSON values that come with them."""

    assets: tuple[str, ...]
    extra: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What differs for the assets that `match`; None means not said. `options`: JSON values by compiler.

    `depends` are globs of files, relative to the configuration's directory.
    """

    match: tuple[str, ...]
    filters: tuple[str, ...] | None
    minify: bool | None
    external: tuple[str, ...]
    options: Mapping[str, Mapping[str, Any]]
    depends: tuple[str, ...] = ()
    syntax: Literal["error", "warn", "off"] | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """A checked configuration; the keys are explained in docs/config.md.

    `file`, `root` (its directory) and `output` are absolute, `text` is the TOML text with "\\n" line ends, `table`
    the path of the table that holds the keys. `base_url` ends with "/". `bundles` are sorted by path.
    """

    file: str
    root: str
    text: str
    table: tuple[str, ...]
    sources: tuple[LoadPath | DjangoFinders, ...]
    output: str
    base_url: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    publish_contents: bool
    unfingerprinted: tuple[str, ...]
    prehashed: tuple[str, ...]
    external: tuple[str, ...]
    minify: bool
    syntax: Literal["error", "warn", "off"]
    minifiers: Minifiers
    encodings: tuple[str, ...]
    manifests: tuple[str, ...]
    source_maps: Literal["none", "linked", "hidden"]
    modules: Literal["rewrite", "importmap"]
    time_limit: int
    context: Mapping[str, Any]
    env: tuple[str, ...]
    sass: Sass
    inline: Inline | None
    secrets: Secrets
    importmap: ImportMap
    sprockets: Sprockets | None
    propshaft: bool
    bundles: tuple[Bundle, ...]
    names: Mapping[str, Named]
    rules: tuple[Rule, ...]

    def diagnostic(
        self, key: tuple[str | int, ...], text: str, hint: str | None = None, severity: Severity = "error"
    ) -> Diagnostic:
        """A diagnostic at a key, or at an array's element: `("bundles", "js/app.js", "contents", 0)`.

        A key that is not written has the place of the table it would stand in.
        """
        from assetbuild.config.toml_places import read_places

        place = read_places(self.text).key(self.table + key)
        return replace(diagnostic_at(os.path.basename(self.file), place, text, hint), severity=severity)


def find_config(directory: str) -> str | None:
    """The configuration file for a directory: in it, or else in the nearest parent that has one.

    In one directory `assetbuild.toml` comes before a `pyproject.toml` with `[tool.assetbuild]`.
    """
    for place in _upwards(os.path.abspath(directory)):
        own, shared = os.path.join(place, OWN_FILE), os.path.join(place, SHARED_FILE)
        if os.path.isfile(own):
            return own
        if os.path.isfile(shared) and _has_our_table(shared):
            return shared
    return None


def load_config(file: str) -> Config:
    """Reads and checks a configuration file. Raises UsageError with everything that is wrong in it."""
    return check_config(read(file, os.path.basename(file)), file)


def check_config(text: str, file: str) -> Config:
    """Checks a configuration of this text as if it stood in this file. Raises UsageError as load_config."""
    name, root = os.path.basename(file), os.path.dirname(os.path.abspath(file))
    table = SHARED_TABLE if name == SHARED_FILE else ()
    document = parse(text, name)
    reading = Reading(root, name, table, text)
    written = _our_table(reading, document)
    values = read_settings(reading, written)
    _check_output(reading, values, at="output" if "output" in written else "sources")
    if reading.problems:
        raise UsageError(*sorted(reading.problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
    return _config(values, file=os.path.abspath(file), root=root, text=text, table=table)


def with_output(config: Config, output: str) -> Config:
    """The same configuration with another output directory. Raises UsageError if the release cannot be there."""
    output = os.path.abspath(output)
    problem = _output_problem(output, config.root, source_directories(config))
    if problem:
        raise UsageError(Diagnostic(f"the output directory {problem}"))
    return replace(config, output=output)


def source_directories(config: Config) -> list[str]:
    """The directories of all load paths, as far as they are known."""
    return [source.directory for source in config.sources if isinstance(source, LoadPath)]


def _config(values: dict[str, Any], **place: Any) -> Config:
    return Config(
        **place,
        **values
        | {
            "sources": tuple(_source(**source) for source in values["sources"]),
            "minifiers": Minifiers(**values["minifiers"]),
            "sass": Sass(**values["sass"]),
            "inline": Inline(**values["inline"]) if values["inline"] else None,
            "secrets": Secrets(**values["secrets"]),
            "importmap": ImportMap(**values["importmap"]),
            "sprockets": Sprockets(**values["sprockets"]) if values["sprockets"] else None,
            "bundles": tuple(Bundle(path, **bundle) for path, bundle in sorted(values["bundles"].items())),
            "names": {name: Named(**named) for name, named in values["names"].items()},
            "rules": tuple(Rule(**rule) for rule in values["rules"]),
        },
    )


def _source(directory: str, prefix: str, written: str, django: str | None = None) -> LoadPath | DjangoFinders:
    return LoadPath(directory, prefix, written) if django is None else DjangoFinders(django, prefix)


def _our_table(reading: Reading, document: dict[str, Any]) -> dict[str, Any]:
    """The table that holds our keys. Raises UsageError if the file has none."""
    table: Any = document
    for depth, part in enumerate(reading.table):
        if part not in table:
            hint = f"add one, or put the keys into {OWN_FILE}"
            raise UsageError(Diagnostic(f"there is no [{'.'.join(SHARED_TABLE)}] table", reading.name, hint=hint))
        table = table[part]
        if not isinstance(table, dict):
            path = reading.table[: depth + 1]
            mistyped(replace(reading, table=()), path, "a table", table)
            raise UsageError(*reading.problems)
    return dict(table)


def _has_our_table(file: str) -> bool:
    """Whether a pyproject.toml is meant for us; one that is broken is if it has the header, so that the error shows."""
    try:
        with open(file, "rb") as stream:
            data = stream.read().removeprefix(BOM_UTF8)
    except OSError:
        return False
    try:
        tool = tomllib.loads(data.decode().replace("\r\n", "\n")).get("tool")
    except (ValueError, RecursionError):
        return re.search(rb"^\s*\[+\s*tool\s*\.\s*assetbuild\s*[.\]]", data, re.MULTILINE) is not None
    return isinstance(tool, dict) and "assetbuild" in tool


def _check_output(reading: Reading, values: dict[str, Any], at: str) -> None:
    sources = [source["directory"] for source in values["sources"] or () if source and source["directory"]]
    problem = values["output"] and _output_problem(values["output"], reading.root, sources)
    if problem:
        reading.wrong((at,), f"'output' {problem}")


def _output_problem(output: str, root: str, sources: list[str]) -> str | None:
    """Why the release cannot be in this absolute directory, None if it can."""
    shown = _relative(output, root)
    for place in _upwards(output):
        try:
            is_directory = stat.S_ISDIR(os.stat(place).st_mode)
        except (FileNotFoundError, NotADirectoryError):
            if not os.path.islink(place):
                continue
            is_directory = False
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            return f"cannot be '{shown}': '{_relative(place, root)}': {reason}"
        if not is_directory:
            return f"cannot be '{shown}': '{_relative(place, root)}' is not a directory"
        break
    for source in sources:
        if _same(output, source):
            return f"cannot be '{shown}': that is a source"
        if _inside(output, source):
            return f"cannot be '{shown}': it is inside the source '{_relative(source, root)}'"
        if _inside(source, output):
            return f"cannot be '{shown}': the source '{_relative(source, root)}' is inside it"
    if _same(output, root) or _inside(root, output):
        return f"cannot be '{shown}': it holds the configuration file"
    return None


def _relative(path: str, root: str) -> str:
    try:
        return os.path.relpath(path, root).replace(os.sep, "/")
    except ValueError:
        return path


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _inside(inner: str, outer: str) -> bool:
    """Whether a directory is below another, compared by identity: symbolic links and letter case do not hide it."""
    return any(_same(place, outer) for place in _upwards(os.path.dirname(os.path.realpath(inner))))


def _upwards(directory: str) -> Iterator[str]:
    """A directory and its parents, nearest first."""
    while True:
        yield directory
        parent = os.path.dirname(directory)
        if parent == directory:
            return
        directory = parent
