"""Sass: what LibSass or Dart Sass makes of a style sheet, as CSS that knows where it comes from."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.compilers.sass.lookup import Directories, Lookup
from assetbuild.compilers.sass.origins import Mapped, source_map
from assetbuild.compilers.sass.printed import Printed
from assetbuild.compilers.sass.scan import Sheet, scan
from assetbuild.compilers.sass.unresolved import unresolved
from assetbuild.model import Asset, Content

CHARSET = '@charset "UTF-8";'


def compile_sass(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """One stylesheet (css/app.scss or .sass) as CSS (css/app.css), and its source map if that is asked for.

    Options: `implementation` ("libsass" or "dart-sass"), `precision` (digits after the point, default 10, of libsass
    alone), `style` ("expanded" or "compressed"), `load_paths` (directories relative to the configuration's),
    `source_map` (bool). The CSS is UTF-8 without a byte order mark, with `@charset` where it is not ASCII.
    Raises OSError and ContentChanged as Content.read.
    """
    asset = assets[0]
    data = asset.content.read()
    sheet = _entry(asset, data, tools)
    directories = _directories(options, tools)
    printed = _run(sheet, data, options, Lookup(tools, directories))
    if printed.text is None:
        return Result((), printed.diagnostics)
    css, mapped = _normal(printed, options)
    path = posixpath.splitext(asset.path)[0].removesuffix(".css") + ".css"
    data = css.encode()
    diagnostics = (*printed.diagnostics, *unresolved(data, mapped))
    made = [Asset(path, media.CSS, Content.of(data))]
    if options.get("source_map"):
        made = _with_map(path, css, mapped, lambda one: _stable_name(one, directories))
    return Result(tuple(made), diagnostics, mapped.origin)


def _run(sheet: Sheet, data: bytes, options: Mapping[str, Any], lookup: Lookup) -> Printed:
    if options.get("implementation") == "dart-sass":
        from assetbuild.compilers.sass.dart import run_dart_sass

        return run_dart_sass(sheet, data, options, lookup)
    from assetbuild.compilers.sass.libsass import run_libsass

    return run_libsass(sheet, data, options, lookup)


def _entry(asset: Asset, data: bytes, tools: Tools) -> Sheet:
    name = asset.file
    if not name and (source := tools.source(asset.path)):
        name = tools.world.display(source.file)
    file = os.path.normpath(os.path.join(tools.world.root, name)) if name else None
    return scan(name or asset.path, file, asset.path, data, asset.path.endswith(".sass"))


def _directories(options: Mapping[str, Any], tools: Tools) -> Directories:
    root = tools.world.root
    return Directories(
        tools.world, tuple(os.path.normpath(os.path.join(root, one)) for one in options.get("load_paths", ()))
    )


def _stable_name(sheet: Sheet, directories: Directories) -> str:
    return sheet.path or (directories.stable_name(sheet.file) if sheet.file else sheet.name)


def _normal(printed: Printed, options: Mapping[str, Any]) -> tuple[str, Mapped]:
    """The CSS with `@charset` only where needed, and where it comes from."""
    assert printed.text is not None
    lines = 0
    text = printed.text.removeprefix("\ufeff")
    if text.startswith(CHARSET + "\n"):
        text, lines = text.removeprefix(CHARSET + "\n"), 1
    text = text if text.strip() else ""
    prefix = "" if text.isascii() else CHARSET + ("" if options.get("style") == "compressed" else "\n")
    css = prefix + text
    return css, Mapped(css, printed.mappings, printed.sources, printed.sheets, lines, prefix)


def _with_map(path: str, css: str, mapped: Mapped, name_of: Callable[[Sheet], str]) -> list[Asset]:
    from urllib.parse import quote

    name = posixpath.basename(path) + ".map"
    end = "" if not css or css.endswith("\n") else "\n"
    linked = f"{css}{end}/*# sourceMappingURL={quote(name)} */"
    content = source_map(mapped, path, name_of)
    return [
        Asset(path, media.CSS, Content.of(linked.encode())),
        Asset(path + ".map", media.JSON, Content.of(content)),
    ]
