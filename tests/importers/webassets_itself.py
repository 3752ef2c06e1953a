"""A program: webassets builds a project and renders its templates, and what comes of it is printed as JSON.

    python webassets_itself.py ROOT FILE TEMPLATE…

FILE is YAML, or "module:name" of an environment or an application of Flask with one. Printed is for each registered
bundle the order of its files, and what it is built to if it has an output; and for each template what it printed, with
the texts that the URLs in it lead to.
"""

import importlib
import json
import os
import re
import sys
import warnings
from contextlib import nullcontext
from typing import Any

from jinja2 import Environment as Templates
from jinja2 import FileSystemLoader
from webassets.bundle import Bundle, wrap


def main(root: str, file: str, *templates: str) -> None:
    os.chdir(root)
    sys.path.insert(0, root)
    warnings.simplefilter("ignore")
    environment, pages, scope = opened(file)
    with scope:
        environment.updater = "always"
        environment.cache = False
        environment.manifest = "json:versions.json"
        order = {name: list(files_of(one, environment)) for name, one in environment._named_bundles.items()}
        built = {name: texts_of(one, environment) for name, one in environment._named_bundles.items() if one.output}
        printed = {name: rendered(pages, name, environment) for name in templates}
    json.dump({"order": order, "built": built, "printed": printed}, sys.stdout)


def opened(file: str) -> tuple[Any, Any, Any]:
    if file.endswith((".yml", ".yaml")):
        from webassets.loaders import YAMLLoader

        environment = YAMLLoader(file).load_environment()
    else:
        module, _, name = file.partition(":")
        environment = getattr(importlib.import_module(module), name)
        if not hasattr(environment, "register"):
            app = environment() if not hasattr(environment, "jinja_env") else environment
            return app.jinja_env.assets_environment, app.jinja_env, app.test_request_context()
    pages = Templates(loader=FileSystemLoader("templates"), extensions=["webassets.ext.jinja2.AssetsExtension"])
    pages.assets_environment = environment  # type: ignore[attr-defined]
    return environment, pages, nullcontext()


def files_of(bundle: Any, environment: Any) -> Any:
    with bundle.bind(environment):
        for _, found in bundle.resolve_contents(wrap(environment, bundle)):
            if isinstance(found, Bundle):
                yield from files_of(found, environment)
            else:
                yield os.path.relpath(found).replace(os.sep, "/")


def texts_of(bundle: Any, environment: Any) -> list[str]:
    with bundle.bind(environment):
        return [text_of(url, environment) for url in bundle.urls()]


def rendered(pages: Any, name: str, environment: Any) -> dict[str, Any]:
    """The page, and the texts of the scripts and style sheets in it as they are right after it was rendered."""
    html = pages.get_template(name).render()
    urls = re.findall(r'(?:src|href)="([^"]+)"', html)
    return {"html": html, "texts": [text_of(url, environment) for url in urls]}


def text_of(url: str, environment: Any) -> str:
    path = url.partition("?")[0].removeprefix(environment.url).lstrip("/")
    places = [environment.directory, *environment.load_path]
    for blueprint in environment._app.blueprints.values() if hasattr(environment, "_app") else ():
        lead = f"{blueprint.url_prefix or ''}{blueprint.static_url_path}/"
        if url.startswith(lead):
            places.insert(0, blueprint.static_folder)
            path = url.partition("?")[0].removeprefix(lead)
    for place in places:
        if os.path.isfile(os.path.join(place, path)):
            with open(os.path.join(place, path), encoding="utf-8") as stream:
                return stream.read()
    return f"nothing at {url}"


main(*sys.argv[1:])
