"""A workbench for compilers: sources in memory or in a directory, the assets made of them."""

from __future__ import annotations

import atexit
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assetbuild import media
from assetbuild.compilers import JOINERS, compiled_name, load
from assetbuild.compilers.base import Result, Tools, World
from assetbuild.compilers.run import Run, read_part, run_steps
from assetbuild.compilers.services import Services
from assetbuild.model import Asset, Content, Origin, Part, Source, Step
from assetbuild.references import find_references

BASE_URL = "/static/"
# Programs that the tests of a process share.
SERVICES = Services()
atexit.register(SERVICES.close)
IN_MEMORY = Tools(World("/nowhere", BASE_URL, {}, lambda file: None, services=SERVICES))


def asset_of(path: str, text: str | bytes, base_url: str = BASE_URL) -> Asset:
    """An asset in memory, with the references found in it; its file is "src/" and its path."""
    data = text.encode() if isinstance(text, str) else text
    kind = media.media_type(path)
    file = f"src/{path}"
    found = find_references(path, kind, data, base_url, lambda start, stop: Origin(file, start, stop - start))
    return Asset(path, kind, Content.of(data), found, file)


def joined(path: str, *assets: Asset, imported: tuple[Asset, ...] = (), tools: Tools = IN_MEMORY) -> Result:
    """These assets as a bundle; `imported` are the sheets that they may import."""
    options = {"path": path, "entries": len(assets)}
    return load(JOINERS[media.media_type(path)])((*assets, *imported), options, tools)


def text_of(result: Result | Run) -> str:
    assert result.assets, result.diagnostics
    return result.assets[0].content.read().decode()


def texts(result: Result | Run) -> list[str]:
    return [diagnostic.text for diagnostic in result.diagnostics]


def names(asset: Asset) -> list[tuple[int, int, str, str]]:
    return [(one.start, one.stop, one.kind, one.target) for one in asset.references]


def found_in(asset: Asset) -> list[tuple[int, int, str, str]]:
    """The references that stand in the asset's bytes, whatever its list says."""
    return names(asset_of(asset.path, asset.content.read()))


class Workbench:
    """Files below `root`/src, by logical path."""

    def __init__(self, root: Path, files: Mapping[str, str | bytes], base_url: str = BASE_URL) -> None:
        sources: dict[str, Source] = {}
        for path, text in files.items():
            data = text.encode() if isinstance(text, str) else text
            file = root / "src" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            sources[path] = Source(path, str(file), str(root / "src"), len(data), hashlib.sha256(data).hexdigest())
        self.sources = sources
        self.tools = Tools(World(str(root), base_url, sources, _digest_of))

    def part(self, path: str) -> Part:
        name, steps = compiled_name(path)
        return Part(name, self.sources[path], tuple(Step(step) for step in steps))

    def read(self, path: str) -> Asset:
        return read_part(self.part(path), self.tools).assets[0]

    def run(self, path: str, *steps: tuple[str, dict[str, Any]] | str) -> Run:
        """The source through these steps."""
        made = tuple(Step(step) if isinstance(step, str) else Step(*step) for step in steps)
        return run_steps((self.read(path),), made, self.tools)

    def join(self, path: str, *contents: str, imports: tuple[str, ...] = ()) -> Result:
        entries = [self.read(name) for name in contents]
        return joined(path, *entries, imported=tuple(self.read(name) for name in imports), tools=self.tools)


def _digest_of(file: str) -> str | None:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest() if os.path.isfile(file) else None
