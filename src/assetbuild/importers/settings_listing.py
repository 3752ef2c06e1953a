"""The program that runs a settings module, where it is trusted: prints its names that are asked for, as JSON.

    python -m assetbuild.importers.settings_listing MODULE PREFIX…

Names are those that begin with a PREFIX. What is no text, number, truth value, list or dict of such is
{"computed": "its type"}, a dict {"pairs": [[key, value], …]}. A text in COMPRESS_OFFLINE_CONTEXT names a function,
which is called.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

_FUNCTION_NAMES = ("COMPRESS_OFFLINE_CONTEXT",)


def main() -> None:
    # Whatever the settings print goes to standard error.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    name, *prefixes = sys.argv[1:]
    os.environ["DJANGO_SETTINGS_MODULE"] = name
    module = importlib.import_module(name)
    found = {key: value for key, value in vars(module).items() if key.startswith(tuple(prefixes))}
    for key in _FUNCTION_NAMES:
        if isinstance(found.get(key), str):
            found[key] = _called(found[key])
    json.dump({key: as_json(value) for key, value in found.items()}, out)
    out.close()


def as_json(value: object) -> Any:
    """A value as JSON."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, os.PathLike):
        return str(os.fspath(value))
    if isinstance(value, Mapping):
        return {"pairs": [[as_json(key), as_json(inner)] for key, inner in value.items()]}
    if isinstance(value, list | tuple):
        return [as_json(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted((as_json(inner) for inner in value), key=repr)
    if type(value).__name__ == "__proxy__":  # a text that Django translates late
        return str(value)
    return {"computed": type(value).__name__}


def _called(name: str) -> Any:
    import django

    django.setup()
    module, _, function = name.rpartition(".")
    made = getattr(importlib.import_module(module), function)()
    return list(made) if not isinstance(made, Mapping | list | tuple) else made


if __name__ == "__main__":
    main()
