"""webassets' filters: run in a process of their own, in a real directory with the sources, and watched."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.compilers.webassets.answers import check_text, record, without, words_of
from assetbuild.compilers.webassets.needs import environment_of, missing, resolved_options, why_not_imported
from assetbuild.compilers.webassets.tree import Trees
from assetbuild.compilers.webassets.workers import Orders, WorkerEnded, Workers
from assetbuild.compilers.webassets_table import PREFIX, filter_of
from assetbuild.dataclass import replace
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content


def apply_filter(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """The asset through one filter, or several joined by one.

    Options: `filter` (webassets' name), `options` (its keywords), `hooks` (which of its hooks run; all without),
    `path` (the logical path of what is made; without it that of the asset), `entries` (how many of the assets are to be
    joined; without it, one). The text is UTF-8, in and out. Raises OSError and ContentChanged as Content.read.
    """
    name = options["filter"]
    chosen, of = filter_of(name), assets[: options.get("entries", 1)]
    path = options.get("path", of[0].path)
    given = dict(options.get("options", {}))
    if name == "cssrewrite" and not given.get("replace"):
        return Result((of[0],), (_needless(name),))
    if problem := missing(name, given, tools.world):
        # Told once, and not for each file.
        return _failed(None, name, *problem)
    items = []
    for asset in of:
        try:
            items.append((asset.path, asset.content.read().decode("utf-8-sig")))
        except UnicodeDecodeError:
            return _failed(asset, name, "the text is not UTF-8", "save the file as UTF-8")
    request = {"items": items, "output": path, "hooks": list(options.get("hooks") or chosen.hooks)}
    workers, trees = _services(name, given, tools)
    try:
        with trees.lent() as home:
            answer, said, scratch = workers.ask({**request, "directory": home}, tools.world.time_limit)
    except WorkerEnded as ended:
        hint = "raise `time_limit` if it needs longer" if ended.timed_out else None
        return _failed(of[0], name, f"{ended}{words_of(ended.said)}", hint)
    except OSError as error:
        return _failed(of[0], name, f"its process cannot be started: {error.strerror or error}")
    untraced = record(answer, tools) or chosen.opaque
    if "error" in answer:
        text = re.sub(r"\s*\n\s*", "\n  ", without((home, scratch), answer["error"]))
        return _failed(of[0], name, f"{text}{words_of(said, (home, scratch))}", why_not_imported(name, text))
    made = replace(of[0], path=path, type=media.media_type(path), references=())
    problem, notes = check_text(name, of, answer, made, said, (home, scratch))
    if problem:
        return _failed(of[0], name, *problem)
    content = Content.of(answer["text"].encode())
    return Result((replace(made, content=content),), notes, traced=not untraced)


def path_made(name: str, path: str) -> str:
    """The logical path of what the filter makes of a source at `path`."""
    stem, suffix = posixpath.splitext(path)
    return stem + dict(filter_of(name).suffixes).get(suffix, suffix)


def _services(name: str, options: Mapping[str, Any], tools: Tools) -> tuple[Workers, Trees]:
    world, chosen = tools.world, filter_of(name)
    settings = {key: value for key, value in options.items() if key.isupper()}
    keywords = {key: value for key, value in options.items() if not key.isupper()}
    begin = {
        "filter": name,
        "options": resolved_options(name, keywords, world),
        "settings": resolved_options(name, settings, world),
        # It compares directories with URLs as if the sources were at "/".
        "base_url": "/" if name == "cssrewrite" else world.base_url,
        "opaque": chosen.opaque,
    }
    key = ("webassets", name, repr(sorted(options.items())))
    workers = world.services.get(key, lambda: Workers(Orders(environment_of(name, world), begin)))
    place = (world.root, world.sources) if chosen.wants_files else (None, {})
    return workers, world.services.get(("trees", chosen.wants_files), lambda: Trees(*place))


def _needless(name: str) -> Diagnostic:
    text = f"filter '{PREFIX}{name}' has nothing to do without its option 'replace'"
    hint = "relative references are spelled anew wherever assets are joined; drop the filter"
    return Diagnostic(text, hint=hint, severity="notice")


def _failed(asset: Asset | None, name: str, text: str, hint: str | None = None) -> Result:
    file, line = asset.file if asset else None, " ".join(text.split())
    # What was joined has the file of its first part.
    of = f" for '{asset.path}'" if asset and not asset.file.endswith(asset.path) else ""
    return Result((), (Diagnostic(f"filter '{PREFIX}{name}' failed{of}: {line}", file=file, hint=hint),))
