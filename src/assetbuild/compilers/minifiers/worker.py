"""The program that runs minifiers of Python packages: see `compilers/pool.py`.

A request is {"tool", "type", "text"}, answered by {"text"}, or by {"problem"}: what the tool finds wrong with the text.
"""

from __future__ import annotations

import os
import sys
from typing import Any


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    from assetbuild.frames import end_with, read_frame, write_frame

    end_with(sys.argv[2:])
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # What a library prints is no answer.
    sys.path[:] = read_frame(requests)
    while True:
        try:
            request = read_frame(requests)
        except EOFError:
            return
        write_frame(answers, _answer(request))


def _answer(request: dict[str, Any]) -> dict[str, str]:
    function = {"tdewolff": _tdewolff, "lightningcss": _lightningcss}[request["tool"]]
    try:
        return {"text": function(request["text"], request["type"])}
    except ValueError as error:
        return {"problem": str(error)}


def _tdewolff(text: str, kind: str) -> str:
    import minify

    # No newer syntax than the author's: it would write `**` for Math.pow.
    minify.config({"js-version": 2015})
    return str(minify.string(kind, text)) if text else ""


def _lightningcss(text: str, kind: str) -> str:
    import lightningcss

    flags = lightningcss.calc_parser_flags(nesting=True, custom_media=True)
    return lightningcss.process_stylesheet(text, error_recovery=False, parser_flags=flags, minify=True)


if __name__ == "__main__":
    main()
