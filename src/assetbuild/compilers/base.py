"""What every compiler and filter is: a function from assets to assets, and the tools it may use.

A compiler is a function `(assets, options, tools) -> Result`. It gets one asset (several, if it joins
them), the options of its step, and asks the world only through `Tools`, which records every question
and its answer: a cached result holds as long as all the answers would be the same.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from typing import Any

from assetbuild.compilers.services import Services
from assetbuild.dataclass import dataclass, field
from assetbuild.errors import Diagnostic
from assetbuild.model import Asset, Content, Origin, Source
from assetbuild.paths import shown_path
from assetbuild.references.pins import NO_PINS, Pins

Origins = Callable[[int, bytes], Origin | None]
"""What the author wrote for these bytes at this offset of a content; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a step made: the asset itself first, then what came with it (a source map); none if it failed.

    `origins`, where there is one, is that of the asset's content. A compiler's places in the asset's own file, those of
    `origins` and of `diagnostics`, count in the content that it was given: where a template made that, `run.py` goes
    on to the template.
    `traced` is false if it may depend on what `Tools` was not asked for: it is then remembered only if the step says
    what it depends on.
    """

    assets: tuple[Asset, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    origins: Origins | None = None
    traced: bool = True


Compiler = Callable[[tuple[Asset, ...], Mapping[str, Any], "Tools"], Result]


@dataclass(frozen=True, slots=True)
class World:
    """What all compilers of one build see: fixed while it runs.

    `root` is the configuration file's directory (absolute). `digest_of` gives the SHA-256 of a file's
    bytes in hex, None where there is no such file. `pins` are bare module names. `time_limit` is how many seconds
    one step may take in a foreign program or filter; `services` are the programs that stay while the build runs.
    `environment` are all variables of the process: what a step takes of it must be in its key. `env` are the names
    that the configuration declares. `roots` gives logical path and file of one source below each root; without it all
    sources are asked.
    """

    root: str
    base_url: str
    sources: Mapping[str, Source]
    digest_of: Callable[[str], str | None]
    pins: Pins = NO_PINS
    time_limit: int = 120
    services: Services = field(default_factory=Services)
    environment: Mapping[str, str] = field(default_factory=dict)
    env: tuple[str, ...] = ()
    roots: Mapping[str, tuple[str, str]] | None = None

    def display(self, file: str) -> str:
        """A file path relative to the configuration's directory, POSIX."""
        return shown_path(file, self.root)

    def absolute(self, name: str) -> str:
        """The file path that `display` shows as `name`."""
        return os.path.normpath(os.path.join(self.root, name))


@dataclass(slots=True)
class Tools:
    """The world as one run of a compiler may ask it; `files` and `logical` hold what it asked and got.

    A name that ends with "/" is that of a directory, and what it gave is the digest of the names in it. `origins` leads
    from the text that a step is given to the author's, if the step before says how.
    """

    world: World
    files: dict[str, str | None] = field(default_factory=dict)
    logical: dict[str, str | None] = field(default_factory=dict)
    origins: Origins | None = None

    def exists(self, file: str) -> bool:
        """Whether there is a regular file at this absolute path. A "no" is recorded too."""
        return self._digest(file) is not None

    def read(self, file: str) -> bytes:
        """The bytes of the file at this absolute path. Raises OSError, and ContentChanged as Content.read."""
        digest = self._digest(file)
        if digest is None:
            raise FileNotFoundError(file)
        return Content(digest, 0, file=file).read()

    def source(self, path: str) -> Source | None:
        """The source at a logical path, None where there is none."""
        source = self.world.sources.get(path)
        self.logical[path] = source.digest if source else None
        return source

    def names(self, directory: str) -> tuple[str, ...]:
        """The names in a logical directory ("" for the topmost), or in one at an absolute file path; sorted."""
        names = names_in(directory, self.world)
        if os.path.isabs(directory):
            self.files[self.world.display(directory) + "/"] = names_digest(names)
        else:
            self.logical[f"{directory}/"] = names_digest(names)
        return names

    def _digest(self, file: str) -> str | None:
        name = self.world.display(file)
        if name not in self.files:
            self.files[name] = self.world.digest_of(file)
        return self.files[name]


def names_in(directory: str, world: World) -> tuple[str, ...]:
    """As Tools.names, without recording it."""
    if os.path.isabs(directory):
        try:
            return tuple(sorted(os.listdir(directory)))
        except OSError:
            return ()
    start = f"{directory}/" if directory else ""
    return tuple(sorted({path[len(start) :].partition("/")[0] for path in world.sources if path.startswith(start)}))


def names_digest(names: tuple[str, ...]) -> str:
    """What stands for these names in a trace."""
    return hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()
