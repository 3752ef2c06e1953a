"""A program: runs a Python module that sets webassets up, and prints as JSON which bundles there are, and where.

    python -m assetbuild.importers.webassets.listing ROOT MODULE [NAME]

MODULE is dotted, or the path of a .py file; NAME an environment, an application of Flask, or a function that makes
one. Without it the module's environment is taken, or all its bundles. It needs webassets, and Flask-Assets where that
is in use.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

_PLACE = "_assetbuild_place"
_FACTORIES = ("create_app", "make_app")


def main(arguments: list[str]) -> None:
    """Prints what the module has. Whatever it raises is printed by Python, with the line that is at fault."""
    root, module, *name = arguments
    out, sys.stdout = sys.stdout, sys.stderr  # what the module prints is not ours
    _note_places()
    sys.path.insert(0, root)
    found, scope = _environment(_load(module), name[0] if name else "")
    with scope:
        document = _described(found) if not isinstance(found, Mapping) else _bundles_alone(found)
    json.dump(document, out)


def _load(module: str) -> Any:
    if not module.endswith(".py"):
        return importlib.import_module(module)
    sys.path.insert(0, os.path.dirname(os.path.abspath(module)))
    name = os.path.splitext(os.path.basename(module))[0]
    spec = importlib.util.spec_from_file_location(name, os.path.abspath(module))
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


def _note_places() -> None:
    """From now on bundles know which line has made them."""
    import webassets
    from webassets.bundle import Bundle

    library = os.path.dirname(os.path.abspath(webassets.__file__))
    begin: Any = Bundle.__init__

    def begin_with_place(self: Any, *contents: Any, **options: Any) -> None:
        begin(self, *contents, **options)
        frame = inspect.currentframe()
        while frame is not None:
            file = os.path.abspath(frame.f_code.co_filename)
            if not file.startswith(library) and file != os.path.abspath(__file__) and "flask_assets" not in file:
                setattr(self, _PLACE, (file, frame.f_lineno))
                return
            frame = frame.f_back

    setattr(Bundle, "__init__", begin_with_place)  # noqa: B010  (mypy takes no other way)


def _environment(module: Any, name: str) -> tuple[Any, AbstractContextManager[Any]]:
    """The environment, or bundles by name, and what must be entered for it to be asked."""
    from webassets.bundle import Bundle
    from webassets.env import BaseEnvironment

    if name:
        value: Any = module
        for part in name.removesuffix("()").split("."):
            value = getattr(value, part)
    else:
        value = _usual(module, BaseEnvironment)
    if value is None:
        return {key: one for key, one in vars(module).items() if isinstance(one, Bundle)}, nullcontext()
    if not isinstance(value, BaseEnvironment) and not _is_app(value) and callable(value):
        value = value()
    app = value if _is_app(value) else None
    environment = app.jinja_env.assets_environment if app is not None else value
    if not isinstance(environment, BaseEnvironment):
        raise TypeError(
            f"'{name or module.__name__}' is neither an environment of webassets nor an application with one"
        )
    if getattr(environment, "app", True) is None and app is None:
        app = _app_of(module)
        environment = environment if app is None else app.jinja_env.assets_environment
    return environment, app.app_context() if app is not None else nullcontext()


def _usual(module: Any, kind: type) -> Any:
    for name in ("environment", "assets", "env"):
        if isinstance(getattr(module, name, None), kind):
            return getattr(module, name)
    return next((one for one in vars(module).values() if isinstance(one, kind)), None) or _app_of(module)


def _is_app(value: Any) -> bool:
    return hasattr(value, "jinja_env") and hasattr(value, "app_context")


def _app_of(module: Any) -> Any:
    """The module's application of Flask, found as Flask's own command finds it."""
    for name in ("app", "application"):
        if _is_app(getattr(module, name, None)):
            return getattr(module, name)
    for name in _FACTORIES:
        if callable(made := getattr(module, name, None)):
            return made()
    return next((one for one in vars(module).values() if _is_app(one)), None)


def _bundles_alone(bundles: Mapping[str, Any]) -> dict[str, Any]:
    said: list[str] = []
    return {"bundles": [_bundle(name, one, said, ()) for name, one in bundles.items()], "said": said}


def _described(environment: Any) -> dict[str, Any]:
    """The environment as JSON values. Directories are absolute."""
    said: list[str] = []
    flask = hasattr(environment, "_app")
    load_path = [os.path.abspath(path) for path in environment.load_path]
    document: dict[str, Any] = {
        "bundles": [
            *(_bundle(name, one, said, ()) for name, one in environment._named_bundles.items()),
            *(_bundle("", one, said, ()) for one in environment._anon_bundles),
        ],
        "load_path": load_path,
        "directory": _asked(lambda: environment.directory),
        "url": _asked(lambda: environment.url),
        "blueprints": {},
        "config": _settings(environment, flask),
        "said": said,
    }
    if flask and not load_path:
        app = environment._app
        document["directory"] = app.static_folder
        document["blueprints"] = {
            name: one.static_folder for name, one in app.blueprints.items() if one.has_static_folder
        }
    mapped = "is served where its load path has it, below base_url"
    said += [f"`url_mapping`: '{path}' {mapped}" for path in environment.url_mapping]
    if type(environment.resolver).__module__.split(".")[0] not in ("webassets", "flask_assets"):
        said.append(
            f"the resolver '{type(environment.resolver).__name__}' is Python code: files are looked for as without it"
        )
    return document


def _asked(ask: Callable[[], Any]) -> str | None:
    """A setting that may not be set: webassets raises its own EnvironmentError, or KeyError."""
    try:
        value = ask()
    except (KeyError, OSError):
        return None
    return None if value is None else str(value)


def _settings(environment: Any, flask: bool) -> dict[str, Any]:
    from webassets.env import env_options

    if not flask:
        table = environment.config._dict
        return _plain({name: one for name, one in table.items() if name not in (*env_options, "resolver")})
    from assetbuild.compilers.webassets_table import FILTERS

    known = {name for one in FILTERS.values() for name in one.settings}
    return _plain({name: one for name, one in environment._app.config.items() if name in known})


def _bundle(name: str, bundle: Any, said: list[str], within: tuple[int, ...]) -> dict[str, Any]:
    from webassets.bundle import Bundle

    if id(bundle) in within:
        raise ValueError(f"the bundle {bundle!r} contains itself")
    contents: list[Any] = []
    for item in bundle.contents:
        if isinstance(item, Bundle):
            contents.append(_bundle("", item, said, (*within, id(bundle))))
        elif isinstance(item, str | os.PathLike):
            contents.append(os.fspath(item))
        else:
            said.append(f"{item!r} among the contents of '{name or bundle.output}' is Python code, and is left out")
    return {
        "name": name,
        "place": getattr(bundle, _PLACE, None),
        "contents": contents,
        "filters": [_filter(one) for one in bundle.filters],
        "output": bundle.output,
        "depends": [one for one in bundle.depends or () if isinstance(one, str)],
        "extra": _plain(bundle.extra or {}) if bundle._extra else {},
        "config": _plain({key: one for key, one in bundle.config._dict.items() if key != "debug"}),
        "merge": bool(bundle.merge),
        "keeps_duplicates": not bundle.remove_duplicates,
    }


def _filter(one: Any) -> dict[str, Any]:
    """A filter with the arguments that it was made with."""
    name = one.name or ""
    options = {given or attribute: getattr(one, attribute, None) for attribute, (given, *_) in one._options.items()}
    if name == "cssrewrite" and isinstance(getattr(one, "replace", None), dict):
        options["replace"] = one.replace
    shown = f"'{getattr(one.callable, '__name__', 'a function')}'" if hasattr(one, "callable") else type(one).__name__
    return {"name": name, "shown": shown, "options": _plain(options)}


def _plain(values: Mapping[Any, Any]) -> dict[str, Any]:
    """What of a mapping is JSON; None is nothing."""
    return dict(_plain_pairs(values.items()))


def _plain_pairs(pairs: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, Any]]:
    for name, value in pairs:
        if isinstance(value, bool | int | float | str):
            yield str(name), value
        elif isinstance(value, list | tuple) and all(isinstance(one, bool | int | float | str) for one in value):
            yield str(name), list(value)
        elif isinstance(value, Mapping):
            yield str(name), _plain(value)


if __name__ == "__main__":
    main(sys.argv[1:])
