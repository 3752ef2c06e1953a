"""The program that runs LibSass, see `compilers/pool.py`: it cannot be interrupted, and holds its interpreter's lock.

A request is {"text", "indented", "style", "precision", "functions", "parameters"}, answered by {"text"} (CSS with an
embedded source map) or {"error"}, and "said": what LibSass printed. Its questions are what to read for an import,
["import", path, importing sheet], answered by a list of pairs or nothing; and what one of the functions gives,
["call", its name, its first argument if that is a string], answered by {"text"} or {"error"}. It imports nothing else.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, Any


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    from assetbuild.frames import end_with, read_frame, write_frame

    end_with(sys.argv[2:])
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.path[:] = read_frame(requests)

    def ask(*question: Any) -> Any:
        write_frame(answers, {"question": question})
        return read_frame(requests)

    with _unnamed_file() as printed:
        # LibSass has no other way to say its warnings than standard error.
        os.dup2(printed.fileno(), 2)
        while True:
            try:
                request = read_frame(requests)
            except EOFError:
                return
            write_frame(answers, {**_compiled(request, ask), "said": _taken(printed)})


def _compiled(request: dict[str, Any], ask: Callable[..., Any]) -> dict[str, str]:
    import sass

    def importer(path: str, importing: str) -> list[tuple[str, ...]] | None:
        answer = ask("import", path, importing)
        return None if answer is None else [tuple(one) for one in answer]

    def function(name: str) -> Any:
        def call(path: Any, options: Any) -> Any:
            answer = ask("call", name, path if isinstance(path, str) else None)
            return sass.SassError(answer["error"]) if "error" in answer else answer["text"]

        return sass.SassFunction(name, request["parameters"], call)

    try:
        text = sass.compile(
            string=request["text"],
            indented=request["indented"],
            output_style=request["style"],
            precision=request["precision"],
            importers=[(0, importer)],
            custom_functions=[function(name) for name in request["functions"]],
            source_map_embed=True,
        )
    except sass.CompileError as error:
        return {"error": str(error)}
    return {"text": text}


def _unnamed_file() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("printed"), "w+b")
    # Importing this takes as long as LibSass does for a small style sheet.
    import tempfile

    return tempfile.TemporaryFile()


def _taken(printed: IO[bytes]) -> str:
    """What was printed since this was last asked."""
    printed.seek(0)
    said = printed.read().decode("utf-8", "replace")
    printed.seek(0)
    printed.truncate()
    return said


if __name__ == "__main__":
    main()
