"""webassets and Flask-Assets: environments in YAML and in Python modules, and the bundles that templates define.

model.py       an environment in webassets' terms
yaml_file.py   read from YAML, python_module.py from Python (listing.py is the program that runs it)
tags.py        the bundles that stand in templates
files.py       what a name in a bundle means, layout.py where that is in our terms
entries.py     what a bundle is merged from
bundles.py     our bundles and rules; contents.py, filters.py, templates_of.py for their parts
naming.py      what the tag {% assets %} finds at run time
"""

from __future__ import annotations

from assetbuild.errors import Diagnostic, UsageError, errors_of
from assetbuild.importers.model import Imported, Item, Setting
from assetbuild.importers.project import Project
from assetbuild.importers.webassets.bundles import Bundles
from assetbuild.importers.webassets.entries import Entries, Written
from assetbuild.importers.webassets.files import Files
from assetbuild.importers.webassets.filters import Filters
from assetbuild.importers.webassets.layout import Layout, layout_of
from assetbuild.importers.webassets.model import OldBundle, OldEnvironment, OldItem
from assetbuild.importers.webassets.naming import Naming
from assetbuild.importers.webassets.static import guessed, where_files_are
from assetbuild.importers.webassets.tags import Tags, read_tags

_YAML = (".yml", ".yaml")


def read(project: Project) -> Imported:
    """webassets' environment in a YAML file or a Python module. Raises UsageError for what cannot be read at all."""
    return _read(project, flask=False)


def read_flask(project: Project) -> Imported:
    """Flask-Assets': bundles in a YAML file, or what a Python module has. Raises UsageError as `read`."""
    return _read(project, flask=True)


def _read(project: Project, *, flask: bool) -> Imported:
    is_python = project.file.partition(":")[0].endswith(".py")
    if project.file.lower().endswith(_YAML) or (project.is_file(project.file) and not is_python):
        from assetbuild.importers.webassets.yaml_file import read_environment

        found = read_environment(project, bundles_only=flask)
        environment, diagnostics = found.environment, list(found.diagnostics)
    else:
        from assetbuild.importers.webassets.python_module import run_module

        ran = run_module(project)
        environment, diagnostics = ran.environment, list(ran.diagnostics)
    tags = read_tags(project, {bundle.name: bundle for bundle in environment.bundles if bundle.name})
    return _imported(project, environment, tags, [*diagnostics, *tags.diagnostics], flask)


def _imported(
    project: Project, environment: OldEnvironment, tags: Tags, diagnostics: list[Diagnostic], flask: bool
) -> Imported:
    every = [*environment.bundles, *(tag.bundle for tag in tags.tags)]
    if environment.directory is None:
        environment, told = guessed(project, environment, every, flask)
        diagnostics += told
    try:
        files = Files(project, environment, where_files_are(project, environment))
    except UsageError as error:
        raise UsageError(*errors_of(diagnostics), *error.diagnostics) from None
    wanted = [file for bundle in every for item in _items(bundle) for file in files.find(item).files]
    layout = layout_of(project, files, wanted)
    outputs = dict.fromkeys(one.output for bundle in every for one in (bundle, *bundle.below()) if one.output)
    entries, filters = Entries(files, Written.of(files, outputs)), Filters(environment)
    bundles = Bundles(entries, layout, filters)
    naming = Naming(bundles, frozenset(name for tag in tags.tags for name in tag.names))
    for item in environment.load_path:
        if item not in files.load_path().values():
            diagnostics.append(item.place.diagnostic(f"there is no directory '{item.text}': left out"))
    for bundle in environment.bundles:
        naming.registered(bundle, environment.bundles)
    for tag in tags.tags:
        naming.tag(tag)
    filters.unused_config()
    settings = _settings(environment, bundles, naming, filters)
    made = (*bundles.made.values(), *bundles.clashing)
    diagnostics += [*entries.diagnostics, *filters.diagnostics, *naming.diagnostics]
    rules = tuple(bundles.rules.values())
    return Imported(layout.sources(), settings, made, rules, _once(diagnostics))


def _items(bundle: OldBundle) -> list[OldItem]:
    return [item for one in (bundle, *bundle.below()) for item in one.files]


def _settings(
    environment: OldEnvironment,
    bundles: Bundles,
    naming: Naming,
    filters: Filters,
) -> tuple[Setting, ...]:
    settings: list[Setting] = []
    if environment.url is not None and environment.url.text != "/static":
        url = environment.url.text
        url = url if url.startswith("/") or "://" in url else f"/{url}"
        settings.append(Setting(("base_url",), url, environment.url.place, "`url`"))
    if naming.printed & bundles.consumed:
        why = "templates name files by themselves that are in a bundle, too"
        settings.append(Setting(("publish_contents",), True, None, why))
    stale = [Item(path, None, "written by webassets") for path in bundles.stale()]
    if any(path.startswith("webassets-external/") for path in bundles.layout.files):
        stale.append(Item("webassets-external/**", None, "copies that webassets made"))
    if stale:
        settings.append(Setting(("exclude",), tuple(stale)))
    if filters.includes:
        paths = tuple(Item(path, place) for path, place in filters.includes.items())
        settings.append(Setting(("sass", "load_paths"), paths))
    return (*settings, *naming.settings())


def _once(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(dict.fromkeys(diagnostics))


__all__ = ["Layout", "read", "read_flask"]
