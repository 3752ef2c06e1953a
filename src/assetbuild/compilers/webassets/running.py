"""One filter of webassets, run as webassets' own Bundle does: open, input, concat, output; worker side."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Mapping
from typing import Any

from assetbuild import media


class Runner:
    """A filter with its options. Raises whatever webassets and the filter make of them.

    `settings` are entries of webassets' own configuration.
    """

    def __init__(self, name: str, options: Mapping[str, Any], settings: Mapping[str, Any], base_url: str) -> None:
        _use_our_media_types()
        from webassets.env import Environment
        from webassets.filter import get_filter

        self._environment = Environment(
            url=base_url, cache=False, manifest=False, auto_build=False, updater=None, debug=False
        )
        self._environment.config.update(settings)
        self._filter = get_filter(name, **options)

    def run(self, directory: str, items: list[tuple[str, str]], output: str, hooks: list[str]) -> str:
        """The texts of `items`, by logical path, through these hooks of the filter, to one text for `output`.

        `directory` is where the sources are, absolute.
        """
        from webassets.bundle import Bundle, wrap
        from webassets.merge import FilterTool, MemoryHunk, merge

        chosen = self._filter
        self._environment.directory = directory
        chosen.set_context(wrap(self._environment, Bundle(*(path for path, _ in items), output=output)))
        chosen.setup()
        tool = FilterTool(cache=None, kwargs={"output": output, "output_path": _file(directory, output)})
        hunks = []
        for path, text in items:
            told = {"source": path, "source_path": _file(directory, path)}
            hunk = MemoryHunk(text)
            if "open" in hooks and getattr(chosen, "open", None):
                hunk = tool.apply_func([chosen], "open", [told["source_path"]], kwargs={"source": path})
            if "input" in hooks:
                hunk = tool.apply(hunk, [chosen], "input", kwargs=told)
            hunks.append((hunk, told))
        if "concat" in hooks and getattr(chosen, "concat", None):
            final = tool.apply_func([chosen], "concat", [hunks])
        else:
            final = merge([hunk for hunk, _ in hunks])
        if "output" in hooks:
            final = tool.apply(final, [chosen], "output")
        text = final.data()
        if not isinstance(text, str):
            raise TypeError(f"it gave {type(text).__name__}, not text")
        return text


def _file(directory: str, path: str) -> str:
    return os.path.join(directory, *path.split("/"))


def _use_our_media_types() -> None:
    """The system's table of media types differs from host to host, and filters print what it says."""
    mimetypes.knownfiles = []
    mimetypes.init()
    for extension, kind in media.TYPES.items():
        mimetypes.add_type(kind, f".{extension}")
