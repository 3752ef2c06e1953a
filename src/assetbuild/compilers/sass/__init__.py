"""Sass through LibSass, which gets every stylesheet from us and whose words become diagnostics."""

from __future__ import annotations

import base64
import json
import os
import posixpath
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from assetbuild import media
from assetbuild.compilers.base import Result, Tools
from assetbuild.compilers.sass.imports import Directories, Importer, faults_of
from assetbuild.compilers.sass.messages import read_error, read_output, standard_error_kept
from assetbuild.compilers.sass.origins import Mapped, source_map
from assetbuild.compilers.sass.scan import Sheet, scan
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content

CHARSET = '@charset "UTF-8";'
MAP_COMMENT = "\n/*# sourceMappingURL=data:application/json;base64,"


def compile_sass(assets: tuple[Asset, ...], options: Mapping[str, Any], tools: Tools) -> Result:
    """One stylesheet (css/app.scss or .sass) as CSS (css/app.css), and its source map if that is asked for.

    Options: `precision` (digits after the point, default 10), `style` ("expanded" or "compressed"), `load_paths`
    (directories relative to the configuration's), `source_map` (bool). The CSS is UTF-8 without a byte order
    mark, with `@charset` where it is not ASCII. Raises OSError and ContentChanged as Content.read.
    """
    asset = assets[0]
    data = asset.content.read()
    sheet = _entry(asset, data, tools)
    faults = faults_of(sheet, data)
    if faults:
        return Result((), tuple(faults))
    directories = _directories(options, tools)
    with ExitStack() as stack:
        importer = Importer(tools, directories, _Folder(stack).write, [sheet])
        output, diagnostics = _run(importer, options)
    if output is None:
        return Result((), tuple(diagnostics))
    css, mapped = _normal(output, importer, options)
    path = posixpath.splitext(asset.path)[0] + ".css"
    made = [Asset(path, media.CSS, Content.of(css.encode()))]
    if options.get("source_map"):
        made = _with_map(path, css, mapped, lambda one: _stable_name(one, directories))
    return Result(tuple(made), tuple(diagnostics), mapped.origin)


def version() -> str:
    """The versions of LibSass and of its Python binding."""
    import sass

    return f"libsass {sass.libsass_version} ({sass.__version__})"


@dataclass(slots=True)
class _Folder:
    """A temporary directory, made when the first file is written into it, gone when `stack` closes."""

    stack: ExitStack
    directory: str | None = None

    def write(self, name: str, data: bytes) -> str:
        if self.directory is None:
            self.directory = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="assetbuild-"))
        file = os.path.join(self.directory, name)
        with open(file, "wb") as stream:
            stream.write(data)
        return file


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


def _run(importer: Importer, options: Mapping[str, Any]) -> tuple[str | None, list[Diagnostic]]:
    """What LibSass printed as CSS (None if there are errors), with its source map embedded; and the diagnostics."""
    import sass

    entry = importer.sheets[0]
    if not entry.text:
        return "", []

    def sheet_of(name: str) -> Sheet | None:
        number = importer.number(name)
        return None if number is None else importer.sheets[number]

    output: str | None = None
    failure: list[Diagnostic] = []
    with standard_error_kept() as printed:
        try:
            output = sass.compile(
                string=entry.text,
                indented=entry.indented,
                output_style=options.get("style", "expanded"),
                precision=options.get("precision", 10),
                importers=[(0, importer)],
                source_map_embed=True,
            )
        except sass.CompileError as error:
            failure = [read_error(str(error), sheet_of, entry)]
    said, foreign = read_output("".join(printed), sheet_of)
    if foreign and sys.stderr is not None:
        sys.stderr.write(foreign)
    if importer.failure is not None:
        raise importer.failure
    if importer.diagnostics:
        # What LibSass missed after we gave it nothing for an import is no news.
        return None, [*importer.diagnostics, *said]
    return output, [*failure, *said]


def _normal(output: str, importer: Importer, options: Mapping[str, Any]) -> tuple[str, Mapped]:
    """The CSS without the embedded map, with `@charset` only where needed; and the map that was embedded."""
    text, _, embedded = output.rpartition(MAP_COMMENT)
    mappings, names = "", []
    if embedded:
        document = json.loads(base64.b64decode(embedded.removesuffix(" */")))
        mappings, names = document["mappings"], document["sources"]
    lines = 0
    text = text.removeprefix("\ufeff")
    if text.startswith(CHARSET + "\n"):
        text, lines = text.removeprefix(CHARSET + "\n"), 1
    text = text if text.strip() else ""
    prefix = "" if text.isascii() else CHARSET + ("" if options.get("style") == "compressed" else "\n")
    sheets = tuple(importer.sheets)
    numbers = [importer.number(name) for name in names]
    sources = tuple(None if number is None else sheets[number] for number in numbers)
    css = prefix + text
    return css, Mapped(css, mappings, sources, sheets, lines, prefix)


def _with_map(path: str, css: str, mapped: Mapped, name_of: Callable[[Sheet], str]) -> list[Asset]:
    name = posixpath.basename(path) + ".map"
    end = "" if not css or css.endswith("\n") else "\n"
    linked = f"{css}{end}/*# sourceMappingURL={quote(name)} */"
    content = source_map(mapped, path, name_of)
    return [
        Asset(path, media.CSS, Content.of(linked.encode())),
        Asset(path + ".map", media.JSON, Content.of(content)),
    ]
