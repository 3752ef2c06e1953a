"""Where a Django project's static files and templates lie, by its settings: what the finders and loaders look in."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from typing import Final

from assetbuild.config.packages import find_package
from assetbuild.dataclass import dataclass, field
from assetbuild.importers.django_settings import Settings
from assetbuild.importers.model import Item, Place, Setting, Value
from assetbuild.importers.project import Project
from assetbuild.importers.python_values import Data

_FILE_SYSTEM: Final = ("FileSystemFinder",)
_APPS: Final = ("AppDirectoriesFinder",)
_KNOWN_FINDERS: Final = frozenset(
    {
        "django.contrib.staticfiles.finders.FileSystemFinder",
        "django.contrib.staticfiles.finders.AppDirectoriesFinder",
        "pipeline.finders.FileSystemFinder",
        "pipeline.finders.AppDirectoriesFinder",
        "pipeline.finders.PipelineFinder",
        "pipeline.finders.ManifestFinder",
        "pipeline.finders.CachedFileFinder",
        "compressor.finders.CompressorFinder",
        "assetbuild.runtime.django.ReleaseFinder",
        "assetbuild.runtime.django.finders.ReleaseFinder",
    }
)
_NOT_OURS: Final = frozenset({"compressor", "pipeline", "assetbuild.runtime.django"})


@dataclass(slots=True)
class StaticFiles:
    """`sources` are load paths as the configuration has them; `files` the files (POSIX, relative to the project or
    absolute) by logical path, the first of each."""

    sources: list[Item] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class App:
    """An installed app: its directory, POSIX and relative to the project, or absolute for an installed package."""

    name: str
    directory: str
    installed: bool
    place: Place


def apps(settings: Settings) -> list[App]:
    """The apps that have a directory, in their order; a notice for each that is not found."""
    found = []
    for item in settings.items("INSTALLED_APPS"):
        name = item.text
        if name is None:
            settings.say(item.place, "an app is named by a text", None, "error")
        elif name in _NOT_OURS:
            continue
        elif (app := _app(name, settings, item.place)) is not None:
            found.append(app)
        else:
            text = f"the app '{name}' is not found: its static files are left out, if it has any"
            settings.say(item.place, text, "install it in the environment that assetbuild runs in")
    return found


def _app(name: str, settings: Settings, place: Place) -> App | None:
    parts = name.split(".")
    while parts:
        directory = posixpath.join(settings.root, *parts)
        if settings.project.is_directory(directory):
            return App(".".join(parts), directory, False, place)
        package = find_package(".".join(parts))
        if package is not None:
            return App(".".join(parts), package, True, place)
        if settings.project.is_file(f"{directory}.py"):
            return App(".".join(parts), posixpath.dirname(directory) or ".", False, place)
        parts.pop()  # the name of a class, or of the module that it is in
    return None


def static_files(settings: Settings, installed: list[App]) -> StaticFiles:
    """What the finders of the settings find, in their order."""
    found = StaticFiles()
    finders = list(settings.items("STATICFILES_FINDERS"))
    for item in finders:
        if item.text not in _KNOWN_FINDERS:
            text = f"the finder '{item.text}' is Python code: what it finds is left out"
            settings.say(item.place, text, "add it to `sources`")
    for finder in [item.text or "" for item in finders] or [*_FILE_SYSTEM, *_APPS]:
        if finder.endswith(_FILE_SYSTEM):
            for item in settings.items("STATICFILES_DIRS"):
                _directory(item, settings, found)
        elif finder.endswith(_APPS):
            for app in installed:
                _of_app(app, settings.project, found)
    if not found.sources:
        settings.say(settings.place("STATICFILES_DIRS"), "no directory of static files is found", None, "error")
    return found


def _directory(item: Data, settings: Settings, found: StaticFiles) -> None:
    """An element of STATICFILES_DIRS: a directory, or a prefix and one."""
    prefix, directory = "", item
    if isinstance(item.value, list):
        if len(item.value) != 2:
            settings.say(item.place, "a tuple in STATICFILES_DIRS is a prefix and a directory", None, "error")
            return
        prefix, directory = (item.value[0].text or "").strip("/"), item.value[1]
    known = settings.known(directory, "STATICFILES_DIRS")
    if known is None:
        return
    path = settings.project.below_root(known.text) if known.text else None
    if path is None or not settings.project.is_directory(path):
        text = f"there is no directory '{known.text or known.value}' of static files in this project: left out"
        settings.say(known.place, text, "add it to `sources`, if it comes later")
    else:
        _add(path, prefix, Item(_source(path, prefix), known.place), settings.project, found)


def _of_app(app: App, project: Project, found: StaticFiles) -> None:
    directory = posixpath.join(app.directory, "static") if not app.installed else os.path.join(app.directory, "static")
    if not (os.path.isdir(directory) if app.installed else project.is_directory(directory)):
        return
    value: Value = {"package": app.name, "path": "static"} if app.installed else directory
    _add(directory, "", Item(value, app.place), project, found)


def _add(directory: str, prefix: str, item: Item, project: Project, found: StaticFiles) -> None:
    if any(one.value == item.value for one in found.sources):
        return
    found.sources.append(item)
    top = project.absolute(directory)
    for folder, names, files in os.walk(top):
        names[:] = sorted(name for name in names if not name.startswith("."))
        inside = os.path.relpath(folder, top).replace(os.sep, "/")
        for name in sorted(files):
            logical = posixpath.normpath(posixpath.join(prefix, inside, name))
            found.files.setdefault(logical, posixpath.join(directory.replace(os.sep, "/"), inside, name))


def _source(path: str, prefix: str) -> Value:
    return {"path": path, "prefix": prefix} if prefix else path


def base_url(settings: Settings, *names: str) -> Iterator[Setting]:
    """`base_url` by the first of these names that is set."""
    for name in names:
        url = settings.text(name)
        if url:
            rooted = url if url.startswith(("/", "http://", "https://")) else f"/{url}"
            yield Setting(("base_url",), rooted.rstrip("/") + "/", settings.place(name))
            return


@dataclass(frozen=True, slots=True)
class TemplateDirectory:
    """A directory of templates, POSIX and relative to the project; `jinja`: in the language of Jinja2."""

    directory: str
    jinja: bool


def template_directories(settings: Settings, installed: list[App]) -> list[TemplateDirectory]:
    """The directories of the project's own templates, in the order in which they are looked in."""
    found: dict[TemplateDirectory, None] = {}
    for engine in settings.items("TEMPLATES"):
        backend = engine.get("BACKEND")
        jinja = backend is not None and (backend.text or "").endswith("Jinja2")
        directories = engine.get("DIRS")
        for item in directories.items() if directories is not None else []:
            known = settings.known(item, "DIRS")
            path = settings.project.below_root(known.text) if known is not None and known.text else None
            if path is not None and settings.project.is_directory(path):
                found[TemplateDirectory(path, jinja)] = None
            elif known is not None:
                settings.say(known.place, f"there is no directory '{known.text}' of templates in this project")
        app_directories = engine.get("APP_DIRS")
        options = engine.get("OPTIONS")
        if (app_directories is not None and app_directories.value is True) or (
            options is not None and options.get("loaders") is not None
        ):
            for app in installed:
                inside = posixpath.join(app.directory, "jinja2" if jinja else "templates")
                if not app.installed and settings.project.is_directory(inside):
                    found[TemplateDirectory(inside, jinja)] = None
    return list(found)
