"""Sprockets in Rails: `app/assets/config/manifest.js`, or `config.assets.precompile` of the initializer, as entries.

The manifest itself stays the list of entries: assetbuild reads it in each build.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from assetbuild import media
from assetbuild.compilers import compiled_name
from assetbuild.errors import Diagnostic
from assetbuild.importers import importmap, rails_assets
from assetbuild.importers.erb import erb_files
from assetbuild.importers.model import Imported, Item, Place, Setting
from assetbuild.importers.project import Project
from assetbuild.importers.ruby import Value

MANIFEST: Final = "app/assets/config/manifest.js"
_WILD = re.compile(r"[*?\[{]")
_BESIDE_ASSETS: Final = frozenset({"map", "md", "txt"})
# What Sprockets makes scripts and style sheets of, and nothing here does without a filter.
_UNCOMPILED: Final = (
    (".coffee", "CoffeeScript", "a [[rules]] entry with filters = [\"webassets:coffeescript\"] compiles it"),
    (".litcoffee", "literate CoffeeScript", "compile it once, and keep the script"),
    (".jst.ejs", "a template", "filters = [\"webassets:jst\"], or compile it before the build"),
    (".jst.eco", "a template", "compile it before the build"),
    (".eco", "a template", "compile it before the build"),
    (".ejs", "a template", "filters = [\"webassets:jst\"], or compile it before the build"),
    (".haml", "a template", "compile it before the build"),
    (".es6", "a script for Babel", "name it .js: today's browsers run it"),
)  # fmt: skip


def read(project: Project) -> Imported:
    """The configuration of a project with Sprockets. `project.file` is its manifest, or its initializer."""
    is_ruby = project.file.endswith(".rb")
    initializer = project.file if is_ruby else rails_assets.INITIALIZER
    manifest = MANIFEST if is_ruby else project.file
    assets = (
        rails_assets.read_initializer(project, initializer) if project.is_file(initializer) else rails_assets.Assets()
    )
    if is_ruby and not project.is_file(initializer):
        project.text(initializer)
    if not is_ruby:
        project.text(manifest)
    diagnostics = assets.diagnostics
    sources = rails_assets.load_paths(project, assets)
    files = rails_assets.files_in(project, sources)
    has_manifest = project.is_file(manifest)
    found = rails_assets.settings(assets)
    found.append(_included(assets, files, has_manifest, manifest, diagnostics))
    if has_manifest:
        why = "its links are what is published, besides `include`"
        found.append(Setting(("sprockets", "manifests"), [manifest], project.place(1), why))
    else:
        why = "directives are read in the scripts and style sheets that match"
        found.append(Setting(("sprockets", "match"), ["**/*"], why=why))
    if project.is_file(rails_assets.IMPORTMAP):
        pinned = importmap.pins(project, rails_assets.IMPORTMAP, files)
        found += pinned.settings
        diagnostics += pinned.diagnostics
    diagnostics += _uncompiled(files.values())
    erb = erb_files(project, files.values())
    diagnostics += erb.diagnostics
    return Imported(sources, tuple(found), diagnostics=tuple(diagnostics), converted=erb.files)


def _included(
    assets: rails_assets.Assets,
    files: Mapping[str, str],
    has_manifest: bool,
    manifest: str,
    diagnostics: list[Diagnostic],
) -> Setting:
    """`include`: the entries that Ruby names, and every file that is no script, style sheet or template."""
    items: dict[str, Item] = {}
    if not has_manifest:
        for name in ("application.js", "application.css"):
            if any(compiled_name(path)[0] == name for path in files):
                items[name] = Item(name, why="Sprockets' own entries where there is no manifest")
    for value in assets.precompile:
        if value.kind == "text" and value.text == posixpath.basename(manifest):
            continue
        pattern = _pattern(value, files, diagnostics)
        if pattern is not None:
            items.setdefault(pattern, Item(pattern, value.place))
    why = "style sheets may name such files; Sprockets publishes those that they do"
    for pattern in _other_types(files):
        items.setdefault(pattern, Item(pattern, why=why))
        why = ""
    return Setting(("include",), tuple(items.values()))


def _pattern(value: Value, files: Mapping[str, str], diagnostics: list[Diagnostic]) -> str | None:
    """What one element of `precompile` comes to: a name, or a glob whose `*` also matches "/"."""
    if value.kind != "text":
        text = "not carried over: what this matches only Ruby knows"
        diagnostics.append(value.place.diagnostic(text, "name the files in `include`"))
        return None
    made = {compiled_name(path)[0] for path in files}
    if not _WILD.search(value.text):
        if value.text in made:
            return value.text
        near = [end for end in (".js", ".css") if value.text + end in made]
        if len(near) == 1:
            return value.text + near[0]
        text = f"left out: there is no '{value.text}' in any load path"
        diagnostics.append(value.place.diagnostic(text, "files that gems bring are not in the project"))
        return None
    pattern = value.text if "**" in value.text else re.sub(r"(^|/)(?=[^/]*\*)", r"\1**/", value.text)
    if not any(fnmatch.fnmatchcase(path, value.text) for path in made):
        diagnostics.append(value.place.diagnostic(f"left out: '{value.text}' matches no file"))
        return None
    if "{" in pattern:
        diagnostics.append(value.place.diagnostic(f"left out: '{value.text}' has braces, which match themselves only"))
        return None
    return pattern


def _other_types(files: Iterable[str]) -> Iterator[str]:
    """Globs for the files that are no scripts, style sheets, templates or source maps, by their extensions."""
    ends = set()
    for path in files:
        made = compiled_name(path)[0]
        extension = made.rpartition("/")[2].rpartition(".")[2]
        kind = media.TYPES.get(extension.lower())
        if kind not in (None, media.CSS, media.JAVASCRIPT) and extension not in _BESIDE_ASSETS:
            ends.add(extension)
    return (f"**/*.{end}" for end in sorted(ends))


def _uncompiled(files: Iterable[str]) -> Iterator[Diagnostic]:
    for file in sorted(files):
        name = file.removesuffix(".erb")
        for end, what, hint in _UNCOMPILED:
            if name.endswith(end):
                yield Place(file, 1).diagnostic(f"{what} is not compiled by assetbuild itself", hint)
                break
