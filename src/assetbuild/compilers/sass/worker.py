"""The program that runs LibSass, see `compilers/pool.py`: it cannot be interrupted, and holds its interpreter's lock.

A request is {"text", "indented", "style", "precision"}, answered by {"text"} (CSS with an embedded source map)
or {"error"}, and "said": what LibSass printed. Its question is what to read for an import: [path, importing sheet].
"""

from __future__ import annotations

import os
import sys
import tempfile
from typing import IO, Any


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    from assetbuild.compilers.webassets.frames import read_frame, write_frame

    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.path[:] = read_frame(requests)

    def importer(path: str, importing: str) -> list[tuple[str, ...]] | None:
        _die_with(requests, False)
        write_frame(answers, {"question": [path, importing]})
        answer = read_frame(requests)
        _die_with(requests, True)
        return None if answer is None else [tuple(one) for one in answer]

    with tempfile.TemporaryFile() as printed:
        # LibSass has no other way to say its warnings than standard error.
        os.dup2(printed.fileno(), 2)
        while True:
            try:
                request = read_frame(requests)
            except EOFError:
                return
            _die_with(requests, True)
            answer = _compiled(request, importer)
            _die_with(requests, False)
            write_frame(answers, {**answer, "said": _taken(printed)})


def _die_with(requests: IO[bytes], wanted: bool) -> None:
    """While nothing is to come from the build, its end ends this process, whatever LibSass does (Linux)."""
    if sys.platform != "linux":
        return
    import fcntl
    import select

    flags = fcntl.fcntl(requests, fcntl.F_GETFL)
    if not wanted:
        fcntl.fcntl(requests, fcntl.F_SETFL, flags & ~os.O_ASYNC)
        return
    fcntl.fcntl(requests, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(requests, fcntl.F_SETFL, flags | os.O_ASYNC)
    if select.select([requests], [], [], 0)[0]:
        os._exit(0)  # The build ended before.


def _compiled(request: dict[str, Any], importer: Any) -> dict[str, str]:
    import sass

    try:
        text = sass.compile(
            string=request["text"],
            indented=request["indented"],
            output_style=request["style"],
            precision=request["precision"],
            importers=[(0, importer)],
            custom_functions=_rails_functions(),
            source_map_embed=True,
        )
    except sass.CompileError as error:
        return {"error": str(error)}
    return {"text": text}


def _taken(printed: IO[bytes]) -> str:
    """What was printed since this was last asked."""
    printed.seek(0)
    said = printed.read().decode("utf-8", "replace")
    printed.seek(0)
    printed.truncate()
    return said


def _rails_functions() -> list[Any]:
    """Their results have no quotes: a string from us, LibSass' binding makes unquoted."""
    import sass

    from assetbuild.compilers.sass.rails import FUNCTIONS, PARAMETERS, Function, not_a_path

    def called(function: Function) -> Any:
        def call(path: Any, options: Any) -> Any:
            return function.text(path) if isinstance(path, str) else sass.SassError(not_a_path(function))

        return call

    return [sass.SassFunction(function.name, PARAMETERS, called(function)) for function in FUNCTIONS]


if __name__ == "__main__":
    main()
