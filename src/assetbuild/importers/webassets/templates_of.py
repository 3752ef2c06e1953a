"""webassets' filter jst within a bundle of scripts: what our own compiler of JavaScript templates is told for it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence

from assetbuild.importers.model import Value
from assetbuild.importers.webassets.model import OldFilter

_NAMES = {"jst_compiler": "template_function", "jst_namespace": "namespace"}


def jst_options(
    filters: Iterable[OldFilter], paths: Sequence[str], config: Mapping[str, Value]
) -> dict[str, Value] | None:
    """Options for `jst` if it is among the filters, else None. `paths` are the templates' logical paths."""
    chosen = next((one for one in filters if one.name == "jst"), None)
    if chosen is None or not paths:
        return None
    given = {_NAMES[name.lower()]: value for name, value in config.items() if name.lower() in _NAMES}
    given.update(chosen.options)
    options: dict[str, Value] = {"base": posixpath.commonpath([posixpath.dirname(path) for path in paths])}
    extension = posixpath.splitext(paths[0])[1].lstrip(".")
    if extension != "jst":
        options["extension"] = extension
    if (function := given.get("template_function")) is not None:
        options["function"] = function or ""
    if namespace := given.get("namespace"):
        options["namespace"] = namespace
    return {name: value for name, value in options.items() if name != "base" or value}
