"""Sass through LibSass, which gets every stylesheet from us and whose words become diagnostics."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from typing import Any

from assetbuild.compilers.base import World
from assetbuild.compilers.libsass_pool import libsass_pool
from assetbuild.compilers.pool import Ended, WrongGuess
from assetbuild.compilers.sass.imports import Importer, faults_of
from assetbuild.compilers.sass.lookup import Lookup
from assetbuild.compilers.sass.printed import Printed
from assetbuild.compilers.sass.rails import FUNCTIONS, PARAMETERS, not_a_path
from assetbuild.compilers.sass.scan import Sheet
from assetbuild.dataclass import dataclass
from assetbuild.errors import Diagnostic
from assetbuild.expression import prepare
from assetbuild.references.source_map import Mappings
from assetbuild.scratch import scratch

MAP_COMMENT = "\n/*# sourceMappingURL=data:application/json;base64,"
_FUNCTIONS = {function.name: function for function in FUNCTIONS}


def run_libsass(entry: Sheet, data: bytes, options: Mapping[str, Any], lookup: Lookup) -> Printed:
    """What LibSass makes of the style sheet with these bytes. Raises OSError and ContentChanged as Content.read."""
    faults = faults_of(entry, data)
    if faults:
        return Printed(None, (entry,), tuple(faults))
    with ExitStack() as stack:
        folder = _Folder(stack)
        while True:
            importer = Importer(lookup, folder.write, [entry])
            # Of several entries with the same text, each that has begun may have guessed wrong for this one.
            with suppress(WrongGuess):
                output, diagnostics = _run(importer, options, lookup.tools.world)
                break
    if output is None:
        return Printed(None, tuple(importer.sheets), tuple(diagnostics))
    text, _, embedded = output.rpartition(MAP_COMMENT)
    mappings, names = "", []
    if embedded:
        document = json.loads(base64.b64decode(embedded.removesuffix(" */")))
        mappings, names = document["mappings"], document["sources"]
    numbers = [importer.number(name) for name in names]
    sources = tuple(None if number is None else importer.sheets[number] for number in numbers)
    return Printed(text, tuple(importer.sheets), tuple(diagnostics), lambda: Mappings(mappings), sources)


def request_for(entry: Sheet, options: Mapping[str, Any]) -> dict[str, Any]:
    """What the program is asked for an entry, see `worker.py`."""
    return {
        "text": entry.text,
        "indented": entry.indented,
        "style": options.get("style", "expanded"),
        "precision": options.get("precision", 10),
        "functions": list(_FUNCTIONS),
        "parameters": list(PARAMETERS),
    }


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


def _run(importer: Importer, options: Mapping[str, Any], world: World) -> tuple[str | None, list[Diagnostic]]:
    """What LibSass printed as CSS (None if there are errors), with its source map embedded; and the diagnostics."""
    entry = importer.sheets[0]
    if not entry.text:
        return "", []
    try:
        pool = libsass_pool(world.services, world.environment)
        request = request_for(entry, options)
        answer = pool.ask(request, world.time_limit, lambda question: _answer(importer, *question), _prepare)
    except TimeoutError:
        from assetbuild.compilers.sass.messages import took_too_long

        return None, [took_too_long(entry, world.time_limit)]
    except Ended as ended:
        return None, [Diagnostic(f"LibSass {ended}", entry.name)]

    def sheet_of(name: str) -> Sheet | None:
        number = importer.number(name)
        return None if number is None else importer.sheets[number]

    if "text" in answer and not answer["said"] and not importer.diagnostics:
        return answer["text"], []
    from assetbuild.compilers.sass.messages import read_error, read_output

    said = read_output(answer["said"], sheet_of, entry)
    if importer.diagnostics:
        # What LibSass missed after we gave it nothing for an import is no news.
        return None, [*importer.diagnostics, *said]
    failure = [read_error(answer["error"], sheet_of, entry)] if "error" in answer else []
    return answer.get("text"), [*failure, *said]


def _prepare() -> None:
    """What will read the style sheet that LibSass is making."""
    from assetbuild.compilers.sass import origins
    from assetbuild.references import css, css_plain, urls

    prepare(origins, css, css_plain, urls)


def _answer(importer: Importer, kind: str, name: str, more: str | None) -> Any:
    """What the program asks for, see `worker.py`. A function's text has no quotes: LibSass' binding leaves it so."""
    if kind == "import":
        return importer(name, more or "")
    function = _FUNCTIONS[name]
    return {"error": not_a_path(function)} if more is None else {"text": function.text(more)}
