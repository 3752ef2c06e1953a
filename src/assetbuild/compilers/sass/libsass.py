"""Sass through LibSass, which gets every stylesheet from us and whose words become diagnostics."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from assetbuild.compilers.sass.imports import Importer, faults_of
from assetbuild.compilers.sass.lookup import Lookup
from assetbuild.compilers.sass.messages import read_error, read_output, standard_error_kept
from assetbuild.compilers.sass.printed import Printed
from assetbuild.compilers.sass.rails import FUNCTIONS, PARAMETERS, Function, not_a_path
from assetbuild.compilers.sass.scan import Sheet
from assetbuild.errors import Diagnostic
from assetbuild.references.source_map import decode
from assetbuild.scratch import scratch

MAP_COMMENT = "\n/*# sourceMappingURL=data:application/json;base64,"


def run_libsass(entry: Sheet, data: bytes, options: Mapping[str, Any], lookup: Lookup) -> Printed:
    """What LibSass makes of the style sheet with these bytes. Raises OSError and ContentChanged as Content.read."""
    faults = faults_of(entry, data)
    if faults:
        return Printed(None, (entry,), tuple(faults))
    with ExitStack() as stack:
        importer = Importer(lookup, _Folder(stack).write, [entry])
        output, diagnostics = _run(importer, options)
    if output is None:
        return Printed(None, tuple(importer.sheets), tuple(diagnostics))
    text, _, embedded = output.rpartition(MAP_COMMENT)
    mappings, names = "", []
    if embedded:
        document = json.loads(base64.b64decode(embedded.removesuffix(" */")))
        mappings, names = document["mappings"], document["sources"]
    numbers = [importer.number(name) for name in names]
    sources = tuple(None if number is None else importer.sheets[number] for number in numbers)
    return Printed(text, tuple(importer.sheets), tuple(diagnostics), lambda: decode(mappings), sources)


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
            made = scratch()
            self.stack.callback(made.remove)
            self.directory = made.directory
        file = os.path.join(self.directory, name)
        with open(file, "wb") as stream:
            stream.write(data)
        return file


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
                custom_functions=_rails_functions(),
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


def _rails_functions() -> list[Any]:
    """Their results have no quotes: a string from us, LibSass' binding makes unquoted."""
    import sass

    def called(function: Function) -> Any:
        def call(path: Any, options: Any) -> Any:
            return function.text(path) if isinstance(path, str) else sass.SassError(not_a_path(function))

        return sass.SassFunction(function.name, PARAMETERS, call)

    return [called(function) for function in FUNCTIONS]
